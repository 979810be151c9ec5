/**
 * Whole rows from elsewhere in the rings: laid where nobody measured, gone once somebody did.
 *
 * A row of which every tick's strip code is UNKNOWN and which has values was laid; no mark of its own is needed. The
 * open state says how far laid rows reach, so that samples of today ask nothing. Integers only.
 */
import type { Row } from "../../archive/row.ts";
import { type Band, entryOf, isShown, tileId, tileOf } from "./bands.ts";
import { clearRow, codeBlock, isEmptyRow, type RowBlock, rowBlock, rowBytes, setRow } from "./blocks.ts";
import type { Working } from "./rings.ts";
import type { TileCache } from "./tile-cache.ts";

/** Where a row stands; held = in the open state. */
type Place = { readonly rows: RowBlock; readonly at: number; readonly held: boolean };

/** Whether a tick from the first to the last of these numbers is up, down or suspect. */
export function isMeasured(tiles: TileCache, working: Working, first: number, last: number): boolean {
  const { id, bands, state } = working;
  const { strip, pdps } = bands;
  const openFirst = tileOf(pdps, state.lastTick / state.stepS) * pdps.perTile;
  for (let tickNo = first; tickNo <= last; ) {
    if (tickNo >= openFirst) {
      return state.codes.subarray(tickNo - openFirst, last + 1 - openFirst).some((code) => code !== 0);
    }
    const tile = tileOf(strip, tickNo);
    const tileFirst = tile * strip.perTile;
    const end = Math.min(last + 1, openFirst, tileFirst + strip.perTile);
    const bytes = tiles.look(tileId(id, strip, tile), tile);
    const codes = bytes && codeBlock(bytes, 0, strip.perTile);
    if (codes?.subarray(tickNo - tileFirst, end - tileFirst).some((code) => code !== 0)) return true;
    tickNo = end;
  }
  return false;
}

/** Lays a row. False = one lies there already, or the ring is past it. The window must not be measured. */
export function layRow(
  tiles: TileCache,
  working: Working,
  band: Band,
  entry: number,
  cells: readonly Row[],
): boolean {
  const { state } = working;
  const place = placeOf(tiles, working, band, entry, true);
  if (!place || !isEmptyRow(place.rows, place.at)) return false;
  setRow(place.rows, place.at, cells);
  const labelS = entry * band.steps * state.stepS;
  state.openedTick = Math.min(state.openedTick, labelS - (band.steps - 1) * state.stepS);
  state.laidTo = Math.max(state.laidTo, labelS);
  working.changed = true;
  working.flush = true;
  return true;
}

/** Before a tick that somebody measured is added: rows that were laid over it go. */
export function unlayRows(tiles: TileCache, working: Working, tickNo: number): void {
  for (const band of working.bands.coarse) {
    const entry = entryOf(band, tickNo);
    const place = placeOf(tiles, working, band, entry, false);
    if (!place || isEmptyRow(place.rows, place.at)) continue;
    if (isMeasured(tiles, working, (entry - 1) * band.steps + 1, entry * band.steps)) continue;
    const own = place.held ? place : placeOf(tiles, working, band, entry, true);
    if (own) clearRow(own.rows, own.at);
    working.flush = true;
  }
}

function placeOf(
  tiles: TileCache,
  { id, bands, state }: Working,
  band: Band,
  entry: number,
  change: boolean,
): Place | null {
  const newest = entryOf(band, state.lastTick / state.stepS);
  // Every tick is in the rows by now, so that the open ones are those of the newest.
  if (band.held && entry === newest) return { rows: state.rows, at: bands.coarse.indexOf(band), held: true };
  if (!isShown(band, entry, newest)) return null;
  const tile = tileOf(band, entry);
  const row = tileId(id, band, tile);
  const bytes = change ? tiles.change(row, tile, rowBytes(band.perTile)) : tiles.look(row, tile);
  return bytes && { rows: rowBlock(bytes, 0, band.perTile), at: entry % band.perTile, held: false };
}
