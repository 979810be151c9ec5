/** The spool holds what it said it holds: order, numbers, acknowledgement, restart, rewind, bounds. */
import assert from "node:assert/strict";
import { readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { Sample } from "../../../collector/wire/sample.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { drain, faultyFiles, sampleOf, scratchFolder, spoolIn, TICK0 } from "../../support/spool.ts";

const names = (folder: string) => readdirSync(join(folder, "spool")).sort();
const ALL = { records: 500, bytes: 1_000_000 };

test("a record is a sample of the wire, numbered from 1", async (t) => {
  const spool = await spoolIn(scratchFolder(t));
  assert.equal(await spool.append(sampleOf(0)), true);
  assert.equal(await spool.append(sampleOf(1)), true);
  const records = await drain(spool);
  assert.deepEqual(
    records.map(({ seq }) => seq),
    [1, 2],
  );
  for (const [i, { text }] of records.entries())
    assert.deepEqual(Sample.parse(JSON.parse(text)), { ...sampleOf(i), seq: i + 1 });
});

test("nothing is offered before it is synced", async (t) => {
  const files = faultyFiles();
  const spool = await spoolIn(scratchFolder(t), { files });
  files.order.length = 0;
  const held = Promise.withResolvers<void>();
  const append = files.append;
  files.append = async (path, create) => {
    const file = await append(path, create);
    if (!path.endsWith(".cws")) return file;
    return { ...file, sync: () => held.promise.then(() => file.sync()) };
  };
  const kept = spool.append(sampleOf(0));
  while (!files.order.includes("write cws")) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(await spool.take("live", ALL), null);
  assert.equal(await spool.take("backlog", ALL), null);
  held.resolve();
  assert.equal(await kept, true);
  assert.equal((await spool.take("live", ALL))?.records.length, 1);
});

test("a lone record is synced at once; under load a group shares one sync", async (t) => {
  const clock = fakeClock();
  const files = faultyFiles();
  const spool = await spoolIn(scratchFolder(t), { files, clock });
  assert.equal(await spool.append(sampleOf(0)), true, "without the clock moving");
  const syncs = () => files.order.filter((entry) => entry === "sync cws").length;
  const before = syncs();
  const group = Promise.all(Array.from({ length: 50 }, (_, i) => spool.append(sampleOf(i + 1))));
  await clock.advance(100);
  assert.deepEqual(new Set(await group), new Set([true]));
  assert.ok(syncs() - before <= 2, `${syncs() - before} syncs for 50 records`);
});

test("what is settled stays settled over a restart, what is not comes again", async (t) => {
  const folder = scratchFolder(t);
  const first = await spoolIn(folder);
  for (let n = 0; n < 10; n += 1) await first.append(sampleOf(n));
  const taken = await first.take("backlog", { records: 4, bytes: 1_000_000 });
  assert.ok(taken);
  await first.settle(taken);
  first.setMark(7);
  await first.close();
  const second = await spoolIn(folder);
  assert.equal(second.mark(), 7);
  assert.equal(second.figures().records, 6);
  await second.append(sampleOf(10));
  assert.deepEqual(
    (await drain(second)).map(({ seq }) => seq),
    [5, 6, 7, 8, 9, 10, 11],
  );
});

test("the newest go before the backlog, and neither is offered twice", async (t) => {
  const folder = scratchFolder(t);
  const before = await spoolIn(folder);
  for (let n = 0; n < 20; n += 1) await before.append(sampleOf(n));
  await before.close();
  const spool = await spoolIn(folder);
  await spool.append(sampleOf(20));
  const live = await spool.take("live", ALL);
  assert.deepEqual(
    live?.records.map(({ seq }) => seq),
    [21],
  );
  if (live) await spool.settle(live);
  assert.equal(await spool.take("live", ALL), null);
  assert.equal((await drain(spool)).length, 20);
});

test("without its cursor a spool takes a new epoch and offers everything once more", async (t) => {
  for (const content of [null, "", "{", '{"epoch":"x"}', "\u0000\u0000\u0000"]) {
    const folder = scratchFolder(t);
    const first = await spoolIn(folder);
    for (let n = 0; n < 3; n += 1) await first.append(sampleOf(n));
    await drain(first);
    await first.close();
    const cursor = join(folder, "spool", "cursor.json");
    if (content === null) rmSync(cursor);
    else writeFileSync(cursor, content);
    const second = await spoolIn(folder);
    await second.append(sampleOf(3));
    const live = await second.take("live", ALL);
    assert.equal(live?.records[0]?.seq, 1, "a new epoch numbers from 1");
    assert.equal((await drain(second)).length, 4);
    assert.notEqual(live?.epoch, names(folder)[0]?.slice(0, 16));
  }
});

test("a cursor older than its segments vouches for no number", async (t) => {
  const folder = scratchFolder(t);
  const first = await spoolIn(folder);
  await first.append(sampleOf(0));
  await first.close();
  const cursor = join(folder, "spool", "cursor.json");
  const old = readFileSync(cursor, "utf8").replace(/"reservedTo":\d+/, '"reservedTo":0');
  writeFileSync(cursor, old);
  const second = await spoolIn(folder);
  await second.append(sampleOf(1));
  const live = await second.take("live", ALL);
  assert.notEqual(live?.epoch, JSON.parse(old).epoch);
});

test("segments roll, are kept as sent, and come back on a rewind to a tick", async (t) => {
  const folder = scratchFolder(t);
  const spool = await spoolIn(folder, { segmentBytes: 1_000 });
  for (let n = 0; n < 30; n += 1) await spool.append(sampleOf(n));
  assert.equal((await drain(spool)).length, 30);
  assert.ok(names(folder).filter((name) => name.endsWith(".sent")).length >= 5);
  assert.equal(await spool.rewind(TICK0 + 12 * 300), 18);
  assert.equal(spool.figures().records, 18);
  await spool.close();
  const again = await spoolIn(folder, { segmentBytes: 1_000 });
  assert.deepEqual(
    (await drain(again)).map(({ tick }) => (tick - TICK0) / 300),
    Array.from({ length: 18 }, (_, i) => i + 12),
  );
  assert.equal(await again.rewind(TICK0), 30);
});

test("beyond its size the oldest go, sent ones first, and what was not sent is counted", async (t) => {
  const spool = await spoolIn(scratchFolder(t), { segmentBytes: 1_000, maxBytes: 5_000 });
  for (let n = 0; n < 20; n += 1) await spool.append(sampleOf(n));
  await drain(spool);
  for (let n = 20; n < 35; n += 1) await spool.append(sampleOf(n));
  assert.equal(spool.figures().dropped, 0, "only sent ones had to go");
  for (let n = 35; n < 80; n += 1) await spool.append(sampleOf(n));
  const { dropped, records, bytes } = spool.figures();
  assert.ok(dropped > 0 && bytes <= 5_000);
  assert.equal(dropped + records, 60);
  const left = await drain(spool);
  assert.equal(left.length, records);
  assert.equal(left.at(-1)?.tick, TICK0 + 79 * 300);
});

test("sent segments go with age, waiting ones do not", async (t) => {
  const folder = scratchFolder(t);
  const spool = await spoolIn(folder, { segmentBytes: 1_000 });
  for (let n = 0; n < 20; n += 1) await spool.append(sampleOf(n));
  await drain(spool);
  for (let n = 20; n < 40; n += 1) await spool.append(sampleOf(n));
  await spool.close();
  const later = fakeClock(Date.now() + 15 * 86_400_000);
  const old = await spoolIn(folder, { segmentBytes: 1_000, clock: later });
  assert.equal(names(folder).filter((name) => name.endsWith(".sent")).length, 0);
  assert.equal(old.figures().records, 20);
});

test("the newest tick of each target is known after a restart", async (t) => {
  const folder = scratchFolder(t);
  const first = await spoolIn(folder);
  await first.append(sampleOf(1, "a"));
  await first.append(sampleOf(3, "a"));
  await first.append(sampleOf(2, "b"));
  await first.close();
  const ticks = (await spoolIn(folder)).lastTicks();
  assert.deepEqual([...ticks].sort(), [
    ["a", TICK0 + 900],
    ["b", TICK0 + 600],
  ]);
});

test("14 days at one sample a second fit into the default size", () => {
  const sample = {
    seq: 1_209_600,
    ...sampleOf(0, "www-example-com-ab12cd"),
    timings: {
      dns: 20123,
      connect: 20456,
      tls: 41234,
      wait: 51234,
      transfer: 101234,
      ttfb: 133047,
      total: 234281,
      speed: 43712,
    },
    detail: {
      status: 200,
      bodyBytes: 10240,
      wireBytes: 10240,
      redirects: 0,
      finalUrl: "https://www.example.com/",
      address: "203.0.113.10",
      family: 4,
      protocol: "http/1.1",
      tlsProtocol: "TLSv1.3",
      lateMs: 0.412,
      loopDelayMs: 1.251,
      certificate: {
        subject: "CN=www.example.com",
        issuer: "CN=Example CA,O=Example",
        notAfterS: 1_800_000_000,
        fingerprint256: `${"AB:".repeat(31)}CD`,
      },
    },
  };
  assert.ok((JSON.stringify(Sample.parse(sample)).length + 8) * 14 * 86_400 < 1_073_741_824);
});
