/**
 * What a round of the evaluator judges: live news and what waited long enough first; then the store's due marks, which
 * are the same news and all the rest.
 *
 * While batches are under way, late news gives way to them: what a probe still holds is not safe yet, and the ticks of a
 * target that arrive meanwhile are judged together with those that had come. Not for long, and live news never waits.
 */
import type { DueTick, Store } from "../store/store.ts";
import { type Agenda, type Job, jobsOf } from "./agenda.ts";
import type { AlertOptions } from "./alert.ts";
import { type Facts, readFacts } from "./facts.ts";

const CLAIM_MS = 30_000;
const DUE_LIMIT = 8_000;
/** Targets looked at in one go: as many as a reader and this thread are through with in a few milliseconds. */
const AT_ONCE = 32;
/** Marks further apart are judged apart, so that old news does not drag the present along. */
const CLUSTER_GAP_S = 3600;
/** How long late news waits for batches under way: before each target, and in a round, which has to keep its lease. */
const WAIT_MS = 100;
const WAIT_ROUND_MS = 10_000;
/** Live news is judged so often at most while late news is. */
const URGENT_MS = 200;
/** Nobody was waited for when it took less. */
const WAITED_MS = 1;
const LONG_AGO = Number.NEGATIVE_INFINITY;
/** News older than this came late, whatever the step. */
const LATE_MS = 600_000;
/** Marks are settled so many at a time, long before their claim runs out. */
const SETTLED_AT_ONCE = 1_000;

type Round = {
  readonly todo: Agenda;
  /**
   * Jobs of different targets at a glance.
   *
   * @returns For each as `judge`, or null = it has to be judged in full.
   */
  glance(jobs: readonly Job[], facts: Facts): Promise<(number | null)[]>;
  /** @returns The first tick that was not judged; -Infinity = none was, and its marks come back. */
  judge(job: Job, facts: Facts): Promise<number>;
  /** Whether this evaluator still holds the lease. */
  lead(): Promise<boolean>;
};

type Marked = ReturnType<typeof jobsOf>[number];

/** @returns Judges all that is due now. */
export function dueMarks(options: AlertOptions, round: Round): () => Promise<void> {
  const { store, registry, clock, quiet } = options;
  const { todo, lead } = round;
  const judgeUrgent = async (facts: Facts, isMarked: (target: string, tick: number) => boolean) => {
    const jobs = todo
      .take(clock.nowMs())
      .filter(
        ({ target, news }) => !(news && isMarked(target, news.fromTick) && isMarked(target, news.toTick)),
      );
    for (let from = 0; from < jobs.length; from += AT_ONCE)
      await judgeAll(round, jobs.slice(from, from + AT_ONCE), facts, () => Promise.resolve());
  };
  let urgentMonoMs = LONG_AGO;
  /** Lets batches that are under way go first; live news that they bring is judged at once. */
  const giveWay = async (waitMs: number): Promise<void> => {
    if (quiet && waitMs > 0) await quiet(waitMs);
    // However long the late news takes; those of one tick come together.
    if (!todo.hasSamples() || clock.monoMs() - urgentMonoMs < URGENT_MS) return;
    urgentMonoMs = clock.monoMs();
    await judgeUrgent(await readFacts(store, registry, clock.nowMs()), () => false);
  };
  /** Until nobody has to be waited for, or the time is up. @returns for how long, ms; null = the lease was lost */
  const settled = async (untilMonoMs: number): Promise<number | null> => {
    let waitedMs = 0;
    for (let lastMs = WAIT_MS; lastMs >= WAITED_MS && clock.monoMs() < untilMonoMs; waitedMs += lastMs) {
      if (!(await lead())) return null;
      const startMonoMs = clock.monoMs();
      await giveWay(Math.min(WAIT_MS, untilMonoMs - startMonoMs));
      lastMs = clock.monoMs() - startMonoMs;
    }
    return waitedMs;
  };
  /** @returns How many marks there were; null = the lease was lost, and with it what is left. */
  const judgeMarks = async (
    due: readonly DueTick[],
    facts: Facts,
    waitUntilMonoMs: number,
  ): Promise<number | null> => {
    const isLate = ({ job: { news } }: Marked) =>
      news !== null && facts.nowMs - news.toTick * 1_000 > LATE_MS;
    const marked = jobsOf(due, CLUSTER_GAP_S);
    const late = marked.filter(isLate);
    const inTime = turnsOf(marked.filter((one) => !isLate(one)));
    if (!(await judgeTurns(round, store, { turns: inTime, facts }))) return null;
    if (late.length === 0) return due.length;
    const waitedMs = await settled(waitUntilMonoMs);
    if (waitedMs === null) return null;
    if (waitedMs >= WAITED_MS) {
      // Its own claims are taken anew, with what came of the same targets meanwhile: ticks are judged together, once.
      const again = await store.claims.due(clock.nowMs() + CLAIM_MS, 1, DUE_LIMIT);
      return await judgeMarks(again, await readFacts(store, registry, clock.nowMs()), LONG_AGO);
    }
    const wait = () => giveWay(Math.min(WAIT_MS, waitUntilMonoMs - clock.monoMs()));
    return (await judgeTurns(round, store, { turns: turnsOf(late), facts, wait })) ? due.length : null;
  };
  return async () => {
    const waitUntilMonoMs = clock.monoMs() + WAIT_ROUND_MS;
    for (;;) {
      const facts = await readFacts(store, registry, clock.nowMs());
      const due = await store.claims.due(clock.nowMs(), CLAIM_MS, DUE_LIMIT);
      const marked = new Set(due.map((mark) => `${mark.target}/${mark.tick}`));
      await judgeUrgent(facts, (target, tick) => marked.has(`${target}/${tick}`));
      const judged = await judgeMarks(due, facts, waitUntilMonoMs);
      if (judged === null || judged < DUE_LIMIT) return;
    }
  };
}

type Turns = {
  readonly turns: readonly (readonly Marked[])[];
  readonly facts: Facts;
  /** Before each target that has to be judged in full, but the first; absent = nothing is waited for. */
  readonly wait?: () => Promise<void>;
};

/** @returns false = the lease was lost, and with it what is left. */
async function judgeTurns(
  round: Round,
  { claims }: Pick<Store, "claims">,
  { turns, facts, wait = () => Promise.resolve() }: Turns,
): Promise<boolean> {
  const done: DueTick[] = [];
  for (const [turn, some] of turns.entries()) {
    if (!(await round.lead())) return false;
    if (turn > 0) await wait();
    const jobs = some.map(({ job }) => job);
    const ticks = await judgeAll(round, jobs, facts, wait);
    for (const [i, { marks }] of some.entries())
      done.push(...marks.filter(({ tick }) => tick < (ticks[i] ?? 0)));
    if (done.length >= SETTLED_AT_ONCE) await claims.done(done.splice(0));
  }
  if (done.length > 0) await claims.done(done);
  return true;
}

/**
 * Judges jobs of different targets, those at which nothing is wrong together.
 *
 * @param wait Before each one that has to be judged in full, but the first.
 * @returns For each the first tick that was not judged.
 */
async function judgeAll(
  { glance, judge }: Pick<Round, "glance" | "judge">,
  jobs: readonly Job[],
  facts: Facts,
  wait: () => Promise<void>,
): Promise<number[]> {
  const seen = await glance(jobs, facts);
  const ticks: number[] = [];
  let waits = false;
  for (const [i, job] of jobs.entries()) {
    const known = seen[i] ?? null;
    if (known === null && waits) await wait();
    waits ||= known === null;
    ticks.push(known ?? (await judge(job, facts)));
  }
  return ticks;
}

/** In turns of at most AT_ONCE, each target once in a turn: what is found of one job is on record before the next. */
function turnsOf(marked: readonly Marked[]): Marked[][] {
  const turns: Marked[][] = [];
  const nextOf = new Map<string, number>();
  let free = 0;
  for (const one of marked) {
    let at = Math.max(free, nextOf.get(one.job.target) ?? 0);
    while ((turns[at]?.length ?? 0) >= AT_ONCE) at += 1;
    const turn = turns[at];
    if (turn) turn.push(one);
    else turns[at] = [one];
    nextOf.set(one.job.target, at + 1);
    while ((turns[free]?.length ?? 0) >= AT_ONCE) free += 1;
  }
  return turns;
}
