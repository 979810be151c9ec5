/**
 * What a target keeps beside rows and the strip of total: LAST, percentiles of other metrics.
 *
 * Plain values, no schema: the store's threads know them too, and a thread that loads zod takes 7 MB more.
 */

/** Metrics that can have a tick strip of their own, beside the one of total that every series has. */
export const STRIP_METRICS = ["ttfb"] as const;
export type StripMetric = (typeof STRIP_METRICS)[number];

/** What a target keeps beside rows and the strip of total; each takes room of its own and is off unless asked for. */
export type Extras = {
  /** The consolidation function LAST, in every archive with rows of several ticks. */
  readonly last: boolean;
  /** Metrics whose true percentiles are kept. */
  readonly percentiles: readonly StripMetric[];
};

export const NO_EXTRAS: Extras = { last: false, percentiles: [] };

/** What a target asks for. */
export function extrasOf(target: {
  readonly last?: boolean | undefined;
  readonly percentiles?: readonly StripMetric[] | undefined;
}): Extras {
  return { last: target.last ?? false, percentiles: target.percentiles ?? [] };
}
