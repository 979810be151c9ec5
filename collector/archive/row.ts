/**
 * Consolidation: the primary data points (PDPs) of one window become one row.
 *
 * Arithmetic only: no clock, no I/O. Integers only, so that the order of arrival cannot change a byte.
 * Called by store/ on every put, and by query/ when a chart asks for wider rows than any archive keeps.
 * `null` is "no value at this tick": nobody measured, or the phase was never completed.
 */
import type { AnyFunction } from "../wire/metric.ts";

/** Merged PDPs of one metric in one window, in the metric's integer unit (us, bytes/s). With n = 0 all are 0. */
export type Row = { readonly n: number; readonly sum: number; readonly min: number; readonly max: number };

/** A window nobody has reached. */
export const EMPTY_ROW: Row = { n: 0, sum: 0, min: 0, max: 0 };

/** Both windows together; commutative, associative and exact below 2^53. */
export function mergeRows(a: Row, b: Row): Row {
  if (a.n === 0) return b;
  if (b.n === 0) return a;
  return { n: a.n + b.n, sum: a.sum + b.sum, min: Math.min(a.min, b.min), max: Math.max(a.max, b.max) };
}

/** The row with one more PDP; null adds nothing. */
export function addPdp(row: Row, value: number | null): Row {
  if (value === null) return row;
  return mergeRows(row, { n: 1, sum: value, min: value, max: value });
}

/** A row with the value of its last tick; null or absent = that tick has none. */
export type RowWithLast = Row & { readonly last?: number | null };

const read: { readonly [C in AnyFunction]: (row: RowWithLast) => number | null } = {
  AVERAGE: (row) => row.sum / row.n,
  MAX: (row) => row.max,
  MIN: (row) => row.min,
  LAST: (row) => row.last ?? null,
};

/**
 * The value of a row under one consolidation function.
 *
 * @param row Merged PDPs; n = 0 for a window nobody has reached.
 * @param pdps How many PDPs the complete window has.
 * @param xff Largest share of PDPs without a value, 0 <= xff < 1, at which the row is still known.
 * @returns The value in the row's unit, or `null` when more than `xff` of the window has none; under LAST also when the
 * tick that ends the row has none, as in rrdtool.
 * @see rrdcreate(1), RRA:CF:xff:steps:rows. Whisper's xFilesFactor is the reverse.
 */
// biome-ignore lint/suspicious/noShadowRestrictedNames: a row has no other value than this one
export function valueOf(row: RowWithLast, cf: AnyFunction, pdps: number, xff: number): number | null {
  // 1e-9 keeps 100 * 0.29 (= 28.999...) from rejecting a row with exactly 29 missing points.
  if (row.n === 0 || pdps - row.n > pdps * xff + 1e-9) return null;
  return read[cf](row);
}
