/**
 * Lives of a store, drawn: samples in every form and at every age, changes of step and of archives, rows from elsewhere,
 * removals, restarts and kills.
 *
 * Whoever lives the same life has to answer the same: the memory engine is the judge of the SQLite engine.
 */
import { DAY_S, LATE_WINDOW_S } from "../../collector/archive/layout.ts";
import { DetailTexts } from "../../collector/ingest/detail-texts.ts";
import type { HistoryRow, SampleRecord, SeriesKey, Store } from "../../collector/store/store.ts";
import { type Archive, archivesOfText, type Extras, NO_EXTRAS } from "../../collector/wire/archives.ts";
import { FAILURE_PHASES } from "../../collector/wire/metric.ts";
import type { Detail, Sample } from "../../collector/wire/sample.ts";
import { FULL_DETAIL } from "../collector/ingest/odd-samples.ts";
import { downAt, nowAfter, record, T0, timingsOf, unknownSample } from "../contract/support.ts";
import { columnsFrom } from "../support/columns.ts";
import { fc } from "../support/property.ts";

const TARGETS = 2;
const VANTAGES = ["ct-1", "cnc-1"];
const ADDRESSES = [undefined, "192.0.2.1"];
const STEPS_S = [300, 600, 3_600];
const SETS = [null, "1x10,12x20:0.2", "1x600,3x500,12x400,288x30", "1x24,6x100:0"];
const EXTRAS: readonly Extras[] = [
  NO_EXTRAS,
  { last: true, percentiles: [] },
  { last: true, percentiles: ["ttfb"] },
];
/** Of any archive there may be, and of one that there is not. */
export const WIDTHS_S = [300, 600, 900, 1_800, 3_600, 7_200, 21_600, 43_200, DAY_S, 12];
const EPOCHS = ["0123456789abcdef", "fedcba9876543210"];
const LEASE_MS = 60_000;

const SERIES = TARGETS * VANTAGES.length * ADDRESSES.length;

const DETAILS: readonly Detail[] = [
  {},
  { status: 200, bodyBytes: 12_345, address: "192.0.2.10", family: 4 },
  FULL_DETAIL as Detail,
  { status: 503, address: "2001:db8::7", family: 6, lateMs: 1 / 3, note: "said once" },
  { answers: [{ address: "192.0.2.7", ttlS: 3 }], head: { ageS: 12, server: "x" } },
  { finalUrl: `https://shop.test/${"x".repeat(900)}`, records: ["a", "b"] },
];

/** Answers of a resolver take turns: the words are the same, what stands beside them is not. */
function detailOf(no: number, turn: number): Detail {
  const { answers, ...others } = DETAILS[no] ?? {};
  const turned = answers?.map((one) => ({ ...one, address: `${one.address}${turn % 3}` }));
  return { ...others, ...(turned && { answers: turned }) };
}

/** Where a sample stands: its tick is so many steps before the newest. */
const place = fc.oneof(
  { weight: 6, arbitrary: fc.integer({ min: 0, max: 3 }) },
  { weight: 3, arbitrary: fc.integer({ min: -2, max: 40 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: LATE_WINDOW_S / 300 + 3 }) },
  { weight: 1, arbitrary: fc.integer({ min: 0, max: 3_000 }) },
);

const drawnSample = fc.record({
  target: fc.nat({ max: TARGETS - 1 }),
  vantage: fc.constantFrom(...VANTAGES),
  address: fc.oneof({ weight: 4, arbitrary: fc.constant(undefined) }, fc.constantFrom(...ADDRESSES)),
  back: place,
  base: fc.oneof(fc.integer({ min: 0, max: 2_000 }), fc.integer({ min: 0, max: 42_000_000 })),
  shape: fc.constantFrom("up", "up", "up", "bare", "down", "suspect", "unknown"),
  phase: fc.constantFrom(...FAILURE_PHASES),
  detail: fc.nat({ max: DETAILS.length - 1 }),
  /** Whose record it is: mostly the tick's own, so that it comes again as a duplicate. */
  seq: fc.oneof({ weight: 6, arbitrary: fc.constant(0) }, fc.integer({ min: 1, max: 3 })),
  epoch: fc.oneof({ weight: 8, arbitrary: fc.constant(0) }, fc.constant(1)),
  lateMs: fc.oneof(fc.constant(5_000), fc.integer({ min: 0, max: 900_000 })),
  skewMs: fc.oneof(fc.constant(null), fc.integer({ min: -90_000, max: 90_000 })),
});
type DrawnSample = typeof drawnSample extends fc.Arbitrary<infer T> ? T : never;

/** Neighbouring ticks of all series, as they come most of the time. */
const drawnRun = fc.record({
  kind: fc.constant("run" as const),
  ticks: fc.integer({ min: 1, max: 40 }),
  base: fc.integer({ min: 1, max: 90_000 }),
  detail: fc.nat({ max: DETAILS.length - 1 }),
  columns: fc.boolean(),
});

const drawnAct = fc.oneof(
  { weight: 5, arbitrary: drawnRun },
  {
    weight: 6,
    arbitrary: fc.record({
      kind: fc.constant("put" as const),
      way: fc.constantFrom("put", "put", "columns", "load"),
      samples: fc.array(drawnSample, { minLength: 1, maxLength: 25 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("pass" as const),
      passS: fc.oneof(
        fc.integer({ min: 0, max: 2 * DAY_S }),
        fc.integer({ min: 0, max: 100 * DAY_S }),
        fc.integer({ min: 0, max: 900 * DAY_S }),
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("step" as const),
      target: fc.nat({ max: TARGETS - 1 }),
      step: fc.nat({ max: STEPS_S.length - 1 }),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      kind: fc.constant("shape" as const),
      target: fc.nat({ max: TARGETS - 1 }),
      stepS: fc.constantFrom(...STEPS_S),
      set: fc.constantFrom(...SETS),
      extras: fc.constantFrom(...EXTRAS),
      ever: fc.boolean(),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({
      kind: fc.constant("rows" as const),
      series: fc.nat({ max: SERIES - 1 }),
      rowS: fc.constantFrom(...WIDTHS_S),
      rows: fc.array(
        fc.record({
          back: fc.integer({ min: -1, max: 60 }),
          n: fc.integer({ min: 1, max: 12 }),
          base: fc.nat(9_999),
        }),
        { minLength: 1, maxLength: 12 },
      ),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("purge" as const), series: fc.nat({ max: SERIES - 1 }) }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ kind: fc.constant("remove" as const), target: fc.nat({ max: TARGETS - 1 }) }),
  },
  { weight: 1, arbitrary: fc.record({ kind: fc.constant("judge" as const) }) },
  {
    weight: 3,
    arbitrary: fc.record({
      kind: fc.constantFrom("reopen" as const, "kill" as const, "checkpoint" as const),
    }),
  },
);
export type DrawnAct = typeof drawnAct extends fc.Arbitrary<infer T> ? T : never;

export const life = fc.array(drawnAct, { minLength: 4, maxLength: 14 });

/** Whom a life is about, and what its acts have come to: the newest tick's time, and the step of each target. */
export type World = {
  nowS: number;
  readonly stepsS: number[];
  readonly targets: readonly string[];
  readonly series: readonly SeriesKey[];
  /** What ingest remembers of batches before. */
  readonly texts: DetailTexts;
};

/** @param no Nobody else's: a store has many lives, one after the other. */
export function newWorld(no: number): World {
  const targets = Array.from({ length: TARGETS }, (_, i) => `t${no}-${i}`);
  const series = targets.flatMap((target) =>
    VANTAGES.flatMap((vantage) =>
      ADDRESSES.map((address) => ({ target, vantage, ...(address === undefined ? {} : { address }) })),
    ),
  );
  const stepsS = targets.map(() => STEPS_S[0] ?? 300);
  return { nowS: T0, stepsS, targets, series, texts: new DetailTexts() };
}

const setOf = (text: string | null): readonly Archive[] | null =>
  text === null ? null : archivesOfText(text);

/**
 * Lives one act that concerns what is stored.
 *
 * @returns What the store answered.
 */
export async function live({ samples, claims }: Store, act: DrawnAct, world: World): Promise<unknown> {
  const nowMs = nowAfter(world.nowS);
  if (act.kind === "put") {
    const records = act.samples.map((drawn) => recordOf(drawn, world));
    return act.way === "columns"
      ? inColumns(samples, records, nowMs, world)
      : samples[act.way === "load" ? "load" : "put"](records, nowMs);
  }
  if (act.kind === "run") return running(samples, act, world);
  if (act.kind === "shape")
    return samples.shape(
      world.targets[act.target] ?? "",
      act.stepS,
      setOf(act.set),
      act.ever ? 0 : world.nowS,
      act.extras,
    );
  if (act.kind === "rows") return samples.loadRows(rowsOf(act, world), nowMs);
  if (act.kind === "purge") return samples.purge(seriesAt(world, act.series));
  if (act.kind === "remove") {
    for (const series of world.series.filter(({ target }) => target === world.targets[act.target]))
      await samples.purge(series);
    return null;
  }
  if (act.kind === "judge") {
    const due = await claims.due(nowMs, LEASE_MS, 10_000);
    await claims.done(due);
    return due.map(({ target, tick, live: isLive }) => `${target} ${tick} ${isLive}`).sort();
  }
  return null;
}

/** What the act makes of the world, whatever a store answered. */
export function moved(act: DrawnAct, world: World): void {
  if (act.kind === "pass") world.nowS += act.passS;
  if (act.kind === "run") world.nowS += act.ticks * 3_600;
  if (act.kind === "step") world.stepsS[act.target] = STEPS_S[act.step] ?? 300;
}

/** At which step a target is measured. */
export const stepOf = (target: string, { stepsS, targets }: World): number =>
  stepsS[targets.indexOf(target)] ?? 300;
const seriesAt = ({ series }: World, i: number): SeriesKey => series[i] ?? { target: "", vantage: "" };
/** The newest tick there may be. */
export const newest = (stepS: number, { nowS }: World): number => Math.floor(nowS / stepS) * stepS;

function recordOf(drawn: DrawnSample, world: World): SampleRecord {
  const { vantage, address, back, lateMs, skewMs } = drawn;
  const target = world.targets[drawn.target] ?? "";
  const stepS = stepOf(target, world);
  const tick = Math.max(stepS, newest(stepS, world) - back * stepS);
  return record({
    target,
    vantage,
    tick,
    stepS,
    seq: tick / stepS + 1 + drawn.seq,
    epoch: EPOCHS[drawn.epoch] ?? "",
    receivedMs: tick * 1_000 + lateMs,
    skewMs,
    sample: { ...(address === undefined ? {} : { address }), ...outcomeOf(drawn) },
  });
}

function outcomeOf({ shape, phase, base, detail }: DrawnSample): Partial<Sample> {
  const timings = timingsOf(base);
  const said = { detail: detailOf(detail, base) };
  if (shape === "unknown") return unknownSample;
  if (shape === "suspect") return { state: "suspect", timings, ...said };
  if (shape === "bare") return { timings: { ...timings, total: null, speed: null, tls: null }, ...said };
  if (shape === "up") return { timings, ...said };
  return {
    state: "down",
    timings: { ...timings, transfer: null, total: null, speed: null },
    failure: { phase, cause: "internal", source: "target", elapsedUs: base },
    ...said,
  };
}

/** What can stand in columns does, the rest beside it, as ingest gives a batch to a store. */
async function inColumns(
  samples: Store["samples"],
  records: readonly SampleRecord[],
  nowMs: number,
  { texts }: World,
) {
  const fits = ({ sample, vantage, epoch }: SampleRecord) =>
    sample.state === "up" && sample.address === undefined && vantage === VANTAGES[0] && epoch === EPOCHS[0];
  const first = records.find(fits);
  const inside = records.filter(fits).map(({ sample }) => sample);
  const beside = records.filter((one) => !fits(one));
  const columns = first && {
    vantage: first.vantage,
    epoch: first.epoch,
    receivedMs: first.receivedMs,
    skewMs: first.skewMs,
    columns: columnsFrom(inside, texts),
  };
  return Promise.all([
    columns ? samples.putColumns(columns, nowMs) : [],
    beside.length > 0 ? samples.put(beside, nowMs) : [],
  ]);
}

/** Ticks of all series, one after the other: every second series in every second batch is of another state. */
async function running(
  samples: Store["samples"],
  { ticks, base, detail, columns }: Extract<DrawnAct, { kind: "run" }>,
  world: World,
): Promise<unknown> {
  const outcomes: unknown[] = [];
  for (let i = 1; i <= ticks; i += 1) {
    const records = world.series.map((series, k): SampleRecord => {
      const stepS = stepOf(series.target, world);
      const tick = newest(stepS, world) + i * stepS;
      const state = (i + k) % 11 === 0 ? downAt("wait") : { timings: timingsOf(base + k * i) };
      const { address } = series;
      const sample = {
        detail: detailOf(detail, base + k * i),
        ...(address === undefined ? {} : { address }),
        ...state,
      };
      return record({ ...series, tick, stepS, sample });
    });
    const nowMs = nowAfter(Math.max(...records.map(({ sample }) => sample.tick)));
    outcomes.push(
      columns ? await inColumns(samples, records, nowMs, world) : await samples.put(records, nowMs),
    );
  }
  return outcomes;
}

function rowsOf({ rowS, rows, ...drawn }: Extract<DrawnAct, { kind: "rows" }>, world: World): HistoryRow[] {
  const series = seriesAt(world, drawn.series);
  const stepS = stepOf(series.target, world);
  const last = Math.floor(world.nowS / rowS) * rowS;
  return rows.map(({ back, n, base }) => {
    const value = { n, sum: n * base, min: base, max: base };
    return {
      series,
      stepS,
      rowS,
      labelS: last - back * rowS,
      values: { total: value, ttfb: value },
      lasts: { total: base },
    };
  });
}
