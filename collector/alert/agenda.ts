/**
 * What an evaluator has to look at next: live news first, then ticks that waited long enough, then changed targets.
 *
 * Kept in memory for promptness only: the store's due marks hold the same news until it is judged.
 */
import type { DueTick } from "../store/store.ts";
import type { News } from "./evaluate.ts";

export type Job = { readonly target: string; readonly news: News | null };

export type Agenda = {
  /** A sample was just stored. */
  sample(target: string, tick: number): void;
  /** The definition of a target, or who measures it, is different. */
  changed(target: string): void;
  /** A tick waits for votes until `untilMs`. */
  wait(target: string, tick: number, untilMs: number): void;
  /** Judged: nothing waits. */
  judged(target: string): void;
  /** Jobs that are due, taken off the agenda. */
  take(nowMs: number): Job[];
  /** Whether samples were stored that nobody has taken off yet. */
  hasSamples(): boolean;
  /** UTC ms at which the next waiting tick is due; null = none waits. */
  nextMs(): number | null;
};

/** An empty agenda. */
export function agenda(): Agenda {
  const fresh = new Map<string, { fromTick: number; toTick: number }>();
  const changes = new Set<string>();
  const waits = new Map<string, { tick: number; untilMs: number }>();
  const widen = (target: string, tick: number) => {
    const known = fresh.get(target);
    fresh.set(target, {
      fromTick: Math.min(known?.fromTick ?? tick, tick),
      toTick: Math.max(known?.toTick ?? tick, tick),
    });
  };
  return {
    sample(target, tick) {
      widen(target, tick);
      const waiting = waits.get(target);
      if (waiting) widen(target, waiting.tick);
    },
    changed: (target) => changes.add(target),
    wait: (target, tick, untilMs) => waits.set(target, { tick, untilMs }),
    judged: (target) => waits.delete(target),
    take(nowMs) {
      for (const [target, waiting] of waits) {
        if (waiting.untilMs > nowMs) continue;
        widen(target, waiting.tick);
        // Whoever judges it says whether it waits again; a target that is gone or broken must not come back at once.
        waits.delete(target);
      }
      const jobs: Job[] = [...fresh].map(([target, news]) => ({ target, news }));
      for (const target of changes) if (!fresh.has(target)) jobs.push({ target, news: null });
      fresh.clear();
      changes.clear();
      return jobs;
    },
    hasSamples: () => fresh.size > 0,
    nextMs() {
      const times = [...waits.values()].map((waiting) => waiting.untilMs);
      return times.length === 0 ? null : Math.min(...times);
    },
  };
}

/**
 * Due marks as jobs: one per target and cluster of ticks, so that an hour of old news is not judged together with now.
 *
 * @param gapS Ticks further apart than this are judged apart.
 */
export function jobsOf(
  due: readonly DueTick[],
  gapS: number,
): { readonly job: Job; readonly marks: DueTick[] }[] {
  const jobs: { job: { target: string; news: { fromTick: number; toTick: number } }; marks: DueTick[] }[] =
    [];
  for (const [target, marks] of Map.groupBy(due, (mark) => mark.target)) {
    for (const mark of marks.sort((a, b) => a.tick - b.tick)) {
      const last = jobs.at(-1);
      if (last?.job.target === target && mark.tick - last.job.news.toTick <= gapS) {
        last.job.news.toTick = mark.tick;
        last.marks.push(mark);
      } else jobs.push({ job: { target, news: { fromTick: mark.tick, toTick: mark.tick } }, marks: [mark] });
    }
  }
  return jobs;
}
