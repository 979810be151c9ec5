/**
 * Which ticks of which targets have their sample: a tick is claimed once in a run of the probe.
 *
 * Kept per step a target has had, because a tick is a tick whatever the step. Bounded by the leaps of the clock, not by time.
 */
import { type Ranges, rangesOf } from "../ranges.ts";

type Runs = { readonly stepS: number; readonly ticks: Ranges };

export type DoneTicks = {
  /** @returns Whether the tick was still free; it no longer is. A tick before 1970 never is. */
  claim(target: string, stepS: number, tick: number): boolean;
  forget(target: string, tick: number): void;
};

/** Runs of consecutive ticks remembered per target and step; one more per leap of the clock. */
const RUNS_KEPT = 32;

/** @param measured Newest tick per target that an earlier run left in its spool. */
export function doneTicks(measured: ReadonlyMap<string, number>): DoneTicks {
  const done = new Map<string, Runs[]>();
  for (const [target, tick] of measured) done.set(target, [{ stepS: 1, ticks: rangesOf([[tick, tick]]) }]);
  return {
    claim(target, stepS, tick) {
      const runs = done.get(target) ?? [];
      if (tick < 0 || runs.some((run) => tick % run.stepS === 0 && run.ticks.has(tick / run.stepS)))
        return false;
      let run = runs.find((candidate) => candidate.stepS === stepS);
      if (!run) {
        run = { stepS, ticks: rangesOf() };
        done.set(target, [...runs, run]);
      }
      run.ticks.add(tick / stepS);
      run.ticks.keep(RUNS_KEPT);
      return true;
    },
    forget(target, tick) {
      for (const run of done.get(target) ?? [])
        if (tick % run.stepS === 0) run.ticks.remove(tick / run.stepS);
    },
  };
}
