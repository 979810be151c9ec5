/** What becomes of a batch: outcomes, marks, skew, contact, and what pages are told. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { test } from "node:test";
import { ingestPart } from "../../../collector/ingest/ingest.ts";
import { liveBus } from "../../../collector/ingest/live.ts";
import { registryPart } from "../../../collector/registry/registry.ts";
import { memoryStore } from "../../../collector/store/memory/memory-store.ts";
import type { Store } from "../../../collector/store/store.ts";
import type { LiveEvent } from "../../../collector/wire/api-overview.ts";
import { UnavailableError } from "../../../collector/wire/errors.ts";
import { silentLog } from "../../../collector/wire/log.ts";
import { BatchAnswer } from "../../../collector/wire/sample.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { batchOf, sampleOf } from "./batches.ts";

const DAY_S = 86_400;

async function part(store: Store = memoryStore()) {
  const clock = fakeClock();
  const live = liveBus();
  const registry = registryPart({ store, clock, random: randomBytes });
  await registry.seed();
  await registry.vantages.create({ id: "v1", name: "v1", carrier: "ct", tags: [] });
  await registry.vantages.create({ id: "v2", name: "v2", carrier: "cnc", tags: [] });
  const target = await registry.targets.create({ name: "site", url: "https://www.example.com/" });
  const events: LiveEvent[] = [];
  live.subscribe((event) => events.push(event));
  const ingest = ingestPart({ store, registry, live, clock, log: silentLog });
  const send = async (body: unknown, vantage = "v1") =>
    BatchAnswer.parse(await ingest.batch(vantage, body, { receivedMs: clock.nowMs(), address: "192.0.2.7" }));
  const now = () => clock.nowMs();
  return { store, clock, registry, target, events, ingest, send, now };
}

const kinds = (answer: BatchAnswer) => answer.outcomes.map(({ outcome }) => outcome);

test("a batch is stored, answered in order, and shown; its repetition changes nothing", async () => {
  const { target, send, now, events, store } = await part();
  const samples = [sampleOf(target.id, now()), sampleOf(target.id, now(), { back: 1 })];
  const answer = await send(batchOf(samples, now()));
  assert.deepEqual(kinds(answer), ["stored", "stored"]);
  assert.equal(answer.mark, 1);
  assert.equal(answer.rewindToS, undefined);
  const shown = events.flatMap((event) => (event.type === "sample" ? [event.sample] : []));
  assert.equal(shown.length, 2);
  assert.deepEqual(
    [shown[0]?.vantage, shown[0]?.carrier, shown[0]?.live, shown[0]?.sample.tick],
    ["v1", "ct", true, samples[0]?.tick],
  );
  const before = await store.digest({ target: target.id, vantage: "v1" }, 300);
  const again = await send(batchOf(samples, now(), { knownMark: 1 }));
  assert.deepEqual(kinds(again), ["duplicate", "duplicate"]);
  assert.equal(await store.digest({ target: target.id, vantage: "v1" }, 300), before);
});

test("what a vantage was given is known after a restart, also when it could not be written at once", async () => {
  const store = memoryStore();
  let full = true;
  const put: Store["registry"]["put"] = async (kind, ...rest) => {
    if (kind === "assigned" && full) throw new Error("no space");
    return await store.registry.put(kind, ...rest);
  };
  const failing = { ...store, registry: { ...store.registry, put } };
  const { target, ingest, registry, clock, now } = await part(failing);
  const heard = () => ingest.contact("v1", { receivedMs: now(), address: null }, [target.id]);
  await assert.rejects(heard(), /no space/);
  full = false;
  await heard();
  await registry.targets.remove(target.id, null);
  const again = ingestPart({ store, registry, live: liveBus(), clock, log: silentLog });
  const body = batchOf([sampleOf(target.id, now())], now());
  const answer = await again.batch("v1", body, { receivedMs: now(), address: null });
  assert.deepEqual(kinds(answer), ["stored"]);
});

test("a poison record is rejected with its reason and counted, and the records around it are stored", async () => {
  const { target, send, now, store } = await part();
  const good = (back: number) => sampleOf(target.id, now(), { back });
  const poison: unknown[] = [
    null,
    "text",
    { ...good(1), tick: 1.5 },
    { ...good(1), surprise: true },
    { ...good(1), state: "down" },
    { ...good(1), timings: { ...good(1).timings, total: 2 ** 40 } },
    JSON.parse('{"__proto__": {"polluted": true}}'),
  ];
  const answer = await send(batchOf([good(0), ...poison, good(2)], now()));
  assert.deepEqual(kinds(answer), ["stored", ...poison.map(() => "rejected"), "stored"]);
  assert.match(answer.outcomes[4]?.why ?? "", /surprise/);
  assert.match(answer.outcomes[6]?.why ?? "", /timings\.total/);
  const counted = (await store.ops.counters()).find(({ vantage }) => vantage === "v1");
  assert.equal(counted?.rejected, poison.length);
  assert.equal(counted?.stored, 2);
  assert.equal(({} as Record<string, unknown>)["polluted"], undefined);
});

test("a vantage may report on what it measures or once measured, never on what it was not given", async () => {
  const { registry, clock, target, send, now, ingest } = await part();
  const narrow = await registry.targets.create({
    name: "only v2",
    url: "https://other.example.com/",
    from: { vantages: ["v2"] },
  });
  const foreign = await send(batchOf([sampleOf(narrow.id, now())], now()));
  assert.deepEqual(kinds(foreign), ["rejected"]);
  assert.match(foreign.outcomes[0]?.why ?? "", /never assigned/);
  assert.deepEqual(kinds(await send(batchOf([sampleOf("never-was", now())], now()))), ["rejected"]);
  await ingest.contact("v1", { receivedMs: now(), address: null }, [target.id]);
  await registry.targets.remove(target.id, target.version);
  await clock.advance(1_000);
  const late = await send(batchOf([sampleOf(target.id, now())], now()));
  assert.deepEqual(kinds(late), ["stored"], "its spool may outlive the target");
  assert.deepEqual(kinds(await send(batchOf([sampleOf(target.id, now())], now()), "v2")), ["rejected"]);
});

test("skew is the probe's clock minus ours, with half the round trip taken off", async () => {
  const { send, now } = await part();
  const skew = async (sentMs: number, rttMs: number | null) =>
    (await send(batchOf([], now(), { sentMs, rttMs }))).skewMs;
  assert.equal(await skew(now(), null), 0);
  assert.equal(await skew(now() - 100, 200), 0, "100 ms under way, clocks equal");
  assert.equal(await skew(now() + 5_000, 0), 5_000, "the probe is ahead");
  assert.equal(await skew(now() - 61_000, 0), -61_000);
});

test("what was last heard of a vantage is kept, and announced when it is news", async () => {
  const { send, now, events, registry, clock, ingest } = await part();
  const spool = { records: 7, bytes: 700, dropped: 2, quarantined: 1 };
  await send(batchOf([], now(), { spool, sentMs: now() + 40 }));
  assert.deepEqual((await registry.vantages.contacts()).get("v1"), {
    atMs: now(),
    probeVersion: "1.2.3",
    skewMs: 40,
    spoolRecords: 7,
    spoolBytes: 700,
    dropped: 2,
    quarantined: 1,
    address: "192.0.2.7",
  });
  await clock.advance(10_000);
  await ingest.contact("v1", { receivedMs: now(), address: "192.0.2.7" }, []);
  const contact = (await registry.vantages.contacts()).get("v1");
  assert.deepEqual(
    [contact?.atMs, contact?.spoolRecords],
    [now(), 7],
    "a poll keeps what only a batch tells",
  );
  const told = () => events.filter((event) => event.type === "vantage").length;
  assert.equal(told(), 1);
  await clock.advance(90_000);
  await send(batchOf([], now(), { spool }));
  assert.equal(told(), 2, "back from silence");
});

test("what a batch brought is still waiting when the store refuses it, and no longer when it takes it", async () => {
  const store = memoryStore();
  let full = true;
  const put: Store["samples"]["put"] = async (records, nowMs) => {
    if (full) throw new UnavailableError("disk_full", "no room", { hint: "make some" });
    return await store.samples.put(records, nowMs);
  };
  const { target, send, now, registry, clock } = await part({ ...store, samples: { ...store.samples, put } });
  const samples = [sampleOf(target.id, now()), sampleOf(target.id, now(), { back: 1 })];
  const body = batchOf(samples, now(), { spool: { records: 7, bytes: 700, dropped: 0, quarantined: 0 } });
  const waiting = async () => {
    const contact = (await registry.vantages.contacts()).get("v1");
    return [contact?.spoolRecords, contact?.spoolBytes];
  };
  await assert.rejects(send(body), /no room/);
  assert.deepEqual(await waiting(), [7, 700]);
  full = false;
  await clock.advance(1_000);
  await send(body);
  assert.deepEqual(await waiting(), [5, 700]);
  full = true;
  await clock.advance(1_000);
  await assert.rejects(send(batchOf(samples, now())), /no room/);
  assert.deepEqual(await waiting(), [2, 100], "the last of them");
});

test("while a backlog drains its length is written once a second, its growth and its end at once", async () => {
  const { send, now, registry, clock } = await part();
  const heard: (number | undefined)[] = [];
  const hear = async (records: number, afterMs: number): Promise<void> => {
    await clock.advance(afterMs);
    await send(batchOf([], now(), { spool: { records, bytes: 100, dropped: 0, quarantined: 0 } }));
    heard.push((await registry.vantages.contacts()).get("v1")?.spoolRecords);
  };
  for (const [records, afterMs] of [
    [900, 0],
    [800, 999],
    [700, 1],
    [600, 500],
    [650, 1],
    [701, 1],
    [0, 1],
    [0, 1],
    [5, 1],
  ] as const)
    await hear(records, afterMs);
  assert.deepEqual(heard, [900, 900, 700, 700, 700, 701, 0, 0, 5]);
});

test("a probe that knows more batches than this database is asked to send again what may be missing", async () => {
  const { send, now, clock } = await part();
  for (let mark = 1; mark <= 3; mark += 1) {
    assert.equal((await send(batchOf([], now(), { knownMark: mark - 1 }))).mark, mark);
  }
  const emptyAtS = Math.floor(now() / 1000);
  await clock.advance(7_200_000);
  const restored = await send(
    batchOf([], now(), { knownMark: 9, spool: { records: 40, bytes: 1, dropped: 0, quarantined: 0 } }),
  );
  assert.equal(restored.mark, 4);
  assert.ok(restored.rewindToS !== undefined);
  assert.ok(restored.rewindToS <= emptyAtS - DAY_S, "a measurement under way then is not missed");
  assert.ok(restored.rewindToS >= emptyAtS - 2 * DAY_S, "and not more than needed");
  const after = await send(batchOf([], now(), { knownMark: restored.mark }));
  assert.equal(after.rewindToS, undefined, "asked once");
});

test("an empty database asks an old probe for the whole late window", async () => {
  const { send, now } = await part();
  const answer = await send(batchOf([], now(), { knownMark: 1_000 }));
  assert.equal(answer.rewindToS, Math.floor(now() / 1000) - 15 * DAY_S);
});

test("a restored database whose disk is full asks again for what it lacks once there is room", async () => {
  const store = memoryStore();
  let full = true;
  const put: Store["samples"]["put"] = async (...given) => {
    if (full) throw new Error("disk full");
    return await store.samples.put(...given);
  };
  const { target, send, now } = await part({ ...store, samples: { ...store.samples, put } });
  const again = () => send(batchOf([sampleOf(target.id, now())], now(), { knownMark: 3 }));
  for (let refused = 0; refused < 5; refused += 1) await assert.rejects(again(), /disk full/);
  full = false;
  const answer = await again();
  assert.ok(answer.rewindToS !== undefined);
});

test("marks of one vantage are distinct also when its batches come at once", async () => {
  const { send, now } = await part();
  const answers = await Promise.all(Array.from({ length: 8 }, () => send(batchOf([], now()))));
  assert.deepEqual(answers.map(({ mark }) => mark).sort(), [1, 2, 3, 4, 5, 6, 7, 8]);
});

test("no answer before the store has taken the batch, and none at all when it cannot", async () => {
  const store = memoryStore();
  let release = () => {};
  const gate = new Promise<void>((resolve) => {
    release = resolve;
  });
  let fail = false;
  const put: Store["samples"]["put"] = async (records, nowMs) => {
    await gate;
    if (fail) throw new Error("disk full");
    return await store.samples.put(records, nowMs);
  };
  const { target, send, now, events } = await part({ ...store, samples: { ...store.samples, put } });
  let answered = false;
  const sent = send(batchOf([sampleOf(target.id, now())], now())).finally(() => {
    answered = true;
  });
  for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
  assert.equal(answered, false);
  assert.equal(events.filter(({ type }) => type === "sample").length, 0);
  release();
  assert.deepEqual(kinds(await sent), ["stored"]);
  fail = true;
  await assert.rejects(send(batchOf([sampleOf(target.id, now(), { back: 1 })], now())), /disk full/);
});

test("a wrong envelope is refused whole, another wire version in words", async () => {
  const { send, now, ingest } = await part();
  const good = batchOf([], now());
  const wrong: unknown[] = [
    null,
    [],
    "x",
    {},
    { ...good, epoch: "short" },
    { ...good, sentMs: 1e300 },
    { ...good, samples: {} },
    { ...good, samples: Array(501).fill(null) },
    { ...good, extra: 1 },
    { ...good, knownMark: -1 },
  ];
  for (const body of wrong) {
    await assert.rejects(send(body), { code: "invalid_input" }, JSON.stringify(body)?.slice(0, 80));
  }
  await assert.rejects(send({ ...good, wire: 2, more: true }), {
    code: "wire_version",
    hint: /update the collector/,
  });
  assert.deepEqual(ingest.batches(), { taken: 0, refused: wrong.length + 1, failed: 0 });
  await assert.rejects(send({ ...good, wire: 0 }), { code: "wire_version", hint: /update the probe/ });
});

test("of a backlog pages are shown the newest of each target, and every live sample", async () => {
  const { target, send, now, events } = await part();
  const backlog = Array.from({ length: 50 }, (_, i) => sampleOf(target.id, now(), { back: 100 + i }));
  await send(batchOf(backlog, now()));
  const shown = events.flatMap((event) => (event.type === "sample" ? [event.sample] : []));
  assert.deepEqual(
    shown.map(({ live, sample }) => [live, sample.tick]),
    [[false, backlog[0]?.tick]],
  );
});

test("what a vantage may report is written down once for all targets of its first batch", async () => {
  const store = memoryStore();
  const written: string[] = [];
  const put: Store["registry"]["put"] = (kind, ...rest) => {
    written.push(kind);
    return store.registry.put(kind, ...rest);
  };
  const { target, registry, send, now } = await part({ ...store, registry: { ...store.registry, put } });
  const other = await registry.targets.create({ name: "other", url: "https://other.example.com/" });
  const samples = [target.id, other.id, "nobodys"].map((id, i) => sampleOf(id, now(), { seq: i + 1 }));
  const answer = await send(batchOf(samples, now()));
  assert.deepEqual(kinds(answer), ["stored", "stored", "rejected"]);
  assert.equal(answer.outcomes[2]?.why, "target nobodys was never assigned to vantage v1");
  assert.equal(written.filter((kind) => kind === "assigned").length, 1);
});
