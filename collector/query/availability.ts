/**
 * Tick states -> counts, availability, coverage and the cells of the availability bar. Pure.
 *
 * Suspect counts as available: the probe was disturbed, the target answered. UNKNOWN lowers coverage, never the share.
 */
import type { Availability, StateCell, TickCounts } from "../wire/api-chart.ts";
import { coverageOf, shareOf } from "../wire/shares.ts";
import { indexRange, type Segment } from "./segments.ts";
import { DOWN, OUTSIDE, PAUSED, SUSPECT, type TickStates, UNKNOWN, UP } from "./tick-states.ts";

/** Counts, share and coverage of the ticks [first, end) of a line; all of them by default. */
export function availabilityOf(states: TickStates, first = 0, end = states.length): Availability {
  const tally = emptyTally();
  count(tally, states, first, end);
  const counts = countsOf(tally);
  return { counts, share: shareOf(counts), coverage: coverageOf(counts) };
}

/** Ticks by state. */
type Tally = Int32Array;

const emptyTally = (): Tally => new Int32Array(OUTSIDE + 1);
const at = (tally: Tally, state: number): number => tally[state] ?? 0;

function count(tally: Tally, states: TickStates, first: number, end: number): void {
  for (let i = first; i < end; i += 1) {
    const state = states[i] ?? UNKNOWN;
    tally[state] = (tally[state] ?? 0) + 1;
  }
}

function countsOf(tally: Tally): TickCounts {
  return {
    up: at(tally, UP),
    down: at(tally, DOWN),
    suspect: at(tally, SUSPECT),
    unknown: at(tally, UNKNOWN),
  };
}

/**
 * The bar: the range in cells of equal width, runs of equal ones joined.
 *
 * @param cellS Width of a cell, seconds; a multiple of every step, else cells without a tick repeat their neighbour.
 * @returns Gapless over [fromS, toS).
 */
export function cellsOf(
  segments: readonly Segment[],
  states: TickStates,
  range: { readonly fromS: number; readonly toS: number; readonly cellS: number },
): StateCell[] {
  const { fromS, toS, cellS } = range;
  if (isUpThroughout(states)) return [{ fromS, toS, state: "up", paused: false, share: 1 }];
  const cells: StateCell[] = [];
  const tally = emptyTally();
  let openS = fromS;
  for (let startS = fromS; startS < toS; ) {
    const endS = Math.min(toS, (Math.floor(startS / cellS) + 1) * cellS);
    const hasTicks = tallyBetween(tally, segments, states, startS, endS);
    // A range seldom begins on a tick: the sliver before its first one goes with the cell after it.
    if (hasTicks || cells.length > 0 || endS === toS) {
      append(cells, tally, openS, endS);
      openS = endS;
    }
    startS = endS;
  }
  return cells;
}

/** Nothing but up, and at the end perhaps ticks that are not due yet: one run, whatever its cells. */
function isUpThroughout(states: TickStates): boolean {
  let end = states.length;
  while (end > 0 && states[end - 1] === OUTSIDE) end -= 1;
  for (let i = 0; i < end; i += 1) if (states[i] !== UP) return false;
  return end > 0;
}

/** Counts anew. @returns Whether there is a tick at all. */
function tallyBetween(
  tally: Tally,
  segments: readonly Segment[],
  states: TickStates,
  fromS: number,
  toS: number,
): boolean {
  tally.fill(0);
  let ticks = 0;
  for (const segment of segments) {
    const [first, end] = indexRange(segment, fromS, toS);
    count(tally, states, first, end);
    ticks += Math.max(0, end - first);
  }
  return ticks > 0;
}

/** The next cell, or the one before goes on. @param tally Of the ticks it has; all zero = of none. */
function append(cells: StateCell[], tally: Tally, fromS: number, toS: number): void {
  const last = cells.at(-1);
  const nothing =
    at(tally, UP) + at(tally, DOWN) + at(tally, SUSPECT) + at(tally, UNKNOWN) + at(tally, PAUSED) === 0;
  const face = nothing ? NOBODY : faceOf(tally);
  // A cell whose ticks are not due yet goes on as the one before it: it is no gap in the measuring.
  const joins =
    nothing || (last?.state === face.state && last.paused === face.paused && last.share === face.share);
  if (last && joins) last.toS = toS;
  else cells.push({ fromS, toS, ...face });
}

type Face = Pick<StateCell, "state" | "paused" | "share">;

const NOBODY: Face = { state: "unknown", paused: false, share: null };
const NOBODY_PAUSED: Face = { state: "unknown", paused: true, share: null };
const FEW: Face = { state: "unknown", paused: false, share: 1 };
const ALL_UP: Face = { state: "up", paused: false, share: 1 };
const SOME_SUSPECT: Face = { state: "suspect", paused: false, share: 1 };

/** The worst of a cell; UNKNOWN when most of what was expected was not measured and nothing was down. */
function faceOf(tally: Tally): Face {
  if (at(tally, DOWN) > 0) return { state: "down", paused: false, share: shareOf(countsOf(tally)) };
  const measured = at(tally, UP) + at(tally, SUSPECT);
  if (measured === 0) return at(tally, UNKNOWN) === 0 && at(tally, PAUSED) > 0 ? NOBODY_PAUSED : NOBODY;
  if (at(tally, UNKNOWN) > measured) return FEW;
  return at(tally, SUSPECT) > 0 ? SOME_SUSPECT : ALL_UP;
}
