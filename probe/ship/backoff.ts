/**
 * How long to wait before asking again: exponential from 1 s to 60 s with full jitter, so that a fleet that lost its
 * collector together does not come back together. What the collector says itself (Retry-After) is the least.
 */

const FIRST_MS = 1_000;
const MOST_MS = 60_000;
/** The longest a collector can make a probe wait; it keeps its samples meanwhile. */
const RETRY_AFTER_MAX_MS = 600_000;

export type Backoff = {
  /** The next wait, ms. @param retryAfterMs What the collector asked for; null = nothing. */
  nextMs(retryAfterMs?: number | null): number;
  /** A wait for what will not mend soon (a refused key): 30 to 60 s. */
  longMs(): number;
  reset(): void;
  failures(): number;
};

/** @param random 0 <= n < 1. */
export function backoffOf(random: () => number): Backoff {
  let failures = 0;
  return {
    nextMs(retryAfterMs = null) {
      const most = Math.min(MOST_MS, FIRST_MS * 2 ** Math.min(failures, 10));
      failures += 1;
      const jitter = random() * most;
      if (retryAfterMs === null) return jitter;
      return Math.min(retryAfterMs, RETRY_AFTER_MAX_MS) + random() * Math.min(most, 1_000);
    },
    longMs() {
      failures += 1;
      return MOST_MS / 2 + (random() * MOST_MS) / 2;
    },
    reset() {
      failures = 0;
    },
    failures: () => failures,
  };
}

/** Retry-After in ms: seconds or an HTTP date. null = absent or unreadable. @see RFC 9110, 10.2.3 */
export function retryAfterMsOf(header: string | undefined, nowMs: number): number | null {
  if (header === undefined) return null;
  if (/^\d{1,6}$/.test(header.trim())) return Number(header) * 1000;
  const atMs = Date.parse(header);
  return Number.isNaN(atMs) ? null : Math.max(0, atMs - nowMs);
}
