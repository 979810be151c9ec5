/** The shots of a block, each begun at its time by one timer, as the probe's own schedule does: one for each would be dear. */
import type { Shot } from "./subject.ts";

/**
 * Begins each shot at its time.
 *
 * @param shots In the order of their times.
 * @param begin Told which of them.
 */
export function atTheirTimes(shots: readonly Shot[], begin: (index: number) => void): void {
  const zeroMs = performance.now();
  let next = 0;
  const go = () => {
    for (;;) {
      const shot = shots[next];
      if (!shot) return;
      const waitMs = shot.startMs - (performance.now() - zeroMs);
      if (waitMs > 0) {
        setTimeout(go, waitMs);
        return;
      }
      begin(next);
      next += 1;
    }
  };
  go();
}
