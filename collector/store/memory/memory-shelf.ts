/**
 * The reference's shelf: every record ever stored, in maps by series, step and tick, and who may be put there.
 *
 * Acceptance is in the order schema, duplicate, conflict, tooOld, future. What a sized ring would have forgotten counts
 * as forgotten here too (`kept`), so that both engines answer alike.
 */

import { refusedRow } from "../../archive/laid-row.ts";
import { FUTURE_LIMIT_S, isArchivable, LOG_KEEP_S } from "../../archive/layout.ts";
import { EMPTY_ROW, type Row } from "../../archive/row.ts";
import { type Layout, oldestOf, type Ring } from "../../archive/sets.ts";
import { codeOf, UNKNOWN_CODE } from "../../archive/strip.ts";
import { METRICS } from "../../wire/metric.ts";
import type { OutcomeKind } from "../../wire/sample.ts";
import { seriesName, seriesOf } from "../series.ts";
import type { HistoryRow, SampleRecord, SeriesKey, StoredSample } from "../store.ts";

/** All samples of one series with one step. */
export type MemoryGeneration = {
  readonly series: SeriesKey;
  readonly stepS: number;
  readonly byTick: Map<number, StoredSample>;
  /** Whole rows from elsewhere, by width and label. */
  readonly laid: Map<string, LaidRow>;
};

export type LaidRow = {
  readonly rowS: number;
  readonly labelS: number;
  /** In METRICS order. */
  readonly cells: readonly Row[];
  /** Of its last tick, in METRICS order; null = none, or no archive kept it. */
  lasts: readonly (number | null)[];
  /** No archive had such rows any more. */
  isGone: boolean;
};

export const NO_LASTS: readonly null[] = METRICS.map(() => null);

export type Shelf = Map<string, Map<number, MemoryGeneration>>;

/** Generations of a series, by step. */
export function generationsOf(shelf: Shelf, series: SeriesKey): MemoryGeneration[] {
  return [...(shelf.get(seriesName(series))?.values() ?? [])].sort((a, b) => a.stepS - b.stepS);
}

export function allGenerations(shelf: Shelf): MemoryGeneration[] {
  return [...shelf.values()].flatMap((steps) => [...steps.values()]);
}

/** First and newest tick of a generation. */
export function reach(generation: MemoryGeneration): { openedTick: number; lastTick: number } {
  let openedTick = Number.POSITIVE_INFINITY;
  let lastTick = Number.NEGATIVE_INFINITY;
  for (const tick of generation.byTick.keys()) {
    openedTick = Math.min(openedTick, tick);
    lastTick = Math.max(lastTick, tick);
  }
  for (const { rowS, labelS } of generation.laid.values()) {
    openedTick = Math.min(openedTick, labelS - rowS + generation.stepS);
  }
  return { openedTick, lastTick };
}

/** The samples a log still holds. */
export function kept(generation: MemoryGeneration): StoredSample[] {
  const fromS = keptAfter(generation);
  return [...generation.byTick.values()].filter(({ sample }) => sample.tick > fromS);
}

function keptAfter(generation: MemoryGeneration): number {
  return reach(generation).lastTick - LOG_KEEP_S(generation.stepS);
}

/**
 * What becomes of a record, by (tick, now) alone.
 *
 * @param windowS How old a tick may be.
 */
export function judge(shelf: Shelf, record: SampleRecord, nowMs: number, windowS: number): OutcomeKind {
  const { tick, stepS } = record.sample;
  if (!isArchivable(stepS) || tick % stepS !== 0) return "rejected";
  for (const generation of generationsOf(shelf, seriesOf(record))) {
    const taken = takenBy(generation, record);
    if (taken) return taken;
  }
  const ageS = Math.floor(nowMs / 1000) - tick;
  if (ageS > windowS) return "tooOld";
  return ageS < -FUTURE_LIMIT_S ? "future" : "stored";
}

/** Identity is known while the log holds the tick; after that only that somebody measured. */
function takenBy(generation: MemoryGeneration, record: SampleRecord): "duplicate" | "conflict" | null {
  const there = generation.byTick.get(record.sample.tick);
  if (!there) return null;
  if (record.sample.tick <= keptAfter(generation))
    return codeOf(there.sample) === UNKNOWN_CODE ? null : "duplicate";
  return there.epoch === record.epoch && there.sample.seq === record.sample.seq ? "duplicate" : "conflict";
}

export function place(shelf: Shelf, stored: StoredSample): void {
  const { stepS, tick } = stored.sample;
  const series = seriesOf(stored);
  const steps = shelf.get(seriesName(series)) ?? new Map<number, MemoryGeneration>();
  shelf.set(seriesName(series), steps);
  const generation = steps.get(stepS) ?? {
    series,
    stepS,
    byTick: new Map<number, StoredSample>(),
    laid: new Map<string, LaidRow>(),
  };
  steps.set(stepS, generation);
  generation.byTick.set(tick, stored);
}

/** Whether anybody measured at a tick with labelS - rowS < tick <= labelS. */
export function isMeasured({ byTick }: MemoryGeneration, rowS: number, labelS: number): boolean {
  return [...byTick.values()].some(
    ({ sample }) => sample.tick > labelS - rowS && sample.tick <= labelS && codeOf(sample) !== UNKNOWN_CODE,
  );
}

/** What becomes of a row from elsewhere; a stored one is on the shelf. */
export function layRow(
  shelf: Shelf,
  layoutOf: (target: string, stepS: number) => Layout,
  row: HistoryRow,
  nowMs: number,
): OutcomeKind {
  const { series, stepS, rowS, labelS, values } = row;
  const refused = refusedRow(row, (step) => layoutOf(series.target, step).rings, Math.floor(nowMs / 1000));
  if (refused) return refused;
  const generations = generationsOf(shelf, series);
  const own = generations.find((one) => one.stepS === stepS);
  if (!own) return "rejected";
  if (generations.some((one) => isMeasured(one, rowS, labelS))) return "duplicate";
  const { lastTick } = reach(own);
  if (lastTick < labelS) return "rejected";
  const { rings, lasts } = layoutOf(series.target, stepS);
  const isIn = (ring: Ring) =>
    ring.rowS === rowS && oldestOf(ring, lastTick) < labelS && labelS <= (ring.untilS ?? labelS);
  if (!rings.some(isIn)) return "tooOld";
  const place = `${rowS}/${labelS}`;
  const there = own.laid.get(place);
  if (there && !there.isGone) return "duplicate";
  const keeps = lasts?.some(isIn);
  own.laid.set(place, {
    rowS,
    labelS,
    cells: METRICS.map((metric) => values[metric] ?? EMPTY_ROW),
    lasts: keeps ? METRICS.map((metric) => row.lasts?.[metric] ?? null) : NO_LASTS,
    isGone: false,
  });
  return "stored";
}
