/**
 * What one read transaction sees of a series: its generations with their open heads, and the tiles behind them.
 *
 * A tile is given out only when it is of the lap that was asked for.
 */
import type Database from "better-sqlite3";
import { seriesKey } from "../series.ts";
import type { SeriesKey } from "../store.ts";
import { type Band, type Bands, bandsOf, entryOf, tileId } from "./bands.ts";
import { aligned } from "./blocks.ts";
import { type Head, headOf } from "./head.ts";

export type GenerationRow = {
  id: number;
  target: string;
  vantage: string;
  address: string;
  step_s: number;
  opened_tick: number;
  last_tick: number;
  head: Uint8Array;
};

/** A generation as one read transaction sees it. */
export type Seen = {
  readonly id: number;
  readonly series: SeriesKey;
  readonly stepS: number;
  readonly openedTick: number;
  readonly lastTick: number;
  readonly bands: Bands;
  readonly head: Head;
};

/** Entries first..last of a band, both included. */
export type Span = { readonly first: number; readonly last: number };

/** The bytes of a tile, or null when its slot holds another lap or nothing. */
export type Look = (seen: Seen, band: Band, number: number) => Uint8Array | null;

/** What one read transaction sees: generations with their heads, and the tiles behind them. */
export function viewOf(db: Database.Database) {
  const select = db.prepare<[string, string, string], GenerationRow>(
    "SELECT * FROM generation WHERE target = ? AND vantage = ? AND address = ? ORDER BY opened_tick, step_s",
  );
  const tile = db.prepare<[number], { number: number; data: Uint8Array }>(
    "SELECT number, data FROM tile WHERE id = ?",
  );
  const generations = (series: SeriesKey): Seen[] =>
    select.all(series.target, series.vantage, series.address ?? "").map((row) => {
      const bands = bandsOf(row.step_s);
      return {
        id: row.id,
        series: seriesKey(row.target, row.vantage, row.address),
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

/** Entries of a band with fromS < label <= toS that are shown; null = none. */
export function spanOf(seen: Seen, band: Band, fromS: number, toS: number): Span | null {
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
