/** Whole rows from elsewhere: where they may lie, that what is measured wins, and that engines agree to the byte. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { archivesOf, FUTURE_LIMIT_S } from "../../collector/archive/layout.ts";
import type { HistoryRow, SampleRecord, Store } from "../../collector/store/store.ts";
import { METRICS } from "../../collector/wire/metric.ts";
import type { OutcomeKind } from "../../collector/wire/sample.ts";
import { fc } from "../support/property.ts";
import {
  downAt,
  ENGINES,
  forEachEngine,
  nowAfter,
  record,
  SERIES,
  T0,
  unknownSample,
  withStore,
} from "./support.ts";

const NOW = nowAfter(T0);
const WIDE_S = 7_200;

function row(labelS: number, parts: Partial<HistoryRow> & { n?: number; base?: number } = {}): HistoryRow {
  const { n = 24, base = 1_000, ...rest } = parts;
  const value = { n, sum: n * base, min: base - 10, max: base + 10 };
  return { series: SERIES, stepS: 300, rowS: WIDE_S, labelS, values: { total: value, dns: value }, ...rest };
}

async function totalAt(store: Store, labelS: number, rowS = WIDE_S) {
  const query = { series: [SERIES], metrics: METRICS, rowS, fromS: labelS - rowS, toS: labelS };
  const [run] = await store.rows.read(query);
  const at = (metric: "total" | "dns" | "speed") => {
    const column = run?.columns[metric];
    return column && { n: column.n[0], sum: column.sum[0], min: column.min[0], max: column.max[0] };
  };
  return { total: at("total"), dns: at("dns"), speed: at("speed") };
}

const NOTHING = { n: 0, sum: 0, min: 0, max: 0 };

forEachEngine("whole rows", (open) => {
  test(
    "lie where nobody measured, once, and change nothing else",
    withStore(open, async (store) => {
      await store.samples.load([record()], NOW);
      const day = await store.digest(SERIES, 86_400);
      const [labelS, olderS] = [T0 - 10 * WIDE_S, T0 - 300 * WIDE_S];
      assert.deepEqual(await store.samples.loadRows([row(labelS), row(olderS)], NOW), ["stored", "stored"]);
      assert.deepEqual(await store.samples.loadRows([row(labelS, { base: 7_000 })], NOW), ["duplicate"]);
      for (const at of [labelS, olderS]) {
        const { total, dns, speed } = await totalAt(store, at);
        assert.deepEqual(total, { n: 24, sum: 24_000, min: 990, max: 1_010 });
        assert.deepEqual(dns, total);
        assert.deepEqual(speed, NOTHING);
      }
      assert.deepEqual((await totalAt(store, labelS - WIDE_S)).total, NOTHING);
      assert.equal(
        (await store.samples.page({ series: [SERIES], fromS: 0, toS: T0, limit: 9, order: "oldest" })).samples
          .length,
        1,
      );
      const [strip] = await store.strip.read({ series: [SERIES], fromS: olderS - WIDE_S, toS: T0 });
      assert.equal(strip?.codes.filter((code) => code !== 0).length, 1);
      const [generation] = await store.samples.generations();
      assert.deepEqual(
        [generation?.openedTick, generation?.lastTick],
        [olderS - WIDE_S + 300, T0],
        "it begins where its first row does",
      );
      assert.notEqual(day, "", "a wider archive has no part of it");
      assert.deepEqual((await totalAt(store, Math.ceil(olderS / 86_400) * 86_400, 86_400)).total, NOTHING);
      assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
    }),
  );

  test(
    "what is measured wins: beforehand the row is a duplicate, afterwards it is gone",
    withStore(open, async (store) => {
      const labelS = T0 - 5 * WIDE_S;
      const inside = [labelS - WIDE_S + 300, labelS];
      await store.samples.load(
        [record(), ...inside.map((tick) => record({ tick, sample: downAt("dns") }))],
        NOW,
      );
      assert.deepEqual(
        await store.samples.loadRows([row(labelS)], NOW),
        ["duplicate"],
        "down at its first and last tick",
      );
      const next = labelS - WIDE_S;
      assert.deepEqual(
        await store.samples.loadRows([row(next)], NOW),
        ["stored"],
        "those are ticks of others",
      );
      await store.samples.load([record({ tick: next - 300, sample: unknownSample })], NOW);
      assert.equal((await totalAt(store, next)).total?.n, 24, "UNKNOWN is not measured");
      const late = record({ tick: next - 600 });
      assert.deepEqual(await store.samples.put([late], NOW), ["stored"]);
      const value = late.sample.timings.total;
      assert.deepEqual((await totalAt(store, next)).total, { n: 1, sum: value, min: value, max: value });
      assert.deepEqual(await store.samples.loadRows([row(next)], NOW), ["duplicate"]);
      const failed = next - WIDE_S;
      await store.samples.loadRows([row(failed)], NOW);
      await store.samples.load([record({ tick: failed, sample: downAt("dns") })], NOW);
      assert.deepEqual(
        (await totalAt(store, failed)).total,
        NOTHING,
        "down has no total, and nobody else has one",
      );
      assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
    }),
  );

  test(
    "a row whose window the newest sample lies in is a duplicate; one that begins after it is refused",
    withStore(open, async (store) => {
      const nowMs = nowAfter(T0 + 2 * WIDE_S);
      for (const tick of [T0 - WIDE_S + 300, T0 - 300]) {
        await store.samples.load([record({ tick })], nowMs);
        const rows = [row(T0), row(T0 + WIDE_S)];
        assert.deepEqual(await store.samples.loadRows(rows, nowMs), ["duplicate", "rejected"], `${tick}`);
      }
      assert.equal((await totalAt(store, T0)).total?.n, 2, "what was measured, as far as it goes");
    }),
  );

  test(
    "the row that is still open, and those just closed, are laid and replaced as any other",
    withStore(open, async (store) => {
      await store.samples.load([record({ tick: T0 + 300 })], nowAfter(T0 + 300));
      const labels = [T0, T0 - 1_800, T0 - 3_600, T0 - 5_400];
      const halves = labels.map((labelS) => row(labelS, { rowS: 1_800, n: 6 }));
      assert.deepEqual(
        await store.samples.loadRows(halves, nowAfter(T0 + 300)),
        labels.map(() => "stored"),
      );
      await store.samples.put([record({ tick: T0 + 2_100 })], nowAfter(T0 + 2_100));
      await store.samples.put([record({ tick: T0 - 1_800 })], nowAfter(T0 + 2_100));
      const found = await Promise.all(labels.map((labelS) => totalAt(store, labelS, 1_800)));
      assert.deepEqual(
        found.map(({ total }) => total?.n),
        [6, 1, 6, 6],
      );
    }),
  );

  test(
    "a width that a set no longer has: too old while any such row is kept, refused from then on",
    withStore(open, async (store) => {
      const far = T0 + 90 * 86_400;
      const old = [row(T0 - 20 * WIDE_S), row(T0 - 700 * WIDE_S), row(T0 + 2 * WIDE_S)];
      await store.samples.load([record()], NOW);
      await store.samples.shape("shop", 300, [{ steps: 1, rows: 600, xff: 0.5 }], T0);
      assert.deepEqual(await store.samples.loadRows(old, NOW), ["stored", "stored", "tooOld"]);
      const between = T0 + 30 * 86_400;
      await store.samples.load([record({ tick: between })], nowAfter(between));
      assert.deepEqual(await store.samples.loadRows(old, nowAfter(between)), [
        "duplicate",
        "tooOld",
        "tooOld",
      ]);
      await store.samples.load([record({ tick: far })], nowAfter(far));
      // Behind whatever an engine does when rows have aged out.
      for (let i = 0; i < 8; i += 1) await store.samples.put([record({ tick: far })], nowAfter(far));
      assert.deepEqual(
        await store.samples.loadRows(old, nowAfter(far)),
        old.map(() => "rejected"),
      );
    }),
  );

  test(
    "a clock that went back lays nothing where the archive no longer is",
    withStore(open, async (store) => {
      await store.samples.load([record()], NOW);
      const beforeMs = (T0 - 20 * 86_400) * 1000;
      const edgeS = T0 - ((archive?.rows ?? 0) - 1) * WIDE_S;
      const rows = [row(Math.ceil(edgeS / WIDE_S) * WIDE_S - 2 * WIDE_S), row(T0 - 250 * WIDE_S)];
      assert.deepEqual(await store.samples.loadRows(rows, beforeMs), ["tooOld", "stored"]);
      assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
    }),
  );

  const archive = archivesOf(300).find(({ rowS }) => rowS === WIDE_S);
  const reachS = ((archive?.rows ?? 0) - 2) * WIDE_S - FUTURE_LIMIT_S;
  const oldestS = Math.ceil((T0 - reachS) / WIDE_S) * WIDE_S;
  const whole = { n: 24, sum: 2_400, min: 100, max: 100 };
  const cases: readonly { name: string; row: HistoryRow; nowMs?: number; want: OutcomeKind }[] = [
    { name: "the oldest that fits", row: row(oldestS), nowMs: T0 * 1000, want: "stored" },
    { name: "one before it", row: row(oldestS - WIDE_S), nowMs: T0 * 1000, want: "tooOld" },
    { name: "complete this second", row: row(T0 - WIDE_S), nowMs: (T0 - WIDE_S) * 1000, want: "stored" },
    { name: "not complete yet", row: row(T0 - WIDE_S), nowMs: (T0 - WIDE_S) * 1000 - 1, want: "future" },
    { name: "a width no archive has", row: row(T0 - 3_600, { rowS: 3_600, n: 12 }), want: "rejected" },
    { name: "single ticks", row: row(T0 - 300, { rowS: 300, n: 1 }), want: "rejected" },
    { name: "a label between two", row: row(T0 - 300), want: "rejected" },
    { name: "a step nobody measured at", row: row(T0 - WIDE_S, { stepS: 600, n: 12 }), want: "rejected" },
    {
      name: "a series nobody knows",
      row: row(T0 - WIDE_S, { series: { ...SERIES, vantage: "x" } }),
      want: "rejected",
    },
    {
      name: "nothing known newer than it",
      row: row(T0 + WIDE_S),
      nowMs: (T0 + WIDE_S) * 1000,
      want: "rejected",
    },
    { name: "no values", row: row(T0 - WIDE_S, { values: {} }), want: "rejected" },
    { name: "more values than ticks", row: row(T0 - WIDE_S, { n: 25 }), want: "rejected" },
    {
      name: "no whole number",
      row: row(T0 - WIDE_S, { values: { total: { ...whole, sum: 0.5 } } }),
      want: "rejected",
    },
    {
      name: "a mean below its minimum",
      row: row(T0 - WIDE_S, { values: { total: { ...whole, sum: 2_399 } } }),
      want: "rejected",
    },
    {
      name: "a mean above its maximum",
      row: row(T0 - WIDE_S, { values: { total: { ...whole, sum: 2_401 } } }),
      want: "rejected",
    },
  ];
  for (const { name, row: given, nowMs = NOW, want } of cases)
    test(
      `${name} is ${want}`,
      withStore(open, async (store) => {
        await store.samples.load([record()], NOW);
        const before = await store.digest(SERIES, WIDE_S);
        assert.deepEqual(await store.samples.loadRows([given], nowMs), [want]);
        assert.equal((await store.digest(SERIES, WIDE_S)) === before, want !== "stored");
      }),
    );
});

type Step =
  | { readonly kind: "row"; readonly back: number; readonly width: number }
  | { readonly kind: "sample"; readonly back: number; readonly face: number };

const steps: fc.Arbitrary<Step[]> = fc.array(
  fc.oneof(
    fc.record({ kind: fc.constant("row" as const), back: fc.nat({ max: 40 }), width: fc.nat({ max: 2 }) }),
    fc.record({ kind: fc.constant("sample" as const), back: fc.nat({ max: 900 }), face: fc.nat({ max: 3 }) }),
  ),
  { maxLength: 60 },
);

function sampleOf(back: number, face: number): SampleRecord {
  const tick = T0 - back * 300;
  if (face === 0) return record({ tick, sample: downAt("connect") });
  return face === 1 ? record({ tick, sample: unknownSample }) : record({ tick });
}

test("rows and samples in any order: every engine says and holds the same", async () => {
  const opened = await Promise.all(ENGINES.map((engine) => engine.open()));
  let run = 0;
  try {
    await fc.assert(
      fc.asyncProperty(steps, async (drawn) => {
        run += 1;
        const series = { ...SERIES, vantage: `v-${run}` };
        const acts = drawn.map((step) => async (store: Store) => {
          if (step.kind === "sample") {
            const one = sampleOf(step.back, step.face);
            return await store.samples.load([{ ...one, vantage: series.vantage }], NOW);
          }
          const spec = archivesOf(300)[step.width + 1];
          const rowS = spec?.rowS ?? 0;
          const labelS = Math.floor(T0 / rowS) * rowS - step.back * rowS;
          return await store.samples.loadRows([row(labelS, { series, rowS, n: spec?.steps ?? 1 })], NOW);
        });
        const answers = await Promise.all(
          opened.map(async ({ store }) => {
            const outcomes = [
              await store.samples.load([{ ...record({ tick: T0 - 300 }), vantage: series.vantage }], NOW),
            ];
            for (const act of acts) outcomes.push(await act(store));
            const digests = await Promise.all(
              [300, 1_800, 7_200, 86_400, "strip" as const].map((archive) => store.digest(series, archive)),
            );
            return {
              outcomes,
              digests,
              generations: (await store.samples.generations()).filter(
                (one) => one.series.vantage === series.vantage,
              ),
            };
          }),
        );
        for (const answer of answers) assert.deepEqual(answer, answers[0]);
      }),
      { numRuns: 40 },
    );
    for (const { store } of opened) assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
  } finally {
    for (const { close } of opened) await close();
  }
});
