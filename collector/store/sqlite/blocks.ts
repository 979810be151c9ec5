/**
 * The bytes of a tile, seen as numbers: little-endian, fixed size, one layout for the file and for memory.
 *
 * PDP block: a byte of flags per tick (bit i = metric i has a value), then eight u32 per tick.
 * Row block: row by row the low 32 bits of eight sums, eight mins and eight maxs as u32, then the sums' high 16 bits and
 * eight n as u16: a row has at most 8,640 ticks. Up to schema 4 it was, for all rows together, the sums as f64, then n,
 * min and max as u32.
 */
import type { Row } from "../../archive/row.ts";
import { METRICS } from "../../wire/metric.ts";

const M = METRICS.length;
const ROW_BYTES = M * (3 * 4 + 2 * 2);
const OLD_ROW_BYTES = M * (8 + 3 * 4);
const BITS_32 = 2 ** 32;
const ALL_METRICS = 2 ** M - 1;

export const pdpBytes = (ticks: number) => ticks * (1 + M * 4);
export const rowBytes = (rows: number) => rows * ROW_BYTES;
export const codeBytes = (codes: number) => codes * 2;

export type PdpBlock = { readonly flags: Uint8Array; readonly values: Uint32Array };
export type RowBlock = { readonly words: Uint32Array; readonly shorts: Uint16Array };

/** Where the parts of a row begin, in words and in shorts from its start. */
const MIN_AT = M;
const MAX_AT = 2 * M;
const HIGH_AT = 6 * M;
const N_AT = 7 * M;
const ROW_WORDS = ROW_BYTES / 4;
const ROW_SHORTS = ROW_BYTES / 2;

/** A BLOB that starts on a boundary typed arrays accept: itself or a copy. */
export function aligned(blob: Uint8Array): Uint8Array {
  if (blob.byteOffset % Float64Array.BYTES_PER_ELEMENT === 0) return blob;
  const bytes = new Uint8Array(blob.byteLength);
  bytes.set(blob);
  return bytes;
}

/** @param ticks A multiple of 4, as is `offset`. */
export function pdpBlock(bytes: Uint8Array, offset: number, ticks: number): PdpBlock {
  const at = bytes.byteOffset + offset;
  return {
    flags: new Uint8Array(bytes.buffer, at, ticks),
    values: new Uint32Array(bytes.buffer, at + ticks, ticks * M),
  };
}

/** @param offset A multiple of 4. */
export function rowBlock(bytes: Uint8Array, offset: number, rows: number): RowBlock {
  const at = bytes.byteOffset + offset;
  return {
    words: new Uint32Array(bytes.buffer, at, rows * ROW_WORDS),
    shorts: new Uint16Array(bytes.buffer, at, rows * ROW_SHORTS),
  };
}

export const oldRowBytes = (rows: number) => rows * OLD_ROW_BYTES;

/** The rows of a block of schema 4 in today's form. @param bytes On a boundary of 8. */
export function fromOldRows(bytes: Uint8Array, rows: number): Uint8Array {
  const cells = rows * M;
  const at = bytes.byteOffset;
  const sum = new Float64Array(bytes.buffer, at, cells);
  const [n, min, max] = [8, 12, 16].map((from) => new Uint32Array(bytes.buffer, at + cells * from, cells));
  const made = new Uint8Array(rowBytes(rows));
  const block = rowBlock(made, 0, rows);
  for (let i = 0; i < cells; i += 1) {
    const [row, m] = [Math.floor(i / M), i % M];
    setCell(block, row, m, n?.[i] ?? 0, sum[i] ?? 0, min?.[i] ?? 0, max?.[i] ?? 0);
  }
  return made;
}

export function nAt({ shorts }: RowBlock, row: number, m: number): number {
  return shorts[row * ROW_SHORTS + N_AT + m] ?? 0;
}

export function sumAt({ words, shorts }: RowBlock, row: number, m: number): number {
  return (words[row * ROW_WORDS + m] ?? 0) + (shorts[row * ROW_SHORTS + HIGH_AT + m] ?? 0) * BITS_32;
}

export function minAt({ words }: RowBlock, row: number, m: number): number {
  return words[row * ROW_WORDS + MIN_AT + m] ?? 0;
}

export function maxAt({ words }: RowBlock, row: number, m: number): number {
  return words[row * ROW_WORDS + MAX_AT + m] ?? 0;
}

function setCell(
  { words, shorts }: RowBlock,
  row: number,
  m: number,
  n: number,
  sum: number,
  min: number,
  max: number,
): void {
  const high = Math.floor(sum / BITS_32);
  words[row * ROW_WORDS + m] = sum - high * BITS_32;
  words[row * ROW_WORDS + MIN_AT + m] = min;
  words[row * ROW_WORDS + MAX_AT + m] = max;
  shorts[row * ROW_SHORTS + HIGH_AT + m] = high;
  shorts[row * ROW_SHORTS + N_AT + m] = n;
}

export function codeBlock(bytes: Uint8Array, offset: number, codes: number): Uint16Array {
  return new Uint16Array(bytes.buffer, bytes.byteOffset + offset, codes);
}

/** Writes the PDPs of one tick. @param present A bit for each metric that has a value; `values` from `from` on, all eight. */
export function setPdps(
  block: PdpBlock,
  at: number,
  present: number,
  values: Uint32Array,
  from: number,
): void {
  for (let m = 0; m < M; m += 1) if ((present >> m) & 1) block.values[at * M + m] = values[from + m] ?? 0;
  block.flags[at] = present;
}

/** The PDP of a metric; null = no value at this tick. */
export function pdpAt(block: PdpBlock, at: number, m: number): number | null {
  return ((block.flags[at] ?? 0) >> m) & 1 ? (block.values[at * M + m] ?? null) : null;
}

/** Merges the PDPs of one tick into row `at`. */
export function addPdps(
  block: RowBlock,
  at: number,
  present: number,
  values: Uint32Array,
  from: number,
): void {
  for (let m = 0; m < M; m += 1) {
    if (!((present >> m) & 1)) continue;
    const value = values[from + m] ?? 0;
    mergeCell(block, at, m, 1, value, value, value);
  }
}

/**
 * Merges the PDPs of some ticks into row `at`: each cell is read and written once.
 *
 * @param from The first of them. @param to The one after the last.
 * @param taken A bit for each that counts.
 */
export function addTicks(
  block: RowBlock,
  at: number,
  pdps: PdpBlock,
  from: number,
  to: number,
  taken: number,
): void {
  const add = areWhole(pdps.flags, from, to, taken) ? addWhole : addSome;
  for (let m = 0; from < to && m < M; m += 1) add(block, at, pdps, m, from, to, taken);
}

function addSome(
  block: RowBlock,
  at: number,
  { flags, values }: PdpBlock,
  m: number,
  from: number,
  to: number,
  taken: number,
): void {
  let n = 0;
  let sum = 0;
  let min = BITS_32;
  let max = 0;
  for (let slot = from; slot < to; slot += 1) {
    if (!((taken >> slot) & ((flags[slot] ?? 0) >> m) & 1)) continue;
    const value = values[slot * M + m] ?? 0;
    n += 1;
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  if (n > 0) mergeCell(block, at, m, n, sum, min, max);
}

/** Ticks that all have a value of the metric. */
function addWhole(
  block: RowBlock,
  at: number,
  { values }: PdpBlock,
  m: number,
  from: number,
  to: number,
): void {
  let sum = 0;
  let min = BITS_32;
  let max = 0;
  for (let slot = from; slot < to; slot += 1) {
    const value = values[slot * M + m] ?? 0;
    sum += value;
    if (value < min) min = value;
    if (value > max) max = value;
  }
  mergeCell(block, at, m, to - from, sum, min, max);
}

/** Whether all these ticks count, and have all values. */
function areWhole(flags: Uint8Array, from: number, to: number, taken: number): boolean {
  for (let slot = from; slot < to; slot += 1)
    if (!((taken >> slot) & 1) || flags[slot] !== ALL_METRICS) return false;
  return true;
}

/** @param n Not 0. */
function mergeCell(
  block: RowBlock,
  at: number,
  m: number,
  n: number,
  sum: number,
  min: number,
  max: number,
): void {
  const before = nAt(block, at, m);
  const least = before === 0 ? min : Math.min(minAt(block, at, m), min);
  setCell(block, at, m, before + n, sumAt(block, at, m) + sum, least, Math.max(maxAt(block, at, m), max));
}

/** Merges row `at` of `from` into row `to` of `into`. */
export function mergeRow(from: RowBlock, at: number, into: RowBlock, to: number): void {
  for (let m = 0; m < M; m += 1) {
    const n = nAt(from, at, m);
    if (n > 0) mergeCell(into, to, m, n, sumAt(from, at, m), minAt(from, at, m), maxAt(from, at, m));
  }
}

/** Row `at` of `from` becomes row `to` of `into`. */
export function copyRow(from: RowBlock, at: number, into: RowBlock, to: number): void {
  for (let i = 0; i < ROW_WORDS; i += 1) into.words[to * ROW_WORDS + i] = from.words[at * ROW_WORDS + i] ?? 0;
}

/** Row `at` becomes these; in METRICS order. */
export function setRow(block: RowBlock, at: number, cells: readonly Row[]): void {
  cells.forEach(({ n, sum, min, max }, m) => {
    setCell(block, at, m, n, sum, min, max);
  });
}

/** Whether no metric of row `at` has a value. */
export function isEmptyRow(block: RowBlock, at: number): boolean {
  for (let m = 0; m < M; m += 1) if (nAt(block, at, m) !== 0) return false;
  return true;
}

export function clearRow({ words }: RowBlock, at: number): void {
  words.fill(0, at * ROW_WORDS, (at + 1) * ROW_WORDS);
}
