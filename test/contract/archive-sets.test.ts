/** Archive sets: what a change keeps, makes anew and freezes; the same in both engines, in any order of arrival. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DAY_S, PDP_KEEP_S } from "../../collector/archive/layout.ts";
import type { RowRun, SampleRecord, Store } from "../../collector/store/store.ts";
import type { Archive } from "../../collector/wire/archives.ts";
import { archivesOfText } from "../../collector/wire/archives.ts";
import { fc } from "../support/property.ts";
import {
  ALL_METRICS,
  downAt,
  ENGINES,
  forEachEngine,
  nowAfter,
  type Opened,
  record,
  SERIES,
  T0,
  timingsOf,
  withStore,
} from "./support.ts";

const EVER = { fromS: 0, toS: T0 * 2 };
const setOf = (text: string): readonly Archive[] => {
  const set = archivesOfText(text);
  assert.ok(set, text);
  return set;
};
const read = (store: Store, rowS: number, range = EVER, series = SERIES) =>
  store.rows.read({ series: [series], metrics: ["total"], rowS, ...range });

/** n by label of all runs; a label in two runs would fail. */
function counts(runs: readonly RowRun[]): Map<number, number> {
  const found = new Map<number, number>();
  for (const run of runs)
    run.columns.total?.n.forEach((n, i) => {
      const label = run.fromS + i * run.rowS;
      assert.ok(!found.has(label), `label ${label} is in two runs`);
      found.set(label, n);
    });
  return found;
}

/** Every tick of some days before T0, up. */
const days = (from: number, to: number, stepS = 3_600): SampleRecord[] =>
  Array.from({ length: ((from - to) * DAY_S) / stepS }, (_, i) =>
    record({ tick: T0 - from * DAY_S + (i + 1) * stepS, stepS }),
  );

async function load(store: Store, records: readonly SampleRecord[]): Promise<void> {
  for (let at = 0; at < records.length; at += 2_000)
    await store.samples.load(records.slice(at, at + 2_000), nowAfter(T0));
}

forEachEngine("archive sets", (open) => {
  test(
    "a set given before the first sample is the only one the series ever had",
    withStore(open, async (store) => {
      await store.samples.shape("shop", 300, setOf("1x10,12x20:0.2"), 0);
      await store.samples.put([record(), record({ tick: T0 + 300 })], nowAfter(T0 + 300));
      const [generation] = await store.samples.generations("shop");
      assert.deepEqual(generation?.rings, [
        { steps: 1, rowS: 300, rows: 10, xff: 0.5, sinceS: 0, untilS: null },
        { steps: 12, rowS: 3_600, rows: 20, xff: 0.2, sinceS: 0, untilS: null },
      ]);
      const [run] = await read(store, 3_600);
      assert.deepEqual([run?.xff, run?.rows, run?.fromS], [0.2, 2, T0]);
      assert.deepEqual(await read(store, 1_800), []);
    }),
  );

  test(
    "rows of a new width are made of PDPs and of older rows, and the old width can still be read",
    withStore(open, async (store) => {
      await load(store, days(40, 0));
      await store.samples.shape("shop", 3_600, setOf("1x48,6x400,12x100"), T0);
      // Rows of 6 hours: of PDPs for 16 days, before that of three rows of 2 hours each.
      const six = counts(await read(store, 6 * 3_600));
      assert.ok([...six.values()].every((n) => n === 6));
      assert.equal(six.size, 40 * 4);
      const old = counts(await read(store, 7_200));
      assert.equal(old.size, 40 * 12);
      assert.ok([...old.values()].every((n) => n === 2));
    }),
  );

  test(
    "rows that no kept row divides are made of PDPs alone, as far as those reach",
    withStore(open, async (store) => {
      await load(store, days(40, 0));
      await store.samples.shape("shop", 3_600, setOf("1x48,3x400"), T0);
      const three = counts(await read(store, 3 * 3_600));
      assert.ok([...three.values()].every((n) => n === 3));
      const reachesS = T0 - Math.min(...three.keys());
      assert.ok(reachesS > PDP_KEEP_S(3_600) - 4 * 3 * 3_600 && reachesS <= PDP_KEEP_S(3_600), `${reachesS}`);
    }),
  );

  test(
    "beyond the PDPs a row is made of whole rows whose width divides its own",
    withStore(open, async (store) => {
      await load(store, days(60, 0));
      await store.samples.shape("shop", 3_600, setOf("1x48,12x200"), T0);
      const twelve = counts(await read(store, 12 * 3_600));
      assert.equal(twelve.size, 120);
      assert.ok([...twelve.values()].every((n) => n === 12));
    }),
  );

  test(
    "what cannot be made stays frozen until it ages out, and late samples still reach it",
    withStore(open, async (store) => {
      await load(
        store,
        days(30, 0).filter((_, i) => i % 5 !== 0),
      );
      await store.samples.shape("shop", 3_600, setOf("1x48,3x2000"), T0);
      const missing = days(30, 0).filter((_, i) => i % 5 === 0);
      await load(store, missing);
      const old = counts(await read(store, 7_200));
      assert.equal(old.get(T0 - 25 * DAY_S), 2);
      const three = counts(await read(store, 3 * 3_600));
      assert.ok([...three.values()].every((n) => n === 3));
      const far = T0 + 64 * DAY_S;
      await store.samples.load([record({ tick: far, stepS: 3_600 })], nowAfter(far));
      const later = counts(await read(store, 7_200));
      assert.ok(later.size > 0 && Math.min(...later.keys()) > far - 775 * 7_200);
      const gone = T0 + 90 * DAY_S;
      await store.samples.load([record({ tick: gone, stepS: 3_600 })], nowAfter(gone));
      assert.deepEqual(await read(store, 7_200), []);
    }),
  );

  test(
    "a frozen ring has whole rows only: the one the change falls into is the new set's",
    withStore(open, async (store) => {
      const now = T0 + 3_600;
      const records = [...days(3, 0, 300), ...[1, 2, 3].map((i) => record({ tick: T0 + i * 300 }))];
      await store.samples.load(records, nowAfter(now));
      await store.samples.shape("shop", 300, setOf("1x600,12x100"), T0 + 900);
      await store.samples.put([record({ tick: T0 + 1_500 })], nowAfter(T0 + 1_500));
      assert.equal(Math.max(...counts(await read(store, 1_800)).keys()), T0);
      assert.equal(counts(await read(store, 3_600)).get(T0 + 3_600), 4);
    }),
  );

  test(
    "a set that comes back goes on in its old rows, with what was measured in between",
    withStore(open, async (store) => {
      await load(store, days(60, 2));
      await store.samples.shape("shop", 3_600, setOf("1x48,3x300"), T0 - 2 * DAY_S);
      await load(store, days(2, 0));
      await store.samples.shape("shop", 3_600, null, T0);
      const rows = counts(await read(store, 7_200));
      assert.equal(rows.size, 60 * 12);
      assert.ok([...rows.values()].every((n) => n === 2));
      const [generation] = await store.samples.generations("shop");
      assert.deepEqual(
        generation?.rings?.map(({ steps, untilS }) => [steps, untilS === null]),
        [
          [1, true],
          [2, true],
          [24, true],
          [3, false],
        ],
      );
    }),
  );

  test(
    "fewer rows of a width leave the others readable, more rows take the old ones over",
    withStore(open, async (store) => {
      await load(store, days(60, 0));
      await store.samples.shape("shop", 3_600, setOf("1x48,2x100,24x797"), T0);
      assert.equal(counts(await read(store, 7_200)).size, 60 * 12);
      assert.equal((await read(store, 7_200)).length, 2);
      await store.samples.shape("shop", 3_600, setOf("1x48,2x2000,24x797"), T0);
      const rows = await read(store, 7_200);
      assert.equal(rows.length, 1);
      assert.equal(counts(rows).size, 60 * 12);
    }),
  );

  test(
    "rows of one tick may be kept for longer than PDPs are",
    withStore(open, async (store) => {
      await store.samples.shape("shop", 3_600, setOf("1x1000"), 0);
      await load(store, days(45, 0));
      const rows = counts(await read(store, 3_600));
      assert.equal(rows.size, 1_000);
      assert.ok([...rows.values()].every((n) => n === 1));
    }),
  );

  test(
    "eight archives, a change of xff alone and the same set again keep every row",
    withStore(open, async (store) => {
      await load(store, days(20, 1));
      const eight = "1x10,2x20,3x30,4x40,6x50,8x60,12x70,24x80";
      await store.samples.shape("shop", 3_600, setOf(eight), T0 - DAY_S);
      await store.samples.shape("shop", 3_600, setOf(eight), T0 - DAY_S + 7);
      await load(store, days(1, 0));
      for (const { steps, rows } of setOf(eight)) {
        const found = [...counts(await read(store, steps * 3_600))].filter(([label]) => label > T0 - DAY_S);
        // Rows of one tick are the PDPs, of which more can be read than the set says.
        assert.equal(found.length, steps === 1 ? 24 : Math.min(rows, 24 / steps), `${steps}`);
        assert.ok(
          found.every(([, n]) => n === steps),
          `${steps}`,
        );
      }
      const before = await store.digest(SERIES, 8 * 3_600);
      await store.samples.shape("shop", 3_600, setOf(eight.replace("8x60", "8x60:0.1")), T0);
      assert.equal(await store.digest(SERIES, 8 * 3_600), before);
      assert.equal((await read(store, 8 * 3_600))[0]?.xff, 0.1);
      assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
    }),
  );

  test(
    "every series of the target changes, other targets and other steps do not",
    withStore(open, async (store) => {
      const records = [
        record(),
        record({ vantage: "cnc-1" }),
        record({ sample: { address: "192.0.2.1" } }),
        record({ target: "other" }),
        record({ tick: T0 + 60, stepS: 60 }),
      ];
      await store.samples.put(records, nowAfter(T0 + 60));
      await store.samples.shape("shop", 300, setOf("1x600,4x100"), T0);
      const changed = (await store.samples.generations()).map(({ series, stepS, rings }) => [
        `${series.target}/${series.vantage}/${series.address ?? ""}`,
        stepS,
        rings !== undefined,
      ]);
      assert.deepEqual(changed, [
        ["other/ct-1/", 300, false],
        ["shop/cnc-1/", 300, true],
        ["shop/ct-1/", 300, true],
        ["shop/ct-1/", 60, false],
        ["shop/ct-1/192.0.2.1", 300, true],
      ]);
    }),
  );

  test(
    "purged and measured again, a series has its target's set and nothing of the old rows",
    withStore(open, async (store) => {
      await load(store, days(30, 0));
      await store.samples.shape("shop", 3_600, setOf("1x48,3x2000"), T0);
      await store.samples.purge(SERIES);
      assert.deepEqual(await read(store, 3 * 3_600), []);
      await store.samples.put([record({ tick: T0, stepS: 3_600 })], nowAfter(T0));
      assert.deepEqual([...counts(await read(store, 3 * 3_600)).values()], [1]);
      assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
    }),
  );
});

type Act =
  | { readonly kind: "samples"; readonly records: readonly SampleRecord[] }
  | { readonly kind: "set"; readonly set: readonly Archive[] | null; readonly atS: number };

const STEP_S = 3_600;
const SETS = [
  null,
  "1x48,2x300,24x400",
  "1x20,3x100:0.2,12x50",
  "1x600,6x30",
  "1x10,2x10,4x10,8x10,24x10",
  "1x48,2x775,24x797:0.9",
  "1x5",
].map((text) => (text === null ? null : setOf(text)));

/** Hours from the first day on; a change falls between two of them. */
const story = fc.record({
  gaps: fc.array(fc.integer({ min: 1, max: 400 }), { minLength: 3, maxLength: 6 }),
  sets: fc.array(fc.constantFrom(...SETS), { minLength: 2, maxLength: 5 }),
  holes: fc.integer({ min: 2, max: 9 }),
  late: fc.integer({ min: 2, max: 7 }),
});

/** In time: samples until a change, the change, and so on; every `late`th sample comes after all changes. */
function actsOf({
  gaps,
  sets,
  holes,
  late,
}: {
  gaps: number[];
  sets: (readonly Archive[] | null)[];
  holes: number;
  late: number;
}): Act[] {
  const acts: Act[] = [];
  const last: SampleRecord[] = [];
  const total = gaps.reduce((sum, gap) => sum + gap, 0);
  let hour = -total;
  for (const [i, gap] of gaps.entries()) {
    const now: SampleRecord[] = [];
    for (let k = 0; k < gap; k += 1) {
      hour += 1;
      if (hour % holes === 0) continue;
      const sample =
        hour % 11 === 0
          ? downAt("tls")
          : { timings: timingsOf(1 + (((hour * 7_919) % 9_973) ** 2 % 5_000_000)) };
      const one = record({ tick: T0 + hour * STEP_S, stepS: STEP_S, sample });
      (hour % late === 0 ? last : now).push(one);
    }
    acts.push({ kind: "samples", records: now });
    const set = sets[i];
    if (set !== undefined) acts.push({ kind: "set", set, atS: T0 + hour * STEP_S + 30 });
  }
  return [...acts, { kind: "samples", records: last }];
}

/** The same, told otherwise: within each stretch the samples come backwards, in pieces, some twice. */
const otherwise = (acts: readonly Act[]): Act[] =>
  acts.flatMap((act): Act[] => {
    if (act.kind === "set") return [act];
    const back = act.records.toReversed();
    const cut = Math.floor(back.length / 3);
    return [back.slice(cut), back.slice(0, cut), back.slice(0, 5)].map((records) => ({
      kind: "samples",
      records,
    }));
  });

test("any sets, changed at any time, with samples in any order, give equal rows in both engines", async () => {
  const opened: Opened[] = await Promise.all(ENGINES.map((engine) => engine.open()));
  const widths = [1, 2, 3, 4, 6, 8, 12, 24].map((steps) => steps * STEP_S);
  let run = 0;
  try {
    await fc.assert(
      fc.asyncProperty(story, async (told) => {
        run += 1;
        const acts = actsOf(told);
        const found: string[][] = [];
        for (const [i, order] of [acts, otherwise(acts)].entries()) {
          const target = `run-${run}-${i}`;
          for (const { store } of opened) {
            for (const act of order) {
              if (act.kind === "set") await store.samples.shape(target, STEP_S, act.set, act.atS);
              else
                await store.samples.load(
                  act.records.map((one) => ({ ...one, sample: { ...one.sample, target } })),
                  nowAfter(T0),
                );
            }
            const series = { target, vantage: "ct-1" };
            found.push(
              await Promise.all([...widths, "strip" as const].map((width) => store.digest(series, width))),
            );
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

test("a changed set is read with the rows of all metrics", async () => {
  for (const engine of ENGINES) {
    const { store, close } = await engine.open();
    await load(store, days(5, 0));
    await store.samples.shape("shop", STEP_S, setOf("1x48,6x400"), T0);
    const [run] = await store.rows.read({
      series: [SERIES],
      metrics: ALL_METRICS,
      rowS: 6 * STEP_S,
      ...EVER,
    });
    assert.deepEqual(Object.keys(run?.columns ?? {}), [...ALL_METRICS]);
    await close();
  }
});
