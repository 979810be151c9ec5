/**
 * Strips of the metrics whose percentiles are asked for: that of total always, those beside it as far as they were kept.
 *
 * A percentile of some of a window's ticks would be taken for that of all: what a strip does not hold is refused, with
 * since when it does.
 */
import type { StripRun } from "../store/lasts-and-strips.ts";
import type { SeriesKey, Store } from "../store/store.ts";
import { STRIP_METRICS, type StripMetric } from "../wire/archives.ts";
import { InvalidInputError } from "../wire/errors.ts";
import type { Metric } from "../wire/metric.ts";

export type StripName = "total" | StripMetric;

/** Those of the metrics asked for that can have a strip; total where none of them can. */
export function stripNames(metrics: readonly Metric[]): StripName[] {
  const named = (["total", ...STRIP_METRICS] as const).filter((name) => metrics.includes(name));
  return named.length === 0 ? ["total"] : named;
}

/** The strips beside that of total. */
export async function readStrips(
  store: Pick<Store, "strip">,
  names: readonly StripName[],
  wanted: { readonly series: readonly SeriesKey[]; readonly fromS: number; readonly toS: number },
): Promise<ReadonlyMap<StripName, readonly StripRun[]>> {
  const read = names.flatMap((metric) =>
    metric === "total"
      ? []
      : [store.strip.read({ ...wanted, metric }).then((runs) => [metric, runs] as const)],
  );
  return new Map(await Promise.all(read));
}

/**
 * The newest tick that was measured and that a metric's strip does not hold; null = it holds them all.
 *
 * @param totals The same ticks in the strip of total; what is to be left out reads as UNKNOWN.
 */
export function lastMissing(totals: readonly StripRun[], own: readonly StripRun[]): number | null {
  const missing = totals.flatMap((run) => {
    const beside = own.filter(
      ({ series, stepS }) => series.vantage === run.series.vantage && stepS === run.stepS,
    );
    const at = run.codes.findLastIndex((code, i) => code !== 0 && !holds(beside, run.fromS + i * run.stepS));
    return at < 0 ? [] : [run.fromS + at * run.stepS];
  });
  return missing.length === 0 ? null : Math.max(...missing);
}

function holds(runs: readonly StripRun[], tick: number): boolean {
  return runs.some(({ fromS, stepS, codes }) => tick >= fromS && tick < fromS + codes.length * stepS);
}

/** @throws InvalidInputError */
export function refuseMissing(name: StripName, totals: readonly StripRun[], own: readonly StripRun[]): void {
  const missing = lastMissing(totals, own);
  if (missing === null) return;
  const lastHeld = Math.max(0, ...own.map(({ fromS, stepS, codes }) => fromS + (codes.length - 1) * stepS));
  // It was switched off: what there is lies before.
  const message =
    lastHeld > 0 && lastHeld < missing
      ? `percentiles of ${name} are not held after ${isoOf(lastHeld)}: ask for what is earlier, or for those of total; target edit --${name}-percentiles keeps them from now on`
      : `percentiles of ${name} are not held until ${isoOf(missing)}: ask for what is later, or for those of total; target edit --${name}-percentiles keeps them from now on`;
  throw new InvalidInputError("query", [{ path: "percentile", message }]);
}

const isoOf = (s: number): string => new Date(s * 1000).toISOString().replace(".000Z", "Z");
