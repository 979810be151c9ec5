/**
 * The committed logarithmic scale of the tick strip: which total, in us, an up code stands for.
 *
 * Made by whole-number steps (the next value is the last plus a 4000th of it, at least 1), so that no machine's
 * logarithm can change a stored byte; a golden hash in the tests pins every entry. Totals below 8 ms are exact,
 * above that the nearest entry is at most 1/8000 = 0.0125 % away.
 */
import { PDP_MAX } from "../wire/metric.ts";

const STEPS_PER_VALUE = 4_000;

/** Ascending; the last entry is PDP_MAX. */
export const SCALE: readonly number[] = makeScale();

function makeScale(): number[] {
  const values = [0];
  for (let last = 0; last < PDP_MAX; ) {
    last = Math.min(PDP_MAX, last + Math.max(1, Math.floor(last / STEPS_PER_VALUE)));
    values.push(last);
  }
  return values;
}

/** Index of the entry nearest to a total; of two equally near ones the smaller. */
export function scaleIndexOf(totalUs: number): number {
  let low = 0;
  let high = SCALE.length - 1;
  while (low < high) {
    const middle = (low + high) >> 1;
    if ((SCALE[middle] ?? 0) < totalUs) low = middle + 1;
    else high = middle;
  }
  const above = SCALE[low] ?? PDP_MAX;
  const below = SCALE[low - 1];
  return below !== undefined && totalUs - below <= above - totalUs ? low - 1 : low;
}
