/**
 * Values of rows' last ticks in the rings: written when the tick that ends a row leaves the open tile, or arrives later.
 *
 * A tile is a PDP block with an entry per row; the open ticks are read from the open tile. What was laid with a row from elsewhere goes once somebody measured in it.
 * Integers only; at most one sample has the tick, so that order cannot change a byte.
 */
import { type Layout, type Ring, sourceOf } from "../../archive/sets.ts";
import { METRICS, type Metric } from "../../wire/metric.ts";
import { type Band, bandsOf, entryOf, isShown, TICKS_PER_TILE, tileId, tileOf } from "./bands.ts";
import { type PdpBlock, pdpAt, pdpBlock, pdpBytes, setPdps } from "./blocks.ts";
import { isMeasured } from "./laid-rows.ts";
import { sectionOf } from "./pdp-section.ts";
import type { Working } from "./rings.ts";
import type { TileCache } from "./tile-cache.ts";
import type { Look, Seen, Span } from "./view.ts";

const M = METRICS.length;

/** The open tile closes: ticks that rows end with go to the rings. */
export function leaveLasts(tiles: TileCache, working: Working, tile: number): void {
  if (working.bands.lasts.length === 0) return;
  const { flags, values } = working.state.pdps;
  for (let slot = 0; slot < TICKS_PER_TILE; slot += 1)
    addLasts(tiles, working, tile * TICKS_PER_TILE + slot, flags[slot] ?? 0, values, slot * M);
}

/** A tick behind the open tile that nobody had before: where a row ends with it, its values are the row's last. */
export function addLasts(
  tiles: TileCache,
  working: Working,
  tickNo: number,
  present: number,
  values: Uint32Array,
  from: number,
): void {
  if (present === 0) return;
  for (const band of working.bands.lasts) {
    if (tickNo % band.steps !== 0) continue;
    const block = blockOf(tiles, working, band, tickNo / band.steps, true);
    if (!block) continue;
    setPdps(block, slotOf(tickNo / band.steps), present, values, from);
    working.flush = true;
  }
}

/** Lays the last values of a row from elsewhere. @param lasts In METRICS order; null = none. */
export function layLasts(
  tiles: TileCache,
  working: Working,
  rowS: number,
  labelS: number,
  lasts: readonly (number | null)[],
): void {
  const present = lasts.reduce<number>((bits, value, m) => (value === null ? bits : bits | (1 << m)), 0);
  if (present === 0) return;
  const values = Uint32Array.from(lasts, (value) => value ?? 0);
  for (const band of working.bands.lasts) {
    if (band.steps * working.state.stepS !== rowS) continue;
    const block = blockOf(tiles, working, band, labelS / rowS, true);
    if (!block) continue;
    setPdps(block, slotOf(labelS / rowS), present, values, 0);
    working.flush = true;
  }
}

/** Before a tick that somebody measured is added: what was laid over it goes. */
export function unlayLasts(tiles: TileCache, working: Working, tickNo: number): void {
  for (const band of working.bands.lasts) {
    const entry = entryOf(band, tickNo);
    const at = slotOf(entry);
    if (!blockOf(tiles, working, band, entry, false)?.flags[at]) continue;
    if (isMeasured(tiles, working, (entry - 1) * band.steps + 1, entry * band.steps)) continue;
    const block = blockOf(tiles, working, band, entry, true);
    if (block) block.flags[at] = 0;
    working.flush = true;
  }
}

function slotOf(entry: number): number {
  return entry % TICKS_PER_TILE;
}

function blockOf(
  tiles: TileCache,
  { id, bands, state }: Working,
  band: Band,
  entry: number,
  change: boolean,
): PdpBlock | null {
  if (!isShown(band, entry, entryOf(band, state.lastTick / bands.stepS))) return null;
  const tile = tileOf(band, entry);
  const row = tileId(id, band, tile);
  const bytes = change ? tiles.change(row, tile, pdpBytes(TICKS_PER_TILE)) : tiles.look(row, tile);
  return bytes && pdpBlock(bytes, 0, TICKS_PER_TILE);
}

export type Change = { readonly from: Layout; readonly to: Layout; readonly atTick: number };

/** Makes the rings that are new or come back, of primary data points or of last values that are held already. */
export function remakeLasts(tiles: TileCache, one: Working, change: Change): void {
  const { state } = one;
  const bands = bandsOf(state.stepS, change.to);
  const before = change.from.lasts ?? [];
  for (const ring of change.to.lasts ?? []) {
    if (ring.untilS !== null || before.some(({ part, untilS }) => part === ring.part && untilS === null))
      continue;
    const band = bands.lasts.find(({ part }) => part === ring.part);
    if (band) fillRing(tiles, one, change, ring, band);
  }
}

function fillRing(tiles: TileCache, one: Working, change: Change, ring: Ring, band: Band): void {
  const { stepS, openedTick, lastTick } = one.state;
  const newest = entryOf(band, lastTick / stepS);
  const first = Math.max(band.since + 1, newest - band.entries + 1, entryOf(band, openedTick / stepS));
  for (let entry = first; entry * ring.rowS <= lastTick; entry += 1) {
    const wanted = { labelS: entry * ring.rowS, rowS: ring.rowS };
    const source = sourceOf(stepS, change.from.lasts ?? [], wanted, change.atTick);
    if (source?.part === ring.part) continue;
    const from = source ? lastsAt(tiles, one, source, wanted) : ticksAt(tiles, one, wanted.labelS / stepS);
    const tile = tileOf(band, entry);
    const at = slotOf(entry);
    const held = tiles.look(tileId(one.id, band, tile), tile);
    const present = from?.block.flags[from.at] ?? 0;
    if (present === 0 && !(held && pdpBlock(held, 0, TICKS_PER_TILE).flags[at])) continue;
    const bytes = tiles.change(tileId(one.id, band, tile), tile, pdpBytes(TICKS_PER_TILE));
    if (!bytes) continue;
    const block = pdpBlock(bytes, 0, TICKS_PER_TILE);
    if (from) setPdps(block, at, present, from.block.values, from.at * M);
    else block.flags[at] = 0;
  }
}

type Place = { readonly block: PdpBlock; readonly at: number };

/** Of the ring's row that ends with a row; what was laid stays in rows of its own width. */
function lastsAt(
  tiles: TileCache,
  one: Working,
  source: Ring,
  { labelS, rowS }: { readonly labelS: number; readonly rowS: number },
): Place | null {
  const band = one.bands.lasts.find(({ part }) => part === source.part);
  if (!band) return null;
  const entry = labelS / source.rowS;
  const isLaid =
    labelS <= one.state.laidTo && !isMeasured(tiles, one, (entry - 1) * band.steps + 1, entry * band.steps);
  if (rowS > source.rowS && isLaid) return null;
  const tile = tileOf(band, entry);
  const bytes = tiles.look(tileId(one.id, band, tile), tile);
  return bytes && { block: pdpBlock(bytes, 0, TICKS_PER_TILE), at: slotOf(entry) };
}

function ticksAt(tiles: TileCache, { id, bands, state }: Working, tickNo: number): Place | null {
  const band = bands.pdps;
  const tile = tileOf(band, tickNo);
  const at = slotOf(tickNo);
  if (tile === tileOf(band, state.lastTick / state.stepS)) return { block: state.pdps, at };
  const bytes = tiles.look(tileId(id, band, tile), tile);
  const block = bytes && sectionOf(bytes);
  return block && { block, at };
}

/** Where every so many ticks are found. */
type Wanted = {
  /** Of primary data points, or of last values. */
  readonly band: Band;
  readonly span: Span;
  /** Entries from one value to the next. */
  readonly every: number;
};

/** Columns of the values wanted; NaN where there is none. */
export function lastColumns(
  seen: Seen,
  { band, span, every }: Wanted,
  metrics: readonly Metric[],
  look: Look,
): { [K in Metric]?: Float64Array } {
  const count = (span.last - span.first) / every + 1;
  const columns = metrics.map((metric) => ({
    m: METRICS.indexOf(metric),
    metric,
    values: new Float64Array(count).fill(Number.NaN),
  }));
  const openNo = tileOf(seen.bands.pdps, seen.lastTick / seen.stepS) * TICKS_PER_TILE;
  let number = -1;
  let block: PdpBlock | null = null;
  for (let i = 0; i < count; i += 1) {
    const entry = span.first + i * every;
    if (tileOf(band, entry) !== number) {
      number = tileOf(band, entry);
      const bytes = look(seen, band, number);
      block = bytes && (band === seen.bands.pdps ? sectionOf(bytes) : pdpBlock(bytes, 0, TICKS_PER_TILE));
    }
    const open = entry * band.steps - openNo;
    const isOpen = open >= 0 && (seen.state.pdps.flags[open] ?? 0) !== 0;
    const held = isOpen ? seen.state.pdps : block;
    const at = isOpen ? open : slotOf(entry);
    for (const { m, values } of columns) values[i] = (held && pdpAt(held, at, m)) ?? Number.NaN;
  }
  return Object.fromEntries(columns.map(({ metric, values }) => [metric, values]));
}
