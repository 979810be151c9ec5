/**
 * The timer around the plan: starts what is due, one after another, and says which ticks could not be kept.
 *
 * When each may start is decided by `pace.ts`, for all vantages of the process together; a measurement that cannot start
 * within its grace is not made late but reported as overload. Next stop: `measure`.
 */
import type { Clock } from "../../collector/wire/clock.ts";
import type { Assignment } from "../../collector/wire/probe-protocol.ts";
import type { Pace } from "./pace.ts";
import type { Instant, Measurement, Plan, Unkept } from "./plan.ts";
import { graceMsOf } from "./ticks.ts";

/** A measurement that starts now. */
export type Started = {
  readonly measurement: Measurement;
  /** Start after the due instant, ms. */
  readonly lateMs: number;
  /** Since when it may start, on the monotonic clock. */
  readonly sinceMonoMs: number;
  /** Gives its place in the pace to another before it is over: what it still starts asks for places of its own. */
  readonly giveBack: () => void;
};

export type SchedulerDeps = {
  readonly plan: Plan;
  readonly clock: Clock;
  readonly pace: Pace;
  /** Ms since the machine started, counted while it sleeps too. */
  readonly bootMs: () => number;
  /** Makes one measurement and keeps its sample; never rejects. */
  readonly measure: (started: Started) => Promise<void>;
  readonly unkept: (ticks: readonly Unkept[], unreported: number) => void;
};

export type Scheduler = {
  assign(assignments: readonly Assignment[]): void;
  start(): void;
  /** Starts nothing more; resolves when what runs has ended, or after `withinMs`. */
  stop(withinMs: number): Promise<void>;
  running(): number;
};

/** The wall clock is looked at least this often, so that a leap of it is seen within a second. */
const LOOK_MS = 1_000;

/** Nothing happens before `start`. */
export function schedulerOf(deps: SchedulerDeps): Scheduler {
  return new TimedScheduler(deps);
}

class TimedScheduler implements Scheduler {
  readonly #deps: SchedulerDeps;
  readonly #running = new Set<Promise<void>>();
  readonly #waiting = new Set<() => void>();
  #overdue: Unkept[] = [];
  #cancelLook: () => void = () => {};
  #stopped = true;

  constructor(deps: SchedulerDeps) {
    this.#deps = deps;
  }

  assign(assignments: readonly Assignment[]): void {
    this.#deps.plan.assign(assignments);
    this.#look();
  }

  start(): void {
    this.#stopped = false;
    this.#look();
  }

  async stop(withinMs: number): Promise<void> {
    this.#stopped = true;
    this.#cancelLook();
    for (const withdraw of this.#waiting) withdraw();
    this.#waiting.clear();
    const late = Promise.withResolvers<void>();
    const cancel = this.#deps.clock.after(withinMs, late.resolve);
    await Promise.race([Promise.all(this.#running), late.promise]);
    cancel();
  }

  running(): number {
    return this.#running.size;
  }

  #look(): void {
    if (this.#stopped) return;
    this.#cancelLook();
    const { plan, clock } = this.#deps;
    const now = this.#now();
    const due = plan.due(now);
    if (due.unkept.length > 0 || due.unreported > 0) this.#deps.unkept(due.unkept, due.unreported);
    for (const measurement of due.measure) this.#ask(measurement, now);
    const waitMs = Math.min(LOOK_MS, Math.max(1, Math.ceil(plan.waitMs(this.#now()))));
    this.#cancelLook = clock.after(waitMs, () => this.#look());
  }

  #ask(measurement: Measurement, found: Instant): void {
    const { clock, pace } = this.#deps;
    const { assignment, tick } = measurement;
    const foundLateMs = Math.max(0, found.wallMs - measurement.dueMs);
    const sinceMonoMs = found.monoMs;
    // Asking may start it at once: what withdraws it is known only afterwards.
    const held: { withdraw: (() => void) | null } = { withdraw: null };
    const leave = () => {
      if (held.withdraw) this.#waiting.delete(held.withdraw);
      held.withdraw = () => {};
    };
    const withdraw = pace.ask({
      url: assignment.url,
      key: assignment.id,
      patient: measurement.first,
      foundLateMs,
      sinceMonoMs,
      graceMs: graceMsOf(assignment.stepS),
      start: (giveBack) => {
        leave();
        const lateMs = foundLateMs + clock.monoMs() - sinceMonoMs;
        const run: Promise<void> = this.#deps
          .measure({ measurement, lateMs, sinceMonoMs, giveBack })
          .finally(() => this.#running.delete(run));
        this.#running.add(run);
        return run;
      },
      overdue: () => {
        leave();
        this.#tooLate({ assignment, tick, reason: "overload" });
      },
    });
    if (held.withdraw !== null) return;
    held.withdraw = withdraw;
    this.#waiting.add(withdraw);
  }

  /** All that are found too late at once are said at once. */
  #tooLate(tick: Unkept): void {
    this.#overdue.push(tick);
    if (this.#overdue.length > 1) return;
    queueMicrotask(() => {
      const ticks = this.#overdue;
      this.#overdue = [];
      this.#deps.unkept(ticks, 0);
    });
  }

  #now(): Instant {
    const { clock, bootMs } = this.#deps;
    return { wallMs: clock.nowMs(), monoMs: clock.monoMs(), bootMs: bootMs() };
  }
}
