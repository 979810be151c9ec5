/**
 * The archives a target asks for: how many ticks a row has, how many rows are kept, how many of its ticks may lack a value.
 *
 * As text `1x600,6x700,24x775:0.3`: steps x rows, and xff after a colon where it is not 0.5. What depends on the step of
 * the target (a row has to divide a day) is for collector/archive/sets to say.
 */
import * as z from "zod";

export const DEFAULT_XFF = 0.5;
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

/** `1x600,6x700:0.3`; the same set gives the same text. */
export function archivesText(archives: readonly Archive[]): string {
  return archives
    .map(({ steps, rows, xff }) => `${steps}x${rows}${xff === DEFAULT_XFF ? "" : `:${xff}`}`)
    .join(",");
}

/** The set that a text means; null when it means none. Limits are left to the schema. */
export function archivesOfText(text: string): Archives | null {
  const archives: Archive[] = [];
  for (const part of text.split(",")) {
    const found = /^\s*(\d{1,6})\s*[x×]\s*(\d{1,6})\s*(?::\s*(\d?\.?\d{1,6}))?\s*$/.exec(part);
    if (!found) return null;
    archives.push({
      steps: Number(found[1]),
      rows: Number(found[2]),
      xff: found[3] === undefined ? DEFAULT_XFF : Number(found[3]),
    });
  }
  return archives;
}
