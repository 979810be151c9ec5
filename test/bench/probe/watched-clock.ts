/**
 * The machine's clock that remembers its last reading, and the way from it to the wall clock.
 *
 * A sample says durations only. Of its total the bench also wants to know what lay before the first packet and what after
 * the last, and packets are on the wall clock.
 */
import { type Clock, systemClock } from "../../../collector/wire/clock.ts";

export type WatchedClock = { readonly clock: Clock; lastMonoMs(): number };

export function watchedClock(): WatchedClock {
  const system = systemClock();
  let lastMs = Number.NaN;
  return {
    clock: {
      ...system,
      monoMs() {
        lastMs = system.monoMs();
        return lastMs;
      },
    },
    lastMonoMs: () => lastMs,
  };
}

/** Wall clock less monotonic clock, exact to a microsecond or two: read where the wall clock's millisecond turns. */
export function wallOffsetMs(): number {
  const beforeMs = Date.now();
  let nowMs = beforeMs;
  while (nowMs === beforeMs) nowMs = Date.now();
  return nowMs - performance.now();
}
