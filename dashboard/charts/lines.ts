/**
 * Columns of a chart to the points of its lines: gaps stay gaps, a lonely value is a dot.
 *
 * Also decides where MAX (for speed MIN) must be drawn beside AVERAGE, because the average of a coarse row would hide
 * that the alarm line was crossed.
 */
import type { ChartSeries, MetricColumns } from "../../collector/wire/api-chart.ts";
import type { Metric } from "../../collector/wire/metric.ts";
import type { DrawnRows } from "./drawn.ts";

type Values = readonly (number | null)[];

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
export function pointsOf(data: Pick<DrawnRows, "labels" | "rowS">, column: Values): XY[] {
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
 * The worst value of each row whose drawn values hide a firing: MAX, or MIN of a metric that alarms below its line, is
 * beyond the limit while nothing that is drawn of the row is. null in every other row.
 *
 * @param below The metric alarms below its line (speed).
 */
export function hiddenWorst(
  columns: ReadonlyMap<string, Values>,
  of: DrawnRows["of"],
  limit: number | null,
  below: boolean,
): (number | null)[] {
  const worst = columns.get(below ? "MIN" : "MAX") ?? [];
  const drawn = of.map((one) => columns.get(one) ?? []);
  const beyond = (value: number | null | undefined) =>
    limit !== null && value !== null && value !== undefined && (below ? value < limit : value > limit);
  return worst.map((value, i) => (beyond(value) && !drawn.some((one) => beyond(one[i])) ? value : null));
}

/** The columns of a metric, or empty ones for a series that has none. */
export function columnsOf(series: ChartSeries, metric: Metric): MetricColumns {
  return series.metrics[metric] ?? { AVERAGE: [], MAX: [], MIN: [] };
}
