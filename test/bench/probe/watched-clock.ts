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

const TRIES = 5;

/**
 * Wall clock less monotonic clock, exact to some microseconds: read where the wall clock's millisecond turns, several times,
 * because whoever loses the processor in between sees it turn late.
 */
export function wallOffsetMs(): number {
  let offsetMs = Number.NEGATIVE_INFINITY;
  for (let left = TRIES; left > 0; left -= 1) {
    const beforeMs = Date.now();
    let nowMs = beforeMs;
    while (nowMs === beforeMs) nowMs = Date.now();
    offsetMs = Math.max(offsetMs, nowMs - performance.now());
  }
  return offsetMs;
}
