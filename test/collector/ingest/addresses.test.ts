/** Samples of single addresses through ingest: places, events, the export before a purge, and ends in between. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gunzipSync } from "node:zlib";
import { jsonLines, type Read, type Refused } from "../../../collector/cli/import-lines.ts";
import { fileName } from "../../../collector/ingest/history-file.ts";
import { importSamples } from "../../../collector/ingest/import.ts";
import { ingestPart } from "../../../collector/ingest/ingest.ts";
import { liveBus } from "../../../collector/ingest/live.ts";
import { registryPart } from "../../../collector/registry/registry.ts";
import { memoryStore } from "../../../collector/store/memory/memory-store.ts";
import type { Store } from "../../../collector/store/store.ts";
import { AddressBook } from "../../../collector/wire/api-addresses.ts";
import { silentLog } from "../../../collector/wire/log.ts";
import { BatchAnswer, type Sample } from "../../../collector/wire/sample.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { folder, openIn } from "../store/folder.ts";
import { batchOf, sampleOf } from "./batches.ts";

/** An exported file as the import reads it. */
async function linesIn(path: string): Promise<(Read | Refused)[]> {
  const lines: (Read | Refused)[] = [];
  const text = gunzipSync(readFileSync(path)).toString("utf8");
  for await (const line of jsonLines(text.split("\n"))) lines.push(line);
  return lines;
}

const DAY_MS = 86_400_000;
const TICK_MS = 300_000;
const ip = (n: number) => `2001:db8::${n}`;

async function part(
  t: TestContext,
  { store = memoryStore(), max = 2 }: { store?: Store; max?: number } = {},
) {
  const dir = mkdtempSync(join(tmpdir(), "carrierwatch-addresses-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const clock = fakeClock();
  const registry = registryPart({ store, clock, random: randomBytes });
  await registry.seed();
  await registry.vantages.create({ id: "v1", name: "v1", carrier: "ct", tags: [] });
  const addresses = { measure: "every", max };
  const target = await registry.targets.create({ name: "site", url: "https://www.example.com/", addresses });
  const exportsDir = join(dir, "exports");
  const live = liveBus();
  const told: string[] = [];
  live.subscribe((event) => {
    if (event.type === "sample" || event.type === "event") told.push(event.type);
  });
  const deps = { registry, live, clock, log: silentLog, exportsDir };
  const ingest = ingestPart({ store, ...deps });
  let seq = 0;
  const samples = (numbers: readonly (number | string)[], change: Partial<Sample> = {}) =>
    numbers.map((n) => {
      seq += 1;
      const address = typeof n === "number" ? ip(n) : n;
      return sampleOf(target.id, clock.nowMs(), { seq, address, ...change });
    });
  const send = async (body: unknown, to = ingest) =>
    BatchAnswer.parse(await to.batch("v1", body, { receivedMs: clock.nowMs(), address: null }));
  /** One tick at which these addresses answered. */
  const tick = async (...numbers: (number | string)[]) => {
    const answer = await send(batchOf(samples(numbers), clock.nowMs()));
    clock.jump(TICK_MS);
    return answer.outcomes.map(({ outcome }) => outcome);
  };
  const pair = { target: target.id, vantage: "v1" };
  const book = async () =>
    AddressBook.parse((await store.registry.get("addresses", `${target.id}/v1`))?.value);
  const held = async () => (await store.samples.generations(target.id)).map(({ series }) => series.address);
  const files = () => (existsSync(exportsDir) ? readdirSync(exportsDir) : []);
  /** Until every address that lost its place has left. */
  const left = async () => {
    while ((await book()).leaving.length > 0) await new Promise((resolve) => setImmediate(resolve));
  };
  return {
    store,
    clock,
    registry,
    target,
    deps,
    ingest,
    exportsDir,
    samples,
    send,
    tick,
    pair,
    book,
    held,
    files,
    left,
    told,
  };
}

test("up to its number of addresses each has a series; the others are refused, counted and settled", async (t) => {
  const { tick, book, held, store } = await part(t);
  assert.deepEqual(await tick(1, 2, 3), ["stored", "stored", "rejected"]);
  assert.deepEqual(await tick(3, 2), ["rejected", "stored"]);
  assert.deepEqual(await held(), [ip(1), ip(2)]);
  const { other } = await book();
  assert.equal(other.count, 2);
  assert.deepEqual(
    other.addresses.map(({ address, count }) => [address, count]),
    [[ip(3), 2]],
  );
  const [counts] = await store.ops.counters();
  assert.deepEqual([counts?.stored, counts?.rejected], [3, 0], "other is its own count");
});

test("families are not limited, the target's own series is not touched, and what is no address is refused", async (t) => {
  const { tick, held, send, clock, target, book } = await part(t, { max: 1 });
  assert.deepEqual(await tick("ipv4", "ipv6", 1, "1:2"), ["stored", "stored", "stored", "rejected"]);
  await send(batchOf([sampleOf(target.id, clock.nowMs(), { seq: 99 })], clock.nowMs()));
  assert.deepEqual(new Set(await held()), new Set([undefined, ip(1), "ipv4", "ipv6"]));
  assert.deepEqual(
    (await book()).live.map(({ address }) => address),
    [ip(1)],
  );
});

test("a changed set is one event, also when its two halves are told by different batches", async (t) => {
  const { tick, store, pair, clock, told } = await part(t);
  await tick(1);
  assert.deepEqual(told, [], "samples of addresses come with their target's, and are not told");
  const movedS = Math.floor(clock.nowMs() / TICK_MS) * (TICK_MS / 1000);
  for (let i = 0; i < 6; i += 1) await tick(2);
  assert.deepEqual(told, ["event", "event"]);
  const events = await store.events.list({ limit: 9 });
  assert.deepEqual(events, [
    {
      id: `addresses/${pair.target}/v1/${movedS}`,
      atS: movedS,
      kind: "addresses",
      ...pair,
      added: [ip(2)],
      gone: [ip(1)],
    },
  ]);
});

test("the same batch again changes neither events nor counts", async (t) => {
  const { tick, samples, send, store, clock, book } = await part(t, { max: 2 });
  await tick(1);
  const body = batchOf(samples([1, 2, 3]), clock.nowMs());
  await send(body);
  const [events, before] = [await store.events.list({ limit: 9 }), await book()];
  assert.equal(events.length, 1);
  const again = await send(body);
  assert.deepEqual(
    again.outcomes.map(({ outcome }) => outcome),
    ["duplicate", "duplicate", "rejected"],
  );
  assert.deepEqual([await store.events.list({ limit: 9 }), await book()], [events, before]);
});

test("after a day unseen an address gives its place back: exported first, in lines that import reads, then purged", async (t) => {
  const { tick, clock, held, files, exportsDir, left, book, store, registry, target, pair } = await part(t);
  for (let i = 0; i < 5; i += 1) await tick(1, 2);
  const series = { ...pair, address: ip(1) };
  const before = await Promise.all([300, 86_400].map((rowS) => store.digest(series, rowS)));
  clock.jump(DAY_MS);
  assert.deepEqual(await tick(3, 2), ["stored", "stored"]);
  await left();
  assert.deepEqual(await held(), [ip(2), ip(3)]);
  assert.deepEqual((await book()).leaving, []);
  const [name = "", ...more] = files();
  assert.equal(more.length, 0);
  assert.match(name, /^www-example-com-\w+\.v1\.2001-db8--1\.\d{8}T\d{6}Z\.jsonl\.gz$/);
  const lines = await linesIn(join(exportsDir, name));
  assert.equal(lines.length, 5);
  const samples = lines.map((line) => ("sample" in line ? { ...line.sample, target: line.target } : line));
  const outcomes = await importSamples({ store, registry, clock }, { ...pair, samples });
  assert.deepEqual(new Set(outcomes.map(({ outcome }) => outcome)), new Set(["stored"]));
  assert.deepEqual(await Promise.all([300, 86_400].map((rowS) => store.digest(series, rowS))), before);
  assert.equal(target.id, pair.target);
  const again = await importSamples({ store, registry, clock }, { ...pair, samples });
  assert.deepEqual(new Set(again.map(({ outcome }) => outcome)), new Set(["duplicate"]));
});

test("ticks that only the strip still has are exported too", async (t) => {
  const { tick, clock, store, pair, exportsDir, files, left } = await part(t, { max: 1 });
  const old = Math.floor(clock.nowMs() / TICK_MS) * (TICK_MS / 1000) - 100 * 86_400;
  const sample = { ...sampleOf(pair.target, old * 1000 + 1000), address: ip(1) };
  await store.samples.load(
    [{ vantage: "v1", epoch: "0".repeat(16), receivedMs: 0, skewMs: null, sample }],
    clock.nowMs(),
  );
  await tick(1);
  clock.jump(2 * DAY_MS);
  await tick(2);
  await left();
  const [name = ""] = files();
  const lines = await linesIn(join(exportsDir, name));
  assert.equal(lines.length, 2);
  const [, strip] = lines;
  assert.ok(strip && "sample" in strip);
  assert.equal(strip.sample.tick, old);
  assert.equal(strip.sample["state"], "up");
});

for (const end of ["before the export", "after the export", "after the purge"] as const)
  test(`an end ${end} loses nothing and repeats nothing`, async (t) => {
    const store = memoryStore();
    const ended = Promise.withResolvers<void>();
    const cut = () => {
      ended.resolve();
      throw new Error("ended");
    };
    const failing: Store = {
      ...store,
      samples: {
        ...store.samples,
        page: async (query) => {
          if (end === "before the export") cut();
          return await store.samples.page(query);
        },
        purge: async (series) => {
          if (end === "after the export") cut();
          await store.samples.purge(series);
        },
      },
      registry: {
        ...store.registry,
        put: async (kind, id, version, value) => {
          const book = AddressBook.safeParse(value).data;
          const purged = kind === "addresses" && book?.live.length === 2 && book.leaving.length === 0;
          if (end === "after the purge" && purged && full) cut();
          return await store.registry.put(kind, id, version, value);
        },
      },
    };
    let full = false;
    const { tick, clock, ingest, deps, held, files, left, book, exportsDir, pair, send, samples } =
      await part(t, {
        store: failing,
      });
    for (let i = 0; i < 3; i += 1) await tick(1, 2);
    clock.jump(DAY_MS);
    full = true;
    await tick(3, 2);
    await ended.promise;
    assert.deepEqual(
      (await book()).leaving.map(({ address }) => address),
      [ip(1)],
    );
    await ingest.addresses.stop();
    const [lastS = 0] = (await book()).leaving.map((one) => one.lastS);
    const path = join(exportsDir, fileName({ ...pair, address: ip(1) }, lastS));
    assert.equal(existsSync(path), end !== "before the export");
    if (end === "before the export") writeFileSync(`${path}.part`, "cut short");

    const next = ingestPart({ store, ...deps });
    const late = batchOf(samples([1]), clock.nowMs());
    next.addresses.start();
    assert.equal((await send(late, next)).outcomes[0]?.outcome, "rejected");
    await left();
    assert.deepEqual((await book()).leaving, []);
    assert.deepEqual(await held(), [ip(2), ip(3)]);
    assert.equal(files().length, 1);
    assert.equal((await linesIn(path)).length, 3);
    await next.addresses.stop();
  });

test("without a folder for exports nobody loses a place", async (t) => {
  const { deps, store, clock, samples, held, send } = await part(t, { max: 1 });
  const { exportsDir: _, ...rest } = deps;
  const ingest = ingestPart({ store, ...rest });
  await send(batchOf(samples([1]), clock.nowMs()), ingest);
  clock.jump(3 * DAY_MS);
  const answer = await send(batchOf(samples([2]), clock.nowMs()), ingest);
  assert.equal(answer.outcomes[0]?.outcome, "rejected");
  assert.match(answer.outcomes[0]?.why ?? "", /not among the 1 addresses .* counted as other/);
  assert.deepEqual(await held(), [ip(1)]);
});

test("the same on disk: what was kept, exported and purged is so after closing and opening", async (t) => {
  const { dir } = folder(t);
  const first = await openIn(dir);
  const { tick, clock, samples, send, left, pair, deps, exportsDir, files } = await part(t, { store: first });
  for (let i = 0; i < 4; i += 1) await tick(1, 2);
  clock.jump(DAY_MS);
  await tick(3, 2);
  await left();
  await first.close();

  const store = await openIn(dir);
  const registry = registryPart({ store, clock, random: randomBytes });
  const ingest = ingestPart({ store, ...deps, registry });
  const held = (await store.samples.generations(pair.target)).map(({ series }) => series.address);
  assert.deepEqual(held, [ip(2), ip(3)]);
  const answer = await send(batchOf(samples([2, 3, 1]), clock.nowMs()), ingest);
  assert.deepEqual(
    answer.outcomes.map(({ outcome }) => outcome),
    ["stored", "stored", "rejected"],
  );
  const [name = ""] = files();
  assert.equal((await linesIn(join(exportsDir, name))).length, 4);
  const [event] = await store.events.list({ limit: 1 });
  assert.deepEqual(event?.kind === "addresses" && event.added, [ip(3)]);
  assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
  await store.close();
});
