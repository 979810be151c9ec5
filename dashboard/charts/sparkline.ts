/** The small line of the overview: the values of the last hours as SVG path data, gaps left open, a lonely value as a dot. */

export type Spark = {
  /** Path data of the joined values; "" = none. */
  readonly path: string;
  readonly dots: readonly { readonly x: number; readonly y: number }[];
};

/**
 * Geometry of a sparkline.
 *
 * @param values One per tick, oldest first; null = a gap.
 * @param width Pixels. @param height Pixels.
 */
export function sparkline(values: readonly (number | null)[], width: number, height: number): Spark {
  const known = values.filter((value): value is number => value !== null);
  if (known.length === 0) return { path: "", dots: [] };
  const top = Math.max(...known) * 1.1 || 1;
  const pad = 1.5;
  const at = (value: number, i: number) => ({
    x: round(values.length < 2 ? width - pad : pad + (i / (values.length - 1)) * (width - 2 * pad)),
    y: round(pad + (height - 2 * pad) * (1 - value / top)),
  });
  let path = "";
  const dots: { x: number; y: number }[] = [];
  for (const [i, value] of values.entries()) {
    if (value === null) continue;
    const { x, y } = at(value, i);
    const joined = i > 0 && values[i - 1] !== null;
    const alone = !joined && (i === values.length - 1 || values[i + 1] === null);
    if (alone) dots.push({ x, y });
    else path += `${joined ? "L" : "M"}${x} ${y}`;
  }
  return { path, dots };
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}
