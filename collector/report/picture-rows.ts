/**
 * The rows a picture draws: of the chart as it came, or asked for where LAST or percentiles are wanted.
 *
 * Loads no canvas and no Chart.js, so that a verb can say what is wrong before it does. Next stop: picture.ts.
 */
import {
  answeredRows,
  type DrawnRows,
  drawnQuestion,
  hasPercentiles,
  isKept,
  keptRows,
} from "../../dashboard/charts/drawn.ts";
import type { ChartData } from "../wire/api-chart.ts";
import type { QueryColumns } from "../wire/api-query.ts";
import { STRIP_METRICS } from "../wire/archives.ts";
import type { Metric } from "../wire/metric.ts";

/** What is drawn of each carrier, the first most visibly. */
export type Functions = DrawnRows["of"];

/** Lines of one carrier that can be told apart. */
export const MOST_LINES = 4;

/** About a row per pixel and a half of a usual picture. */
const POINTS = 600;

/** Whether a metric can have percentiles at all, kept or not. */
export function mayHavePercentiles(metric: Metric): boolean {
  return hasPercentiles(metric, { percentiles: [...STRIP_METRICS] });
}

/** @param ask Puts a path of the API to the collector. @throws what it throws where rows are not held so far back */
export async function pictureRows(
  data: ChartData,
  metric: Metric,
  of: Functions,
  ask: (path: string) => Promise<QueryColumns>,
): Promise<DrawnRows> {
  if (isKept(of)) return keptRows(data, metric, of);
  return answeredRows(
    await ask(`/query?${new URLSearchParams(drawnQuestion(data, metric, of, POINTS))}`),
    of,
  );
}
