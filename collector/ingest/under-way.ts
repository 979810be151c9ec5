/**
 * How many batches are under way, for whoever has work that can wait until none is.
 */
import type { Clock } from "../wire/clock.ts";

export type UnderWay = {
  /** A batch came. @returns Says that it was answered. */
  begin(): () => void;
  /** Resolves when none is under way, or after so many ms. */
  quiet(mostMs: number): Promise<void>;
};

export function underWay(clock: Pick<Clock, "after">): UnderWay {
  let now = 0;
  const waiting = new Set<() => void>();
  return {
    begin() {
      now += 1;
      return () => {
        now -= 1;
        if (now === 0) for (const go of [...waiting]) go();
      };
    },
    quiet(mostMs) {
      if (now === 0) return Promise.resolve();
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
