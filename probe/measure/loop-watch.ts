/**
 * How late the event loop was at an instant: the error bar of a timestamp taken in a callback.
 *
 * A callback that runs late stamps late. Two witnesses: the time the loop has been busy without a pause (the event
 * may have waited that long), and how overdue a 2 ms beat was (the process did not get the CPU). Once the loop has
 * slept, what came before cannot have delayed anything after. The beat runs only while something is being measured.
 */

const BEAT_MS = 2;
/** Timers are whole milliseconds and fire up to one late on an idle machine. */
const BEAT_TOLERANCE_MS = 1.1;

/** What was known of the loop at an instant. */
export type LoopState = {
  readonly atMs: number;
  /** Time the loop has spent asleep, in all. */
  readonly idleMs: number;
  /** Longest an event handled at `atMs` may have waited. */
  readonly busyMs: number;
};

/** The next state: busy since the last sleep, or since the last instant plus what was carried. */
export function nextState(last: LoopState, atMs: number, idleMs: number): LoopState {
  const passed = Math.max(0, atMs - last.atMs);
  const slept = Math.max(0, idleMs - last.idleMs);
  return { atMs, idleMs, busyMs: slept > 0 ? Math.max(0, passed - slept) : last.busyMs + passed };
}

export type LoopWatch = {
  /** Starts watching; the answer ends it. Several may watch at once. */
  enter(): () => void;
  /** How late the loop is at this instant, ms. */
  delayMs(): number;
};

/**
 * @param monoMs Monotonic clock, ms.
 * @param idleMs Time the loop has slept so far, ms.
 */
export function loopWatch(
  monoMs: () => number = () => performance.now(),
  idleMs: () => number = () => performance.eventLoopUtilization().idle,
): LoopWatch {
  let state: LoopState = { atMs: monoMs(), idleMs: idleMs(), busyMs: 0 };
  let dueMs = Number.POSITIVE_INFINITY;
  let watchers = 0;
  let timer: NodeJS.Timeout | undefined;
  const look = () => {
    state = nextState(state, monoMs(), idleMs());
    const overdueMs = state.atMs - dueMs - BEAT_TOLERANCE_MS;
    if (overdueMs > state.busyMs) state = { ...state, busyMs: overdueMs };
    return state.busyMs;
  };
  const beat = () => {
    look();
    dueMs = state.atMs + BEAT_MS;
  };
  return {
    enter() {
      watchers += 1;
      if (watchers === 1) {
        state = { atMs: monoMs(), idleMs: idleMs(), busyMs: 0 };
        dueMs = state.atMs + BEAT_MS;
        timer = setInterval(beat, BEAT_MS);
        timer.unref();
      }
      let left = false;
      return () => {
        if (left) return;
        left = true;
        watchers -= 1;
        if (watchers > 0) return;
        clearInterval(timer);
        dueMs = Number.POSITIVE_INFINITY;
      };
    },
    delayMs: look,
  };
}
