/** The batches both sides of a kill test know: batch n holds the samples of two ticks of ten series. */
import type { SampleRecord, SeriesKey } from "../../collector/store/store.ts";
import { nowAfter, record, T0 } from "../contract/support.ts";

export const STEP_S = 300;
export const SERIES_COUNT = 10;
const TICKS_PER_BATCH = 2;

export const seriesOf = (i: number): SeriesKey => ({ target: `shop-${i}`, vantage: "ct-1" });

export function ticksOf(n: number): number[] {
  return Array.from({ length: TICKS_PER_BATCH }, (_, i) => T0 + (n * TICKS_PER_BATCH + i) * STEP_S);
}

export function batchOf(n: number): { records: SampleRecord[]; nowMs: number } {
  const records = ticksOf(n).flatMap((tick) =>
    Array.from({ length: SERIES_COUNT }, (_, i) => record({ ...seriesOf(i), tick, stepS: STEP_S })),
  );
  return { records, nowMs: nowAfter(Math.max(...ticksOf(n))) };
}
