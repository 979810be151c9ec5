/**
 * The archives a target asks for: how many ticks a row has, how many rows are kept, how many of its ticks may lack a value.
 *
 * As text `1x600,6x700,24x775:0.3`: steps x rows, and xff after a colon where it is not 0.5. What depends on the step of
 * the target (a row has to divide a day) is for collector/archive/sets to say.
 */
import * as z from "zod";
import { archivesOfText, archivesText, DEFAULT_XFF } from "./archives-text.ts";

export { archivesOfText, archivesText, DEFAULT_XFF };
/** Rows of all archives of a set together: about 20 MB a series. */
export const MOST_ROWS = 120_000;

export const Archive = z.strictObject({
  /** Ticks a row covers. */
  steps: z.int().min(1).max(8_640),
  /** How many rows are kept, counted back from the newest. */
  rows: z.int().min(1).max(MOST_ROWS),
  /** Largest share of ticks without a value with which a row has one, rrdtool's sense. */
  xff: z.number().min(0).lt(1).default(DEFAULT_XFF),
});
export type Archive = z.infer<typeof Archive>;

/** Finest first. */
export const Archives = z.array(Archive).min(1).max(8);
export type Archives = z.infer<typeof Archives>;

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
