/**
 * The totals among some strip codes, in order: every percentile and share of a window from one pass.
 *
 * Pure. The scale ascends with the code, so that codes are compared in place of microseconds. Ticks without a total
 * (down, suspect, UNKNOWN) are left out: they are counted elsewhere.
 */
import { UP_BASE } from "./strip.ts";
import { SCALE } from "./strip-scale.ts";

/** From so many codes on counting is faster than comparing. */
const COUNTING_FROM = 4_096;
const CODES = 65_536;

/** Codes of ticks that were up with a total, ascending. */
export type SortedTotals = Uint16Array;

/** @param parts Codes of one window, of as many strips as are taken together. */
export function sortedTotals(parts: readonly Uint16Array[]): SortedTotals {
  const size = parts.reduce((sum, part) => sum + part.length, 0);
  return size < COUNTING_FROM ? compared(parts, size) : counted(parts, size);
}

function compared(parts: readonly Uint16Array[], size: number): SortedTotals {
  const totals = new Uint16Array(size);
  let n = 0;
  for (const part of parts) {
    for (const code of part) {
      if (code < UP_BASE) continue;
      totals[n] = code;
      n += 1;
    }
  }
  return totals.subarray(0, n).sort();
}

/** Loops over places: of ten thousands of codes most are there once or twice, and a call for each takes longer. */
function counted(parts: readonly Uint16Array[], size: number): SortedTotals {
  const counts = new Uint32Array(CODES);
  for (const part of parts) {
    for (let i = 0; i < part.length; i += 1) {
      const code = part[i] ?? 0;
      counts[code] = (counts[code] ?? 0) + 1;
    }
  }
  const totals = new Uint16Array(size);
  let n = 0;
  for (let code = UP_BASE; code < CODES; code += 1) {
    for (let left = counts[code] ?? 0; left > 0; left -= 1) {
      totals[n] = code;
      n += 1;
    }
  }
  return totals.subarray(0, n);
}

/**
 * The true percentile by nearest rank: a total that was measured, never one between two.
 *
 * @param p Per cent, 0 < p <= 100; 50 is the median.
 * @returns Microseconds, within 0.0125 %; null = no tick has a total.
 */
export function percentileOf(totals: SortedTotals, p: number): number | null {
  if (totals.length === 0) return null;
  // 1e-9: 100 * (7 / 100) is 7.000000000000001, and its rank is 7, not 8.
  const rank = Math.max(1, Math.ceil((p / 100) * totals.length - 1e-9));
  return SCALE[(totals[rank - 1] ?? 0) - UP_BASE] ?? null;
}

/**
 * The share of totals that are at most so long, 0..1; null = no tick has a total.
 *
 * @param limitUs Exactly on the limit counts as within it.
 */
export function shareWithin(totals: SortedTotals, limitUs: number): number | null {
  if (totals.length === 0) return null;
  let low = 0;
  let high = totals.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((SCALE[(totals[middle] ?? 0) - UP_BASE] ?? 0) <= limitUs) low = middle + 1;
    else high = middle;
  }
  return low / totals.length;
}
