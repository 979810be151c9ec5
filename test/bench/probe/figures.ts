/** Errors become figures: reported - truth per phase, median, p90 and p99 of each run, and the median over the runs. */
import type { Reported } from "./subject.ts";
import { TIMES, type TimeName, type Times, type Truth } from "./truth.ts";

/** Errors of one subject in one run, ms. */
export type Errors = Record<TimeName, number[]> & {
  /** The total's error in its two parts: what was counted before the first packet, and after the last. */
  readonly lead: number[];
  readonly tail: number[];
};
/** One number per run and share. */
export type Spread = {
  readonly median: number;
  readonly p90: number;
  readonly p99: number;
  readonly count: number;
};

/**
 * The value at a share of the sorted numbers, nearest rank.
 *
 * @returns NaN without numbers.
 */
export function quantile(numbers: readonly number[], share: number): number {
  const sorted = [...numbers].sort((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.max(0, Math.ceil(share * sorted.length) - 1))] ?? Number.NaN;
}

export function median(numbers: readonly number[]): number {
  const low = quantile(numbers, 0.5);
  if (numbers.length === 0 || numbers.length % 2 === 1) return low;
  return (low + quantile(numbers, 0.5 + 1 / numbers.length)) / 2;
}

export function noErrors(): Errors {
  return { dns: [], connect: [], tls: [], tlsNet: [], wait: [], transfer: [], total: [], lead: [], tail: [] };
}

/** @returns How many of the measurements could not be compared: they failed, or their packets were not seen. */
export function addErrors(
  errors: Errors,
  reported: readonly Reported[],
  truths: ReadonlyMap<string, readonly Truth[]>,
): number {
  let lost = 0;
  for (const { id, ok, times, startMs } of reported) {
    const truth = truths.get(id)?.at(-1);
    if (!ok || !truth || truth.times.total === null) {
      lost += 1;
      continue;
    }
    addTimes(errors, times, truth.times);
    if (startMs === undefined || times.total === null) continue;
    errors.lead.push(truth.startMs - startMs);
    errors.tail.push(startMs + times.total - truth.startMs - truth.times.total);
  }
  return lost;
}

export function addTimes(errors: Errors, times: Times, truth: Times): void {
  for (const name of TIMES) {
    const said = times[name];
    const was = truth[name];
    if (said !== null && was !== null) errors[name].push(said - was);
  }
}

/** Median of the signed errors; p90 and p99 of their sizes, as an early mark is as wrong as a late one. */
export function spreadOf(errors: readonly number[]): Spread {
  const sizes = errors.map(Math.abs);
  return {
    median: median(errors),
    p90: quantile(sizes, 0.9),
    p99: quantile(sizes, 0.99),
    count: errors.length,
  };
}

/** The median over runs of each figure. */
export function overRuns(runs: readonly Spread[]): Spread {
  const of = (pick: (spread: Spread) => number) => median(runs.map(pick).filter((n) => !Number.isNaN(n)));
  return {
    median: of((run) => run.median),
    p90: of((run) => run.p90),
    p99: of((run) => run.p99),
    count: runs.reduce((sum, run) => sum + run.count, 0),
  };
}

export function shown(ms: number): string {
  if (Number.isNaN(ms)) return "-";
  const size = Math.abs(ms);
  return ms.toFixed(size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

export function cell({ median: middle, p90, p99 }: Spread): string {
  return Number.isNaN(middle) ? "-" : `${shown(middle)} / ${shown(p90)} / ${shown(p99)}`;
}

/** Columns under their heads, the first to the left. */
export function table(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_head, column) =>
    Math.max(...rows.map((row) => (row[column] ?? "").length)),
  );
  return rows.map((row) =>
    row
      .map((text, column) =>
        column === 0 ? text.padEnd(widths[0] ?? 0) : text.padStart(widths[column] ?? 0),
      )
      .join("  ")
      .trimEnd(),
  );
}

/** A figure beside what it should be: "reached" or "missed" stands in the line. */
export function verdict(what: string, got: number, limit: number, unit = "ms"): string {
  const word = Number.isNaN(got) ? "not measured" : got <= limit ? "reached" : "MISSED";
  return `${word}: ${what} ${shown(got)} ${unit} (wanted: at most ${shown(limit)})`;
}
