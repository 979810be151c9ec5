/**
 * Rows whose samples the log keeps no more, compared with the tick strip, which reaches back as far as any archive.
 *
 * The strip says of each tick whether it had a total, and which to 0.0125 %: so a row's total is known in number, smallest
 * and largest code, and nearly in its sum. Of the other metrics only what contradicts itself is found.
 */
import { UP_BASE } from "../../archive/strip.ts";
import { SCALE, scaleIndexOf } from "../../archive/strip-scale.ts";
import { METRICS } from "../../wire/metric.ts";
import type { StripRun } from "../lasts-and-strips.ts";
import type { RowColumns, RowRun } from "../store.ts";

/** A total below 8 ms is exact, others are at most an 8000th away. */
const SCALE_ERROR = 1 / 8_000;

/**
 * @param strip Covers every tick of these rows; null = none of them is in the strip.
 * @param laidTo Label of the newest row that was laid whole; 0 = none was.
 */
export function oldRowProblems(name: string, run: RowRun, strip: StripRun | null, laidTo: number): string[] {
  const problems: string[] = [];
  for (let i = 0; i < run.rows; i += 1) {
    const label = run.fromS + i * run.rowS;
    const row = `${name}: row ${label} of ${run.rowS} s`;
    const { ticks, totals } = stripOf(strip, label - run.rowS, label);
    const laid = ticks === 0 && label <= laidTo;
    for (const metric of METRICS) {
      const column = run.columns[metric];
      if (column && !isPossible(column, i, run.rowS / run.stepS))
        problems.push(`${row}, ${metric}, contradicts itself`);
    }
    if (!laid && run.columns.total && !fits(run.columns.total, i, totals))
      problems.push(`${row}, total, differs from the strip`);
  }
  return problems;
}

/** Ticks with a state, and the codes of their totals, after fromS up to and including toS. */
function stripOf(strip: StripRun | null, fromS: number, toS: number): { ticks: number; totals: number[] } {
  if (!strip) return { ticks: 0, totals: [] };
  const first = Math.max(0, Math.floor((fromS - strip.fromS) / strip.stepS) + 1);
  const codes = strip.codes.subarray(
    first,
    Math.max(first, Math.floor((toS - strip.fromS) / strip.stepS) + 1),
  );
  return {
    ticks: codes.filter((code) => code !== 0).length,
    totals: Array.from(codes).flatMap((code) => (code >= UP_BASE ? [code - UP_BASE] : [])),
  };
}

function fits({ n, sum, min, max }: RowColumns, i: number, totals: readonly number[]): boolean {
  if (n[i] !== totals.length) return false;
  if (totals.length === 0) return true;
  const about = totals.reduce((all, index) => all + (SCALE[index] ?? 0), 0);
  return (
    scaleIndexOf(min[i] ?? 0) === totals.reduce((a, b) => Math.min(a, b)) &&
    scaleIndexOf(max[i] ?? 0) === totals.reduce((a, b) => Math.max(a, b)) &&
    Math.abs((sum[i] ?? 0) - about) <= about * SCALE_ERROR * 1.01 + totals.length
  );
}

/** What any ticks can give: as many values as there is room for, and a sum between so many smallest and largest ones. */
function isPossible(column: RowColumns, i: number, steps: number): boolean {
  const [n = 0, sum = 0, min = 0, max = 0] = [column.n[i], column.sum[i], column.min[i], column.max[i]];
  if (n === 0) return sum === 0;
  return n <= steps && min <= max && sum >= min * n && sum <= max * n;
}
