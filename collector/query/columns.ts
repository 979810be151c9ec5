/**
 * Rows of several vantages and generations -> the columns of one carrier, and what stands under the chart.
 *
 * Pure. Rows are merged as integers; generations are weighted by their step, so that in the one row that straddles a
 * step change each second counts once. A row is known when any of its vantages knows it by its archive's xff.
 * Values leave in ms with fractions, speed in bytes per second.
 */
import { EMPTY_ROW, mergeRows, type Row, valueOf as rowValue } from "../archive/row.ts";
import type { RowRun } from "../store/store.ts";
import type { MetricColumns, MetricSummary } from "../wire/api-chart.ts";
import { CFS, type ConsolidationFunction, METRICS, type Metric } from "../wire/metric.ts";
import type { StepSpan } from "./segments.ts";

/** When a vantage was expected to measure. */
export type Expected = {
  readonly spans: readonly StepSpan[];
  readonly createdS: number;
  readonly nowS: number;
  readonly pauses: readonly { readonly fromS: number; readonly toS: number | null }[];
};

/** What one vantage gives to a chart. */
export type VantageRows = { readonly runs: readonly RowRun[]; readonly expected: Expected };

export type Lines = {
  readonly metrics: { readonly [M in Metric]: MetricColumns };
  readonly summary: { readonly [M in Metric]: MetricSummary };
};

/** A stored value in the unit of the API. */
export function shownValue(metric: Metric, value: number): number {
  return metric === "speed" ? value : value / 1000;
}

/**
 * The columns and summary of one carrier.
 *
 * @param labels Ascending, rowS apart.
 * @returns Per metric: AVERAGE, MAX, MIN at each label, null where nothing is known; p50 and p95 are filled in later.
 */
export function linesOf(vantages: readonly VantageRows[], labels: readonly number[], rowS: number): Lines {
  const metrics: { [M in Metric]?: MetricColumns } = {};
  const summary: { [M in Metric]?: MetricSummary } = {};
  for (const metric of METRICS) {
    const line = lineOf(vantages, metric, labels, rowS);
    metrics[metric] = line.columns;
    summary[metric] = line.summary;
  }
  return { metrics, summary } as Lines;
}

/** One metric of the vantages, merged; as linesOf. */
export function lineOf(
  vantages: readonly VantageRows[],
  metric: Metric,
  labels: readonly number[],
  rowS: number,
): { columns: MetricColumns; summary: MetricSummary } {
  const merged = mergeVantages(vantages, metric, { labels, rowS, unitS: unitOf(vantages) });
  const columns = columnsOf(metric, merged);
  return { columns, summary: summaryOf(metric, merged, columns) };
}

/** The labels, and the seconds a count stands for: what every step is a multiple of; with one step, the step. */
type Raster = { readonly labels: readonly number[]; readonly rowS: number; readonly unitS: number };

/** One label of a carrier: everything measured, and whether enough was. */
type Cell = { readonly row: Row; readonly known: boolean };

function mergeVantages(vantages: readonly VantageRows[], metric: Metric, raster: Raster): Cell[] {
  const { labels, rowS, unitS } = raster;
  const cells: Cell[] = labels.map(() => ({ row: EMPTY_ROW, known: false }));
  for (const vantage of vantages) {
    const { rows, xffs } = placeRuns(vantage.runs, metric, raster);
    for (const [i, row] of rows.entries()) {
      const cell = cells[i];
      if (!cell || row.n === 0) continue;
      const labelS = labels[i] ?? 0;
      const pdps = expectedUnits(vantage.expected, labelS - rowS, labelS, unitS);
      const known = cell.known || rowValue(row, "AVERAGE", pdps, xffs[i] ?? 0) !== null;
      cells[i] = { row: mergeRows(cell.row, row), known };
    }
  }
  return cells;
}

function unitOf(vantages: readonly VantageRows[]): number {
  const steps = vantages.flatMap(({ runs, expected }) =>
    [...runs, ...expected.spans].map((one) => one.stepS),
  );
  return steps.reduce(gcd, 0) || 1;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

/** Rows at the labels, each with the xff of what it is made of: where archives of several meet, the largest. */
function placeRuns(
  runs: readonly RowRun[],
  metric: Metric,
  { labels, rowS, unitS }: Raster,
): { rows: Row[]; xffs: Float64Array } {
  const rows: Row[] = labels.map(() => EMPTY_ROW);
  const xffs = new Float64Array(labels.length);
  const first = labels[0] ?? 0;
  for (const run of runs) {
    const column = run.columns[metric];
    if (!column) continue;
    const weight = run.stepS / unitS;
    for (let i = 0; i < run.rows; i += 1) {
      const n = column.n[i] ?? 0;
      const at = Math.ceil((run.fromS + i * run.rowS - first) / rowS);
      const before = rows[at];
      if (n === 0 || !before) continue;
      const sum = column.sum[i] ?? 0;
      const part = { n: n * weight, sum: sum * weight, min: column.min[i] ?? 0, max: column.max[i] ?? 0 };
      rows[at] = mergeRows(before, part);
      xffs[at] = Math.max(xffs[at] ?? 0, run.xff);
    }
  }
  return { rows, xffs };
}

/**
 * Ticks with fromS < tick <= toS at which a measurement was due, each counted by its step in units.
 *
 * Before creation, in a pause and after now nothing is due, so a new target has a value on its first day.
 */
export function expectedUnits(expected: Expected, fromS: number, toS: number, unitS: number): number {
  let units = 0;
  for (const span of expected.spans) {
    const { stepS } = span;
    // Half-open the other way round: ticks of (a, b] are those of [a + 1, b + 1) in whole seconds.
    const startS = Math.max(fromS + 1, span.fromS, expected.createdS - stepS + 1);
    const endS = Math.min(toS, expected.nowS, span.toS - 1) + 1;
    let ticks = ticksBetween(startS, endS, stepS);
    for (const pause of expected.pauses) {
      ticks -= ticksBetween(Math.max(startS, pause.fromS), Math.min(endS, pause.toS ?? endS), stepS);
    }
    units += (ticks * stepS) / unitS;
  }
  return units;
}

/** How many multiples of stepS lie in [fromS, toS). */
function ticksBetween(fromS: number, toS: number, stepS: number): number {
  return Math.max(0, Math.ceil(toS / stepS) - Math.ceil(fromS / stepS));
}

function columnsOf(metric: Metric, cells: readonly Cell[]): MetricColumns {
  const column = (cf: ConsolidationFunction) => cells.map((cell) => readCell(metric, cell, cf));
  const [AVERAGE, MAX, MIN] = CFS.map(column);
  return { AVERAGE: AVERAGE ?? [], MAX: MAX ?? [], MIN: MIN ?? [] };
}

/** xff was asked of each vantage: 0 PDPs expected here never makes the merged row UNKNOWN again. */
function readCell(metric: Metric, cell: Cell, cf: ConsolidationFunction): number | null {
  const value = cell.known ? rowValue(cell.row, cf, 0, 0) : null;
  return value === null ? null : shownValue(metric, value);
}

function summaryOf(metric: Metric, cells: readonly Cell[], columns: MetricColumns): MetricSummary {
  const all = cells.reduce((sum, cell) => mergeRows(sum, cell.row), EMPTY_ROW);
  const read = (cf: ConsolidationFunction) => readCell(metric, { row: all, known: true }, cf);
  return {
    current: columns.AVERAGE.findLast((value) => value !== null) ?? null,
    average: read("AVERAGE"),
    max: read("MAX"),
    min: read("MIN"),
    p50: null,
    p95: null,
  };
}
