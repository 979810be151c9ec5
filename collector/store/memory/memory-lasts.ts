/**
 * The reference for rows' last ticks: each value is looked up in the maps on every read, nothing is kept.
 *
 * A row from elsewhere says its last value where its archive has one and nobody measured in the row.
 */
import { pdpsOf } from "../../archive/pdp.ts";
import { METRICS, type Metric } from "../../wire/metric.ts";
import { shownLasts } from "../held-lasts.ts";
import type { Shown } from "../held-rows.ts";
import type { LastRun } from "../lasts-and-strips.ts";
import type { RowsQuery } from "../store.ts";
import type { MemoryShapes } from "./memory-shapes.ts";
import { isMeasured, type MemoryGeneration, NO_LASTS, reach } from "./memory-shelf.ts";

/** Of one generation, by time. */
export function lastRuns(generation: MemoryGeneration, shapes: MemoryShapes, query: RowsQuery): LastRun[] {
  const { series, stepS } = generation;
  if (query.rowS % stepS !== 0) return [];
  const layout = shapes.of(series.target, stepS);
  const shown = shownLasts(layout, { stepS, ...reach(generation) }, query.rowS, query);
  return shown.map((one) => runOf(generation, one, query));
}

function runOf(generation: MemoryGeneration, { ring, fromS, toS }: Shown, query: RowsQuery): LastRun {
  const { series, stepS } = generation;
  const { rowS, metrics } = query;
  const rows = (toS - fromS) / rowS + 1;
  const values = Array.from({ length: rows }, (_, i) => lastAt(generation, ring.rowS, fromS + i * rowS));
  const columns: { [M in Metric]?: Float64Array } = {};
  for (const metric of metrics) {
    const at = METRICS.indexOf(metric);
    columns[metric] = Float64Array.from(values, (one) => one[at] ?? Number.NaN);
  }
  return { series, stepS, rowS, fromS, rows, columns };
}

/** @param widthS Of the rows it is kept with. */
function lastAt(generation: MemoryGeneration, widthS: number, labelS: number): readonly (number | null)[] {
  const laid = generation.laid.get(`${widthS}/${labelS}`);
  if (laid && !laid.isGone && !isMeasured(generation, widthS, labelS)) return laid.lasts;
  const stored = generation.byTick.get(labelS);
  return stored ? pdpsOf(stored.sample) : NO_LASTS;
}
