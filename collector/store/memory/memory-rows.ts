/**
 * The reference for rows and strips: consolidates the PDPs of the maps on every read, nothing is kept.
 *
 * An archive shows its newest `rows` rows, counted from the row of the generation's newest tick, the open row included.
 */
import { LONGEST_S, rowOf } from "../../archive/layout.ts";
import { pdpsOf } from "../../archive/pdp.ts";
import { addPdp, EMPTY_ROW, type Row } from "../../archive/row.ts";
import { codeOf } from "../../archive/strip.ts";
import { METRICS, type Metric } from "../../wire/metric.ts";
import { digester } from "../digest.ts";
import { type Shown, shownOf, shownRows } from "../held-rows.ts";
import type { RowColumns, RowRun, RowsQuery, SeriesKey, Store, StripRun } from "../store.ts";
import type { MemoryShapes } from "./memory-shapes.ts";
import { generationsOf, isMeasured, type MemoryGeneration, reach, type Shelf } from "./memory-shelf.ts";

type Span = { readonly fromS: number; readonly toS: number };

export function memoryRows(shelf: Shelf, shapes: MemoryShapes): Pick<Store, "rows" | "strip" | "digest"> {
  return {
    rows: {
      async read(query) {
        return query.series.flatMap((series) =>
          byOpening(generationsOf(shelf, series)).flatMap((generation) => runsOf(generation, shapes, query)),
        );
      },
    },
    strip: {
      async read({ series, fromS, toS }) {
        return series.flatMap((key) =>
          byOpening(generationsOf(shelf, key)).flatMap((generation) => stripOf(generation, { fromS, toS })),
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

function stripOf(generation: MemoryGeneration, range: Span): StripRun[] {
  const { stepS, series, byTick } = generation;
  // A strip holds ticks, not rows: fromS itself belongs to the range.
  const ring = { part: 0, steps: 1, rowS: stepS, rows: LONGEST_S / stepS, xff: 0, sinceS: 0, untilS: null };
  const span = shownOf(ring, { stepS, ...reach(generation) }, { fromS: range.fromS - 1, toS: range.toS });
  if (!span) return [];
  const codes = Uint16Array.from({ length: (span.toS - span.fromS) / stepS + 1 }, (_, i) => {
    const stored = byTick.get(span.fromS + i * stepS);
    return stored ? codeOf(stored.sample) : 0;
  });
  return [{ series, stepS, fromS: span.fromS, codes }];
}

const EVER: Span = { fromS: -1, toS: Number.MAX_SAFE_INTEGER };

function digestOf(shelf: Shelf, shapes: MemoryShapes, series: SeriesKey, archive: number | "strip"): string {
  const digest = digester();
  for (const generation of generationsOf(shelf, series)) {
    if (archive === "strip") {
      digest.generation(generation.stepS);
      for (const run of stripOf(generation, EVER))
        run.codes.forEach((code, i) => {
          digest.tick(run.fromS + i * run.stepS, code);
        });
      continue;
    }
    const query = { series: [series], metrics: METRICS, rowS: archive, ...EVER };
    for (const run of runsOf(generation, shapes, query)) {
      digest.generation(generation.stepS);
      for (let i = 0; i < run.rows; i += 1)
        digest.row({ labelS: run.fromS + i * run.rowS, numbers: numbersAt(run, i) });
    }
  }
  return digest.end();
}

function numbersAt(run: RowRun, i: number): number[] {
  return METRICS.flatMap((metric) => {
    const column = run.columns[metric];
    return [column?.n[i] ?? 0, column?.sum[i] ?? 0, column?.min[i] ?? 0, column?.max[i] ?? 0];
  });
}
