/**
 * Tick states -> counts, availability, coverage and the cells of the availability bar. Pure.
 *
 * Suspect counts as available: the probe was disturbed, the target answered. UNKNOWN lowers coverage, never the share.
 */
import type { Availability, StateCell, TickCounts } from "../wire/api-chart.ts";
import { coverageOf, shareOf } from "../wire/shares.ts";
import { indexRange, type Segment } from "./segments.ts";
import { DOWN, OUTSIDE, PAUSED, SUSPECT, type TickStates, UNKNOWN, UP } from "./tick-states.ts";

type Tally = TickCounts & { readonly paused: number };

/** Counts, share and coverage of the ticks [first, end) of a line; all of them by default. */
export function availabilityOf(states: TickStates, first = 0, end = states.length): Availability {
  const { paused: _, ...counts } = tallyOf(states, first, end);
  return { counts, share: shareOf(counts), coverage: coverageOf(counts) };
}

function tallyOf(states: TickStates, first: number, end: number): Tally {
  const tally = [0, 0, 0, 0, 0, 0];
  for (let i = first; i < end; i += 1) {
    const state = states[i] ?? UNKNOWN;
    tally[state] = (tally[state] ?? 0) + 1;
  }
  const at = (state: number) => tally[state] ?? 0;
  return { up: at(UP), down: at(DOWN), suspect: at(SUSPECT), unknown: at(UNKNOWN), paused: at(PAUSED) };
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
  let openS = fromS;
  for (let startS = fromS; startS < toS; ) {
    const endS = Math.min(toS, (Math.floor(startS / cellS) + 1) * cellS);
    const tally = tallyBetween(segments, states, startS, endS);
    // A range seldom begins on a tick: the sliver before its first one goes with the cell after it.
    if (tally !== null || cells.length > 0 || endS === toS) {
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

function tallyBetween(
  segments: readonly Segment[],
  states: TickStates,
  fromS: number,
  toS: number,
): Tally | null {
  let sum: Tally | null = null;
  for (const segment of segments) {
    const [first, end] = indexRange(segment, fromS, toS);
    if (end <= first) continue;
    const tally = tallyOf(states, first, end);
    sum = sum === null ? tally : added(sum, tally);
  }
  return sum;
}

function added(a: Tally, b: Tally): Tally {
  return {
    up: a.up + b.up,
    down: a.down + b.down,
    suspect: a.suspect + b.suspect,
    unknown: a.unknown + b.unknown,
    paused: a.paused + b.paused,
  };
}

function append(cells: StateCell[], tally: Tally | null, fromS: number, toS: number): void {
  const last = cells.at(-1);
  const nothing =
    tally === null || tally.up + tally.down + tally.suspect + tally.unknown + tally.paused === 0;
  // A cell whose ticks are not due yet goes on as the one before it: it is no gap in the measuring.
  const cell = nothing && last ? { ...last, fromS, toS } : { fromS, toS, ...faceOf(nothing ? null : tally) };
  const joins = last?.state === cell.state && last.paused === cell.paused && last.share === cell.share;
  if (last && joins) cells[cells.length - 1] = { ...last, toS };
  else cells.push(cell);
}

/** The worst of a cell; UNKNOWN when most of what was expected was not measured and nothing was down. */
function faceOf(tally: Tally | null): Pick<StateCell, "state" | "paused" | "share"> {
  if (tally === null) return { state: "unknown", paused: false, share: null };
  const { up, down, suspect, unknown, paused } = tally;
  const measured = up + down + suspect;
  const share = shareOf(tally);
  if (down > 0) return { state: "down", paused: false, share };
  if (measured + unknown === 0) return { state: "unknown", paused: paused > 0, share };
  if (unknown > measured) return { state: "unknown", paused: false, share };
  return { state: suspect > 0 ? "suspect" : "up", paused: false, share };
}
