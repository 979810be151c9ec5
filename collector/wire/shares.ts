/** Availability and coverage of counted ticks: what the collector and the pages must never reckon differently. Pure. */
import type { TickCounts } from "./api-chart.ts";

/** Suspect counts as available; null = nobody measured. */
export function shareOf({ up, down, suspect }: TickCounts): number | null {
  const measured = up + down + suspect;
  return measured === 0 ? null : (up + suspect) / measured;
}

/** 1 when nothing was expected: nothing was missed. */
export function coverageOf({ up, down, suspect, unknown }: TickCounts): number {
  const measured = up + down + suspect;
  return measured + unknown === 0 ? 1 : measured / (measured + unknown);
}
