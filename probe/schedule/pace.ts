/**
 * When a measurement may start: spaced from the one before, never more at a time than the limit.
 *
 * One for the whole process, whichever vantage or address a measurement is for: measurements that start together falsify
 * each other more than anything else does. The distance follows from what a measurement costs this machine. What cannot
 * start within its grace is given back, not started late; when there is too much, nobody is left out twice in a row.
 */
import type { Clock } from "../../collector/wire/clock.ts";
import { type Costs, costClassOf, costsOf } from "./cost.ts";

export type Limits = {
  /** Measurements that run at the same time. */
  readonly concurrent: number;
  /** Never less between two starts, ms, however fast the machine; absent = as measured. */
  readonly gapHttpMs?: number | undefined;
  readonly gapHttpsMs?: number | undefined;
};

/** One measurement that wants to start. */
export type Turn = {
  readonly url: string;
  /** Whose it is from tick to tick; default the URL. */
  readonly key?: string;
  /** Has time until its grace is over, however many wait: the first look at a target. */
  readonly patient?: boolean;
  /** How late it was found to be due, ms: a sign of a busy loop. */
  readonly foundLateMs?: number;
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
/** Share of the processor that measurements may fill: beyond it they wait for each other. */
const CAPACITY_SHARE = 0.6;
/** A start that would be later than this would make its sample suspect: the probe has more to do than it can. */
const WAIT_MAX_MS = 5_000;
/** Who was left out is remembered for so many. */
const LOSERS_MAX = 20_000;

/**
 * @param deps.cpuMs Processor time the process has used, ms; absent = only the limits' own gaps hold.
 * @param deps.started Told of every start, on the monotonic clock.
 */
export function paceOf(deps: {
  readonly clock: Clock;
  readonly limits: Limits;
  readonly cpuMs?: () => number;
  readonly started?: ((nowMs: number) => void) | undefined;
}): Pace {
  return new SpacedStarts(deps.clock, deps.limits, deps.cpuMs, deps.started);
}

class SpacedStarts implements Pace {
  readonly #clock: Clock;
  readonly #limits: Limits;
  readonly #costs: Costs | null;
  readonly #started: ((nowMs: number) => void) | undefined;
  /** How often in a row each was left out. */
  readonly #losses = new Map<string, number>();
  /** Who was left out last time first, then who waits longest. */
  #queue: Turn[] = [];
  #running = 0;
  #cancelStart: (() => void) | null = null;
  #nextStartMonoMs = 0;
  #holds = 0;

  constructor(
    clock: Clock,
    limits: Limits,
    cpuMs: (() => number) | undefined,
    started: ((nowMs: number) => void) | undefined,
  ) {
    this.#clock = clock;
    this.#limits = limits;
    this.#costs = cpuMs === undefined ? null : costsOf(cpuMs);
    this.#started = started;
  }

  ask(turn: Turn): () => void {
    const losses = this.#lossesOf(turn);
    const after = this.#queue.findLastIndex((other) => {
      const more = this.#lossesOf(other) - losses;
      return more > 0 || (more === 0 && other.sinceMonoMs <= turn.sinceMonoMs);
    });
    this.#queue.splice(after + 1, 0, turn);
    if (!turn.patient) this.#shed();
    // Found late because the loop was: whether it still is shows when a timer fires.
    if (!turn.patient && (turn.foundLateMs ?? 0) > LAG_MS) {
      this.#nextStartMonoMs = Math.max(this.#nextStartMonoMs, this.#clock.monoMs() + LAG_MS);
    }
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
    const nowMs = this.#clock.monoMs();
    this.#started?.(nowMs);
    this.#costs?.look(nowMs);
    this.#costs?.count(costClassOf(turn.url));
    this.#nextStartMonoMs = nowMs + this.#gapMs(turn);
    this.#losses.delete(keyOf(turn));
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
    for (const turn of overdue) this.#leaveOut(turn);
  }

  /** When the last in the queue would start too late, one is left out now: who was left out least, then who came last. */
  #shed(): void {
    let waitMs = 0;
    for (const turn of this.#queue) waitMs += this.#gapMs(turn);
    if (waitMs <= WAIT_MAX_MS) return;
    const victim = this.#queue.findLast(({ patient }) => !patient);
    if (!victim) return;
    this.#queue = this.#queue.filter((turn) => turn !== victim);
    this.#leaveOut(victim);
  }

  #leaveOut(turn: Turn): void {
    if (this.#losses.size >= LOSERS_MAX) this.#losses.clear();
    this.#losses.set(keyOf(turn), this.#lossesOf(turn) + 1);
    turn.overdue();
  }

  #lossesOf(turn: Turn): number {
    return this.#losses.get(keyOf(turn)) ?? 0;
  }

  #gapMs({ url }: Turn): number {
    const kind = costClassOf(url);
    const leastMs = (kind === "encrypted" ? this.#limits.gapHttpsMs : this.#limits.gapHttpMs) ?? 0;
    return this.#costs === null ? leastMs : Math.max(leastMs, this.#costs.ofMs(kind) / CAPACITY_SHARE);
  }
}

function keyOf({ key, url }: Turn): string {
  return key ?? url;
}
