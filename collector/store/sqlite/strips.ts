/**
 * Tick strips beside that of total: made of what every generation has of a tick, its code and its primary data points.
 *
 * The open ticks have no code of their own: it is made when they are read, and written with the tile they leave.
 */
import { type StripRing, sourceOf } from "../../archive/sets.ts";
import { codeBeside } from "../../archive/strip.ts";
import { METRICS } from "../../wire/metric.ts";
import { type Band, bandsOf, isShown, type StripBand, TICKS_PER_TILE, tileId, tileOf } from "./bands.ts";
import { codeBlock, codeBytes, pdpAt } from "./blocks.ts";
import type { Change } from "./lasts.ts";
import type { OpenState } from "./open-state.ts";
import { sectionOf } from "./pdp-section.ts";
import type { Arrived, Working } from "./rings.ts";
import type { TileCache } from "./tile-cache.ts";

/** The open tile closes: the codes of its ticks go to their strips. */
export function leaveStrips(tiles: TileCache, working: Working, tile: number): void {
  const { id, bands, state } = working;
  const newestNo = state.lastTick / state.stepS;
  for (const band of bands.strips) {
    const open = openCodes(state, band.metric);
    for (let slot = 0; slot < TICKS_PER_TILE; slot += 1) {
      const tickNo = tile * TICKS_PER_TILE + slot;
      const code = open[slot] ?? 0;
      if (code !== 0 && isShown(band, tickNo, newestNo)) setCode(tiles, id, band, tickNo, code);
    }
  }
}

/** A tick behind the open tile that nobody had before. */
export function addToStrips(tiles: TileCache, working: Working, tickNo: number, sample: Arrived): void {
  const { id, bands, state } = working;
  for (const band of bands.strips) {
    if (!isShown(band, tickNo, state.lastTick / state.stepS)) continue;
    const m = METRICS.indexOf(band.metric);
    const value = (sample.present >> m) & 1 ? (sample.values[sample.from + m] ?? null) : null;
    setCode(tiles, id, band, tickNo, codeBeside(sample.code, value));
    working.flush = true;
  }
}

/** Codes of the open ticks in the strip of a metric. */
export function openCodes(
  { codes, pdps }: Pick<OpenState, "codes" | "pdps">,
  metric: StripBand["metric"],
): Uint16Array {
  const m = METRICS.indexOf(metric);
  return codes.map((code, slot) => codeBeside(code, pdpAt(pdps, slot, m)));
}

function setCode(tiles: TileCache, id: number, band: Band, tickNo: number, code: number): void {
  const tile = tileOf(band, tickNo);
  const bytes = tiles.change(tileId(id, band, tile), tile, codeBytes(band.perTile));
  if (bytes) codeBlock(bytes, 0, band.perTile)[tickNo % band.perTile] = code;
}

/** Makes the strips that are new or come back, as far back as primary data points reach. */
export function remakeStrips(tiles: TileCache, one: Working, change: Change): void {
  const bands = bandsOf(one.state.stepS, change.to);
  const before = change.from.strips ?? [];
  for (const ring of change.to.strips ?? []) {
    if (ring.untilS !== null || before.some(({ part, untilS }) => part === ring.part && untilS === null))
      continue;
    const band = bands.strips.find(({ part }) => part === ring.part);
    if (band) fillStrip(tiles, one, change, ring, band);
  }
}

function fillStrip(
  tiles: TileCache,
  one: Working,
  { from, atTick }: Change,
  ring: StripRing,
  band: StripBand,
): void {
  const { id, bands, state } = one;
  const { stepS } = state;
  const before = (from.strips ?? []).filter(({ metric }) => metric === ring.metric);
  const newestNo = state.lastTick / stepS;
  // Open ticks make their codes themselves.
  const openFirst = tileOf(bands.pdps, newestNo) * TICKS_PER_TILE;
  const first = Math.max(band.since + 1, newestNo - band.entries + 1, state.openedTick / stepS);
  for (let tickNo = first; tickNo < openFirst; tickNo += 1) {
    const source = sourceOf(stepS, before, { labelS: tickNo * stepS, rowS: stepS }, atTick);
    if (source?.part === ring.part) continue;
    const held = source && bands.strips.find(({ part }) => part === source.part);
    const code = held ? codeAt(tiles, id, held, tickNo) : madeAt(tiles, one, band, tickNo);
    if (code !== codeAt(tiles, id, band, tickNo)) setCode(tiles, id, band, tickNo, code);
  }
}

function codeAt(tiles: TileCache, id: number, band: Band, tickNo: number): number {
  const tile = tileOf(band, tickNo);
  const bytes = tiles.look(tileId(id, band, tile), tile);
  return bytes ? (codeBlock(bytes, 0, band.perTile)[tickNo % band.perTile] ?? 0) : 0;
}

function madeAt(tiles: TileCache, { id, bands }: Working, { metric }: StripBand, tickNo: number): number {
  const code = codeAt(tiles, id, bands.strip, tickNo);
  if (code === 0) return 0;
  const tile = tileOf(bands.pdps, tickNo);
  const bytes = tiles.look(tileId(id, bands.pdps, tile), tile);
  const block = bytes && sectionOf(bytes);
  return codeBeside(code, block && pdpAt(block, tickNo % TICKS_PER_TILE, METRICS.indexOf(metric)));
}
