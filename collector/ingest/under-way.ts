/**
 * How many batches are under way, for whoever has work that can wait until none is.
 *
 * A probe that drains a backlog sends its next batch when the last one is answered, and several of them leave such gaps
 * all at once now and then: it is quiet when no batch came for a moment.
 */
import type { Clock } from "../wire/clock.ts";

/** As long as a probe near by, on a machine that has other things to do, takes to send the next one. */
export const LULL_MS = 50;

export type UnderWay = {
  /** A batch came. @returns Says that it was answered. */
  begin(): () => void;
  /**
   * Resolves at once when none has been under way for LULL_MS; otherwise when that is so, when the last one of those under
   * way is answered, or after so many ms. Whoever wants the lull asks again.
   */
  quiet(mostMs: number): Promise<void>;
};

export function underWay(clock: Pick<Clock, "after">): UnderWay {
  let now = 0;
  let isQuiet = true;
  let stop = (): void => {};
  const waiting = new Set<() => void>();
  const wake = (): void => {
    for (const go of [...waiting]) go();
  };
  return {
    begin() {
      now += 1;
      isQuiet = false;
      stop();
      return () => {
        now -= 1;
        if (now > 0) return;
        stop = clock.after(LULL_MS, () => {
          isQuiet = true;
          wake();
        });
        wake();
      };
    },
    quiet(mostMs) {
      if (isQuiet) return Promise.resolve();
      return new Promise((resolve) => {
        const go = () => {
          cancel();
          waiting.delete(go);
          resolve();
        };
        const cancel = clock.after(mostMs, go);
        waiting.add(go);
      });
    },
  };
}
