/** What a target keeps beside rows and the strip of total: last values, a strip of another metric; in both engines. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY_S, FUTURE_LIMIT_S, LONGEST_S, PDP_KEEP_S } from "../../collector/archive/layout.ts";
import { codeOf, decode } from "../../collector/archive/strip.ts";
import type { ArchiveName, LastRun } from "../../collector/store/lasts-and-strips.ts";
import type { HistoryRow, SampleRecord, Store } from "../../collector/store/store.ts";
import { type Archive, archivesOfText, type Extras, NO_EXTRAS } from "../../collector/wire/archives.ts";
import type { Metric } from "../../collector/wire/metric.ts";
import { fc } from "../support/property.ts";
import {
  downAt,
  ENGINES,
  forEachEngine,
  nowAfter,
  type Opened,
  record,
  SERIES,
  T0,
  timingsOf,
  unknownSample,
  withStore,
} from "./support.ts";

const EVER = { fromS: 0, toS: T0 * 2 };
const LAST: Extras = { last: true, percentiles: [] };
const TTFB: Extras = { last: false, percentiles: ["ttfb"] };
const BOTH: Extras = { last: true, percentiles: ["ttfb"] };

const lastsOf = (store: Store, rowS: number, range = EVER) =>
  store.lasts.read({ series: [SERIES], metrics: ["total"], rowS, ...range });

/** Total by label; a label in two runs would fail. */
function byLabel(runs: readonly LastRun[], metric: Metric = "total"): Map<number, number | null> {
  const found = new Map<number, number | null>();
  for (const run of runs)
    run.columns[metric]?.forEach((value, i) => {
      const label = run.fromS + i * run.rowS;
      assert.ok(!found.has(label), `label ${label} is in two runs`);
      found.set(label, Number.isNaN(value) ? null : value);
    });
  return found;
}

/** Every tick of some days before T0, up. */
const days = (from: number, to: number, stepS = 3_600): SampleRecord[] =>
  Array.from({ length: ((from - to) * DAY_S) / stepS }, (_, i) =>
    record({ tick: T0 - from * DAY_S + (i + 1) * stepS, stepS }),
  );

/** A clock by which a change holds after this tick. */
const clockAt = (tick: number): number => tick - FUTURE_LIMIT_S;

async function load(store: Store, records: readonly SampleRecord[], nowS = T0): Promise<void> {
  for (let at = 0; at < records.length; at += 2_000)
    await store.samples.load(records.slice(at, at + 2_000), nowAfter(nowS));
}

const totalAt = (tick: number, stepS = 3_600) => record({ tick, stepS }).sample.timings.total;

forEachEngine("LAST", (open) => {
  test(
    "a row's last value is that of the tick it ends with, and there is none where that tick has none",
    withStore(open, async (store) => {
      await store.samples.shape("shop", 300, null, 0, LAST);
      const at = (n: number, sample = {}) => record({ tick: T0 + n * 300, sample });
      const samples = [at(5), at(6), at(11), at(12, downAt("tls")), at(17), at(18, unknownSample), at(24)];
      await store.samples.put([...samples, at(25)], nowAfter(T0 + 25 * 300));
      const totals = byLabel(await lastsOf(store, 1_800));
      assert.deepEqual(
        [...totals].map(([label, value]) => [(label - T0) / 300, value]),
        [
          [6, at(6).sample.timings.total],
          [12, null],
          [18, null],
          [24, at(24).sample.timings.total],
        ],
      );
      const [run] = await store.lasts.read({ series: [SERIES], metrics: ["dns"], rowS: 1_800, ...EVER });
      assert.equal(byLabel(run ? [run] : [], "dns").get(T0 + 12 * 300), at(12).sample.timings.dns);
    }),
  );

  test(
    "late samples reach the last values, whatever came before them",
    withStore(open, async (store) => {
      await store.samples.shape("shop", 3_600, null, 0, LAST);
      await load(store, days(60, 0).toReversed());
      const daily = byLabel(await lastsOf(store, DAY_S));
      assert.equal(daily.size, 60);
      for (const [label, value] of daily) assert.equal(value, totalAt(label), `${label}`);
    }),
  );

  test(
    "without rings of its own it is answered as far back as primary data points reach, in rows of any width",
    withStore(open, async (store) => {
      await load(store, days(60, 0));
      for (const rowS of [3_600, 4 * 3_600, DAY_S]) {
        const found = byLabel(await lastsOf(store, rowS));
        assert.equal(Math.min(...found.keys()), T0 - PDP_KEEP_S(3_600) + rowS, `${rowS}`);
        for (const [label, value] of found) assert.equal(value, totalAt(label));
      }
      assert.deepEqual(await lastsOf(store, 1_800), []);
    }),
  );

  test(
    "asked for later it begins with the primary data points, and narrower rows answer wider ones",
    withStore(open, async (store) => {
      await load(store, days(60, 40));
      await store.samples.shape("shop", 3_600, null, T0 - 40 * DAY_S, LAST);
      await load(store, days(40, 0));
      const since = T0 - 40 * DAY_S - PDP_KEEP_S(3_600);
      const daily = byLabel(await lastsOf(store, DAY_S));
      assert.equal(Math.min(...daily.keys()), since + DAY_S);
      // Of rows of four hours there is no archive: of ticks first, then of rows of two hours.
      const four = byLabel(await lastsOf(store, 4 * 3_600));
      assert.equal(Math.min(...four.keys()), since + 4 * 3_600);
      for (const [label, value] of [...daily, ...four]) assert.equal(value, totalAt(label));
      const [generation] = await store.samples.generations("shop");
      assert.deepEqual(
        generation?.lasts?.map(({ rowS, rows }) => [rowS, rows]),
        [
          [7_200, 775],
          [DAY_S, 797],
        ],
      );
    }),
  );

  test(
    "a changed set takes its last values from those that are held, and what it lacks stays until it ages out",
    withStore(open, async (store) => {
      await store.samples.shape("shop", 3_600, null, 0, LAST);
      await load(store, days(60, 0));
      const set = archivesOfText("1x48,12x300") ?? [];
      await store.samples.shape("shop", 3_600, set, T0, LAST);
      const twelve = byLabel(await lastsOf(store, 12 * 3_600));
      assert.equal(twelve.size, 120);
      for (const [label, value] of twelve) assert.equal(value, totalAt(label));
      assert.equal(byLabel(await lastsOf(store, 7_200)).size, 60 * 12);
      await store.samples.shape("shop", 3_600, set, T0, NO_EXTRAS);
      assert.equal(byLabel(await lastsOf(store, 12 * 3_600)).size, 120);
      const later = T0 + 70 * DAY_S;
      await load(store, [record({ tick: later, stepS: 3_600 })], later);
      const kept = byLabel(await lastsOf(store, 7_200, { fromS: 0, toS: T0 }));
      assert.equal(kept.size, 0);
      assert.ok(byLabel(await lastsOf(store, 12 * 3_600, { fromS: 0, toS: T0 })).size > 100);
      assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
    }),
  );

  test(
    "the last value of a row from elsewhere stands until somebody measured in the row",
    withStore(open, async (store) => {
      await store.samples.shape("shop", 3_600, null, 0, LAST);
      await load(store, days(2, 0));
      const label = T0 - 40 * DAY_S;
      const row = (labelS: number): HistoryRow => ({
        ...{ series: SERIES, stepS: 3_600, rowS: DAY_S, labelS },
        values: { total: { n: 24, sum: 2_400, min: 50, max: 150 } },
        lasts: { total: 70 },
      });
      const laid = await store.samples.loadRows([row(label), row(label - DAY_S)], nowAfter(T0));
      assert.deepEqual(laid, ["stored", "stored"]);
      assert.equal(byLabel(await lastsOf(store, DAY_S)).get(label), 70);
      await load(store, [record({ tick: label - 7_200, stepS: 3_600 })]);
      assert.equal(byLabel(await lastsOf(store, DAY_S)).get(label), null);
      assert.equal(byLabel(await lastsOf(store, DAY_S)).get(label - DAY_S), 70);
      assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
    }),
  );
});

forEachEngine("the strip of ttfb", (open) => {
  const read = (store: Store, range = EVER) =>
    store.strip.read({ series: [SERIES], metric: "ttfb", ...range });

  test(
    "each tick has its state and its ttfb, open ticks too, and a target that does not ask has none",
    withStore(open, async (store) => {
      await store.samples.shape("shop", 300, null, 0, TTFB);
      const noTtfb = { timings: { ...timingsOf(7), ttfb: null } };
      const kinds = [{}, downAt("connect"), noTtfb, { state: "suspect" as const }, unknownSample];
      const records = Array.from({ length: 45 }, (_, i) =>
        record({ tick: T0 + i * 300, sample: kinds[i % 5] ?? {} }),
      );
      const other = record({ target: "other" });
      await store.samples.put([...records, other], nowAfter(T0 + 45 * 300));
      const [run] = await read(store);
      assert.equal(run?.fromS, T0);
      assert.deepEqual(
        [...(run?.codes ?? [])],
        records.map(({ sample }) => codeOf(sample, "ttfb")),
      );
      assert.equal(decode(run?.codes[0] ?? 0).totalUs, records[0]?.sample.timings.ttfb);
      const elsewhere = { series: [{ target: "other", vantage: "ct-1" }], metric: "ttfb" as const, ...EVER };
      assert.deepEqual(await store.strip.read(elsewhere), []);
    }),
  );

  test(
    "switched on it begins where primary data points do, switched off it is frozen until it has aged out",
    withStore(open, async (store) => {
      await load(store, days(60, 20));
      await store.samples.shape("shop", 3_600, null, clockAt(T0 - 20 * DAY_S), TTFB);
      await load(store, days(20, 10));
      await store.samples.shape("shop", 3_600, null, clockAt(T0 - 10 * DAY_S), NO_EXTRAS);
      await load(store, days(10, 0));
      const [run, ...others] = await read(store);
      assert.deepEqual(others, []);
      assert.equal(run?.fromS, T0 - 20 * DAY_S - PDP_KEEP_S(3_600) + 3_600);
      assert.equal(run?.codes.length, (10 * DAY_S + PDP_KEEP_S(3_600)) / 3_600);
      run?.codes.forEach((code, i) => {
        const { sample } = record({ tick: run.fromS + i * 3_600, stepS: 3_600 });
        assert.equal(code, codeOf(sample, "ttfb"));
      });
      const far = T0 + LONGEST_S - 12 * DAY_S;
      await load(store, [record({ tick: far, stepS: 3_600 })], far);
      assert.equal((await read(store))[0]?.codes.length, 2 * 24);
      await load(store, [record({ tick: far + 3 * DAY_S, stepS: 3_600 })], far + 3 * DAY_S);
      assert.deepEqual(await read(store), []);
      assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
    }),
  );

  test(
    "switched on again in time it goes on without a gap, and later it begins anew beside the old one",
    withStore(open, async (store) => {
      await store.samples.shape("shop", 3_600, null, 0, TTFB);
      await load(store, days(90, 70));
      await store.samples.shape("shop", 3_600, null, clockAt(T0 - 70 * DAY_S), NO_EXTRAS);
      await load(store, days(70, 60));
      await store.samples.shape("shop", 3_600, null, clockAt(T0 - 60 * DAY_S), TTFB);
      assert.equal((await read(store)).length, 1);
      await load(store, days(60, 50));
      await store.samples.shape("shop", 3_600, null, clockAt(T0 - 50 * DAY_S), NO_EXTRAS);
      await load(store, days(50, 0));
      await store.samples.shape("shop", 3_600, null, clockAt(T0), TTFB);
      const spans = (await read(store)).map((run) => [
        (run.fromS - T0) / 3_600,
        run.codes.length,
        run.codes.every((code) => code > 0),
      ]);
      assert.deepEqual(spans, [
        [1 - 90 * 24, 40 * 24, true],
        [1 - 16 * 24, 16 * 24, true],
      ]);
    }),
  );
});

type Act =
  | { readonly kind: "samples"; readonly records: readonly SampleRecord[] }
  | { readonly kind: "rows"; readonly labels: readonly number[] }
  | {
      readonly kind: "set";
      readonly set: readonly Archive[] | null;
      readonly extras: Extras;
      readonly atS: number;
    };

const STEP_S = 3_600;
const SETS = [null, "1x48,2x300,24x400", "1x600,6x30", "1x20,3x100:0.2,12x50", "1x48,2x775,24x797"].map(
  (text) => (text === null ? null : (archivesOfText(text) ?? [])),
);
const WIDTHS = [1, 2, 3, 4, 6, 12, 24].map((steps) => steps * STEP_S);
const ARCHIVES: readonly ArchiveName[] = [
  ...WIDTHS,
  ...WIDTHS.map((rowS) => `LAST ${rowS}` as const),
  "strip",
  "strip ttfb",
];

const story = fc.record({
  gaps: fc.array(fc.integer({ min: 1, max: 500 }), { minLength: 3, maxLength: 6 }),
  sets: fc.array(
    fc.record({ set: fc.constantFrom(...SETS), extras: fc.constantFrom(NO_EXTRAS, LAST, TTFB, BOTH) }),
    { minLength: 2, maxLength: 5 },
  ),
  holes: fc.integer({ min: 2, max: 9 }),
  late: fc.integer({ min: 2, max: 7 }),
  laid: fc.boolean(),
});
type Told = typeof story extends fc.Arbitrary<infer T> ? T : never;

/** @param hour Counted from T0. */
function sampleAt(hour: number): SampleRecord {
  const value = 1 + (((hour * 7_919) % 9_973) ** 2 % 5_000_000);
  const sample = hour % 11 === 0 ? downAt("tls") : { timings: timingsOf(value) };
  return record({ tick: T0 + hour * STEP_S, stepS: STEP_S, sample });
}

/** In time: samples until a change, the change, and so on; every `late`th sample comes after all changes. */
function actsOf({ gaps, sets, holes, late, laid }: Told): Act[] {
  const acts: Act[] = [];
  const last: SampleRecord[] = [];
  let hour = -gaps.reduce((sum, gap) => sum + gap, 0);
  const first = T0 + hour * STEP_S;
  for (const [i, gap] of gaps.entries()) {
    const hours = Array.from({ length: gap }, (_, k) => hour + 1 + k)
      .filter((one) => one % holes !== 0)
      // Some days nobody measured at all: rows from elsewhere may lie there.
      .filter((one) => !laid || Math.floor(one / 24) % 4 !== 0);
    hour += gap;
    acts.push({ kind: "samples", records: hours.filter((one) => one % late !== 0).map(sampleAt) });
    last.push(...hours.filter((one) => one % late === 0).map(sampleAt));
    const labels = [24, 12, 2].map((steps) => Math.ceil(first / (steps * STEP_S)) * steps * STEP_S);
    if (laid && i === 1) acts.push({ kind: "rows", labels });
    const set = sets[i];
    if (set) acts.push({ kind: "set", ...set, atS: T0 + hour * STEP_S + 30 });
  }
  return [...acts, { kind: "samples", records: last }];
}

/** The same, told otherwise: within each stretch the samples come backwards, in pieces, some twice. */
const otherwise = (acts: readonly Act[]): Act[] =>
  acts.flatMap((act): Act[] => {
    if (act.kind !== "samples") return [act];
    const back = act.records.toReversed();
    const cut = Math.floor(back.length / 3);
    return [back.slice(cut), back.slice(0, cut), back.slice(0, 5)].map((records) => ({
      kind: "samples",
      records,
    }));
  });

async function tell(store: Store, target: string, act: Act): Promise<void> {
  if (act.kind === "set") return store.samples.shape(target, STEP_S, act.set, act.atS, act.extras);
  if (act.kind === "samples") {
    const records = act.records.map((one) => ({ ...one, sample: { ...one.sample, target } }));
    await store.samples.load(records, nowAfter(T0));
    return;
  }
  const rows = act.labels.flatMap((label, i) =>
    Array.from({ length: 20 }, (_, k): HistoryRow => {
      const rowS = ([24, 12, 2][i] ?? 1) * STEP_S;
      const total = { n: 1, sum: 100 + k, min: 100 + k, max: 100 + k };
      return {
        ...{ series: { target, vantage: "ct-1" }, stepS: STEP_S, rowS, labelS: label + k * rowS },
        ...{ values: { total }, lasts: { total: 100 + k } },
      };
    }),
  );
  await store.samples.loadRows(rows, nowAfter(T0));
}

test("any sets and extras, changed at any time, with samples in any order, are equal in both engines", async () => {
  const opened: Opened[] = await Promise.all(ENGINES.map((engine) => engine.open()));
  let run = 0;
  try {
    await fc.assert(
      fc.asyncProperty(story, async (told) => {
        run += 1;
        const acts = actsOf(told);
        const found: Record<string, string>[] = [];
        for (const [i, order] of [acts, otherwise(acts)].entries()) {
          const target = `run-${run}-${i}`;
          for (const { store } of opened) {
            for (const act of order) await tell(store, target, act);
            const digests = ARCHIVES.map(async (archive) => [
              archive,
              await store.digest({ target, vantage: "ct-1" }, archive),
            ]);
            found.push(Object.fromEntries(await Promise.all(digests)));
          }
        }
        for (const [i, other] of found.entries()) assert.deepEqual(other, found[0], `telling ${i}`);
      }),
      { numRuns: 40 },
    );
    for (const { store } of opened) assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
  } finally {
    for (const { close } of opened) await close();
  }
});
