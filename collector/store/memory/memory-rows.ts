/**
 * The reference for rows and strips: consolidates the PDPs of the maps on every read, nothing is kept.
 *
 * An archive shows its newest `rows` rows, counted from the row of the generation's newest tick, the open row included.
 */
import { archiveOf, LONGEST_S, PDP_KEEP_S, rowOf } from "../../archive/layout.ts";
import { pdpsOf } from "../../archive/pdp.ts";
import { addPdp, EMPTY_ROW, type Row } from "../../archive/row.ts";
import { codeOf } from "../../archive/strip.ts";
import { METRICS, type Metric } from "../../wire/metric.ts";
import { digester } from "../digest.ts";
import type { RowColumns, RowRun, RowsQuery, SeriesKey, Store, StripRun } from "../store.ts";
import { generationsOf, isMeasured, type MemoryGeneration, reach, type Shelf } from "./memory-shelf.ts";

type Span = { readonly fromS: number; readonly toS: number };

export function memoryRows(shelf: Shelf): Pick<Store, "rows" | "strip" | "digest"> {
  return {
    rows: {
      async read(query) {
        return query.series.flatMap((series) =>
          byOpening(generationsOf(shelf, series)).flatMap((generation) => runOf(generation, query)),
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
      return digestOf(shelf, series, archive);
    },
  };
}

function byOpening(generations: MemoryGeneration[]): MemoryGeneration[] {
  return generations.sort((a, b) => reach(a).openedTick - reach(b).openedTick || a.stepS - b.stepS);
}

/** Labels shown, first and last; null = this generation has no such archive or nothing in the range. */
function shown(generation: MemoryGeneration, rowS: number, keepS: number, range: Span): Span | null {
  const { openedTick, lastTick } = reach(generation);
  const newest = rowOf(lastTick, rowS);
  const fromS = Math.max(
    Math.floor(range.fromS / rowS) * rowS + rowS,
    newest - keepS + rowS,
    rowOf(openedTick, rowS),
  );
  const toS = Math.min(Math.floor(range.toS / rowS) * rowS, newest);
  return fromS > toS ? null : { fromS, toS };
}

function runOf(generation: MemoryGeneration, query: RowsQuery): RowRun[] {
  const { stepS, series } = generation;
  const archive = archiveOf(stepS, query.rowS);
  if (!archive) return [];
  const rowS = archive.rowS;
  const span = shown(generation, rowS, rowS === stepS ? PDP_KEEP_S(stepS) : archive.rows * rowS, query);
  if (!span) return [];
  const rows = (span.toS - span.fromS) / rowS + 1;
  const merged = consolidate(generation, rowS, span);
  const columns: { [M in Metric]?: RowColumns } = {};
  for (const metric of query.metrics) {
    const at = METRICS.indexOf(metric);
    const column = merged.map((row) => row[at] ?? EMPTY_ROW);
    columns[metric] = {
      n: Float64Array.from(column, (row) => row.n),
      sum: Float64Array.from(column, (row) => row.sum),
      min: Float64Array.from(column, (row) => row.min),
      max: Float64Array.from(column, (row) => row.max),
    };
  }
  return [{ series, stepS, rowS, xff: archive.xff, fromS: span.fromS, rows, columns }];
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
    if (laid.rowS === rowS && rows[at] && !isMeasured(generation, rowS, labelS)) rows[at] = [...cells];
  }
  return rows;
}

function stripOf(generation: MemoryGeneration, range: Span): StripRun[] {
  const { stepS, series, byTick } = generation;
  // A strip holds ticks, not rows: fromS itself belongs to the range.
  const span = shown(generation, stepS, LONGEST_S, { fromS: range.fromS - 1, toS: range.toS });
  if (!span) return [];
  const codes = Uint16Array.from({ length: (span.toS - span.fromS) / stepS + 1 }, (_, i) => {
    const stored = byTick.get(span.fromS + i * stepS);
    return stored ? codeOf(stored.sample) : 0;
  });
  return [{ series, stepS, fromS: span.fromS, codes }];
}

const EVER: Span = { fromS: -1, toS: Number.MAX_SAFE_INTEGER };

function digestOf(shelf: Shelf, series: SeriesKey, archive: number | "strip"): string {
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
    for (const run of runOf(generation, { series: [series], metrics: METRICS, rowS: archive, ...EVER })) {
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
