/**
 * The reference for rows and strips: consolidates the PDPs of the maps on every read, nothing is kept.
 *
 * An archive shows its newest `rows` rows, counted from the row of the generation's newest tick, the open row included.
 */
import { rowOf } from "../../archive/layout.ts";
import { pdpsOf } from "../../archive/pdp.ts";
import { addPdp, EMPTY_ROW, type Row } from "../../archive/row.ts";
import { stripSpec } from "../../archive/sets.ts";
import { codeOf } from "../../archive/strip.ts";
import type { StripMetric } from "../../wire/archives.ts";
import { METRICS, type Metric } from "../../wire/metric.ts";
import { digestOfRuns } from "../digest.ts";
import { shownStrips } from "../held-lasts.ts";
import { type Shown, shownRows } from "../held-rows.ts";
import type { ArchiveName, StripRun } from "../lasts-and-strips.ts";
import type { RowColumns, RowRun, RowsQuery, SeriesKey, Store } from "../store.ts";
import { lastRuns } from "./memory-lasts.ts";
import type { MemoryShapes } from "./memory-shapes.ts";
import { generationsOf, isMeasured, type MemoryGeneration, reach, type Shelf } from "./memory-shelf.ts";

type Span = { readonly fromS: number; readonly toS: number };

export function memoryRows(
  shelf: Shelf,
  shapes: MemoryShapes,
): Pick<Store, "rows" | "lasts" | "strip" | "digest"> {
  return {
    rows: {
      async read(query) {
        return query.series.flatMap((series) =>
          byOpening(generationsOf(shelf, series)).flatMap((generation) => runsOf(generation, shapes, query)),
        );
      },
    },
    lasts: {
      async read(query) {
        return query.series.flatMap((series) =>
          byOpening(generationsOf(shelf, series)).flatMap((generation) =>
            lastRuns(generation, shapes, query),
          ),
        );
      },
    },
    strip: {
      async read({ series, ...query }) {
        return series.flatMap((key) =>
          byOpening(generationsOf(shelf, key)).flatMap((generation) => stripsOf(generation, shapes, query)),
        );
      },
    },
    async digest(series, archive) {
      return digestOf(shelf, shapes, series, archive);
    },
  };
}

function byOpening(generations: MemoryGeneration[]): MemoryGeneration[] {
  return generations.sort((a, b) => reach(a).openedTick - reach(b).openedTick || a.stepS - b.stepS);
}

function runsOf(generation: MemoryGeneration, shapes: MemoryShapes, query: RowsQuery): RowRun[] {
  const { stepS, series } = generation;
  const layout = shapes.of(series.target, stepS);
  return shownRows(layout, { stepS, ...reach(generation) }, query.rowS, query).map((shown) =>
    runOf(generation, shown, query.metrics),
  );
}

function runOf(generation: MemoryGeneration, shown: Shown, metrics: readonly Metric[]): RowRun {
  const { stepS, series } = generation;
  const { rowS, xff } = shown.ring;
  const rows = (shown.toS - shown.fromS) / rowS + 1;
  const merged = consolidate(generation, rowS, shown);
  const columns: { [M in Metric]?: RowColumns } = {};
  for (const metric of metrics) {
    const at = METRICS.indexOf(metric);
    const column = merged.map((row) => row[at] ?? EMPTY_ROW);
    columns[metric] = {
      n: Float64Array.from(column, (row) => row.n),
      sum: Float64Array.from(column, (row) => row.sum),
      min: Float64Array.from(column, (row) => row.min),
      max: Float64Array.from(column, (row) => row.max),
    };
  }
  return { series, stepS, rowS, xff, fromS: shown.fromS, rows, columns };
}

/** One entry per label of the span: eight rows in METRICS order. */
function consolidate(generation: MemoryGeneration, rowS: number, span: Span): Row[][] {
  const rows = Array.from({ length: (span.toS - span.fromS) / rowS + 1 }, () => METRICS.map(() => EMPTY_ROW));
  for (const { sample } of generation.byTick.values()) {
    const row = rows[(rowOf(sample.tick, rowS) - span.fromS) / rowS];
    if (!row) continue;
    pdpsOf(sample).forEach((value, i) => {
      row[i] = addPdp(row[i] ?? EMPTY_ROW, value);
    });
  }
  // What is measured wins: a row from elsewhere shows only where every tick is UNKNOWN.
  for (const { labelS, cells, ...laid } of generation.laid.values()) {
    const at = (labelS - span.fromS) / rowS;
    if (laid.rowS === rowS && !laid.isGone && rows[at] && !isMeasured(generation, rowS, labelS))
      rows[at] = [...cells];
  }
  return rows;
}

type StripWanted = Span & { readonly metric?: StripMetric };

function stripsOf(generation: MemoryGeneration, shapes: MemoryShapes, wanted: StripWanted): StripRun[] {
  const { stepS, series, byTick } = generation;
  const { metric } = wanted;
  const { strips = [] } = shapes.of(series.target, stepS);
  const total = { ...stripSpec(stepS), part: 0, sinceS: 0, untilS: null };
  const rings = metric === undefined ? [total] : strips.filter((one) => one.metric === metric);
  return shownStrips(rings, { stepS, ...reach(generation) }, wanted).map((span) => {
    const codes = Uint16Array.from({ length: (span.toS - span.fromS) / stepS + 1 }, (_, i) => {
      const stored = byTick.get(span.fromS + i * stepS);
      return stored ? codeOf(stored.sample, metric) : 0;
    });
    return { series, stepS, fromS: span.fromS, codes };
  });
}

const EVER: Span = { fromS: -1, toS: Number.MAX_SAFE_INTEGER };

function digestOf(shelf: Shelf, shapes: MemoryShapes, series: SeriesKey, archive: ArchiveName): string {
  return digestOfRuns(archive, generationsOf(shelf, series), {
    rows: (generation, rowS) =>
      runsOf(generation, shapes, { series: [series], metrics: METRICS, rowS, ...EVER }),
    lasts: (generation, rowS) =>
      lastRuns(generation, shapes, { series: [series], metrics: METRICS, rowS, ...EVER }),
    strips: (generation, metric) =>
      stripsOf(generation, shapes, { ...EVER, ...(metric === undefined ? {} : { metric }) }),
  });
}
