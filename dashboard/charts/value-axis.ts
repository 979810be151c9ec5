/**
 * The upper end and the steps of a value axis: round numbers, zero at the bottom, nothing cut off.
 *
 * Values are ms or bytes per second; a fixed maximum given by the user is taken as it is.
 */

export type ValueAxis = {
  readonly max: number;
  readonly stepSize: number;
  /** An alarm line so far above the data that it is not on the axis. */
  readonly lineAbove: boolean;
};

/** How far above the data an alarm line may lie and still be inside the axis: beyond, the data would be a flat line. */
const LINE_REACH = 6;

/**
 * The axis for some values.
 *
 * @param values What is drawn; null is skipped.
 * @param limit Alarm line, or null.
 * @param fixed The user's own maximum, or null = automatic.
 */
export function valueAxis(
  values: Iterable<number | null>,
  limit: number | null,
  fixed: number | null,
): ValueAxis {
  let top = 0;
  for (const value of values) if (value !== null && value > top) top = value;
  if (fixed !== null) {
    return { max: fixed, stepSize: niceStep(fixed / 4), lineAbove: limit !== null && limit > fixed };
  }
  const lineAbove = limit !== null && top > 0 && limit > top * LINE_REACH;
  const reach = Math.max(top, limit !== null && !lineAbove ? limit : 0);
  if (reach === 0) return { max: 100, stepSize: 25, lineAbove };
  const stepSize = niceStep((reach * 1.06) / 4.5);
  return { max: Math.ceil((reach * 1.06) / stepSize - 1e-9) * stepSize, stepSize, lineAbove };
}

/** The next of 1, 2, 2.5, 5 x 10^n at or above. */
export function niceStep(raw: number): number {
  const scale = 10 ** Math.floor(Math.log10(raw));
  const factor = [1, 2, 2.5, 5, 10].find((f) => f * scale >= raw - scale * 1e-9) ?? 10;
  return factor * scale;
}

/** Milliseconds on an axis: one unit for the whole axis, chosen by its maximum. */
export function msTickText(max: number): (value: number) => string {
  if (max > 1000) return (value) => (value === 0 ? "0" : `${trim(value / 1000)} s`);
  return (value) => (value === 0 ? "0" : `${trim(value)} ms`);
}

/** Bytes per second on an axis, decimal units. */
export function speedTickText(max: number): (value: number) => string {
  const [size, unit] =
    max >= 2e9 ? [1e9, "GB/s"] : max >= 1e6 ? [1e6, "MB/s"] : max >= 1e3 ? [1e3, "kB/s"] : [1, "B/s"];
  return (value) => (value === 0 ? "0" : `${trim(value / size)} ${unit}`);
}

function trim(value: number): string {
  return String(Number(value.toPrecision(4)));
}
