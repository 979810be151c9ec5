/**
 * Strips -> what each row's window says of totals and states, to the tick: percentiles, shares, counts.
 *
 * Pure. Nothing is made of other rows: a percentile of a wide window is that of all its ticks. Ticks that are left out
 * (pauses, ranges the caller names) are in no number.
 */
import type { TickRange } from "../archive/strip.ts";
import { type SortedTotals, sortedTotals } from "../archive/strip-window.ts";
import type { StripRun } from "../store/lasts-and-strips.ts";
import type { Availability } from "../wire/api-chart.ts";
import { availabilityOf } from "./availability.ts";
import { indexRange, type Segment } from "./segments.ts";
import type { TickStates } from "./tick-states.ts";

/** Ticks with fromS < tick <= toS: what a row, and the whole of a query, covers. */
export type Window = { readonly fromS: number; readonly toS: number };

/** A copy in which the ticks of some ranges read as UNKNOWN; the strip itself where none is touched. */
export function blanked(run: StripRun, ranges: readonly TickRange[]): StripRun {
  const { fromS, stepS, codes } = run;
  const endS = fromS + codes.length * stepS;
  const touching = ranges.filter((range) => range.fromS < endS && range.toS > fromS);
  if (touching.length === 0) return run;
  const copy = codes.slice();
  for (const range of touching) {
    copy.fill(0, indexFrom(run, range.fromS), indexFrom(run, range.toS));
  }
  return { ...run, codes: copy };
}

/** Totals of the ticks of a window, ascending, of all runs together. */
export function totalsIn(runs: readonly StripRun[], window: Window): SortedTotals {
  return sortedTotals(
    runs.map((run) => run.codes.subarray(indexFrom(run, window.fromS + 1), indexFrom(run, window.toS + 1))),
  );
}

/** Index of the first tick at or after an instant, 0 to the number of ticks. */
function indexFrom({ fromS, stepS, codes }: StripRun, atS: number): number {
  return Math.min(codes.length, Math.max(0, Math.ceil((atS - fromS) / stepS)));
}

/** States of a window. With no tick in it all counts are 0 and share is null. */
export function statesIn(segments: readonly Segment[], states: TickStates, window: Window): Availability {
  const counts = { up: 0, down: 0, suspect: 0, unknown: 0 };
  for (const segment of segments) {
    const [first, end] = indexRange(segment, window.fromS + 1, window.toS + 1);
    const part = availabilityOf(states, first, end).counts;
    counts.up += part.up;
    counts.down += part.down;
    counts.suspect += part.suspect;
    counts.unknown += part.unknown;
  }
  const measured = counts.up + counts.down + counts.suspect;
  const expected = measured + counts.unknown;
  return {
    counts,
    share: measured === 0 ? null : (counts.up + counts.suspect) / measured,
    coverage: expected === 0 ? 1 : measured / expected,
  };
}
