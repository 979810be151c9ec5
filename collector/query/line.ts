/**
 * The alarm line: whether a carrier's stored values at one tick are beyond what its target allows.
 *
 * The value is the carrier's, as the chart draws it: the mean of its vantages. Times in ms are beyond when above,
 * speed in bytes per second when below; exactly on the line is not beyond. null values have no say. The pages
 * (now.ts) and the alarms (alert/vote.ts) ask here, so that they never disagree.
 */
import type { Pdps } from "../archive/pdp.ts";
import type { CarrierEvidence } from "../wire/incident.ts";
import { METRICS, type Metric } from "../wire/metric.ts";
import type { Alarm } from "../wire/target.ts";

export type Beyond = NonNullable<CarrierEvidence["beyond"]>;

/**
 * The line a carrier is furthest beyond, as a ratio.
 *
 * @param votes What is archived of the carrier's vantages at one tick.
 * @returns Value and limit in ms or bytes per second; undefined = within every line, or no value to judge.
 */
export function beyondLine(
  carrier: string,
  votes: readonly Pdps[],
  alarm: Pick<Alarm, "lines">,
): Beyond | undefined {
  let worst: { beyond: Beyond; excess: number } | undefined;
  for (const [index, metric] of METRICS.entries()) {
    const limit = limitOf(metric, carrier, alarm);
    if (limit === null) continue;
    const value = mean(votes, index);
    if (value === null) continue;
    const shown = metric === "speed" ? value : value / 1000;
    const excess = metric === "speed" ? limit / Math.max(shown, 1e-9) : shown / limit;
    if (excess <= 1 || (worst && worst.excess >= excess)) continue;
    worst = { beyond: { metric, value: shown, limit }, excess };
  }
  return worst?.beyond;
}

/** Mean total of a carrier's vantages, whole us; null = none completed. */
export function meanTotalUs(votes: readonly Pdps[]): number | null {
  const value = mean(votes, METRICS.indexOf("total"));
  return value === null ? null : Math.round(value);
}

/** A carrier's limit of one metric; null = it has no line. */
export function limitOf(metric: Metric, carrier: string, alarm: Pick<Alarm, "lines">): number | null {
  const line = alarm.lines[metric];
  if (!line) return null;
  return Object.hasOwn(line.carriers, carrier) ? (line.carriers[carrier] ?? null) : line.limit;
}

function mean(votes: readonly Pdps[], index: number): number | null {
  const values = votes.map((pdps) => pdps[index] ?? null).filter((value) => value !== null);
  return values.length === 0 ? null : values.reduce((sum, value) => sum + value, 0) / values.length;
}
