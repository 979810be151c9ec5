/**
 * Which archives a step has: how wide their rows are, how many they keep, and for how long PDPs and strips stay.
 *
 * Arithmetic only. Row `t` covers (t - width, t], UTC-aligned, as in rrdtool; a width divides a day, so that days
 * are whole rows. Widths are rounded up, spans never shortened; the golden tables are in test/collector/archive.
 */

/** One archive of a series. It keeps AVERAGE, MAX and MIN at once, since a row is {n, sum, min, max}. */
export type ArchiveSpec = {
  /** Seconds a row covers. */
  readonly rowS: number;
  /** PDPs per row. */
  readonly steps: number;
  /** How many rows are kept, counted back from the row of the newest tick. */
  readonly rows: number;
  /** Largest share of nulls with which a row is known, rrdtool's sense. */
  readonly xff: number;
};

export const DAY_S = 86_400;

/** A sample older than this is refused as tooOld; never shorter than a probe's spool. */
export const LATE_WINDOW_S = 15 * DAY_S;

/** A tick further ahead of the collector's clock than this is quarantined. */
export const FUTURE_LIMIT_S = 60;

/** How long the tick strip and the widest archive remember: 26 calendar months are at most 793 days. */
export const LONGEST_S = 797 * DAY_S;

const DEFAULT_XFF = 0.5;

/** Wanted width (0 = the step itself) and what it has to span, seconds: 50 h, 14.6 d, 64.6 d, 797 d. */
const WANTED = [
  { rowS: 0, spanS: 600 * 300 },
  { rowS: 1_800, spanS: 700 * 1_800 },
  { rowS: 7_200, spanS: 775 * 7_200 },
  { rowS: DAY_S, spanS: LONGEST_S },
] as const;

const known = new Map<number, readonly ArchiveSpec[]>();

/** Whether a step can be archived: whole seconds, 10 s to 1 day, and a day is a whole number of them. */
export function isArchivable(stepS: number): boolean {
  return Number.isInteger(stepS) && stepS >= 10 && stepS <= DAY_S && DAY_S % stepS === 0;
}

/**
 * The archives of a step, finest first; the first one's rows are the PDPs themselves.
 *
 * @param stepS Seconds, a divisor of a day.
 * @throws RangeError when a day is not a whole number of steps.
 */
export function archivesOf(stepS: number): readonly ArchiveSpec[] {
  const before = known.get(stepS);
  if (before) return before;
  if (!isArchivable(stepS))
    throw new RangeError(`a step of ${stepS} s does not divide a day; it has no rows`);
  const spans = new Map<number, number>();
  for (const { rowS, spanS } of WANTED) {
    const width = widthOf(Math.max(rowS, stepS), stepS);
    spans.set(width, Math.max(spans.get(width) ?? 0, spanS));
  }
  const archives = [...spans].map(([rowS, spanS]) => ({
    rowS,
    steps: rowS / stepS,
    rows: Math.ceil(spanS / rowS),
    xff: DEFAULT_XFF,
  }));
  known.set(stepS, archives);
  return archives;
}

/** Smallest multiple of the step that is at least `atLeastS` and divides a day. */
function widthOf(atLeastS: number, stepS: number): number {
  let width = Math.ceil(atLeastS / stepS) * stepS;
  while (DAY_S % width !== 0) width += stepS;
  return width;
}

/**
 * How long PDPs are kept, seconds: the late window plus the longest row, so that every row a late sample can touch can
 * be recomputed; never less than the finest archive shows.
 */
export function PDP_KEEP_S(stepS: number): number {
  const [finest] = archivesOf(stepS);
  return Math.max(LATE_WINDOW_S + DAY_S, finest ? finest.rows * stepS : 0);
}

/** How long single measurements are kept: for 93 days, and never shorter than their PDPs. */
export function LOG_KEEP_S(stepS: number): number {
  return Math.max(93 * DAY_S, PDP_KEEP_S(stepS));
}

/** Label of the row that covers a tick. */
export function rowOf(tick: number, rowS: number): number {
  return Math.ceil(tick / rowS) * rowS;
}

/** How late a sample may be received and still be live, ms. */
export function liveLimitMs(stepS: number): number {
  return Math.max(2 * stepS, 120) * 1000;
}
