/**
 * Whole rows from elsewhere: which of them an archive may take, by label and now alone.
 *
 * Arithmetic only. Whether somebody measured in the window is the store's business.
 */
import { METRICS, type Metric, PDP_MAX } from "../wire/metric.ts";
import { FUTURE_LIMIT_S, isArchivable } from "./layout.ts";
import type { Row } from "./row.ts";
import type { Ring } from "./sets.ts";

type Laid = {
  readonly stepS: number;
  readonly rowS: number;
  readonly labelS: number;
  readonly values: { readonly [M in Metric]?: Row };
  readonly lasts?: { readonly [M in Metric]?: number } | undefined;
};

/**
 * Why a row can never lie there; null = it may.
 *
 * @param ringsOf The rings of the target at a step.
 */
export function refusedRow(
  row: Laid,
  ringsOf: (stepS: number) => readonly Ring[],
  nowS: number,
): "rejected" | "tooOld" | "future" | null {
  const { stepS, rowS, labelS } = row;
  const known = isArchivable(stepS) ? ringsOf(stepS) : [];
  const rings = known.filter((ring) => ring.rowS === rowS && isLeft(ring, nowS));
  const steps = rowS / stepS;
  if (rings.length === 0 || steps === 1 || labelS % rowS !== 0) return "rejected";
  const values = METRICS.flatMap((metric) => row.values[metric] ?? []);
  if (!METRICS.every((metric) => isWithin(row.lasts?.[metric], row.values[metric]))) return "rejected";
  if (values.length === 0 || !values.every((value) => isWhole(value, steps))) return "rejected";
  if (!rings.some((ring) => reaches(ring, labelS, nowS))) return "tooOld";
  return labelS > nowS ? "future" : null;
}

/** A frozen ring that none of its rows are in any more is none: whether the store has let go of it yet changes no answer. */
function isLeft(ring: Ring, nowS: number): boolean {
  return ring.untilS === null || isInside(ring, ring.untilS, nowS);
}

function reaches(ring: Ring, labelS: number, nowS: number): boolean {
  const { sinceS, untilS } = ring;
  return labelS > sinceS && (untilS === null || labelS <= untilS) && isInside(ring, labelS, nowS);
}

function isInside({ rowS, rows }: Ring, labelS: number, nowS: number): boolean {
  // The newest row may be two beyond this moment's: it is open, and its tick a little ahead of the clock.
  return nowS - labelS <= (rows - 2) * rowS - FUTURE_LIMIT_S;
}

/** A last value is one of its row's; undefined = it has none. */
function isWithin(last: number | undefined, row: Row | undefined): boolean {
  if (last === undefined) return true;
  return row !== undefined && Number.isSafeInteger(last) && last >= row.min && last <= row.max;
}

function isWhole({ n, sum, min, max }: Row, steps: number): boolean {
  const numbers = [n, sum, min, max].every((value) => Number.isSafeInteger(value) && value >= 0);
  return numbers && max <= PDP_MAX && n >= 1 && n <= steps && min * n <= sum && sum <= max * n;
}
