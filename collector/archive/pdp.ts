/**
 * What of a sample is archived: one value or null per metric.
 *
 * A failed sample archives the phases it completed. A complete answer that was judged down keeps its times in the
 * sample log only, and a suspect one gives its state, not its durations: neither says how fast the target is.
 */
import { METRICS, type Metric, PHASES } from "../wire/metric.ts";
import type { Sample } from "../wire/sample.ts";

/** Values in METRICS order, integers (us, bytes/s); null = no value at this tick. */
export type Pdps = readonly (number | null)[];

const NO_PDPS: Pdps = METRICS.map(() => null);
const PHASE_ORDER: readonly string[] = PHASES;

/**
 * The PDPs of one sample.
 *
 * @param sample As parsed; its timings are already whole numbers.
 * @returns Eight values in METRICS order.
 */
export function pdpsOf(sample: Pick<Sample, "state" | "failure" | "timings">): Pdps {
  if (sample.state === "up") return METRICS.map((metric) => sample.timings[metric]);
  const failedAt = sample.failure ? PHASE_ORDER.indexOf(sample.failure.phase) : -1;
  if (sample.state !== "down" || failedAt < 0) return NO_PDPS;
  return METRICS.map((metric) => (completedBefore(metric, failedAt) ? sample.timings[metric] : null));
}

function completedBefore(metric: Metric, failedAt: number): boolean {
  const at = PHASE_ORDER.indexOf(metric);
  return at >= 0 && at < failedAt;
}
