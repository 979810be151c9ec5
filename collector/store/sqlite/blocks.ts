/**
 * The bytes of a tile, seen as numbers: little-endian, fixed size, one layout for the file and for memory.
 *
 * PDP block: a byte of flags per tick (bit i = metric i has a value), then eight u32 per tick.
 * Row block: per row and metric the sum's low 32 bits, min and max as u32, then the sum's high 16 bits and n as u16: a
 * row has at most 8,640 ticks. Up to schema 4 it was the sum as f64, then n, min and max as u32.
 */
import type { Row } from "../../archive/row.ts";
import { METRICS } from "../../wire/metric.ts";

const M = METRICS.length;
const ROW_BYTES = M * (3 * 4 + 2 * 2);
const OLD_ROW_BYTES = M * (8 + 3 * 4);
const BITS_32 = 2 ** 32;

export const pdpBytes = (ticks: number) => ticks * (1 + M * 4);
export const rowBytes = (rows: number) => rows * ROW_BYTES;
export const codeBytes = (codes: number) => codes * 2;

export type PdpBlock = { readonly flags: Uint8Array; readonly values: Uint32Array };
export type RowBlock = {
  readonly low: Uint32Array;
  readonly min: Uint32Array;
  readonly max: Uint32Array;
  readonly high: Uint16Array;
  readonly n: Uint16Array;
};

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
  const cells = rows * M;
  return {
    low: new Uint32Array(bytes.buffer, at, cells),
    min: new Uint32Array(bytes.buffer, at + cells * 4, cells),
    max: new Uint32Array(bytes.buffer, at + cells * 8, cells),
    high: new Uint16Array(bytes.buffer, at + cells * 12, cells),
    n: new Uint16Array(bytes.buffer, at + cells * 14, cells),
  };
}

export const oldRowBytes = (rows: number) => rows * OLD_ROW_BYTES;

/** The rows of a block of schema 4 in today's form. @param bytes On a boundary of 8. */
export function fromOldRows(bytes: Uint8Array, rows: number): Uint8Array {
  const cells = rows * M;
  const at = bytes.byteOffset;
  const sum = new Float64Array(bytes.buffer, at, cells);
  const made = new Uint8Array(rowBytes(rows));
  const block = rowBlock(made, 0, rows);
  block.n.set(new Uint32Array(bytes.buffer, at + cells * 8, cells));
  block.min.set(new Uint32Array(bytes.buffer, at + cells * 12, cells));
  block.max.set(new Uint32Array(bytes.buffer, at + cells * 16, cells));
  for (let i = 0; i < cells; i += 1) setSum(block, i, sum[i] ?? 0);
  return made;
}

/** @param i Row * METRICS.length + metric. */
export function sumAt(block: RowBlock, i: number): number {
  return (block.low[i] ?? 0) + (block.high[i] ?? 0) * BITS_32;
}

function setSum(block: RowBlock, i: number, sum: number): void {
  const high = Math.floor(sum / BITS_32);
  block.high[i] = high;
  block.low[i] = sum - high * BITS_32;
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

function addToSum(block: RowBlock, i: number, value: number): void {
  const low = (block.low[i] ?? 0) + value;
  if (low < BITS_32) block.low[i] = low;
  else setSum(block, i, (block.high[i] ?? 0) * BITS_32 + low);
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
    const i = at * M + m;
    const n = block.n[i] ?? 0;
    addToSum(block, i, value);
    block.min[i] = n === 0 ? value : Math.min(block.min[i] ?? 0, value);
    block.max[i] = n === 0 ? value : Math.max(block.max[i] ?? 0, value);
    block.n[i] = n + 1;
  }
}

/** Merges row `at` of `from` into row `to` of `into`. */
export function mergeRow(from: RowBlock, at: number, into: RowBlock, to: number): void {
  for (let m = 0; m < M; m += 1) {
    const a = at * M + m;
    const b = to * M + m;
    const n = from.n[a] ?? 0;
    if (n === 0) continue;
    const before = into.n[b] ?? 0;
    const [min, max] = [from.min[a] ?? 0, from.max[a] ?? 0];
    setSum(into, b, sumAt(into, b) + sumAt(from, a));
    into.min[b] = before === 0 ? min : Math.min(into.min[b] ?? 0, min);
    into.max[b] = before === 0 ? max : Math.max(into.max[b] ?? 0, max);
    into.n[b] = before + n;
  }
}

/** Row `at` of `from` becomes row `to` of `into`. */
export function copyRow(from: RowBlock, at: number, into: RowBlock, to: number): void {
  for (let m = 0; m < M; m += 1) {
    const i = at * M + m;
    const j = to * M + m;
    into.low[j] = from.low[i] ?? 0;
    into.high[j] = from.high[i] ?? 0;
    into.n[j] = from.n[i] ?? 0;
    into.min[j] = from.min[i] ?? 0;
    into.max[j] = from.max[i] ?? 0;
  }
}

/** Row `at` becomes these; in METRICS order. */
export function setRow(block: RowBlock, at: number, cells: readonly Row[]): void {
  cells.forEach(({ n, sum, min, max }, m) => {
    const i = at * M + m;
    block.n[i] = n;
    setSum(block, i, sum);
    block.min[i] = min;
    block.max[i] = max;
  });
}

/** Whether no metric of row `at` has a value. */
export function isEmptyRow(block: RowBlock, at: number): boolean {
  for (let i = at * M; i < (at + 1) * M; i += 1) if (block.n[i] !== 0) return false;
  return true;
}

export function clearRow(block: RowBlock, at: number): void {
  for (const column of [block.low, block.min, block.max, block.high, block.n])
    column.fill(0, at * M, (at + 1) * M);
}
