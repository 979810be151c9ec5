/**
 * Columns of a chart to the points of its lines: gaps stay gaps, a lonely value is a dot.
 *
 * Also decides where MAX (for speed MIN) must be drawn beside AVERAGE, because the average of a coarse row would hide
 * that the alarm line was crossed.
 */
import type { ChartData, ChartSeries, MetricColumns } from "../../collector/wire/api-chart.ts";
import type { Metric } from "../../collector/wire/metric.ts";

export type XY = { readonly x: number; readonly y: number | null };

/** Labels with a label in each hole, so that a line never crosses rows that are not there. */
export function withHoles(labels: readonly number[], rowS: number): { atS: number; index: number | null }[] {
  const out: { atS: number; index: number | null }[] = [];
  for (const [index, atS] of labels.entries()) {
    const before = labels[index - 1];
    if (before !== undefined && atS - before > rowS * 1.5) out.push({ atS: before + rowS, index: null });
    out.push({ atS, index });
  }
  return out;
}

/** Points of one column; null where nothing is known. */
export function pointsOf(data: Pick<ChartData, "labels" | "rowS">, column: readonly (number | null)[]): XY[] {
  return withHoles(data.labels, data.rowS).map(({ atS, index }) => ({
    x: atS,
    y: index === null ? null : (column[index] ?? null),
  }));
}

/** Radius of each point: 0 on a line, `radius` where a value has no neighbour to be joined to. */
export function radii(points: readonly XY[], radius: number): number[] {
  const known = (i: number) => points[i] !== undefined && points[i].y !== null;
  return points.map((_, i) => (known(i) && !known(i - 1) && !known(i + 1) ? radius : 0));
}

/** The alarm limit of a metric for one carrier; null = no line. */
export function limitFor(
  line: { readonly limit: number; readonly carriers: Readonly<Record<string, number | null>> } | undefined,
  carrier: string,
): number | null {
  if (!line) return null;
  const own = line.carriers[carrier];
  return own === undefined ? line.limit : own;
}

/**
 * Whether the line of AVERAGE hides a firing: some row's worst value is beyond the limit while its average is not.
 *
 * @param below The metric alarms below its line (speed).
 */
export function hidesFiring(columns: MetricColumns, limit: number | null, below: boolean): boolean {
  return hiddenWorst(columns, limit, below).some((value) => value !== null);
}

/** The worst value of each row whose average hides a firing; null in every other row. */
export function hiddenWorst(columns: MetricColumns, limit: number | null, below: boolean): (number | null)[] {
  const worst = below ? columns.MIN : columns.MAX;
  const beyond = (value: number | null | undefined) =>
    limit !== null && value !== null && value !== undefined && (below ? value < limit : value > limit);
  return worst.map((value, i) => (beyond(value) && !beyond(columns.AVERAGE[i]) ? value : null));
}

/** The columns of a metric, or empty ones for a series that has none. */
export function columnsOf(series: ChartSeries, metric: Metric): MetricColumns {
  return series.metrics[metric] ?? { AVERAGE: [], MAX: [], MIN: [] };
}
