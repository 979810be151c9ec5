/**
 * One sample into the rings of its generation: the head while it is open, the tiles behind it when it is late.
 *
 * When the newest tick moves on, what the head leaves is written to its tiles; nothing else is cleared, because a
 * tile says by its number which lap it belongs to. All arithmetic is on integers, so order cannot change a byte.
 */
import type { Pdps } from "../../archive/pdp.ts";
import { type Band, entryOf, isShown, TICKS_PER_TILE, tileId, tileOf } from "./bands.ts";
import {
  addPdps,
  clearRow,
  codeBlock,
  codeBytes,
  copyRow,
  isEmptyRow,
  pdpBlock,
  pdpBytes,
  rowBlock,
  rowBytes,
  setPdps,
} from "./blocks.ts";
import type { OpenGeneration } from "./generations.ts";
import type { TileCache } from "./tile-cache.ts";

/** Adds a tick nobody had before. @param code Its strip code. */
export function addTick(
  tiles: TileCache,
  generation: OpenGeneration,
  tick: number,
  pdps: Pdps,
  code: number,
): void {
  if (tick > generation.lastTick) advance(tiles, generation, tick);
  generation.openedTick = Math.min(generation.openedTick, tick);
  const tickNo = tick / generation.stepS;
  const newestNo = generation.lastTick / generation.stepS;
  addToTicks(tiles, generation, tickNo, newestNo, pdps, code);
  generation.bands.coarse.forEach((band, i) => {
    const entry = entryOf(band, tickNo);
    const newest = entryOf(band, newestNo);
    const open = generation.head.open[i];
    if (entry === newest && open) addPdps(open, 0, pdps);
    else if (isShown(band, entry, newest)) {
      const bytes = tiles.change(
        tileId(generation.id, band, tileOf(band, entry)),
        tileOf(band, entry),
        rowBytes(band.perTile),
      );
      if (bytes) addPdps(rowBlock(bytes, 0, band.perTile), entry % band.perTile, pdps);
    }
  });
}

function addToTicks(
  tiles: TileCache,
  generation: OpenGeneration,
  tickNo: number,
  newestNo: number,
  pdps: Pdps,
  code: number,
): void {
  const { bands, head } = generation;
  const at = tickNo % TICKS_PER_TILE;
  if (tileOf(bands.pdps, tickNo) === tileOf(bands.pdps, newestNo)) {
    setPdps(head.pdps, at, pdps);
    head.codes[at] = code;
    return;
  }
  if (isShown(bands.pdps, tickNo, newestNo)) {
    const tile = tileOf(bands.pdps, tickNo);
    const bytes = tiles.change(tileId(generation.id, bands.pdps, tile), tile, pdpBytes(TICKS_PER_TILE));
    if (bytes) setPdps(pdpBlock(bytes, 0, TICKS_PER_TILE), at, pdps);
  }
  if (isShown(bands.strip, tickNo, newestNo)) {
    const codes = changeStrip(tiles, generation, tickNo);
    if (codes) codes[tickNo % bands.strip.perTile] = code;
  }
}

function changeStrip(tiles: TileCache, generation: OpenGeneration, tickNo: number): Uint16Array | null {
  const band = generation.bands.strip;
  const tile = tileOf(band, tickNo);
  const bytes = tiles.change(tileId(generation.id, band, tile), tile, codeBytes(band.perTile));
  return bytes && codeBlock(bytes, 0, band.perTile);
}

/** The strip code of a tick behind the head; 0 when none is kept. */
export function codeBehind(tiles: TileCache, generation: OpenGeneration, tick: number): number {
  const band = generation.bands.strip;
  const tickNo = tick / generation.stepS;
  const tile = tileOf(band, tickNo);
  const bytes = tiles.look(tileId(generation.id, band, tile), tile);
  return bytes ? (codeBlock(bytes, 0, band.perTile)[tickNo % band.perTile] ?? 0) : 0;
}

/** The newest tick moves to `tick`: what is no longer open goes to the rings. */
function advance(tiles: TileCache, generation: OpenGeneration, tick: number): void {
  const { bands, head } = generation;
  const fromNo = generation.lastTick / generation.stepS;
  const toNo = tick / generation.stepS;
  if (tileOf(bands.pdps, fromNo) !== tileOf(bands.pdps, toNo)) leaveTile(tiles, generation, fromNo);
  bands.coarse.forEach((band, i) => {
    const open = head.open[i];
    if (!open || entryOf(band, fromNo) === entryOf(band, toNo)) return;
    leaveRow(tiles, generation.id, band, entryOf(band, fromNo), open);
  });
  generation.lastTick = tick;
}

function leaveTile(tiles: TileCache, generation: OpenGeneration, tickNo: number): void {
  const { bands, head, id } = generation;
  const tile = tileOf(bands.pdps, tickNo);
  if (head.codes.some((code) => code !== 0)) {
    const bytes = tiles.change(tileId(id, bands.pdps, tile), tile, pdpBytes(TICKS_PER_TILE));
    bytes?.set(head.bytes.subarray(0, pdpBytes(TICKS_PER_TILE)));
    const codes = changeStrip(tiles, generation, tickNo);
    codes?.set(head.codes, (tile * TICKS_PER_TILE) % bands.strip.perTile);
  }
  head.pdps.flags.fill(0);
  head.pdps.values.fill(0);
  head.codes.fill(0);
}

function leaveRow(
  tiles: TileCache,
  id: number,
  band: Band,
  entry: number,
  open: ReturnType<typeof rowBlock>,
): void {
  if (!isEmptyRow(open)) {
    const tile = tileOf(band, entry);
    const bytes = tiles.change(tileId(id, band, tile), tile, rowBytes(band.perTile));
    if (bytes) copyRow(open, rowBlock(bytes, 0, band.perTile), entry % band.perTile);
  }
  clearRow(open);
}
