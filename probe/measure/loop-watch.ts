/**
 * How late the event loop was at an instant: the error bar of a timestamp taken in a callback, and what of it is known.
 *
 * A callback that runs late stamps late. Three witnesses: the time the loop has been busy without a pause (the event
 * may have waited that long); how long the process waited for a processor since it slept, where the kernel says it, which
 * is taken off the mark; and how overdue a beat was. The beat runs only while something is being measured.
 */
import { type CpuWait, type CpuWaitReader, cpuWaitReader } from "./cpu-wait.ts";

/** Where the kernel says what was waited, the beat shows only what it does not see: a process that was stopped. */
const BEAT_MS = 2;
const SLOW_BEAT_MS = 10;
/** Timers are whole milliseconds and fire up to one late on an idle machine. */
const BEAT_TOLERANCE_MS = 1.1;

/** A timer's instant and its wake-up may be so far apart the wrong way. */
const BEAT_EARLY_MS = 0.2;

/** The kernel is asked at every event unless it has said so often in a row that nothing worth telling was waited. */
const CALM_LOOKS = 20;
const CALM_MS = 0.05;

/** What was known of the loop at an instant. */
export type LoopState = {
  readonly atMs: number;
  /** Time the loop has spent asleep, in all. */
  readonly idleMs: number;
  /** Longest an event handled at `atMs` may have waited. */
  readonly busyMs: number;
};

/** `busyMs` at a later instant: busy since the last sleep, or since the last instant plus what was carried. */
export function busyMsAt(last: LoopState, atMs: number, idleMs: number): number {
  const passed = Math.max(0, atMs - last.atMs);
  const slept = Math.max(0, idleMs - last.idleMs);
  return slept > 0 ? Math.max(0, passed - slept) : last.busyMs + passed;
}

/** What happened between two looks in different rounds of the loop. */
export type Between = {
  /** How often the process was given a processor. */
  readonly turns: number;
  /** How long it waited for one, ms. */
  readonly waitedMs: number;
  /** How long the loop was asleep, its wait for a processor after it was woken included, ms. */
  readonly sleptMs: number;
};

/**
 * How long the process waited for a processor between an event and its reading, ms.
 *
 * @returns 0 where it cannot be told: of several turns since then nobody says which wait was this event's, and one before
 * the sleep was none. Never more than the sleep, so that no event comes before what it answers.
 */
export function waitOf({ turns, waitedMs, sleptMs }: Between): number {
  return turns === 1 ? Math.min(waitedMs, sleptMs) : 0;
}

export type LoopWatch = {
  /** Starts watching; the answer ends it. Several may watch at once. */
  enter(): () => void;
  /** How late the loop is at this instant, ms. */
  delayMs(): number;
  /**
   * When what is being read now reached this process: this instant less its wait for a processor. Looks, too.
   *
   * Only the first reader after a sleep is told more than this instant: it was what woke the process, unless the beat did.
   * What others find may have come while the process waited.
   *
   * @param reader Whoever reads, as an identity: it may read more than once.
   * @param atMs When it began to read; default now.
   */
  cameMs(reader: object, atMs?: number): number;
  /**
   * Something is being read whose instant will most likely not be asked for. A look that asks the kernel only on a machine that
   * keeps processes waiting: `cameMs` for the same event says more there.
   *
   * @returns This instant.
   */
  passed(reader: object): number;
  /** What the last look found, ms. */
  readonly lastDelayMs: number;
};

export type LoopClocks = {
  /** Monotonic clock, ms. */
  readonly monoMs?: () => number;
  /** Time the loop has slept so far, ms. */
  readonly idleMs?: () => number;
  /** How often the loop has gone round. */
  readonly rounds?: () => number;
  readonly openCpuWait?: () => CpuWaitReader;
};

/** @param clocks Default: the machine's. */
export function loopWatch(clocks: LoopClocks = {}): LoopWatch {
  return new Watch(clocks);
}

const NO_WAIT: CpuWait = { waitedMs: 0, turns: 0 };

class Watch implements LoopWatch {
  readonly #monoMs: () => number;
  readonly #idleMs: () => number;
  readonly #rounds: () => number;
  readonly #openCpuWait: () => CpuWaitReader;
  /** Written over at every look: a new one each time is a tenth of what a measurement allocates. */
  readonly #state = { atMs: 0, idleMs: 0, busyMs: 0 };
  #reader: CpuWaitReader | null = null;
  #cpu: CpuWait = NO_WAIT;
  #round = 0;
  /** Time the loop had spent asleep when the kernel was asked, ms. */
  #askedIdleMs = 0;
  /** How often in a row it has said that next to nothing was waited. */
  #calm = 0;
  #waitMs = 0;
  /** Who reads what woke the process; null = nobody has yet. */
  #woken: object | null = null;
  #beatMs = BEAT_MS;
  #dueMs = Number.POSITIVE_INFINITY;
  #watchers = 0;
  #timer: NodeJS.Timeout | undefined;
  lastDelayMs = 0;

  constructor(clocks: LoopClocks) {
    const { nodeTiming } = performance;
    this.#monoMs = clocks.monoMs ?? (() => performance.now());
    this.#idleMs = clocks.idleMs ?? (() => nodeTiming.idleTime);
    this.#rounds = clocks.rounds ?? (() => nodeTiming.uvMetricsInfo.loopCount);
    this.#openCpuWait = clocks.openCpuWait ?? cpuWaitReader;
    this.#begin();
  }

  enter(): () => void {
    this.#watchers += 1;
    if (this.#watchers === 1) {
      this.#reader = this.#openCpuWait();
      this.#begin();
      this.#dueMs = this.#state.atMs + this.#beatMs;
      this.#timer = setInterval(() => this.#beat(), this.#beatMs);
      this.#timer.unref();
    } else this.#look(this.#monoMs());
    let left = false;
    return () => {
      if (left) return;
      left = true;
      this.#watchers -= 1;
      if (this.#watchers > 0) return;
      clearInterval(this.#timer);
      this.#reader?.close();
      this.#reader = null;
      this.#dueMs = Number.POSITIVE_INFINITY;
    };
  }

  delayMs(): number {
    this.#look(this.#monoMs());
    return this.lastDelayMs;
  }

  cameMs(reader: object, atMs: number = this.#monoMs()): number {
    this.#look(atMs);
    this.#woken ??= reader;
    return this.#woken === reader ? atMs - this.#waitMs : atMs;
  }

  passed(reader: object): number {
    const nowMs = this.#monoMs();
    this.#look(nowMs, this.#calm < CALM_LOOKS);
    this.#woken ??= reader;
    return nowMs;
  }

  #begin(): void {
    this.#state.atMs = this.#monoMs();
    this.#state.idleMs = this.#idleMs();
    this.#state.busyMs = 0;
    const cpu = this.#reader?.read() ?? null;
    this.#beatMs = cpu === null ? BEAT_MS : SLOW_BEAT_MS;
    this.#cpu = cpu ?? NO_WAIT;
    this.#round = this.#rounds();
    this.#askedIdleMs = this.#state.idleMs;
    this.#calm = 0;
    this.#waitMs = 0;
    this.lastDelayMs = 0;
  }

  #look(nowMs: number, asks = true): void {
    const state = this.#state;
    const idleMs = this.#idleMs();
    const busyMs = busyMsAt(state, nowMs, idleMs);
    const overdueMs = nowMs - this.#dueMs - BEAT_TOLERANCE_MS;
    if (idleMs > state.idleMs) this.#woken = null;
    const waitedMs = asks ? this.#waited(nowMs - busyMs, idleMs) : 0;
    // Kept until the loop sleeps again: what is read later in this round waited as long.
    state.busyMs = Math.max(busyMs, overdueMs, waitedMs);
    state.atMs = nowMs;
    state.idleMs = idleMs;
    this.lastDelayMs = state.busyMs;
  }

  /** Learns how long what is read now waited. @returns How long the process did since it was asked last, and slept since, ms. */
  #waited(readMs: number, idleMs: number): number {
    const round = this.#rounds();
    const sleptMs = Math.max(0, idleMs - this.#askedIdleMs);
    // Several things are read in one round: the kernel is asked at the first. What is waited between them is busy time.
    if (round === this.#round && sleptMs === 0) return 0;
    const cpu = this.#reader?.read() ?? null;
    if (cpu === null) return 0;
    const waitedMs = cpu.waitedMs - this.#cpu.waitedMs;
    const turns = cpu.turns - this.#cpu.turns;
    this.#waitMs = waitOf({ turns, waitedMs, sleptMs });
    // The beat woke the process, or would have: what is read now may have come later.
    if (sleptMs > 0 && readMs - waitedMs > this.#dueMs - BEAT_EARLY_MS) this.#waitMs = 0;
    this.#calm = waitedMs > CALM_MS ? 0 : this.#calm + 1;
    this.#cpu = cpu;
    this.#round = round;
    this.#askedIdleMs = idleMs;
    return sleptMs > 0 ? waitedMs : 0;
  }

  #beat(): void {
    this.#look(this.#monoMs());
    this.#dueMs = this.#state.atMs + this.#beatMs;
  }
}
