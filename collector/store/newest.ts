/** The columns of `newest`, filled by an engine and read by series: one place knows how they are laid out. */
import type { Pdps } from "../archive/pdp.ts";
import { METRICS } from "../wire/metric.ts";

const M = METRICS.length;

/**
 * The newest tick of many series, as it is archived; entry i is that of the i-th series asked for.
 *
 * No details: what a failure was and what a suspect sample took stand in the log (`latest`).
 */
export type Newest = {
  /** NaN = nothing is held of the series. */
  readonly ticks: Float64Array;
  readonly stepsS: Uint32Array;
  /** State, and with down the phase: as the tick strip has it. @see archive/strip */
  readonly codes: Uint16Array;
  /** A bit for each metric that has a value, in METRICS order. */
  readonly present: Uint8Array;
  /** Eight per series in METRICS order, integers (us, bytes/s); 0 where there is no value. */
  readonly values: Uint32Array;
};

/** Columns for so many series, none of which holds anything yet. */
export function emptyNewest(series: number): Newest {
  return {
    ticks: new Float64Array(series).fill(Number.NaN),
    stepsS: new Uint32Array(series),
    codes: new Uint16Array(series),
    present: new Uint8Array(series),
    values: new Uint32Array(series * M),
  };
}

/** The archived values of one series' newest tick, in METRICS order; null = no value. */
export function newestPdps({ present, values }: Newest, i: number): Pdps {
  const bits = present[i] ?? 0;
  return METRICS.map((_, m) => ((bits >> m) & 1 ? (values[i * M + m] ?? null) : null));
}
