/**
 * The rows of a generation in its next layout: those that are new are made of PDPs or of whole rows of one ring it has.
 *
 * Works on the tiles of one transaction, so that a generation is as before or as after. Arithmetic is the same as for
 * samples that arrive, on integers: a remade row has the bytes it would have had from the beginning.
 */
import { type Layout, type Ring, sourceOf } from "../../archive/sets.ts";
import { METRICS } from "../../wire/metric.ts";
import { type Band, bandsOf, entryOf, TICKS_PER_TILE, tileId, tileOf } from "./bands.ts";
import { addPdps, clearRow, isEmptyRow, mergeRow, type RowBlock, rowBlock, rowBytes } from "./blocks.ts";
import { isMeasured } from "./laid-rows.ts";
import { type Change, remakeLasts } from "./lasts.ts";
import { sectionOf } from "./pdp-section.ts";
import type { Rings, Working } from "./rings.ts";
import { remakeStrips } from "./strips.ts";
import type { TileCache } from "./tile-cache.ts";

/** Where a row is made from: the generation as it was. */
type Sources = { readonly tiles: TileCache; readonly one: Working; readonly change: Change };

/** Brings a generation from one layout to the next; what no layout needs any more is the caller's to give back. */
export function remake(tiles: TileCache, rings: Rings, one: Working, change: Change): void {
  const { from, to } = change;
  const { state } = one;
  rings.leaveRows(one);
  const bands = bandsOf(state.stepS, to);
  for (const ring of to.rings) {
    if (ring.part === 0 || ring.untilS !== null || isGoingOn(from, ring)) continue;
    const band = bands.coarse.find(({ part }) => part === ring.part);
    if (band) fillRing({ tiles, one, change }, ring, band);
  }
  remakeLasts(tiles, one, change);
  remakeStrips(tiles, one, change);
  one.bands = bands;
  state.shape = to.version;
  rings.takeRows(one);
  one.changed = true;
  one.flush = true;
}

function isGoingOn(from: Layout, { part }: Ring): boolean {
  return from.rings.some((ring) => ring.part === part && ring.untilS === null);
}

function fillRing(sources: Sources, ring: Ring, band: Band): void {
  const { tiles, one, change } = sources;
  const { stepS, openedTick, lastTick } = one.state;
  const newest = entryOf(band, lastTick / stepS);
  const first = Math.max(band.since + 1, newest - band.entries + 1, entryOf(band, openedTick / stepS));
  for (let tile = tileOf(band, first); tile <= tileOf(band, newest); tile += 1) {
    const id = tileId(one.id, band, tile);
    const before = tiles.look(id, tile);
    const bytes = before ?? new Uint8Array(rowBytes(band.perTile));
    const block = rowBlock(bytes, 0, band.perTile);
    let holds = before !== null;
    const from = Math.max(first, tile * band.perTile);
    const to = Math.min(newest, (tile + 1) * band.perTile - 1);
    for (let entry = from; entry <= to; entry += 1) {
      const labelS = entry * ring.rowS;
      const source = sourceOf(stepS, change.from.rings, { labelS, rowS: ring.rowS }, change.atTick);
      const at = entry - tile * band.perTile;
      if (source?.part === ring.part) continue;
      clearRow(block, at);
      if (band.derived) takeLaid(sources, source, entry, block, at);
      else if (source === null) addTicks(sources, band, entry, block, at);
      else addRows(sources, source, labelS, ring.rowS, block, at);
      holds ||= !isEmptyRow(block, at);
    }
    if (holds) tiles.replace(id, tile, bytes);
  }
}

/** Of a row that is made when it is read only what was laid has to be brought along. @param source Null = PDPs. */
function takeLaid({ tiles, one }: Sources, source: Ring | null, entry: number, block: RowBlock, at: number) {
  const band = source && one.bands.coarse.find(({ part }) => part === source.part);
  if (!band || !isLaid(tiles, one, source, entry)) return;
  mergeStored(tiles, one, band, entry, block, at);
}

/** The PDPs of a row's ticks are added to it. */
function addTicks({ tiles, one }: Sources, band: Band, entry: number, block: RowBlock, at: number): void {
  const { state, id } = one;
  const { pdps } = one.bands;
  const newestTile = tileOf(pdps, state.lastTick / state.stepS);
  const firstNo = (entry - 1) * band.steps + 1;
  const lastNo = Math.min(entry * band.steps, state.lastTick / state.stepS);
  for (let tile = tileOf(pdps, firstNo); tile <= tileOf(pdps, lastNo); tile += 1) {
    const bytes = tile === newestTile ? null : tiles.look(tileId(id, pdps, tile), tile);
    const ticks = tile === newestTile ? state.pdps : bytes && sectionOf(bytes);
    if (!ticks) continue;
    const tileFirst = tile * TICKS_PER_TILE;
    const end = Math.min(tileFirst + TICKS_PER_TILE - 1, lastNo);
    for (let tickNo = Math.max(tileFirst, firstNo); tickNo <= end; tickNo += 1) {
      const slot = tickNo - tileFirst;
      const present = ticks.flags[slot] ?? 0;
      if (present !== 0) addPdps(block, at, present, ticks.values, slot * METRICS.length);
    }
  }
}

/** The rows of a ring that lie in one row are merged into it. */
function addRows(
  sources: Sources,
  source: Ring,
  labelS: number,
  rowS: number,
  block: RowBlock,
  at: number,
): void {
  const { tiles, one } = sources;
  const band = one.bands.coarse.find(({ part }) => part === source.part);
  if (!band) return;
  const isWider = rowS > source.rowS;
  const last = labelS / source.rowS;
  for (let entry = last - rowS / source.rowS + 1; entry <= last; entry += 1) {
    const laid = isLaid(tiles, one, source, entry);
    if (isWider && laid) continue;
    if (band.derived && !laid) addTicks(sources, band, entry, block, at);
    else mergeStored(tiles, one, band, entry, block, at);
  }
}

function mergeStored(
  tiles: TileCache,
  { id }: Working,
  band: Band,
  entry: number,
  block: RowBlock,
  at: number,
): void {
  const tile = tileOf(band, entry);
  const bytes = tiles.look(tileId(id, band, tile), tile);
  if (bytes) mergeRow(rowBlock(bytes, 0, band.perTile), entry % band.perTile, block, at);
}

/** Whether a row was laid where nobody measured: it stays in rows of its own width. */
function isLaid(tiles: TileCache, one: Working, source: Ring, entry: number): boolean {
  if (entry * source.rowS > one.state.laidTo) return false;
  return !isMeasured(tiles, one, (entry - 1) * source.steps + 1, entry * source.steps);
}
