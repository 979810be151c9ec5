/**
 * The primary data points of a full tile, in as few bytes as they need: they stand in front of the tile's log records,
 * which therefore repeat no timings.
 *
 * A mark, the section's length, which ticks have a value and of which metrics; then for each metric its smallest value
 * and what the others are above it, in as many bytes as the largest difference takes. Little-endian. At most
 * SECTION_MOST_BYTES, whatever was measured. A tile of the log without a section has whole records.
 */
import { METRICS } from "../../wire/metric.ts";
import { TICKS_PER_TILE } from "./bands.ts";
import { type PdpBlock, pdpBlock, pdpBytes } from "./blocks.ts";

const M = METRICS.length;
/** A record begins with its slot, which is less. */
const MARK = 0xa0;
/** With the mark: each tick that has a value has all of them. */
const ALL = 1;
const FLAGS_AT = 5;
const ALL_METRICS = (1 << M) - 1;
const WIDEST = 4;

export const SECTION_MOST_BYTES = FLAGS_AT + TICKS_PER_TILE + M + M * TICKS_PER_TILE * WIDEST;

/** Where the records of a log tile begin; 0 = it has no section. */
export function recordsFrom(tile: Uint8Array): number {
  return ((tile[0] ?? 0) & ~ALL) === MARK ? (tile[1] ?? 0) | ((tile[2] ?? 0) << 8) : 0;
}

export function emptyPdps(): PdpBlock {
  return pdpBlock(new Uint8Array(pdpBytes(TICKS_PER_TILE)), 0, TICKS_PER_TILE);
}

/** Writes a section where there is room for it. @returns the place after it */
export function putSection(to: Uint8Array, at: number, pdps: PdpBlock): number {
  const { flags } = pdps;
  let known = 0;
  let isAll = true;
  for (let slot = 0; slot < TICKS_PER_TILE; slot += 1) {
    const present = flags[slot] ?? 0;
    if (present === 0) continue;
    known |= 1 << slot;
    if (present !== ALL_METRICS) isAll = false;
  }
  to[at] = isAll ? MARK | ALL : MARK;
  to[at + 3] = known & 0xff;
  to[at + 4] = known >> 8;
  let end = at + FLAGS_AT;
  if (!isAll)
    for (let slot = 0; slot < TICKS_PER_TILE; slot += 1) {
      if (!((known >> slot) & 1)) continue;
      to[end] = flags[slot] ?? 0;
      end += 1;
    }
  for (let m = 0; m < M; m += 1) end = putMetric(to, end, pdps, m, known, isAll);
  to[at + 1] = (end - at) & 0xff;
  to[at + 2] = (end - at) >> 8;
  return end;
}

/** @param known A bit for each tick with a value. @param isAll Whether each of them has all. */
function putMetric(
  to: Uint8Array,
  at: number,
  { flags, values }: PdpBlock,
  m: number,
  known: number,
  isAll: boolean,
): number {
  const ticks = isAll ? known : ticksWith(flags, m);
  let min = Number.POSITIVE_INFINITY;
  let max = 0;
  for (let slot = 0; slot < TICKS_PER_TILE; slot += 1) {
    if (!((ticks >> slot) & 1)) continue;
    const value = values[slot * M + m] ?? 0;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  const width = widthOf(Math.max(0, max - min));
  const base = width === WIDEST || min > max ? 0 : min;
  const baseWidth = widthOf(base);
  to[at] = (baseWidth << 4) | width;
  putNumber(to, at + 1, base, baseWidth);
  let end = at + 1 + baseWidth;
  if (width === 0) return end;
  for (let slot = 0; slot < TICKS_PER_TILE; slot += 1) {
    if (!((ticks >> slot) & 1)) continue;
    putNumber(to, end, (values[slot * M + m] ?? 0) - base, width);
    end += width;
  }
  return end;
}

/** A bit for each tick with a value of the metric. */
function ticksWith(flags: Uint8Array, m: number): number {
  let ticks = 0;
  for (let slot = 0; slot < TICKS_PER_TILE; slot += 1) ticks |= (((flags[slot] ?? 0) >> m) & 1) << slot;
  return ticks;
}

/** Bytes that a number needs; 0 needs none. */
function widthOf(value: number): number {
  return WIDEST - (Math.clz32(value) >> 3);
}

/** Its lowest `width` bytes, the lowest first. */
function putNumber(to: Uint8Array, at: number, value: number, width: number): void {
  const bits = value | 0;
  if (width === 0) return;
  to[at] = bits;
  if (width === 1) return;
  to[at + 1] = bits >> 8;
  if (width === 2) return;
  to[at + 2] = bits >> 16;
  if (width === WIDEST) to[at + 3] = bits >> 24;
}

/** The primary data points of a log tile; null = it has no section. @param into Where they go: all of it is written. */
export function sectionOf(tile: Uint8Array, into: PdpBlock = emptyPdps()): PdpBlock | null {
  if (recordsFrom(tile) === 0) return null;
  const { flags, values } = into;
  const known = (tile[3] ?? 0) | ((tile[4] ?? 0) << 8);
  const isAll = ((tile[0] ?? 0) & ALL) !== 0;
  let at = FLAGS_AT;
  for (let slot = 0; slot < TICKS_PER_TILE; slot += 1) {
    flags[slot] = 0;
    if (!((known >> slot) & 1)) continue;
    flags[slot] = isAll ? ALL_METRICS : (tile[at] ?? 0);
    if (!isAll) at += 1;
  }
  for (let m = 0; m < M; m += 1) at = readMetric(tile, at, flags, values, m);
  return into;
}

function readMetric(tile: Uint8Array, at: number, flags: Uint8Array, values: Uint32Array, m: number): number {
  const widths = tile[at] ?? 0;
  const width = widths & 0xf;
  const base = numberAt(tile, at + 1, widths >> 4);
  let place = at + 1 + (widths >> 4);
  for (let slot = 0; slot < TICKS_PER_TILE; slot += 1) {
    const has = ((flags[slot] ?? 0) >> m) & 1;
    values[slot * M + m] = has ? base + numberAt(tile, place, width) : 0;
    if (has) place += width;
  }
  return place;
}

function numberAt(tile: Uint8Array, at: number, width: number): number {
  let value = 0;
  for (let i = width - 1; i >= 0; i -= 1) value = (value << 8) | (tile[at + i] ?? 0);
  return value >>> 0;
}
