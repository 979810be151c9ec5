/**
 * What of a sample is archived: one value or null per metric.
 *
 * A failed sample archives the phases it completed. A complete answer that was judged down keeps its times in the
 * sample log only, and a suspect one gives its state, not its durations: neither says how fast the target is.
 */
import { METRICS, type Metric, PHASES } from "../wire/metric.ts";
import type { Failure, Sample, Timings } from "../wire/sample.ts";

/** Values in METRICS order, integers (us, bytes/s); null = no value at this tick. */
export type Pdps = readonly (number | null)[];

const NO_PDPS: Pdps = METRICS.map(() => null);
const PHASE_ORDER: readonly string[] = PHASES;

/** What decides which values a sample archives. */
type Archived = Pick<Sample, "state" | "timings"> & {
  readonly failure?: Pick<Failure, "phase"> | undefined;
};

/**
 * The PDPs of one sample.
 *
 * @param sample As parsed; its timings are already whole numbers.
 * @returns Eight values in METRICS order.
 */
export function pdpsOf({ state, failure, timings }: Archived): Pdps {
  if (state === "up") return METRICS.map((metric) => timings[metric]);
  const failedAt = failure ? PHASE_ORDER.indexOf(failure.phase) : -1;
  if (state !== "down" || failedAt < 0) return NO_PDPS;
  return METRICS.map((metric) => (completedBefore(metric, failedAt) ? timings[metric] : null));
}

/**
 * The same into typed memory: `values[at]` and on get eight values, those without one 0.
 *
 * @returns Which metrics have a value, a bit each in METRICS order.
 */
export function putPdps(
  values: Uint32Array,
  at: number,
  sample: Pick<Sample, "state" | "failure" | "timings">,
): number {
  if (sample.state === "up") return putAll(values, at, sample.timings);
  const pdps = pdpsOf(sample);
  let present = 0;
  for (let m = 0; m < pdps.length; m += 1) present |= putOne(values, at, m, pdps[m] ?? null);
  return present;
}

/** In METRICS order, one by one: this is done for every sample, and a name that is known here is found faster. */
function putAll(values: Uint32Array, at: number, timings: Timings): number {
  return (
    putOne(values, at, 0, timings.dns) |
    putOne(values, at, 1, timings.connect) |
    putOne(values, at, 2, timings.tls) |
    putOne(values, at, 3, timings.wait) |
    putOne(values, at, 4, timings.transfer) |
    putOne(values, at, 5, timings.ttfb) |
    putOne(values, at, 6, timings.total) |
    putOne(values, at, 7, timings.speed)
  );
}

function putOne(values: Uint32Array, at: number, m: number, value: number | null): number {
  values[at + m] = value ?? 0;
  return value === null ? 0 : 1 << m;
}

function completedBefore(metric: Metric, failedAt: number): boolean {
  const at = PHASE_ORDER.indexOf(metric);
  return at >= 0 && at < failedAt;
}
