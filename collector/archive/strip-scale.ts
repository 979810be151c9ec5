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

/** Below so many thousands of 4 ms the first entry of each is known; further up, 16 s and more, it is searched. */
const BANDS = 4_096;
/** Index of the first entry that is at least band * STEPS_PER_VALUE, and that entry; those of a band are `band` us apart. */
const FIRST_OF_BAND = new Uint32Array(BANDS);
const VALUE_OF_BAND = new Uint32Array(BANDS);
fillBands();

function fillBands(): void {
  let at = 0;
  for (let band = 0; band < BANDS; band += 1) {
    while ((SCALE[at] ?? PDP_MAX) < band * STEPS_PER_VALUE) at += 1;
    FIRST_OF_BAND[band] = at;
    VALUE_OF_BAND[band] = SCALE[at] ?? PDP_MAX;
  }
}

/** Index of the entry nearest to a total; of two equally near ones the smaller. */
export function scaleIndexOf(totalUs: number): number {
  const band = Math.floor(totalUs / STEPS_PER_VALUE);
  if (band >= BANDS) return searched(totalUs);
  const first = FIRST_OF_BAND[band] ?? 0;
  const over = totalUs - (VALUE_OF_BAND[band] ?? 0);
  // Before the band's first entry there is the last one of the band before.
  if (over < 0) return -over < Math.max(1, band - 1) + over ? first : first - 1;
  const step = Math.max(1, band);
  const steps = Math.floor(over / step);
  return step - (over - steps * step) < over - steps * step ? first + steps + 1 : first + steps;
}

/** The same where bands are not known. */
function searched(totalUs: number): number {
  let low = 0;
  let high = SCALE.length - 1;
  while (low < high) {
    const middle = (low + high + 1) >> 1;
    if ((SCALE[middle] ?? 0) <= totalUs) low = middle;
    else high = middle - 1;
  }
  const at = SCALE[low] ?? 0;
  const next = SCALE[low + 1];
  return next !== undefined && next - totalUs < totalUs - at ? low + 1 : low;
}
