/**
 * The bytes of a tile, seen as numbers: little-endian, fixed size, one layout for the file and for memory.
 *
 * PDP block: a byte of flags per tick (bit i = metric i has a value), then eight u32 per tick.
 * Row block: per row and metric the sum as f64, then n, min, max as u32.
 */
import { METRICS } from "../../wire/metric.ts";

const M = METRICS.length;
const ROW_BYTES = M * (8 + 3 * 4);

export const pdpBytes = (ticks: number) => ticks * (1 + M * 4);
export const rowBytes = (rows: number) => rows * ROW_BYTES;
export const codeBytes = (codes: number) => codes * 2;

export type PdpBlock = { readonly flags: Uint8Array; readonly values: Uint32Array };
export type RowBlock = {
  readonly sum: Float64Array;
  readonly n: Uint32Array;
  readonly min: Uint32Array;
  readonly max: Uint32Array;
};

/** A copy of a BLOB that starts on a boundary typed arrays accept. */
export function aligned(blob: Uint8Array): Uint8Array {
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

/** @param offset A multiple of 8. */
export function rowBlock(bytes: Uint8Array, offset: number, rows: number): RowBlock {
  const at = bytes.byteOffset + offset;
  const cells = rows * M;
  return {
    sum: new Float64Array(bytes.buffer, at, cells),
    n: new Uint32Array(bytes.buffer, at + cells * 8, cells),
    min: new Uint32Array(bytes.buffer, at + cells * 12, cells),
    max: new Uint32Array(bytes.buffer, at + cells * 16, cells),
  };
}

export function codeBlock(bytes: Uint8Array, offset: number, codes: number): Uint16Array {
  return new Uint16Array(bytes.buffer, bytes.byteOffset + offset, codes);
}

/** Writes the PDPs of one tick; null leaves the metric without a value. */
export function setPdps(block: PdpBlock, at: number, pdps: readonly (number | null)[]): void {
  let flags = 0;
  for (let m = 0; m < M; m += 1) {
    const value = pdps[m];
    if (value === null || value === undefined) continue;
    flags |= 1 << m;
    block.values[at * M + m] = value;
  }
  block.flags[at] = flags;
}

/** The PDP of a metric; null = no value at this tick. */
export function pdpAt(block: PdpBlock, at: number, m: number): number | null {
  return ((block.flags[at] ?? 0) >> m) & 1 ? (block.values[at * M + m] ?? null) : null;
}

/** Merges the PDPs of one tick into row `at`. */
export function addPdps(block: RowBlock, at: number, pdps: readonly (number | null)[]): void {
  for (let m = 0; m < M; m += 1) {
    const value = pdps[m];
    if (value === null || value === undefined) continue;
    const i = at * M + m;
    const n = block.n[i] ?? 0;
    block.sum[i] = (block.sum[i] ?? 0) + value;
    block.min[i] = n === 0 ? value : Math.min(block.min[i] ?? 0, value);
    block.max[i] = n === 0 ? value : Math.max(block.max[i] ?? 0, value);
    block.n[i] = n + 1;
  }
}

/** Row 0 of `from` becomes row `at` of `to`. */
export function copyRow(from: RowBlock, to: RowBlock, at: number): void {
  to.sum.set(from.sum, at * M);
  to.n.set(from.n, at * M);
  to.min.set(from.min, at * M);
  to.max.set(from.max, at * M);
}

/** Whether no metric of the block has a value. */
export function isEmptyRow(block: RowBlock): boolean {
  return block.n.every((n) => n === 0);
}

export function clearRow(block: RowBlock): void {
  for (const column of [block.sum, block.n, block.min, block.max]) column.fill(0);
}
