/**
 * A set of archives as text, `1x600,6x700,24x775:0.3`: steps x rows, and xff after a colon where it is not 0.5.
 *
 * Without a schema, so that a browser and the threads of the store can read and write it too.
 */

export const DEFAULT_XFF = 0.5;
/** Rows of all archives of a set together: about 20 MB a series. */
export const MOST_ROWS = 120_000;

/** What the text says of one archive. */
type ArchiveNumbers = { steps: number; rows: number; xff: number };

/** `1x600,6x700:0.3`; the same set gives the same text. */
export function archivesText(archives: readonly ArchiveNumbers[]): string {
  return archives
    .map(({ steps, rows, xff }) => `${steps}x${rows}${xff === DEFAULT_XFF ? "" : `:${xff}`}`)
    .join(",");
}

/** The set that a text means; null when it means none. Limits are left to the schema. */
export function archivesOfText(text: string): ArchiveNumbers[] | null {
  const archives: ArchiveNumbers[] = [];
  for (const part of text.split(",")) {
    const found = /^\s*(\d{1,6})\s*[x×]\s*(\d{1,6})\s*(?::\s*(\d?\.?\d{1,22}(?:e-\d{1,3})?))?\s*$/.exec(part);
    if (!found) return null;
    archives.push({
      steps: Number(found[1]),
      rows: Number(found[2]),
      xff: found[3] === undefined ? DEFAULT_XFF : Number(found[3]),
    });
  }
  return archives;
}
