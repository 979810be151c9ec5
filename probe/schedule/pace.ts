/**
 * When a measurement may start: spaced from the one before, never more at a time than the limit.
 *
 * One for the whole process, whichever vantage or address a measurement is for: measurements that start together falsify
 * each other more than anything else does. What cannot start within its grace is given back, not started late.
 */
import type { Clock } from "../../collector/wire/clock.ts";

export type Limits = {
  /** Measurements that run at the same time. */
  readonly concurrent: number;
  /** Least time between two starts, ms: a TLS handshake needs several times the processor of plain HTTP. */
  readonly gapHttpMs: number;
  readonly gapHttpsMs: number;
};

/** One measurement that wants to start. */
export type Turn = {
  readonly url: string;
  /** Since when it may start, on the monotonic clock: who waits longest goes first. */
  readonly sinceMonoMs: number;
  /** Not started so long after that, ms: `overdue` instead of `start`. */
  readonly graceMs: number;
  /** Never rejects. Its place is taken until it resolves, or until it gives it back itself. */
  readonly start: (giveBack: () => void) => Promise<void>;
  readonly overdue: () => void;
};

export type Pace = {
  /** @returns Withdraws the turn if it has not started. */
  ask(turn: Turn): () => void;
};

/** The loop is late by more than this: hold the next start, at most this often in a row. */
const LAG_MS = 3;
const HOLDS_MAX = 10;

export function paceOf(deps: { readonly clock: Clock; readonly limits: Limits }): Pace {
  return new SpacedStarts(deps.clock, deps.limits);
}

class SpacedStarts implements Pace {
  readonly #clock: Clock;
  readonly #limits: Limits;
  /** Who waits longest first. */
  #queue: Turn[] = [];
  #running = 0;
  #cancelStart: (() => void) | null = null;
  #nextStartMonoMs = 0;
  #holds = 0;

  constructor(clock: Clock, limits: Limits) {
    this.#clock = clock;
    this.#limits = limits;
  }

  ask(turn: Turn): () => void {
    const after = this.#queue.findLastIndex(({ sinceMonoMs }) => sinceMonoMs <= turn.sinceMonoMs);
    this.#queue.splice(after + 1, 0, turn);
    this.#pump();
    return () => {
      this.#queue = this.#queue.filter((waiting) => waiting !== turn);
    };
  }

  /** Starts what may start now; otherwise sees to it that it is called again. */
  #pump(): void {
    if (this.#cancelStart !== null) return;
    this.#dropOverdue();
    const next = this.#queue[0];
    if (!next || this.#running >= this.#limits.concurrent) return;
    const waitMs = this.#nextStartMonoMs - this.#clock.monoMs();
    if (waitMs > 0) {
      this.#hold(waitMs);
      return;
    }
    this.#queue.shift();
    this.#run(next);
    this.#pump();
  }

  #hold(waitMs: number): void {
    const wantedMonoMs = this.#clock.monoMs() + waitMs;
    this.#cancelStart = this.#clock.after(waitMs, () => {
      this.#cancelStart = null;
      // A timer that fires late means a busy loop: a measurement started now would be falsified by it.
      if (this.#clock.monoMs() - wantedMonoMs > LAG_MS && this.#holds < HOLDS_MAX) {
        this.#holds += 1;
        this.#hold(LAG_MS);
        return;
      }
      this.#holds = 0;
      this.#pump();
    });
  }

  #run(turn: Turn): void {
    const encrypted = turn.url.startsWith("https:");
    this.#nextStartMonoMs =
      this.#clock.monoMs() + (encrypted ? this.#limits.gapHttpsMs : this.#limits.gapHttpMs);
    this.#running += 1;
    let taken = true;
    const giveBack = () => {
      if (!taken) return;
      taken = false;
      this.#running -= 1;
      this.#pump();
    };
    void turn.start(giveBack).finally(giveBack);
  }

  #dropOverdue(): void {
    const monoMs = this.#clock.monoMs();
    const isOverdue = ({ sinceMonoMs, graceMs }: Turn) => monoMs - sinceMonoMs > graceMs;
    const overdue = this.#queue.filter(isOverdue);
    if (overdue.length === 0) return;
    this.#queue = this.#queue.filter((turn) => !isOverdue(turn));
    for (const turn of overdue) turn.overdue();
  }
}
