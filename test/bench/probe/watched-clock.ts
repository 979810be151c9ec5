/**
 * The machine's clock that remembers when it was read: which two readings a total lies between tells where its error is.
 *
 * A sample says durations only. Of its total the bench also wants to know what lay before the first packet and what after
 * the last, and those are on the wall clock, as the packets are.
 */
import { type Clock, systemClock } from "../../../collector/wire/clock.ts";

/** Start and end of a total, ms with fractions; on the wall clock once they are told. */
export type Instants = { readonly fromMs: number; readonly untilMs: number };

export type WatchedClock = {
  readonly clock: Clock;
  /** @param sinceMs A reading before the measurement. @returns On this clock; null = no two readings lie so far apart. */
  instantsOf(sinceMs: number, totalMs: number): Instants | null;
};

/** Readings kept: those of some hundred measurements. */
const KEPT = 10_000;
/** A total is told in whole microseconds. */
const ROUNDING_MS = 0.000_6;

export function watchedClock(): WatchedClock {
  const readings: number[] = [];
  const system = systemClock();
  return {
    clock: {
      ...system,
      monoMs() {
        const atMs = system.monoMs();
        if (readings.length >= KEPT) readings.splice(0, KEPT / 2);
        readings.push(atMs);
        return atMs;
      },
    },
    instantsOf(sinceMs, totalMs) {
      const mine = readings.filter((atMs) => atMs >= sinceMs);
      for (const untilMs of mine) {
        const fromMs = mine.find((atMs) => Math.abs(untilMs - atMs - totalMs) < ROUNDING_MS);
        if (fromMs !== undefined) return { fromMs, untilMs };
      }
      return null;
    },
  };
}

/** Wall clock less monotonic clock, exact to a microsecond or two: read where the wall clock's millisecond turns. */
export function wallOffsetMs(): number {
  const beforeMs = Date.now();
  let nowMs = beforeMs;
  while (nowMs === beforeMs) nowMs = Date.now();
  return nowMs - performance.now();
}
