/**
 * Which rows a chart is drawn from: the finest width that fits the points asked for, and per step the archive it is
 * read from.
 *
 * Pure. A width that no archive keeps is made of whole rows of a finer one, merged exactly. Labels are UTC-aligned.
 */
import { archivesOf } from "../archive/layout.ts";

/** About one point per two pixels of a wide chart. */
export const DEFAULT_POINTS = 700;

/** Widths a reader can name; each divides a day, so that labels fall on whole hours and midnights. */
const WIDTHS_S: readonly number[] = [
  10, 15, 20, 30, 60, 120, 180, 240, 300, 600, 900, 1200, 1800, 3600, 7200, 14_400, 21_600, 28_800, 43_200,
  86_400,
];

export type Plan = {
  /** Seconds between labels. */
  readonly rowS: number;
  /** Row width of the archive to read, by step. */
  readonly sources: ReadonlyMap<number, number>;
};

/**
 * Chooses width and archives.
 *
 * @param steps Steps the target had in the range; at least one.
 * @param range UTC seconds; nowS tells how far back each archive reaches.
 * @param points Most labels wanted; a range longer than that many days gets more.
 */
export function planRows(
  steps: readonly number[],
  range: { readonly fromS: number; readonly toS: number; readonly nowS: number },
  points: number = DEFAULT_POINTS,
): Plan {
  const archived = steps.flatMap((stepS) => archivesOf(stepS).map((archive) => archive.rowS));
  const widths = [...new Set([...WIDTHS_S, ...archived])].sort((a, b) => a - b);
  const leastS = (range.toS - range.fromS) / points;
  for (const rowS of widths) {
    if (rowS < leastS) continue;
    const sources = sourcesFor(steps, rowS, range);
    if (sources) return { rowS, sources };
  }
  return { rowS: 86_400, sources: new Map(steps.map((stepS) => [stepS, widest(stepS)])) };
}

/**
 * The plan of rows of exactly that width.
 *
 * @returns null when no step has an archive whose rows make them up.
 */
export function planWidth(
  steps: readonly number[],
  rowS: number,
  range: { readonly fromS: number; readonly nowS: number },
): Plan | null {
  const reaching = sourcesFor(steps, rowS, range);
  if (reaching) return { rowS, sources: reaching };
  const sources = new Map<number, number>();
  for (const stepS of steps) {
    const coarsest = archivesOf(stepS).findLast((archive) => rowS % archive.rowS === 0);
    if (coarsest) sources.set(stepS, coarsest.rowS);
  }
  return sources.size === 0 ? null : { rowS, sources };
}

/** The coarsest archive of each step that reaches back far enough and divides the width; null when one has none. */
function sourcesFor(
  steps: readonly number[],
  rowS: number,
  range: { readonly fromS: number; readonly nowS: number },
): Map<number, number> | null {
  const sources = new Map<number, number>();
  for (const stepS of steps) {
    const source = archivesOf(stepS)
      .filter((archive) => rowS % archive.rowS === 0)
      .filter((archive) => range.nowS - archive.rows * archive.rowS <= range.fromS)
      .at(-1);
    if (!source) return null;
    sources.set(stepS, source.rowS);
  }
  return sources;
}

function widest(stepS: number): number {
  return archivesOf(stepS).at(-1)?.rowS ?? stepS;
}

/** Labels of rows of that width that cover any tick of fromS < tick <= toS; the last may be the open row. */
export function labelsOf(plan: Plan, fromS: number, toS: number): number[] {
  const finestS = Math.min(...plan.sources.keys());
  const lastTick = Math.floor(toS / finestS) * finestS;
  const first = Math.floor(fromS / plan.rowS) * plan.rowS + plan.rowS;
  const last = Math.ceil(lastTick / plan.rowS) * plan.rowS;
  return Array.from({ length: Math.max(0, (last - first) / plan.rowS + 1) }, (_, i) => first + i * plan.rowS);
}
