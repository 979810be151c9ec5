/**
 * The metrics that are archived, the phases of a measurement, and the one place where a measured number is rounded.
 *
 * A PDP is an integer: microseconds for durations, bytes per second for speed, at most 2^32 - 1.
 * `null` is "no value at this tick". Next stop: the sample schema here, `archive/` at the collector.
 */

/** Phases of one measurement, in order; each follows the one before. */
export const PHASES = ["dns", "connect", "tls", "wait", "transfer"] as const;
export type Phase = (typeof PHASES)[number];

/** Where a down sample failed: a phase, or a complete answer that was judged. */
export const FAILURE_PHASES = [...PHASES, "status", "content"] as const;
export type FailurePhase = (typeof FAILURE_PHASES)[number];

/** Archived metrics in storage order. dns..transfer are phases; ttfb and total count from the start, as curl's do. */
export const METRICS = ["dns", "connect", "tls", "wait", "transfer", "ttfb", "total", "speed"] as const;
export type Metric = (typeof METRICS)[number];

/** Consolidation functions kept by every archive. */
export const CFS = ["AVERAGE", "MAX", "MIN"] as const;
export type ConsolidationFunction = (typeof CFS)[number];

/** With the one that has rings of its own where a target asks for it: the value of a row's last tick. */
export const ALL_CFS = [...CFS, "LAST"] as const;
export type AnyFunction = (typeof ALL_CFS)[number];

/** Largest integer a PDP can hold; anything above is clamped to it, and counted. */
export const PDP_MAX = 2 ** 32 - 1;

export type Rounded = { readonly value: number; readonly clamped: boolean };

/**
 * Rounds a non-negative measured number to the integer that is stored.
 *
 * @param measured Any finite number in the metric's unit; below 0 counts as 0.
 * @returns The integer, and whether it had to be clamped to PDP_MAX.
 */
export function toPdp(measured: number): Rounded {
  if (!(measured > 0)) return { value: 0, clamped: measured < 0 };
  const value = Math.round(measured);
  return value > PDP_MAX ? { value: PDP_MAX, clamped: true } : { value, clamped: false };
}

/** Milliseconds (monotonic clock) to stored microseconds; clamped like every PDP. */
export function usOf(ms: number): number {
  return toPdp(ms * 1000).value;
}

/**
 * Bytes per second over the whole measurement, as curl's speed_download.
 *
 * @param bytes Body bytes received on the wire.
 * @param totalUs Total time; 0 counts as 1 us.
 */
export function speedBpsOf(bytes: number, totalUs: number): number {
  return toPdp((bytes * 1_000_000) / Math.max(totalUs, 1)).value;
}

/** Smallest body for which a receiving rate is meaningful; below it the rate is UNKNOWN. */
export const RECEIVE_RATE_MIN_BYTES = 100_000;
