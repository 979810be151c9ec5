/**
 * The clock every part is given, so that a test can freeze it.
 *
 * Durations come from `monoMs`, never from `nowMs`, which may jump. Timers run on the monotonic clock.
 */

export type Clock = {
  /** UTC ms, whole; may jump. */
  nowMs(): number;
  /** Monotonic ms with fractions; only differences mean something. */
  monoMs(): number;
  /** Calls `act` once after `ms`; the answer cancels it. Never keeps the process alive by itself. */
  after(ms: number, act: () => void): () => void;
};

/** The machine's clocks. */
export function systemClock(): Clock {
  return {
    nowMs: () => Date.now(),
    monoMs: () => performance.now(),
    after(ms, act) {
      // 2^31 - 1 ms is where setTimeout wraps to "at once".
      const timer = setTimeout(act, Math.min(ms, 2_147_483_647));
      timer.unref();
      return () => clearTimeout(timer);
    },
  };
}
