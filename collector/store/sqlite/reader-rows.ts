/**
 * Rows, strips and digests out of the rings: tiles of the right lap, with the open head laid over them.
 *
 * Runs inside one read transaction, so that head and tiles belong together however much is written meanwhile.
 */
import type Database from "better-sqlite3";
import { archiveOf } from "../../archive/layout.ts";
import { METRICS, type Metric } from "../../wire/metric.ts";
import { compareText } from "../cursor.ts";
import { digester } from "../digest.ts";
import type { Generation, RowColumns, RowRun, RowsQuery, SeriesKey, StripRun } from "../store.ts";
import { type Band, type Bands, bandsOf, entryOf, TICKS_PER_TILE, tileId, tileOf } from "./bands.ts";
import { aligned, codeBlock, type PdpBlock, pdpAt, pdpBlock, type RowBlock, rowBlock } from "./blocks.ts";
import { type Head, headOf } from "./head.ts";

type GenerationRow = {
  id: number;
  target: string;
  vantage: string;
  step_s: number;
  opened_tick: number;
  last_tick: number;
  head: Uint8Array;
};

/** A generation as one read transaction sees it. */
type Seen = {
  readonly id: number;
  readonly series: SeriesKey;
  readonly stepS: number;
  readonly openedTick: number;
  readonly lastTick: number;
  readonly bands: Bands;
  readonly head: Head;
};

/** Entries first..last of a band, both included. */
type Span = { readonly first: number; readonly last: number };

const M = METRICS.length;
const EVER = { fromS: -1, toS: Number.MAX_SAFE_INTEGER };

/** What one read transaction sees: generations with their heads, and the tiles behind them. */
function viewOf(db: Database.Database) {
  const select = db.prepare<[string, string], GenerationRow>(
    "SELECT * FROM generation WHERE target = ? AND vantage = ? ORDER BY opened_tick, step_s",
  );
  const tile = db.prepare<[number], { number: number; data: Uint8Array }>(
    "SELECT number, data FROM tile WHERE id = ?",
  );
  const generations = (series: SeriesKey): Seen[] =>
    select.all(series.target, series.vantage).map((row) => {
      const bands = bandsOf(row.step_s);
      return {
        id: row.id,
        series: { target: row.target, vantage: row.vantage },
        stepS: row.step_s,
        openedTick: row.opened_tick,
        lastTick: row.last_tick,
        bands,
        head: headOf(bands, aligned(row.head)),
      };
    });
  const look = (seen: Seen, band: Band, number: number): Uint8Array | null => {
    const row = tile.get(tileId(seen.id, band, number));
    return row?.number === number ? aligned(row.data) : null;
  };
  return { generations, look };
}

export function readerRows(db: Database.Database) {
  const { generations, look } = viewOf(db);
  const runOf = (seen: Seen, query: RowsQuery): RowRun[] => {
    const archive = archiveOf(seen.stepS, query.rowS);
    if (!archive) return [];
    const isPdps = archive.steps === 1;
    const band = isPdps
      ? seen.bands.pdps
      : seen.bands.coarse.find((coarse) => coarse.steps === archive.steps);
    const span = band && spanOf(seen, band, query.fromS, query.toS);
    if (!band || !span) return [];
    const columns = emptyColumns(query.metrics, span.last - span.first + 1);
    if (isPdps) fillPdps(seen, span, columns, look);
    else fillRows(seen, band, span, columns, look);
    return [
      {
        series: seen.series,
        stepS: seen.stepS,
        rowS: archive.rowS,
        xff: archive.xff,
        fromS: span.first * archive.rowS,
        rows: span.last - span.first + 1,
        columns,
      },
    ];
  };
  const stripRunOf = (seen: Seen, fromS: number, toS: number): StripRun[] => {
    // A strip holds ticks, not rows: fromS itself belongs to the range.
    const span = spanOf(seen, seen.bands.strip, fromS - 1, toS);
    if (!span) return [];
    const codes = stripCodes(seen, span, look);
    return [{ series: seen.series, stepS: seen.stepS, fromS: span.first * seen.stepS, codes }];
  };
  const rowsOf = (query: RowsQuery): RowRun[] =>
    query.series.flatMap((series) => generations(series).flatMap((seen) => runOf(seen, query)));
  const byStep = (series: SeriesKey) => generations(series).sort((a, b) => a.stepS - b.stepS);

  return {
    rows: rowsOf,
    strip: (series: readonly SeriesKey[], fromS: number, toS: number): StripRun[] =>
      series.flatMap((key) => generations(key).flatMap((seen) => stripRunOf(seen, fromS, toS))),
    generations: (target: string | null): Generation[] => generationList(db, target),
    digest(series: SeriesKey, archive: number | "strip"): string {
      const digest = digester();
      for (const seen of byStep(series)) {
        if (archive !== "strip") {
          const query = { series: [series], metrics: METRICS, rowS: archive, ...EVER };
          for (const run of runOf(seen, query)) digestRun(digest, run);
          continue;
        }
        digest.generation(seen.stepS);
        for (const run of stripRunOf(seen, EVER.fromS, EVER.toS))
          run.codes.forEach((code, i) => {
            digest.tick(run.fromS + i * run.stepS, code);
          });
      }
      return digest.end();
    },
  };
}

function digestRun(digest: ReturnType<typeof digester>, run: RowRun): void {
  digest.generation(run.stepS);
  for (let i = 0; i < run.rows; i += 1) {
    const numbers = METRICS.flatMap((metric) => {
      const column = run.columns[metric];
      return [column?.n[i] ?? 0, column?.sum[i] ?? 0, column?.min[i] ?? 0, column?.max[i] ?? 0];
    });
    digest.row({ labelS: run.fromS + i * run.rowS, numbers });
  }
}

function generationList(db: Database.Database, target: string | null): Generation[] {
  const rows = db
    .prepare<[string | null, string | null], Omit<GenerationRow, "head">>(
      "SELECT id, target, vantage, step_s, opened_tick, last_tick FROM generation WHERE ? IS NULL OR target = ?",
    )
    .all(target, target);
  return rows
    .map((row) => ({
      series: { target: row.target, vantage: row.vantage },
      stepS: row.step_s,
      openedTick: row.opened_tick,
      lastTick: row.last_tick,
    }))
    .sort(
      (a, b) =>
        compareText(a.series.target, b.series.target) ||
        compareText(a.series.vantage, b.series.vantage) ||
        a.openedTick - b.openedTick ||
        a.stepS - b.stepS,
    );
}

/** Entries of a band with fromS < label <= toS that are shown; null = none. */
function spanOf(seen: Seen, band: Band, fromS: number, toS: number): Span | null {
  const widthS = band.steps * seen.stepS;
  const newest = entryOf(band, seen.lastTick / seen.stepS);
  const first = Math.max(
    Math.floor(fromS / widthS) + 1,
    newest - band.entries + 1,
    entryOf(band, seen.openedTick / seen.stepS),
  );
  const last = Math.min(Math.floor(toS / widthS), newest);
  return first > last ? null : { first, last };
}

type Look = (seen: Seen, band: Band, number: number) => Uint8Array | null;

function emptyColumns(metrics: readonly Metric[], rows: number): { [K in Metric]?: RowColumns } {
  const column = () => new Float64Array(rows);
  return Object.fromEntries(
    metrics.map((metric) => [metric, { n: column(), sum: column(), min: column(), max: column() }]),
  );
}

function put(column: RowColumns, i: number, n: number, sum: number, min: number, max: number): void {
  column.n[i] = n;
  column.sum[i] = sum;
  column.min[i] = min;
  column.max[i] = max;
}

function fillPdps(seen: Seen, span: Span, columns: { [K in Metric]?: RowColumns }, look: Look): void {
  const band = seen.bands.pdps;
  const newestTile = tileOf(band, seen.lastTick / seen.stepS);
  for (let number = tileOf(band, span.first); number <= tileOf(band, span.last); number += 1) {
    const bytes = number === newestTile ? null : look(seen, band, number);
    const block = number === newestTile ? seen.head.pdps : bytes && pdpBlock(bytes, 0, TICKS_PER_TILE);
    if (block) fillTicks(block, number * TICKS_PER_TILE, span, columns);
  }
}

function fillTicks(
  block: PdpBlock,
  tileFirst: number,
  span: Span,
  columns: { [K in Metric]?: RowColumns },
): void {
  const from = Math.max(tileFirst, span.first);
  const to = Math.min(tileFirst + TICKS_PER_TILE - 1, span.last);
  METRICS.forEach((metric, m) => {
    const column = columns[metric];
    if (!column) return;
    for (let tickNo = from; tickNo <= to; tickNo += 1) {
      const value = pdpAt(block, tickNo - tileFirst, m);
      if (value !== null) put(column, tickNo - span.first, 1, value, value, value);
    }
  });
}

function fillRows(
  seen: Seen,
  band: Band,
  span: Span,
  columns: { [K in Metric]?: RowColumns },
  look: Look,
): void {
  for (let number = tileOf(band, span.first); number <= tileOf(band, span.last); number += 1) {
    const bytes = look(seen, band, number);
    if (!bytes) continue;
    const tileFirst = number * band.perTile;
    const from = Math.max(tileFirst, span.first);
    const to = Math.min(tileFirst + band.perTile - 1, span.last);
    const block = rowBlock(bytes, 0, band.perTile);
    for (let entry = from; entry <= to; entry += 1)
      fillRow(block, entry - tileFirst, entry - span.first, columns);
  }
  const newest = entryOf(band, seen.lastTick / seen.stepS);
  const open = seen.head.open[seen.bands.coarse.indexOf(band)];
  if (open && newest === span.last) fillRow(open, 0, newest - span.first, columns);
}

function fillRow(block: RowBlock, at: number, i: number, columns: { [K in Metric]?: RowColumns }): void {
  METRICS.forEach((metric, m) => {
    const column = columns[metric];
    const cell = at * M + m;
    if (column)
      put(column, i, block.n[cell] ?? 0, block.sum[cell] ?? 0, block.min[cell] ?? 0, block.max[cell] ?? 0);
  });
}

function stripCodes(seen: Seen, span: Span, look: Look): Uint16Array {
  const band = seen.bands.strip;
  const codes = new Uint16Array(span.last - span.first + 1);
  for (let number = tileOf(band, span.first); number <= tileOf(band, span.last); number += 1) {
    const bytes = look(seen, band, number);
    if (!bytes) continue;
    const tileFirst = number * band.perTile;
    const from = Math.max(tileFirst, span.first);
    const to = Math.min(tileFirst + band.perTile - 1, span.last);
    const kept = codeBlock(bytes, 0, band.perTile).subarray(from - tileFirst, to - tileFirst + 1);
    codes.set(kept, from - span.first);
  }
  const headFirst = tileOf(seen.bands.pdps, seen.lastTick / seen.stepS) * TICKS_PER_TILE;
  seen.head.codes.forEach((code, i) => {
    const at = headFirst + i - span.first;
    if (at >= 0 && at < codes.length) codes[at] = code;
  });
  return codes;
}
