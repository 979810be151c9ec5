/** The same samples in any order, batches and repetitions give the same bytes, in both engines. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { archivesOf, LATE_WINDOW_S } from "../../collector/archive/layout.ts";
import type { SampleRecord, SeriesKey, Store } from "../../collector/store/store.ts";
import { FAILURE_PHASES, type Sample } from "../../collector/wire/sample.ts";
import { fc } from "../support/property.ts";
import { ENGINES, nowAfter, type Opened, record, T0, timingsOf, unknownSample } from "./support.ts";

const DAY_S = 86_400;

/** A sample of any state, somewhere in the late window; its seq makes it the only one of its tick. */
const anySample = (stepS: number) =>
  fc.record({
    back: fc.oneof(
      fc.integer({ min: 0, max: 40 }),
      fc.integer({ min: 0, max: Math.floor(LATE_WINDOW_S / stepS) - 1 }),
    ),
    base: fc.integer({ min: 0, max: 40_000_000 }),
    shape: fc.constantFrom("up", "down", "suspect", "unknown"),
    phase: fc.constantFrom(...FAILURE_PHASES),
  });

type Drawn = { back: number; base: number; shape: string; phase: (typeof FAILURE_PHASES)[number] };

function sampleOf({ shape, phase, base }: Drawn): Partial<Sample> {
  const timings = timingsOf(base);
  if (shape === "unknown") return unknownSample;
  if (shape === "suspect") return { state: "suspect", timings };
  if (shape === "up") return { state: "up", timings };
  return { state: "down", timings, failure: { phase, cause: "internal", source: "target", elapsedUs: 9 } };
}

function recordsOf(drawn: readonly Drawn[], vantage: string, stepS: number): SampleRecord[] {
  const byTick = new Map(drawn.map((one) => [T0 - one.back * stepS, one]));
  return [...byTick].map(([tick, one]) => record({ vantage, tick, stepS, sample: sampleOf(one) }));
}

/** Both vantages' samples, the second with another step, then shuffled, repeated and cut into batches. */
const scenario = fc
  .record({
    a: fc.array(anySample(300), { minLength: 1, maxLength: 60 }),
    b: fc.array(anySample(3_600), { maxLength: 20 }),
  })
  .map(({ a, b }) => [...recordsOf(a, "ct-1", 300), ...recordsOf(b, "cnc-1", 3_600)])
  .chain((records) =>
    fc.record({
      records: fc.constant(records),
      shuffled: fc.shuffledSubarray(records, { minLength: records.length }),
      repeated: fc.subarray(records),
      cuts: fc.array(fc.integer({ min: 1, max: 25 }), { minLength: 1, maxLength: 10 }),
    }),
  );

async function putInBatches(store: Store, records: readonly SampleRecord[], cuts: readonly number[]) {
  for (let at = 0, i = 0; at < records.length; i += 1) {
    const size = cuts[i % cuts.length] ?? 1;
    await store.samples.put(records.slice(at, at + size), nowAfter(T0));
    at += size;
  }
}

async function digests(store: Store, series: SeriesKey, stepS: number): Promise<string[]> {
  const widths = [...archivesOf(stepS).map(({ rowS }) => rowS), "strip" as const];
  return Promise.all(widths.map((width) => store.digest(series, width)));
}

test("shuffled, re-batched and repeated samples give equal digests in both engines", async () => {
  const opened: Opened[] = await Promise.all(ENGINES.map((engine) => engine.open()));
  let run = 0;
  try {
    await fc.assert(
      fc.asyncProperty(scenario, async ({ records, shuffled, repeated, cuts }) => {
        run += 1;
        const found: string[][] = [];
        for (const [i, order] of [records, [...shuffled, ...repeated]].entries()) {
          // Fresh series for each run and order: one database sees them all, as a real one does.
          const target = `run-${run}-${i}`;
          const named = order.map((one) => ({ ...one, sample: { ...one.sample, target } }));
          for (const { store } of opened) {
            await putInBatches(store, named, i === 0 ? [500] : cuts);
            found.push([
              ...(await digests(store, { target, vantage: "ct-1" }, 300)),
              ...(await digests(store, { target, vantage: "cnc-1" }, 3_600)),
            ]);
          }
        }
        for (const other of found) assert.deepEqual(other, found[0]);
      }),
      { numRuns: 40 },
    );
    for (const { store } of opened) assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
  } finally {
    for (const { close } of opened) await close();
  }
});

/** Every record once, none beside its neighbour: `stride` has no common divisor with their number. */
function everyOther<T>(records: readonly T[], stride: number): T[] {
  const order = records.map((_, i) => (i * stride) % records.length);
  return order.flatMap((at) => records.slice(at, at + 1));
}

test("a year loaded backwards, forwards and shuffled is one year", async () => {
  const ticks = Array.from({ length: 365 * 8 }, (_, i) => T0 - i * 10_800);
  const year = (target: string) => ticks.map((tick) => record({ target, tick, stepS: 10_800 }));
  const orders = {
    backwards: year("backwards"),
    forwards: year("forwards").toReversed(),
    shuffled: everyOther(year("shuffled"), 1_031),
  };
  const found = new Set<string>();
  for (const engine of ENGINES) {
    const { store, close } = await engine.open();
    for (const [target, records] of Object.entries(orders)) {
      for (let at = 0; at < records.length; at += 1_000)
        await store.samples.load(records.slice(at, at + 1_000), nowAfter(T0));
      found.add((await digests(store, { target, vantage: "ct-1" }, 10_800)).join());
    }
    const series = [{ target: "shuffled", vantage: "ct-1" }];
    const [days] = await store.rows.read({ series, metrics: ["total"], rowS: DAY_S, fromS: 0, toS: T0 });
    assert.equal(days?.rows, 365);
    assert.ok(days.columns.total?.n.every((n) => n === 8));
    await close();
  }
  assert.equal(found.size, 1);
});
