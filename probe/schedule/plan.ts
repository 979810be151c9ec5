/**
 * What is due: assignments and instants become measurements to start and ticks that could not be kept.
 *
 * No timers, no I/O: `scheduler.ts` asks. A tick gets at most one sample in a run of the probe, whatever the wall clock
 * does. Ticks the clock leapt over become `unknown` samples, the newest ones only, so that a leap of years is no storm.
 */
import type { Assignment } from "../../collector/wire/probe-protocol.ts";
import type { UnknownReason } from "../../collector/wire/sample.ts";
import { type DoneTicks, doneTicks } from "./done.ts";
import { graceMsOf, offsetMsOf, tickAt } from "./ticks.ts";

/** One reading of every clock. bootMs also runs while the machine sleeps, monoMs does not. */
export type Instant = { readonly wallMs: number; readonly monoMs: number; readonly bootMs: number };

export type Measurement = {
  readonly assignment: Assignment;
  readonly tick: number;
  /** UTC ms; for a first measurement the instant it became known. */
  readonly dueMs: number;
  /** Measured at once because it is new or changed: its phases are shown as they come. */
  readonly first: boolean;
};
export type Unkept = {
  readonly assignment: Assignment;
  readonly tick: number;
  readonly reason: UnknownReason;
};
export type Due = {
  readonly measure: readonly Measurement[];
  readonly unkept: readonly Unkept[];
  /** Ticks not kept for which no sample is made, because there are too many. */
  readonly unreported: number;
};

export type Plan = {
  /** Replaces the assignments; new and changed ones are in the next `due`. */
  assign(assignments: readonly Assignment[]): void;
  /** What has become due since the last call. */
  due(now: Instant): Due;
  /** Wall-clock ms until something is due; Infinity without assignments. */
  waitMs(now: Instant): number;
  /** The sample of this tick was refused as lying in the future: should the tick come again, measure it. */
  forget(target: string, tick: number): void;
};

/** Newest ticks per target that are reported after a leap, and in all. */
export const UNKEPT_PER_TARGET = 60;
export const UNKEPT_MAX = 3_000;
/** A difference between wall clock and monotonic clock beyond this is a leap, not a correction. */
const LEAP_MS = 2_000;
/**
 * @param measured Newest tick per target that an earlier run has in its spool: not measured again.
 * @param known Revision per target that an earlier run was given: not new.
 */
export function planOf(
  measured: ReadonlyMap<string, number> = new Map(),
  known: ReadonlyMap<string, number> = new Map(),
): Plan {
  return new TargetPlan(doneTicks(measured), known);
}

type Entry = {
  assignment: Assignment;
  /** From a tick to its start, ms. */
  offsetMs: number;
  /** Measure at once. */
  fresh: boolean;
  /** Due ticks up to here have been looked at; null = none yet. */
  lookedAt: number | null;
};
type Gap = { assignment: Assignment; from: number; to: number; reason: UnknownReason };
type Found = { readonly measure?: Measurement | null; readonly gap?: Gap };

class TargetPlan implements Plan {
  readonly #entries = new Map<string, Entry>();
  readonly #done: DoneTicks;
  readonly #known: ReadonlyMap<string, number>;
  #before: Instant | null = null;

  constructor(done: DoneTicks, known: ReadonlyMap<string, number>) {
    this.#done = done;
    this.#known = known;
  }

  assign(assignments: readonly Assignment[]): void {
    const ids = new Set(assignments.map((assignment) => assignment.id));
    for (const id of this.#entries.keys()) if (!ids.has(id)) this.#entries.delete(id);
    for (const assignment of assignments) {
      const entry = this.#entries.get(assignment.id);
      const atStart = this.#before === null ? this.#known.get(assignment.id) : undefined;
      const changed = (entry?.assignment.revision ?? atStart) !== assignment.revision;
      const sameStep = entry?.assignment.stepS === assignment.stepS;
      this.#entries.set(assignment.id, {
        assignment,
        offsetMs: offsetMsOf(assignment),
        fresh: changed || (entry?.fresh ?? false),
        lookedAt: sameStep ? (entry?.lookedAt ?? null) : null,
      });
    }
  }

  due(now: Instant): Due {
    const leap = leapOf(this.#before, now);
    this.#before = now;
    const measure: Measurement[] = [];
    const gaps: Gap[] = [];
    for (const entry of this.#entries.values()) {
      const found = entry.fresh ? this.#first(entry, now) : this.#next(entry, now, leap);
      if (found.measure) measure.push(found.measure);
      if (found.gap && found.gap.to >= found.gap.from) gaps.push(found.gap);
    }
    return { measure, ...this.#reported(gaps) };
  }

  waitMs(now: Instant): number {
    let waitMs = Number.POSITIVE_INFINITY;
    for (const { assignment, offsetMs, fresh, lookedAt } of this.#entries.values()) {
      if (fresh || lookedAt === null) return 0;
      // Less than nothing: it has become due since the last call.
      waitMs = Math.min(waitMs, (lookedAt + assignment.stepS) * 1000 + offsetMs - now.wallMs);
    }
    return Math.max(0, waitMs);
  }

  forget(target: string, tick: number): void {
    this.#done.forget(target, tick);
  }

  /** New or changed: fills the tick that holds this instant, if it has no sample yet. */
  #first(entry: Entry, now: Instant): Found {
    const { assignment } = entry;
    const tick = tickAt(now.wallMs, assignment.stepS);
    entry.fresh = false;
    entry.lookedAt = tick;
    return { measure: this.#claimed(assignment, tick, now.wallMs, true) };
  }

  #next(entry: Entry, now: Instant, leap: UnknownReason | null): Found {
    const { assignment, offsetMs, lookedAt } = entry;
    const { stepS } = assignment;
    // The greatest tick whose start is at or before now.
    const tick = tickAt(now.wallMs - offsetMs, stepS);
    const dueMs = tick * 1000 + offsetMs;
    if (lookedAt === null) {
      // A restart: the running tick can still be measured; nobody was there for those before it.
      entry.lookedAt = tick;
      return { measure: this.#claimed(assignment, tick, dueMs, false) };
    }
    if (tick <= lookedAt) {
      // A clock set back starts its ticks anew; one that is only corrected does not.
      if (leap !== null) entry.lookedAt = tick;
      return {};
    }
    entry.lookedAt = tick;
    const late = now.wallMs - dueMs > graceMsOf(stepS);
    return {
      measure: late ? null : this.#claimed(assignment, tick, dueMs, false),
      gap: { assignment, from: lookedAt + stepS, to: late ? tick : tick - stepS, reason: leap ?? "overload" },
    };
  }

  #claimed(assignment: Assignment, tick: number, dueMs: number, first: boolean): Measurement | null {
    return this.#done.claim(assignment.id, assignment.stepS, tick)
      ? { assignment, tick, dueMs, first }
      : null;
  }

  /** The newest ticks of each gap, within the limits; the rest is only counted. */
  #reported(gaps: readonly Gap[]): { unkept: Unkept[]; unreported: number } {
    const share = Math.floor(UNKEPT_MAX / Math.max(1, gaps.length));
    const each = Math.min(UNKEPT_PER_TARGET, Math.max(1, share));
    const unkept: Unkept[] = [];
    let unreported = 0;
    for (const { assignment, from, to, reason } of gaps) {
      const count = Math.round((to - from) / assignment.stepS) + 1;
      const told = unkept.length >= UNKEPT_MAX ? 0 : Math.min(count, each);
      unreported += count - told;
      for (let i = told - 1; i >= 0; i -= 1) {
        const tick = to - i * assignment.stepS;
        if (this.#done.claim(assignment.id, assignment.stepS, tick))
          unkept.push({ assignment, tick, reason });
      }
    }
    return { unkept, unreported };
  }
}

/** Why wall clock and monotonic clock have parted since the last look; null = they have not. */
function leapOf(before: Instant | null, now: Instant): UnknownReason | null {
  if (before === null) return null;
  const ranMs = now.monoMs - before.monoMs;
  const leapMs = now.wallMs - before.wallMs - ranMs;
  if (Math.abs(leapMs) <= LEAP_MS) return ranMs > 30_000 ? "suspended" : null;
  const sleptMs = now.bootMs - before.bootMs - ranMs;
  return sleptMs > LEAP_MS && Math.abs(leapMs - sleptMs) <= Math.max(LEAP_MS, sleptMs / 10)
    ? "suspended"
    : "clock";
}
