/** What becomes of a record depends on its tick and the collector's now, in a fixed order. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { LATE_WINDOW_S, LOG_KEEP_S, LONGEST_S } from "../../collector/archive/layout.ts";
import { codeOf } from "../../collector/archive/strip.ts";
import { PDP_MAX } from "../../collector/wire/metric.ts";
import type { Sample } from "../../collector/wire/sample.ts";
import {
  downAt,
  forEachEngine,
  nowAfter,
  record,
  SERIES,
  T0,
  timingsOf,
  unknownSample,
  withStore,
} from "./support.ts";

forEachEngine("acceptance", (open) => {
  test(
    "the same record again is a duplicate and changes nothing",
    withStore(open, async (store) => {
      assert.deepEqual(await store.samples.put([record()], nowAfter(T0)), ["stored"]);
      const before = await store.digest(SERIES, 300);
      assert.deepEqual(await store.samples.put([record(), record()], nowAfter(T0)), [
        "duplicate",
        "duplicate",
      ]);
      assert.equal(await store.digest(SERIES, 300), before);
    }),
  );

  test(
    "another record for a taken tick is a conflict and the first stands",
    withStore(open, async (store) => {
      await store.samples.put([record()], nowAfter(T0));
      const others = [record({ seq: 99 }), record({ epoch: "fedcba9876543210" })];
      assert.deepEqual(await store.samples.put(others, nowAfter(T0)), ["conflict", "conflict"]);
      const [kept] = await store.samples.latest([SERIES]);
      assert.equal(kept?.sample.seq, record().sample.seq);
    }),
  );

  test(
    "a tick is taken whatever step it was measured with",
    withStore(open, async (store) => {
      await store.samples.put([record()], nowAfter(T0));
      const sameTick = record({ stepS: 60, seq: 99 });
      const sameRecord = record({ stepS: 60, seq: record().sample.seq });
      assert.deepEqual(await store.samples.put([sameTick, sameRecord], nowAfter(T0)), [
        "conflict",
        "duplicate",
      ]);
    }),
  );

  test(
    "duplicates inside one batch are seen",
    withStore(open, async (store) => {
      const batch = [record(), record(), record({ seq: 99 })];
      assert.deepEqual(await store.samples.put(batch, nowAfter(T0)), ["stored", "duplicate", "conflict"]);
    }),
  );

  const limits = [
    { name: "a tick exactly as old as the late window is stored", ageS: LATE_WINDOW_S, want: "stored" },
    { name: "a tick one second older is too old", ageS: LATE_WINDOW_S + 1, want: "tooOld" },
    { name: "a tick exactly 60 s ahead is stored", ageS: -60, want: "stored" },
    { name: "a tick 61 s ahead is quarantined as future", ageS: -61, want: "future" },
  ];
  for (const { name, ageS, want } of limits)
    test(
      name,
      withStore(open, async (store) => {
        assert.deepEqual(await store.samples.put([record()], (T0 + ageS) * 1000), [want]);
      }),
    );

  test(
    "a duplicate is recognised before it is found too old or ahead",
    withStore(open, async (store) => {
      await store.samples.put([record()], nowAfter(T0));
      assert.deepEqual(await store.samples.put([record()], (T0 + LATE_WINDOW_S + 9) * 1000), ["duplicate"]);
      assert.deepEqual(await store.samples.put([record()], (T0 - 3600) * 1000), ["duplicate"]);
    }),
  );

  test(
    "history is accepted as far back as the longest archive, and no further",
    withStore(open, async (store) => {
      const now = (T0 + LONGEST_S) * 1000;
      assert.deepEqual(await store.samples.load([record()], now), ["stored"]);
      assert.deepEqual(await store.samples.load([record({ tick: T0 - 300 })], now), ["tooOld"]);
      assert.deepEqual(await store.samples.load([record({ tick: T0 + LONGEST_S + 300 })], now), ["future"]);
    }),
  );

  test(
    "history loaded twice changes nothing, even where identities are long forgotten",
    withStore(open, async (store) => {
      const days = Array.from({ length: 60 }, (_, day) => record({ tick: T0 + day * 86_400 }));
      const now = nowAfter(T0 + 60 * 86_400);
      assert.deepEqual(new Set(await store.samples.load(days, now)), new Set(["stored"]));
      const before = await store.digest(SERIES, 86_400);
      assert.deepEqual(new Set(await store.samples.load(days, now)), new Set(["duplicate"]));
      assert.equal(await store.digest(SERIES, 86_400), before);
    }),
  );

  test(
    "beyond the sample log what was measured is a duplicate, whoever says it, and what was UNKNOWN may be filled",
    withStore(open, async (store) => {
      const at = (i: number, sample: Partial<Sample> = {}, seq = 1 + i) =>
        record({ tick: T0 + i * 300, seq, sample });
      const suspect = { state: "suspect" } as const;
      const first = [at(0), at(1, downAt("tls")), at(2, suspect), at(3, unknownSample), at(4)];
      const newest = record({ tick: T0 + LOG_KEEP_S(300) + 900 });
      const now = nowAfter(newest.sample.tick);
      assert.deepEqual(new Set(await store.samples.load([...first, newest], now)), new Set(["stored"]));
      const before = await store.digest(SERIES, 86_400);
      const others = [at(0, {}, 91), at(1, {}, 92), at(2, {}, 93), at(0), at(4, {}, 94)];
      assert.deepEqual(await store.samples.load(others, now), [
        "duplicate",
        "duplicate",
        "duplicate",
        "duplicate",
        "conflict",
      ]);
      assert.equal(await store.digest(SERIES, 86_400), before);
      assert.deepEqual(await store.samples.load([at(3, {}, 95)], now), ["stored"]);
      const [strip] = await store.strip.read({ series: [SERIES], fromS: T0 + 900, toS: T0 + 900 });
      assert.deepEqual([...(strip?.codes ?? [])], [codeOf(at(3, {}, 95).sample)]);
      assert.notEqual(await store.digest(SERIES, 86_400), before);
    }),
  );

  test(
    "history and what comes live know each other, and history is counted, but never as late",
    withStore(open, async (store) => {
      const old = { tick: T0 - 3_600, receivedMs: T0 * 1000 };
      const clamped = { timings: { ...timingsOf(9), speed: PDP_MAX } };
      const batch = [record(old), record({ ...old, seq: 7 }), record({ tick: T0 - 300, sample: clamped })];
      assert.deepEqual(await store.samples.load(batch, nowAfter(T0)), ["stored", "conflict", "stored"]);
      assert.deepEqual(await store.samples.put(batch, nowAfter(T0)), ["duplicate", "conflict", "duplicate"]);
      assert.deepEqual(await store.samples.put([record()], nowAfter(T0)), ["stored"]);
      assert.deepEqual(await store.samples.load([record(), record({ seq: 7 })], nowAfter(T0)), [
        "duplicate",
        "conflict",
      ]);
      const [counted] = await store.ops.counters();
      const { stored, duplicate, conflict, late, clamped: clampedTo } = counted ?? {};
      assert.deepEqual(
        { stored, duplicate, conflict, late, clampedTo },
        {
          ...{ stored: 3, duplicate: 3, conflict: 3, late: 0, clampedTo: 1 },
        },
      );
      const due = await store.claims.due(nowAfter(T0), 1_000, 10);
      assert.deepEqual(
        due.map(({ tick }) => tick),
        [T0],
      );
    }),
  );

  test(
    "a step that does not divide a day is rejected, and so is a tick off its step",
    withStore(open, async (store) => {
      const odd = record({ tick: 700 * 2_000_000, stepS: 700 });
      const off = record({ tick: T0 + 1 });
      assert.deepEqual(await store.samples.put([odd, off], nowAfter(T0)), ["rejected", "rejected"]);
      assert.deepEqual(await store.samples.generations(), []);
    }),
  );

  test(
    "live is within max(2 steps, 120 s) of the tick by the skew-corrected clock",
    withStore(open, async (store) => {
      const at = (i: number, lateMs: number, skewMs: number | null, stepS = 300) => {
        const tick = T0 + i * 300;
        return record({ tick, stepS, receivedMs: tick * 1000 + lateMs, skewMs });
      };
      const cases = [
        { record: at(0, 600_000, null), live: true },
        { record: at(1, 600_001, null), live: false },
        { record: at(2, 600_001, -1), live: true },
        { record: at(3, 600_000, 1), live: false },
        { record: at(4, 120_000, 0, 10), live: true },
        { record: at(5, 120_001, 0, 10), live: false },
      ];
      const now = nowAfter(T0 + 3_600);
      await store.samples.put(
        cases.map((one) => one.record),
        now,
      );
      const states = await store.samples.states(
        "shop",
        cases.map((one) => one.record.sample.tick),
      );
      assert.deepEqual(
        states.map((one) => one.live),
        cases.map((one) => one.live),
      );
    }),
  );

  test(
    "every outcome is counted by vantage, late and clamped samples besides",
    withStore(open, async (store) => {
      const late = record({ tick: T0 - 3_600, receivedMs: T0 * 1000 });
      const clamped = record({ tick: T0 + 300, sample: { timings: { ...timingsOf(9), speed: PDP_MAX } } });
      const batch = [record(), record(), record({ seq: 7 }), late, clamped, record({ tick: T0 + 9_000 })];
      await store.samples.put(batch, nowAfter(T0 + 300));
      await store.samples.put([record({ vantage: "cmcc-1", tick: T0 - 20 * 86_400 })], nowAfter(T0));
      await store.ops.countRejected("cmcc-1", 3);
      await store.samples.load([record({ vantage: "cnc-1", tick: T0 - 86_400 })], nowAfter(T0));
      const zero = {
        stored: 0,
        duplicate: 0,
        conflict: 0,
        tooOld: 0,
        future: 0,
        rejected: 0,
        late: 0,
        clamped: 0,
      };
      assert.deepEqual(await store.ops.counters(), [
        { ...zero, vantage: "cmcc-1", tooOld: 1, rejected: 3 },
        { ...zero, vantage: "cnc-1", stored: 1 },
        { ...zero, vantage: "ct-1", stored: 3, duplicate: 1, conflict: 1, future: 1, late: 1, clamped: 1 },
      ]);
    }),
  );

  test(
    "an unknown sample takes its tick, a failed one keeps its details",
    withStore(open, async (store) => {
      const unknown = record({ sample: unknownSample });
      const failed = record({ tick: T0 + 300, sample: downAt("tls") });
      assert.deepEqual(await store.samples.put([unknown, failed], nowAfter(T0 + 300)), ["stored", "stored"]);
      assert.deepEqual(await store.samples.put([record({ seq: 5 })], nowAfter(T0)), ["conflict"]);
      const states = await store.samples.states("shop", [T0, T0 + 300]);
      assert.deepEqual(
        states.map((one) => one.sample),
        [unknown.sample, failed.sample],
      );
    }),
  );
});
