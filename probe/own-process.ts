/**
 * What a process that measures asks of the machine: little memory, and to go first at the processor.
 *
 * What it does is little, and its times are worth as much as it is prompt. The bench measures a process set up like this.
 */
import { getPriority, setPriority } from "node:os";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** A quarter of the way to the top: before everything ordinary, behind what the system itself puts first. */
const NICE = -5;

/** Measurements begun in a second from which on the processor is scarcer than memory. */
const MANY_A_SECOND = 200;
const WINDOW_MS = 250;
/** A window that took longer was a pause: what comes after it says what is needed. */
const WINDOW_MAX_MS = 1_000;
/** Where V8 keeps what is new, while few and while many begin: what is under way is copied once each time it is full. */
const YOUNG_FEW_BYTES = 4 * 1_048_576;
const YOUNG_MANY_BYTES = 32 * 1_048_576;

/**
 * A measurement runs the same code each time, a few hundred times an hour: it is compiled well after a third of the calls that
 * V8 waits for by default. What is new is collected by the measuring thread alone: others would be woken for a millisecond's
 * work, and it would wait for them, who do not go first.
 */
const PROMPT = [
  "--invocation-count-for-maglev=200",
  "--invocation-count-for-turbofan=1000",
  "--no-parallel-scavenge",
] as const;

/** Told of every start. @param nowMs Of a monotonic clock. */
export type Started = (nowMs: number) => void;

export type Engine = {
  /** Sets a flag of V8. */
  readonly set: (flag: string) => void;
  /** What its young generation takes now, bytes. */
  readonly youngBytes: () => number;
};

/** At the start, before anything is measured. @returns To be told of every measurement that begins. */
export function beSmallAndPrompt(): Started {
  goFirst();
  for (const flag of PROMPT) setFlagsFromString(flag);
  return memoryByNeed({ set: setFlagsFromString, youngBytes });
}

/**
 * Little memory while few measurements begin, and as much as saves processor time while there are many.
 *
 * A probe shares small machines and mostly has little to do: then V8 is told to collect often and to keep its young generation
 * small, and as it is until anything is measured. What a collection copies is what is under way; with many at once that is a
 * third of a measurement's cost, so then it may grow until most of what it holds is over when it is collected.
 */
export function memoryByNeed({ set, youngBytes: taken }: Engine): Started {
  let isBusy = false;
  let mayGrow = false;
  let paused = false;
  let count = 0;
  let fromMs = Number.NEGATIVE_INFINITY;
  const growth = (grows: boolean) => {
    mayGrow = grows;
    set(`--semi-space-growth-factor=${grows ? 2 : 1}`);
  };
  set("--optimize-for-size");
  growth(false);
  return (nowMs) => {
    count += 1;
    const ranMs = nowMs - fromMs;
    if (ranMs < WINDOW_MS) return;
    const busy = (count * 1_000) / ranMs > MANY_A_SECOND;
    const isFirstPause = ranMs > WINDOW_MAX_MS && !paused;
    paused = ranMs > WINDOW_MAX_MS;
    count = 0;
    fromMs = nowMs;
    if (isFirstPause) return;
    if (busy !== isBusy) set(busy ? "--no-optimize-for-size" : "--optimize-for-size");
    isBusy = busy;
    const grows = taken() < (busy ? YOUNG_MANY_BYTES : YOUNG_FEW_BYTES);
    if (grows !== mayGrow) growth(grows);
  };
}

function youngBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === "new_space")?.space_size ?? 0;
}

/**
 * Only where the system allows it (root, or CAP_SYS_NICE) and nobody has chosen a priority. Linux: of the calling thread.
 *
 * @returns Whether the process now goes first. Never throws.
 */
export function goFirst(): boolean {
  try {
    if (getPriority() !== 0) return false;
    setPriority(NICE);
    return true;
  } catch {
    return false;
  }
}
