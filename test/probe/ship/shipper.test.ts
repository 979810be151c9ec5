/** What the spool holds reaches the collector exactly once, whatever the collector answers or the network does. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { silentLog } from "../../../collector/wire/log.ts";
import { Sample } from "../../../collector/wire/sample.ts";
import { type Client, clientOf } from "../../../probe/ship/client.ts";
import { shipperOf } from "../../../probe/ship/shipper.ts";
import { type FakeClock, fakeClock } from "../../support/fake-clock.ts";
import { type FakeCollector, fakeCollector, until } from "../../support/fake-collector.ts";
import { keptLog, sampleOf, scratchFolder, spoolIn } from "../../support/spool.ts";

async function shipping(t: TestContext, more: { log?: ReturnType<typeof keptLog>; fill?: number } = {}) {
  const collector = await fakeCollector(t);
  const clock = fakeClock();
  const spool = await spoolIn(scratchFolder(t));
  for (let n = 0; n < (more.fill ?? 0); n += 1) void spool.append(sampleOf(n));
  if (more.fill) await spool.append(sampleOf(more.fill));
  const client = clientFor(t, collector);
  const future: string[] = [];
  const shipper = shipperOf({
    client,
    spool,
    clock,
    log: more.log?.log ?? silentLog,
    random: () => 0.5,
    probeVersion: "0.1.0",
    refusedAsFuture: (target, tick) => future.push(`${target} ${tick}`),
  });
  t.after(() => shipper.stop(0));
  return { collector, clock, spool, shipper, future };
}

function clientFor(t: TestContext, collector: FakeCollector): Client {
  const client = clientOf({
    url: collector.url,
    certificateSha256: null,
    key: () => "cwp_sh-ct-1_0123456789abcdef",
    userAgent: "carrierwatch/test",
  });
  t.after(() => client.close());
  return client;
}

/** Lets waits pass until something holds. */
async function passing(clock: FakeClock, holds: () => boolean, stepMs = 1_000): Promise<number> {
  let passedMs = 0;
  while (!holds()) {
    assert.ok(passedMs < 3_600_000, "an hour passed in vain");
    await clock.advance(stepMs);
    passedMs += stepMs;
  }
  return passedMs;
}

test("a sample is offered the moment it is on disk, with the key and without waiting", async (t) => {
  const { collector, spool, shipper } = await shipping(t);
  shipper.start();
  await spool.append(sampleOf(0));
  shipper.wake();
  await until(() => collector.stored.size === 1);
  assert.equal(collector.requests[0]?.headers.authorization, "Bearer cwp_sh-ct-1_0123456789abcdef");
  const [batch] = collector.batches;
  assert.equal(batch?.wire, 1);
  assert.equal(batch?.rttMs, null);
  assert.deepEqual(batch?.spool, { records: 1, bytes: batch?.spool.bytes, dropped: 0, quarantined: 0 });
  await until(() => spool.figures().records === 0);
  await spool.append(sampleOf(1));
  shipper.wake();
  await until(() => collector.batches.length === 2);
  assert.ok((collector.batches[1]?.rttMs ?? -1) >= 0);
  assert.equal(collector.batches[1]?.knownMark, 1);
});

test("a backlog goes in batches of 500, gzipped, over one connection", async (t) => {
  const { collector, spool, shipper } = await shipping(t, { fill: 1_300 });
  shipper.start();
  await until(() => collector.stored.size === 1_301);
  assert.deepEqual(
    collector.batches.map(({ samples }) => samples.length),
    [500, 500, 301],
  );
  assert.equal(collector.requests[0]?.headers["content-encoding"], "gzip");
  await until(() => spool.figures().records === 0);
});

test("a 413 halves the batch until it fits", async (t) => {
  const { collector, shipper } = await shipping(t, { fill: 700 });
  collector.intercept = (_path, batch) => ((batch?.samples.length ?? 0) > 100 ? { status: 413 } : null);
  shipper.start();
  await until(() => collector.stored.size === 701);
  assert.ok([...collector.stored.values()].every(({ times }) => times === 1));
});

/** What a collector answers to a body that is not JSON as it takes it. */
const BAD = { status: 400, body: { code: "bad_request" } };

test("records that are refused with their whole batch are given up alone, and counted", async (t) => {
  const log = keptLog();
  const { collector, clock, spool, shipper } = await shipping(t, { fill: 299, log });
  const poison = new Set([0, 1, 77, 299].map((n) => sampleOf(n).tick));
  collector.intercept = (_path, batch) =>
    batch?.samples.some((sample) => poison.has(Sample.parse(sample).tick)) ? BAD : null;
  shipper.start();
  await passing(clock, () => spool.figures().records === 0);
  assert.equal(collector.stored.size, 296);
  assert.ok([...collector.stored.values()].every(({ times }) => times === 1));
  assert.equal(spool.figures().quarantined, 4);
  assert.equal(log.lines.filter((line) => line.includes("one sample alone is refused")).length, 4);
  assert.ok(collector.requests.length < 150, `${collector.requests.length} requests`);
  // The next answer's figures tell the collector.
  await spool.append(sampleOf(300));
  shipper.wake(true);
  await until(() => collector.stored.size === 297);
  assert.equal(collector.batches.at(-1)?.spool.quarantined, 4);
});

for (const [name, reply] of [
  ["another wire version", { status: 400, body: { code: "wire_version" } }],
  ["something on the way that refuses whatever is sent", { status: 422, body: "<html>" }],
  ["a limit that nothing fits", { status: 413 }],
] as const)
  test(`${name} gives up nothing: an empty batch is refused, too`, async (t) => {
    const { collector, clock, spool, shipper } = await shipping(t, { fill: 3 });
    collector.intercept = () => reply;
    shipper.start();
    await passing(clock, () => collector.requests.length > 20);
    assert.deepEqual([spool.figures().records, spool.figures().quarantined], [4, 0]);
    collector.intercept = () => null;
    await passing(clock, () => spool.figures().records === 0);
    assert.equal(collector.stored.size, 4);
  });

test("one sample that is too large by itself is given up, and counted", async (t) => {
  const { collector, clock, spool, shipper } = await shipping(t, { fill: 9 });
  const large = sampleOf(4).tick;
  collector.intercept = (_path, batch) =>
    batch?.samples.some((sample) => Sample.parse(sample).tick === large) ? { status: 413 } : null;
  shipper.start();
  await passing(clock, () => spool.figures().records === 0);
  assert.equal(collector.stored.size, 9);
  assert.equal(spool.figures().quarantined, 1);
});

for (const [name, reply] of [
  ["503", { status: 503 }],
  ["500", { status: 500, body: "<html>" }],
  ["a 200 that is not an answer", { status: 200, body: "welcome to the hotel wifi" }],
  [
    "a 200 with too few outcomes",
    { status: 200, body: { wire: 1, receivedMs: 1, skewMs: 0, mark: 1, outcomes: [] } },
  ],
  ["a redirect", { status: 302, headers: { location: "http://127.0.0.1:1/" } }],
  ["a reset", "reset"],
] as const) {
  test(`${name} settles nothing and is tried again later`, async (t) => {
    const { collector, clock, spool, shipper } = await shipping(t, { fill: 3 });
    let failures = 3;
    collector.intercept = () => {
      failures -= 1;
      return failures >= 0 ? reply : null;
    };
    shipper.start();
    await until(() => failures <= 2);
    assert.equal(spool.figures().records, 4);
    await passing(clock, () => spool.figures().records === 0);
    assert.equal(collector.stored.size, 4);
    assert.ok([...collector.stored.values()].every(({ times }) => times === 1));
  });
}

test("an acknowledgement lost on the way repeats the batch and stores nothing twice", async (t) => {
  const { collector, clock, spool, shipper } = await shipping(t, { fill: 9 });
  let losses = 2;
  collector.intercept = () => {
    losses -= 1;
    return losses >= 0 ? "reset-after" : null;
  };
  shipper.start();
  await passing(clock, () => spool.figures().records === 0);
  assert.equal(collector.stored.size, 10);
  assert.equal(new Set([...collector.stored.values()].map(({ sample }) => sample.tick)).size, 10);
});

test("the waits grow to a minute and a new sample does not shorten them", async (t) => {
  const { collector, clock, spool, shipper } = await shipping(t, { fill: 1 });
  collector.intercept = () => ({ status: 503 });
  shipper.start();
  await until(() => collector.requests.length === 1);
  const waits: number[] = [];
  for (let asked = 1; asked < 10; asked += 1) {
    await spool.append(sampleOf(asked + 1));
    shipper.wake();
    waits.push(await passing(clock, () => collector.requests.length > asked, 250));
  }
  assert.ok((waits[0] ?? 0) <= 1_000, `first wait ${waits[0]} ms`);
  assert.ok(Math.max(...waits) <= 31_000 && (waits.at(-1) ?? 0) >= 29_000, waits.join(" "));
});

test("Retry-After is kept to, and hearing from the collector ends the wait", async (t) => {
  const { collector, clock, shipper } = await shipping(t, { fill: 1 });
  collector.intercept = () => ({ status: 429, headers: { "retry-after": "40" } });
  shipper.start();
  await until(() => collector.requests.length === 1);
  await clock.advance(39_000);
  assert.equal(collector.requests.length, 1);
  collector.intercept = () => null;
  shipper.wake(true);
  await until(() => collector.stored.size === 2);
});

test("a refused key is said, and everything waits", async (t) => {
  for (const status of [401, 403]) {
    const log = keptLog();
    const { collector, clock, spool, shipper } = await shipping(t, { fill: 1, log });
    collector.intercept = () => ({ status });
    shipper.start();
    await until(() => log.lines.some((line) => line.includes("refuses this probe's key")));
    await clock.advance(29_000);
    assert.equal(collector.requests.length, 1);
    assert.equal(spool.figures().records, 2);
  }
});

test("every outcome settles its record; a future one is given back to the schedule", async (t) => {
  const { collector, spool, shipper, future } = await shipping(t, { fill: 3 });
  const outcomes = ["future", "rejected", "tooOld", "conflict"].map((outcome) => ({ outcome }));
  collector.answer = { outcomes };
  shipper.start();
  await until(() => spool.figures().records === 0);
  assert.deepEqual(future, [`shop ${sampleOf(0).tick}`]);
});

test("a collector that has lost samples gets them once more, from the tick it names", async (t) => {
  const { collector, spool, shipper } = await shipping(t, { fill: 9 });
  shipper.start();
  await until(() => collector.stored.size === 10 && spool.figures().records === 0);
  const lost = [...collector.stored].filter(([, { sample }]) => sample.tick >= sampleOf(4).tick);
  for (const [key] of lost) collector.stored.delete(key);
  collector.answer = { rewindToS: sampleOf(4).tick };
  await spool.append(sampleOf(10));
  shipper.wake();
  await until(() => collector.batches.length === 2);
  collector.answer = {};
  await until(() => collector.stored.size === 11 && spool.figures().records === 0);
});

test("a rewind that failed is asked for again: the new mark is not taken before it", async (t) => {
  const { collector, spool, shipper } = await shipping(t, { fill: 3 });
  spool.setMark(7);
  let asked = 0;
  spool.rewind = async () => {
    asked += 1;
    throw new Error("no space");
  };
  collector.answer = { mark: 2, rewindToS: sampleOf(0).tick };
  shipper.start();
  await until(() => asked === 1);
  assert.equal(spool.mark(), 7);
});

test("an hour without a collector is delivered whole, the newest sample first", async (t) => {
  const { collector, clock, spool, shipper } = await shipping(t);
  collector.intercept = () => "reset";
  shipper.start();
  for (let n = 0; n < 360; n += 1) {
    await spool.append(sampleOf(n));
    shipper.wake();
    await clock.advance(10_000);
  }
  const askedInVain = collector.requests.length;
  assert.ok(askedInVain < 400, `${askedInVain} requests in an hour`);
  collector.intercept = () => null;
  const passedMs = await passing(clock, () => collector.stored.size === 360);
  assert.ok(passedMs <= 61_000, `${passedMs} ms after the collector came back`);
  await until(() => spool.figures().records === 0);
  assert.ok([...collector.stored.values()].every(({ times }) => times === 1));
});

test("stopping sends what is left and does not wait for a collector that is silent", async (t) => {
  const { collector, spool, shipper } = await shipping(t, { fill: 20 });
  shipper.start();
  await shipper.stop(4_000);
  assert.equal(collector.stored.size, 21);
  assert.equal(spool.figures().records, 0);
  const silent = await shipping(t, { fill: 2 });
  silent.collector.intercept = () => "hang";
  silent.shipper.start();
  await until(() => silent.collector.requests.length === 1);
  const stopping = silent.shipper.stop(4_000);
  await silent.clock.advance(4_000);
  await stopping;
  assert.equal(silent.spool.figures().records, 3);
});
