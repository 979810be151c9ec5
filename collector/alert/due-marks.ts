/**
 * What a round of the evaluator judges: live news and what waited long enough first; then the store's due marks, which
 * are the same news and all the rest.
 *
 * While batches are under way, late news gives way to them: what a probe still holds is not safe yet, and several
 * ticks of a target that arrive meanwhile are judged together. Not for long, and live news never waits.
 */
import type { DueTick } from "../store/store.ts";
import { type Agenda, type Job, jobsOf } from "./agenda.ts";
import type { AlertOptions } from "./alert.ts";
import { type Facts, readFacts } from "./facts.ts";

const CLAIM_MS = 30_000;
const DUE_LIMIT = 2000;
/** Marks further apart are judged apart, so that old news does not drag the present along. */
const CLUSTER_GAP_S = 3600;
/** How long late news waits for batches under way: before each target, and in a round, which has to keep its lease. */
const WAIT_MS = 100;
const WAIT_ROUND_MS = 10_000;
/** News older than this came late, whatever the step. */
const LATE_MS = 600_000;
/** Marks are settled so many at a time, long before their claim runs out. */
const SETTLED_AT_ONCE = 200;

type Round = {
  readonly todo: Agenda;
  /** @returns Whether everything was judged. */
  judge(job: Job, facts: Facts): Promise<boolean>;
  /** Whether this evaluator still holds the lease. */
  lead(): Promise<boolean>;
};

/** @returns Judges all that is due now. */
export function dueMarks(options: AlertOptions, { todo, judge, lead }: Round): () => Promise<void> {
  const { store, registry, clock, quiet } = options;
  const judgeUrgent = async (facts: Facts, isMarked: (target: string, tick: number) => boolean) => {
    for (const job of todo.take(clock.nowMs())) {
      const { target, news } = job;
      if (news && isMarked(target, news.fromTick) && isMarked(target, news.toTick)) continue;
      await judge(job, facts);
    }
  };
  /** Lets batches that are under way go first; live news that they bring is judged at once. */
  const giveWay = async (waitMs: number): Promise<void> => {
    if (!quiet || waitMs <= 0) return;
    await quiet(waitMs);
    if (todo.hasSamples()) await judgeUrgent(await readFacts(store, registry, clock.nowMs()), () => false);
  };
  const judgeMarks = async (due: readonly DueTick[], facts: Facts, waitUntilMonoMs: number) => {
    const done: DueTick[] = [];
    const isLate = ({ news }: Job) => news !== null && facts.nowMs - news.toTick * 1_000 > LATE_MS;
    const jobs = jobsOf(due, CLUSTER_GAP_S).sort((a, b) => Number(isLate(a.job)) - Number(isLate(b.job)));
    for (const { job, marks } of jobs) {
      if (isLate(job)) await giveWay(Math.min(WAIT_MS, waitUntilMonoMs - clock.monoMs()));
      if (await judge(job, facts)) done.push(...marks);
      if (done.length >= SETTLED_AT_ONCE) await store.claims.done(done.splice(0));
    }
    await store.claims.done(done);
  };
  return async () => {
    const waitUntilMonoMs = clock.monoMs() + WAIT_ROUND_MS;
    for (;;) {
      const facts = await readFacts(store, registry, clock.nowMs());
      const due = await store.claims.due(clock.nowMs(), CLAIM_MS, DUE_LIMIT);
      const marked = new Set(due.map((mark) => `${mark.target}/${mark.tick}`));
      await judgeUrgent(facts, (target, tick) => marked.has(`${target}/${tick}`));
      await judgeMarks(due, facts, waitUntilMonoMs);
      if (due.length < DUE_LIMIT || !(await lead())) return;
    }
  };
}
