/**
 * How long the journal is, and which of its rows are too old: with more ticks of each series than a tile has and some,
 * nearly all series have been written since, and next to nothing is left to do for a sweep.
 */
/** Ticks of each series that stay, and how many more come before the next sweep. */
const TICKS_KEPT = 18;
const TICKS_MORE = 4;
/** Below this it is short. */
const SHORT_BYTES = 8 * 1024 * 1024;
/** Rows counted together. */
const PIECES_OF = 256 * 1024;

type Piece = { last: number; bytes: number; entries: number };

export function journalLength() {
  let pieces: Piece[] = [];
  let bytes = 0;
  let entries = 0;
  return {
    /** A commit wrote a row. */
    grew(commit: number, more: number, moreEntries: number): void {
      const newest = pieces.at(-1);
      if (newest && newest.bytes < PIECES_OF) {
        newest.last = commit;
        newest.bytes += more;
        newest.entries += moreEntries;
      } else pieces.push({ last: commit, bytes: more, entries: moreEntries });
      bytes += more;
      entries += moreEntries;
    },
    /**
     * The newest commit whose row is too old; null = the journal is short enough.
     *
     * @param series How many have entries.
     */
    tooLong(series: number): number | null {
      if (bytes < SHORT_BYTES || entries < (TICKS_KEPT + TICKS_MORE) * series) return null;
      let left = entries;
      let until: number | null = null;
      let leftBytes = bytes;
      for (const piece of pieces) {
        left -= piece.entries;
        leftBytes -= piece.bytes;
        if (left < TICKS_KEPT * series || leftBytes < SHORT_BYTES / 2) break;
        until = piece.last;
      }
      return until;
    },
    /** Rows up to a commit are counted no more. */
    forget(until: number): void {
      for (const piece of pieces)
        if (piece.last <= until) {
          bytes -= piece.bytes;
          entries -= piece.entries;
        }
      pieces = pieces.filter(({ last }) => last > until);
    },
  };
}
