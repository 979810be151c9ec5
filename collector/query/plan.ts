/**
 * Which rows a chart is drawn from: the finest width that fits the points asked for, and per step the archive it is
 * read from.
 *
 * Pure. A width that no archive keeps is made of whole rows of a finer one, merged exactly. Labels are UTC-aligned.
 */
import { archivesOf, DAY_S } from "../archive/layout.ts";
import { oldestOf } from "../archive/sets.ts";
import type { Generation, HeldRing } from "../store/store.ts";

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
  /** Where a target's set of archives was changed: which rows to read for which time, instead of `sources`. */
  readonly pieces?: readonly Piece[];
};

/** Rows of one width with fromS < label <= toS. */
export type Piece = {
  readonly stepS: number;
  readonly rowS: number;
  readonly fromS: number;
  readonly toS: number;
};

/** The rows a target has at a step; undefined = the default set of the step. */
export type Held = (stepS: number) => readonly HeldRing[] | undefined;

/** What a target's generations say of their archives. */
export function heldBy(generations: readonly Generation[]): Held {
  return (stepS) => generations.find((one) => one.stepS === stepS && one.rings !== undefined)?.rings;
}

const DEFAULT_SETS: Held = () => undefined;

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
  held: Held = DEFAULT_SETS,
): Plan {
  const archived = steps.flatMap((stepS) => (held(stepS) ?? archivesOf(stepS)).map(({ rowS }) => rowS));
  const widths = [...new Set([...WIDTHS_S, ...archived])].sort((a, b) => a - b);
  const leastS = (range.toS - range.fromS) / points;
  for (const rowS of widths) {
    if (rowS < leastS) continue;
    const plan = sourcesFor(steps, rowS, range, held);
    if (plan) return plan;
  }
  return sourcesFor(steps, DAY_S, range, held, "far") ?? { rowS: DAY_S, sources: new Map() };
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
  held: Held = DEFAULT_SETS,
): Plan | null {
  return sourcesFor(steps, rowS, range, held) ?? sourcesFor(steps, rowS, range, held, "far");
}

/**
 * How much of a range its rows must cover: all of it; or as far back as there are rows, with gaps where there are none,
 * and without the steps that have none.
 */
type Reach = "all" | "far";

/** The coarsest archive of each step that reaches back far enough and divides the width; null when one has none. */
function sourcesFor(
  steps: readonly number[],
  rowS: number,
  range: { readonly fromS: number; readonly nowS: number },
  held: Held,
  reach: Reach = "all",
): Plan | null {
  const sources = new Map<number, number>();
  const pieces: Piece[] = [];
  for (const stepS of steps) {
    const rings =
      held(stepS) ?? archivesOf(stepS).map((archive) => ({ ...archive, sinceS: 0, untilS: null }));
    const own = piecesFor(rings, rowS, range, reach);
    const [newest] = own ?? [];
    if (own && newest) {
      sources.set(stepS, newest.rowS);
      pieces.push(...own.map((piece) => ({ stepS, ...piece })));
    } else if (reach === "all") return null;
  }
  if (sources.size === 0) return null;
  return pieces.length === sources.size ? { rowS, sources } : { rowS, sources, pieces };
}

/**
 * From now back: the coarsest rows that reach back to the beginning, else those that reach furthest, and before them what
 * is frozen. Rows are cut where rows of the wanted width are, so that no tick counts twice. Null = a part is missing.
 */
function piecesFor(
  rings: readonly HeldRing[],
  rowS: number,
  { fromS, nowS }: { readonly fromS: number; readonly nowS: number },
  reach: Reach,
): Omit<Piece, "stepS">[] | null {
  const pieces: Omit<Piece, "stepS">[] = [];
  const dividing = rings.filter((ring) => rowS % ring.rowS === 0);
  // A row that begins before the range is there as a whole.
  const firstS = Math.floor(fromS / rowS) * rowS;
  let belowS = Number.POSITIVE_INFINITY;
  while (belowS > firstS) {
    const fitting = dividing
      .filter((ring) => endOf(ring, rowS) >= belowS)
      .map((ring) => ({ ring, sinceS: oldestOf(ring, nowS) }))
      .sort((a, b) => b.ring.rowS - a.ring.rowS);
    const whole = fitting.find(({ sinceS }) => sinceS <= firstS);
    const next = whole ?? fitting.sort((a, b) => a.sinceS - b.sinceS)[0];
    const startS = whole ? Number.NEGATIVE_INFINITY : Math.ceil((next?.sinceS ?? 0) / rowS) * rowS;
    if (next && startS < belowS) {
      pieces.push({ rowS: next.ring.rowS, fromS: startS, toS: belowS });
      belowS = startS;
    } else if (reach === "all") return null;
    else belowS = Math.max(...dividing.map((ring) => endOf(ring, rowS)).filter((endS) => endS < belowS));
  }
  return reach === "all" ? pieces : withoutBegin(pieces);
}

/** A series that is silent for long has rows from before those that reach back from now. */
function withoutBegin(pieces: Omit<Piece, "stepS">[]): Omit<Piece, "stepS">[] {
  return pieces.map((piece, i) =>
    i === pieces.length - 1 ? { ...piece, fromS: Number.NEGATIVE_INFINITY } : piece,
  );
}

/** The label of the last row of that width which a ring has whole. */
function endOf({ untilS }: Pick<HeldRing, "untilS">, rowS: number): number {
  return untilS === null ? Number.POSITIVE_INFINITY : Math.floor(untilS / rowS) * rowS;
}

/** Labels of rows of that width that cover any tick of fromS < tick <= toS; the last may be the open row. */
export function labelsOf(plan: Plan, fromS: number, toS: number): number[] {
  const finestS = Math.min(...plan.sources.keys());
  const lastTick = Math.floor(toS / finestS) * finestS;
  const first = Math.floor(fromS / plan.rowS) * plan.rowS + plan.rowS;
  const last = Math.ceil(lastTick / plan.rowS) * plan.rowS;
  return Array.from({ length: Math.max(0, (last - first) / plan.rowS + 1) }, (_, i) => first + i * plan.rowS);
}
