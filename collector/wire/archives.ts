/**
 * The archives a target asks for: how many ticks a row has, how many rows are kept, how many of its ticks may lack a value.
 *
 * As text `1x600,6x700,24x775:0.3`: steps x rows, and xff after a colon where it is not 0.5. What depends on the step of
 * the target (a row has to divide a day) is for collector/archive/sets to say.
 */
import * as z from "zod";
import { archivesOfText, archivesText, DEFAULT_XFF, MOST_ROWS } from "./archives-text.ts";
import { type Extras, extrasOf, NO_EXTRAS, STRIP_METRICS, type StripMetric } from "./extras.ts";

export {
  archivesOfText,
  archivesText,
  DEFAULT_XFF,
  type Extras,
  extrasOf,
  MOST_ROWS,
  NO_EXTRAS,
  STRIP_METRICS,
  type StripMetric,
};

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
