/** Last values and strips beside that of total, recomputed from the sample log and compared. */
import { PDP_KEEP_S } from "../../archive/layout.ts";
import { pdpsOf } from "../../archive/pdp.ts";
import { codeOf } from "../../archive/strip.ts";
import type { StripMetric } from "../../wire/archives.ts";
import { METRICS } from "../../wire/metric.ts";
import type { LastRun, StripRun } from "../lasts-and-strips.ts";
import type { Generation, StoredSample } from "../store.ts";
import type { readerRows } from "./reader-rows.ts";

type Rows = Pick<ReturnType<typeof readerRows>, "lasts" | "strip">;

/**
 * @param samples Of the generation, as far back as primary data points reach.
 * @param laidTo Label of the newest row that was laid whole; 0 = none was.
 */
export function extraProblems(
  name: string,
  { series, stepS, lastTick, lasts = [], strips = [] }: Generation,
  samples: readonly StoredSample[],
  rows: Rows,
  laidTo: number,
): string[] {
  const range = { series: [series], fromS: lastTick - PDP_KEEP_S(stepS), toS: lastTick };
  const byTick = new Map(samples.map((one) => [one.sample.tick, one]));
  const problems: string[] = [];
  for (const rowS of new Set(lasts.map((ring) => ring.rowS)))
    for (const run of rows.lasts({ ...range, metrics: METRICS, rowS }))
      if (run.stepS === stepS) problems.push(...lastProblems(name, byTick, run, laidTo));
  for (const metric of new Set(strips.map((strip) => strip.metric)))
    for (const run of rows.strip({ ...range, fromS: range.fromS + 1, metric }))
      if (run.stepS === stepS)
        problems.push(
          ...stripTicks(run)
            .filter(({ tick, code }) => code !== codeAt(byTick.get(tick), metric))
            .map(({ tick }) => `${name}: the strip of ${metric} differs from the sample at ${tick}`),
        );
  return problems;
}

function codeAt(stored: StoredSample | undefined, metric: StripMetric): number {
  return stored ? codeOf(stored.sample, metric) : 0;
}

function stripTicks({ fromS, stepS, codes }: StripRun): { tick: number; code: number }[] {
  return Array.from(codes, (code, i) => ({ tick: fromS + i * stepS, code }));
}

function lastProblems(
  name: string,
  byTick: ReadonlyMap<number, StoredSample>,
  { fromS, rowS, rows, columns }: LastRun,
  laidTo: number,
): string[] {
  const problems: string[] = [];
  for (let i = 0; i < rows; i += 1) {
    const label = fromS + i * rowS;
    const stored = byTick.get(label);
    // Where nobody measured a whole row from elsewhere may lie.
    if (!stored && label <= laidTo) continue;
    const want = stored && pdpsOf(stored.sample);
    METRICS.forEach((metric, m) => {
      const value = columns[metric]?.[i] ?? Number.NaN;
      if ((Number.isNaN(value) ? null : value) !== (want?.[m] ?? null))
        problems.push(`${name}: the last ${metric} of row ${label} of ${rowS} s differs from its sample`);
    });
  }
  return problems;
}
