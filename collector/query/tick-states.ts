/**
 * Strips -> the state of a carrier, and of the service, at every tick of a range.
 *
 * Pure. A carrier's state is the majority of its vantages that reported, a tie is down, none is UNKNOWN. Pauses, the time before creation and ticks not yet due are laid over here, when read.
 */
import { decode, type TickRange } from "../archive/strip.ts";
import type { StripRun } from "../store/lasts-and-strips.ts";
import type { Alarm, Pause } from "../wire/target.ts";
import { indexRange, type Segment, tickCount } from "./segments.ts";

/** What one tick of a line says. PAUSED and OUTSIDE (not yet created, not yet due, revoked) are in no count. */
export const UNKNOWN = 0;
export const UP = 1;
export const DOWN = 2;
export const SUSPECT = 3;
export const PAUSED = 4;
export const OUTSIDE = 5;

/** One of the above per tick, in the order of the segments. */
export type TickStates = Uint8Array;

const KIND = { unknown: UNKNOWN, up: UP, down: DOWN, suspect: SUSPECT } as const;
let kinds: Uint8Array | undefined;

/** Strip code -> tick state. */
function kindTable(): Uint8Array {
  kinds ??= Uint8Array.from({ length: 65_536 }, (_, code) => KIND[decode(code).state]);
  return kinds;
}

/**
 * The vote of the vantages at every tick.
 *
 * @param runs Strips of all vantages of one carrier; several runs of one vantage are its generations.
 */
export function carrierStates(segments: readonly Segment[], runs: readonly StripRun[]): TickStates {
  const [only] = runs;
  if (only && runs.length === 1) return statesOf(segments, only);
  const size = tickCount(segments);
  const up = new Uint8Array(size);
  const down = new Uint8Array(size);
  const suspect = new Uint8Array(size);
  const votes = [undefined, up, down, suspect];
  const table = kindTable();
  for (const run of runs) {
    for (const segment of segments) {
      eachTick(segment, run, (index, code) => {
        const tally = votes[table[code] ?? UNKNOWN];
        if (tally) tally[index] = (tally[index] ?? 0) + 1;
      });
    }
  }
  return up.map((ups, i) => voted(ups, down[i] ?? 0, suspect[i] ?? 0));
}

/** Of one vantage alone: as it says. */
function statesOf(segments: readonly Segment[], run: StripRun): TickStates {
  const states = new Uint8Array(tickCount(segments));
  const table = kindTable();
  const say = (index: number, code: number) => {
    states[index] = table[code] ?? UNKNOWN;
  };
  for (const segment of segments) eachTick(segment, run, say);
  return states;
}

function voted(up: number, down: number, suspect: number): number {
  const reporting = up + down + suspect;
  if (reporting === 0) return UNKNOWN;
  if (down * 2 >= reporting) return DOWN;
  return up === 0 ? SUSPECT : UP;
}

/** Calls with the index of each tick of the segment, from `fromS` on, that the run has a code for. */
export function eachTick(
  segment: Segment,
  run: Pick<StripRun, "fromS" | "stepS" | "codes">,
  act: (index: number, code: number) => void,
  fromS = 0,
): void {
  const endS = run.fromS + run.codes.length * run.stepS;
  const [first, end] = indexRange(segment, Math.max(run.fromS, fromS), endS);
  const startS = segment.firstTick + (first - segment.offset) * segment.stepS - run.fromS;
  if (run.stepS === segment.stepS && startS % run.stepS === 0) {
    const back = startS / run.stepS - first;
    for (let index = first; index < end; index += 1) act(index, run.codes[index + back] ?? 0);
    return;
  }
  for (let index = first; index < end; index += 1) {
    const tick = segment.firstTick + (index - segment.offset) * segment.stepS;
    const at = (tick - run.fromS) / run.stepS;
    if (Number.isInteger(at)) act(index, run.codes[at] ?? 0);
  }
}

/** When ticks of a line count. */
export type Schedule = {
  /** From when on it was to be measured, UTC seconds. */
  readonly createdS: number;
  /** Until when; null = still. */
  readonly endedS: number | null;
  readonly pauses: readonly Pause[];
  /** Seconds from a tick to its start: phase and spread. */
  readonly startS: number;
  /** Seconds a sample may take to arrive before its absence counts. */
  readonly graceS: number;
  readonly nowS: number;
};

/**
 * Lays pauses, creation, end and the future over a line, in place.
 *
 * A measured tick always counts, but for one that lies wholly inside a pause.
 */
export function overlay(segments: readonly Segment[], states: TickStates, schedule: Schedule): TickStates {
  const { createdS, endedS, startS, graceS, nowS } = schedule;
  for (const segment of segments) {
    const mark = (fromS: number, toS: number, as: number, measuredToo: boolean) => {
      const [first, end] = indexRange(segment, fromS, toS);
      for (let i = first; i < end; i += 1) if (measuredToo || states[i] === UNKNOWN) states[i] = as;
    };
    for (const pause of schedule.pauses) {
      const toS = pause.toS ?? Number.MAX_SAFE_INTEGER;
      mark(pause.fromS, toS - segment.stepS + 1, PAUSED, true);
      mark(pause.fromS - startS, toS - startS, PAUSED, false);
    }
    // The first measurement is made at once and fills the tick that is running at creation.
    mark(0, createdS - segment.stepS + 1, OUTSIDE, false);
    mark(nowS - startS - graceS + 1, Number.MAX_SAFE_INTEGER, OUTSIDE, false);
    if (createdS + graceS > nowS) mark(0, Number.MAX_SAFE_INTEGER, OUTSIDE, false);
    if (endedS !== null) mark(endedS - startS, Number.MAX_SAFE_INTEGER, OUTSIDE, false);
  }
  return states;
}

/** Takes stretches of ticks, fromS <= tick < toS, out of every count, measured or not; in place. */
export function leaveOut(
  segments: readonly Segment[],
  states: TickStates,
  ranges: readonly TickRange[],
): TickStates {
  for (const segment of segments) {
    for (const { fromS, toS } of ranges) {
      const [first, end] = indexRange(segment, fromS, toS);
      states.fill(OUTSIDE, first, end);
    }
  }
  return states;
}

/**
 * The service at every tick: down when as many carriers are as the alarm asks for, of those that report.
 *
 * @param lines One line per carrier, all over the same ticks.
 */
export function serviceStates(lines: readonly TickStates[], quorum: Alarm["carriers"]): TickStates {
  const states = new Uint8Array(lines[0]?.length ?? 0);
  for (let i = 0; i < states.length; i += 1) states[i] = agreedAt(lines, i) ?? serviceAt(lines, i, quorum);
  return states;
}

/** Where all say the same, which is nearly everywhere, there is nothing to count. */
function agreedAt(lines: readonly TickStates[], i: number): number | undefined {
  const state = lines[0]?.[i];
  for (let other = 1; other < lines.length; other += 1) if (lines[other]?.[i] !== state) return undefined;
  return state;
}

function serviceAt(lines: readonly TickStates[], i: number, quorum: Alarm["carriers"]): number {
  const count = (state: number) => lines.reduce((sum, line) => sum + (line[i] === state ? 1 : 0), 0);
  const [up, down] = [count(UP), count(DOWN)];
  const reporting = up + down + count(SUSPECT);
  if (reporting === 0) return count(UNKNOWN) > 0 ? UNKNOWN : count(PAUSED) > 0 ? PAUSED : OUTSIDE;
  if (isServiceDown(down, reporting, quorum)) return DOWN;
  return up === 0 ? SUSPECT : UP;
}

/** Whether so many failing carriers, of those that report, are the service failing. */
export function isServiceDown(down: number, reporting: number, quorum: Alarm["carriers"]): boolean {
  if (down === 0) return false;
  return down === reporting || (quorum === "majority" ? down * 2 > reporting : down >= quorum);
}
