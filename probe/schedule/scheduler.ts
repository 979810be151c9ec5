/**
 * The timer around the plan: starts what is due, one after another, and says which ticks could not be kept.
 *
 * Starts are spaced, because measurements that start together falsify each other more than anything else does; a
 * measurement that cannot start within its grace is not made late but reported as overload. Next stop: `measure`.
 */
import type { Clock } from "../../collector/wire/clock.ts";
import type { Assignment } from "../../collector/wire/probe-protocol.ts";
import type { Instant, Measurement, Plan, Unkept } from "./plan.ts";
import { graceMsOf } from "./ticks.ts";

export type Limits = {
  /** Measurements that run at the same time. */
  readonly concurrent: number;
  /** Least time between two starts, ms: a TLS handshake needs several times the processor of plain HTTP. */
  readonly gapHttpMs: number;
  readonly gapHttpsMs: number;
};

export type SchedulerDeps = {
  readonly plan: Plan;
  readonly clock: Clock;
  readonly limits: Limits;
  /** Ms since the machine started, counted while it sleeps too. */
  readonly bootMs: () => number;
  /** Makes one measurement and keeps its sample; never rejects. lateMs is the start after the due instant. */
  readonly measure: (measurement: Measurement, lateMs: number) => Promise<void>;
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
/** The loop is late by more than this: hold the next start, at most this often in a row. */
const LAG_MS = 3;
const HOLDS_MAX = 10;

type Waiting = {
  readonly measurement: Measurement;
  /** When it was found due, and how late it was by then. */
  readonly foundMonoMs: number;
  readonly lateMs: number;
};

/** Nothing happens before `start`. */
export function schedulerOf(deps: SchedulerDeps): Scheduler {
  return new TimedScheduler(deps);
}

class TimedScheduler implements Scheduler {
  readonly #deps: SchedulerDeps;
  readonly #running = new Set<Promise<void>>();
  #queue: Waiting[] = [];
  #cancelLook: () => void = () => {};
  #cancelStart: (() => void) | null = null;
  #nextStartMonoMs = 0;
  #holds = 0;
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
    this.#cancelStart?.();
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
    for (const measurement of due.measure) {
      const lateMs = Math.max(0, now.wallMs - measurement.dueMs);
      this.#queue.push({ measurement, foundMonoMs: now.monoMs, lateMs });
    }
    if (due.unkept.length > 0 || due.unreported > 0) this.#deps.unkept(due.unkept, due.unreported);
    this.#pump();
    const waitMs = Math.min(LOOK_MS, Math.max(1, Math.ceil(plan.waitMs(this.#now()))));
    this.#cancelLook = clock.after(waitMs, () => this.#look());
  }

  /** Starts what may start now; otherwise sees to it that it is called again. */
  #pump(): void {
    if (this.#stopped || this.#cancelStart !== null) return;
    this.#dropOverdue();
    const next = this.#queue[0];
    if (!next || this.#running.size >= this.#deps.limits.concurrent) return;
    const waitMs = this.#nextStartMonoMs - this.#deps.clock.monoMs();
    if (waitMs > 0) {
      this.#hold(waitMs);
      return;
    }
    this.#queue.shift();
    this.#run(next);
    this.#pump();
  }

  #hold(waitMs: number): void {
    const { clock } = this.#deps;
    const wantedMonoMs = clock.monoMs() + waitMs;
    this.#cancelStart = clock.after(waitMs, () => {
      this.#cancelStart = null;
      // A timer that fires late means a busy loop: a measurement started now would be falsified by it.
      if (clock.monoMs() - wantedMonoMs > LAG_MS && this.#holds < HOLDS_MAX) {
        this.#holds += 1;
        this.#hold(LAG_MS);
        return;
      }
      this.#holds = 0;
      this.#pump();
    });
  }

  #run({ measurement, foundMonoMs, lateMs }: Waiting): void {
    const { clock, limits } = this.#deps;
    const startMonoMs = clock.monoMs();
    const encrypted = measurement.assignment.url.startsWith("https:");
    this.#nextStartMonoMs = startMonoMs + (encrypted ? limits.gapHttpsMs : limits.gapHttpMs);
    const run: Promise<void> = this.#deps
      .measure(measurement, lateMs + startMonoMs - foundMonoMs)
      .finally(() => {
        this.#running.delete(run);
        this.#pump();
      });
    this.#running.add(run);
  }

  #dropOverdue(): void {
    const monoMs = this.#deps.clock.monoMs();
    const isOverdue = ({ measurement, foundMonoMs }: Waiting) =>
      monoMs - foundMonoMs > graceMsOf(measurement.assignment.stepS);
    const overdue = this.#queue.filter(isOverdue);
    if (overdue.length === 0) return;
    this.#queue = this.#queue.filter((waiting) => !isOverdue(waiting));
    this.#deps.unkept(
      overdue.map(({ measurement: { assignment, tick } }) => ({ assignment, tick, reason: "overload" })),
      0,
    );
  }

  #now(): Instant {
    const { clock, bootMs } = this.#deps;
    return { wallMs: clock.nowMs(), monoMs: clock.monoMs(), bootMs: bootMs() };
  }
}
