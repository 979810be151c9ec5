/** The columns of `newest`, filled by an engine and read by series: one place knows how they are laid out. */
import type { Pdps } from "../archive/pdp.ts";
import { METRICS } from "../wire/metric.ts";
import type { Newest } from "./store.ts";

const M = METRICS.length;

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
