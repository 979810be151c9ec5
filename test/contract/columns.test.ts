/** Samples given by columns are stored, counted, marked and refused as the same samples given one by one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { LATE_WINDOW_S } from "../../collector/archive/layout.ts";
import type { SampleRecord, Store } from "../../collector/store/store.ts";
import { PDP_MAX } from "../../collector/wire/metric.ts";
import type { Sample } from "../../collector/wire/sample.ts";
import { recordOf } from "../bench/archive/samples.ts";
import { FULL_DETAIL } from "../collector/ingest/odd-samples.ts";
import { columnsFrom } from "../support/columns.ts";
import { forEachEngine, nowAfter, record, T0, withStore } from "./support.ts";

const STEP_S = 300;
const { vantage, epoch } = record();
const common = { vantage, epoch, receivedMs: nowAfter(T0), skewMs: 1.5 };
const tickOf = (no: number) => T0 + no * STEP_S;
const { hops, unverified, ping, records, addresses, ...USUAL } = FULL_DETAIL;

/** Two series over three tiles, with what an up sample may lack, and what it may have. */
const SAMPLES: Sample[] = Array.from({ length: 100 }, (_, no) => {
  const { sample } = recordOf(no % 2, tickOf(no >> 1));
  const kinds: Partial<Sample>[] = [
    {},
    { detail: USUAL as Sample["detail"] },
    { detail: { hops, unverified, ping, records, addresses, receiveBps: null } as Sample["detail"] },
    { timings: { ...sample.timings, total: null, speed: PDP_MAX, tls: null } },
    { detail: {} },
    { detail: { address: "2001:db8::7", lateMs: 0.125, loopDelayMs: 1 / 3 } },
  ];
  return { ...sample, seq: no + 1, ...kinds[no % kinds.length] };
});
const NOW_MS = nowAfter(tickOf(60));

async function everything(store: Store) {
  const series = ["shop-0", "shop-1"].map((target) => ({ target, vantage }));
  const { samples } = await store.samples.page({
    series,
    fromS: 0,
    toS: tickOf(1_000),
    limit: 1_000,
    order: "oldest",
  });
  const digests: string[] = [];
  for (const one of series)
    for (const archive of [STEP_S, 1_800, "strip"] as const) digests.push(await store.digest(one, archive));
  const due = await store.claims.due(NOW_MS, 1_000, 1_000);
  return {
    samples,
    digests,
    counters: await store.ops.counters(),
    due: due.map(({ target, tick, live }) => `${target} ${tick} ${live}`).sort(),
  };
}

forEachEngine("columns", (open) => {
  const both = async (act: (store: Store, put: typeof byColumns) => Promise<unknown>) => {
    const found: unknown[] = [];
    for (const put of [byRecords, byColumns])
      await withStore(open, async (store) => {
        found.push([await act(store, put), await everything(store)]);
      })();
    assert.deepEqual(found[1], found[0]);
  };

  test("batch after batch the same is stored, counted and marked", () =>
    both(async (store, put) => {
      const outcomes: string[] = [];
      for (let from = 0; from < SAMPLES.length; from += 10)
        outcomes.push(...(await put(store, SAMPLES.slice(from, from + 10), NOW_MS)));
      assert.ok(outcomes.every((outcome) => outcome === "stored"));
      return outcomes;
    }));

  test("several ticks of a series in one batch, in any order", () =>
    both(async (store, put) => await put(store, SAMPLES.toReversed(), NOW_MS)));

  test("what was stored before, is taken, too old, ahead or of no possible step", () =>
    both(async (store, put) => {
      await put(store, SAMPLES.slice(0, 20), NOW_MS);
      const [first] = SAMPLES;
      assert.ok(first);
      const outcomes = await put(
        store,
        [
          ...SAMPLES.slice(10, 30),
          { ...first, seq: 999 },
          { ...first, tick: tickOf(900) },
          { ...first, tick: tickOf(0) - LATE_WINDOW_S - STEP_S },
          { ...first, tick: Math.floor(T0 / 17) * 17, stepS: 17 },
        ],
        NOW_MS,
      );
      assert.deepEqual(
        new Set(outcomes),
        new Set(["stored", "duplicate", "conflict", "future", "tooOld", "rejected"]),
      );
      return outcomes;
    }));

  test("one form after the other: each knows what the other stored", () =>
    both(async (store, put) => {
      await byRecords(store, SAMPLES.slice(0, 50), NOW_MS);
      return [await put(store, SAMPLES, NOW_MS), await byRecords(store, SAMPLES, NOW_MS)];
    }));

  test("what is given together is stored together, and a skew may be unknown", () =>
    both(async (store, put) =>
      Promise.all([
        put(store, SAMPLES.slice(0, 30), NOW_MS, null),
        put(store, SAMPLES.slice(20, 60), NOW_MS, null),
        byRecords(store, SAMPLES.slice(40), NOW_MS),
      ]),
    ));
});

async function byRecords(
  store: Store,
  samples: readonly Sample[],
  nowMs: number,
  skewMs: number | null = 1.5,
) {
  const all: SampleRecord[] = samples.map((sample) => ({ ...common, skewMs, sample }));
  return await store.samples.put(all, nowMs);
}

async function byColumns(
  store: Store,
  samples: readonly Sample[],
  nowMs: number,
  skewMs: number | null = 1.5,
) {
  return await store.samples.putColumns({ ...common, skewMs, columns: columnsFrom(samples) }, nowMs);
}
