/**
 * Archive sets: which rings of rows the series of a target have at one step, and what becomes of them when the set changes.
 *
 * Arithmetic only. A layout follows from the changes alone, never from what was measured, so that every engine and every
 * order of arrival has the same. PDPs, strip and sample log do not depend on the set: they go on through every change.
 */
import type { Archive } from "../wire/archives.ts";
import { DEFAULT_XFF, MOST_ROWS } from "../wire/archives-text.ts";
import { type Extras, NO_EXTRAS, STRIP_METRICS, type StripMetric } from "../wire/extras.ts";
import { type ArchiveSpec, archivesOf, DAY_S, LONGEST_S, PDP_KEEP_S, rowOf } from "./layout.ts";

/** The rows of one archive of a generation. */
export type Ring = ArchiveSpec & {
  /** Tells the rings of a generation apart, also from those it had; 0 = its rows are the PDPs. */
  readonly part: number;
  /** It has the rows with a label after this. */
  readonly sinceS: number;
  /** Frozen: it has the rows up to this label, until they age out; null = it goes on. */
  readonly untilS: number | null;
};

/** A tick strip of a metric other than total: a ring of rows of one tick. */
export type StripRing = Ring & { readonly metric: StripMetric };

export type Layout = {
  /** How many changes there were. */
  readonly version: number;
  /** Null = the default set of the step. */
  readonly set: readonly Archive[] | null;
  /** Those of the set, finest first, then the frozen ones. */
  readonly rings: readonly Ring[];
  /** What is kept beside rows and the strip of total; absent = nothing is. */
  readonly extras?: Extras;
  /** Values of rows' last ticks, by row width, as the rings are ordered; absent = none. */
  readonly lasts?: readonly Ring[];
  readonly strips?: readonly StripRing[];
  readonly nextPart: number;
};

/** Parts up to this one belong to the default set, the sample log and the strip. */
const FIRST_FREE_PART = 8;

const known = new Map<number, Layout>();

/** What a generation has that was never given a set. */
export function firstLayout(stepS: number): Layout {
  const before = known.get(stepS);
  if (before) return before;
  let part = 0;
  const rings = archivesOf(stepS).map((archive) => ({
    ...archive,
    part: archive.steps === 1 ? 0 : ++part,
    sinceS: 0,
    untilS: null,
  }));
  const layout = { version: 0, set: null, rings, nextPart: FIRST_FREE_PART };
  known.set(stepS, layout);
  return layout;
}

/** The archives of a set at a step; null = the default ones. */
export function specsOf(stepS: number, set: readonly Archive[] | null): readonly ArchiveSpec[] {
  return set === null
    ? archivesOf(stepS)
    : set.map((archive) => ({ ...archive, rowS: archive.steps * stepS }));
}

/**
 * The layout after a change of the set.
 *
 * A row of the new set is made of PDPs where they reach, else of whole rows of one ring whose width divides its own; a
 * ring begins where all of its rows can be made. What is in no ring of the set goes on being shown until it ages out. A
 * set that comes back goes on in its old ring when the rows in between can be made.
 *
 * @param atTick The last tick of the old set; no generation has a newer one when its rows are made.
 */
export function nextLayout(
  stepS: number,
  layout: Layout,
  set: readonly Archive[] | null,
  atTick: number,
  extras: Extras = NO_EXTRAS,
): Layout {
  let { nextPart } = layout;
  const at: Moment = { stepS, atTick, part: () => nextPart++ };
  const specs = specsOf(stepS, set);
  const rings = ringsAfter(layout.rings, specs, at, (spec) => isPdps(stepS, spec));
  const wide = extras.last ? specs.filter(({ steps }) => steps > 1) : [];
  const lasts = ringsAfter(layout.lasts ?? [], wide, at);
  const strips = STRIP_METRICS.flatMap((metric) => {
    const before = (layout.strips ?? []).filter((strip) => strip.metric === metric);
    const wanted = extras.percentiles.includes(metric) ? [stripSpec(stepS)] : [];
    return ringsAfter(before, wanted, at).map((ring) => ({ ...ring, metric }));
  });
  return {
    version: layout.version + 1,
    set,
    rings,
    ...(isSameExtras(extras, NO_EXTRAS) ? {} : { extras }),
    ...(lasts.length === 0 ? {} : { lasts }),
    ...(strips.length === 0 ? {} : { strips }),
    nextPart,
  };
}

/** Every ring with a part of its own. */
export function ownRings({ rings, lasts = [], strips = [] }: Layout): Ring[] {
  return [...rings.filter(({ part }) => part !== 0), ...lasts, ...strips];
}

/** A strip as an archive: rows of one tick, as far back as anything reaches. */
export function stripSpec(stepS: number): ArchiveSpec {
  return { steps: 1, rowS: stepS, rows: LONGEST_S / stepS, xff: 0 };
}

type Moment = { readonly stepS: number; readonly atTick: number; part(): number };

/** Rings of one kind after a change: those wanted, going on, coming back or new, and then the frozen ones. */
function ringsAfter(
  before: readonly Ring[],
  specs: readonly ArchiveSpec[],
  { stepS, atTick, part }: Moment,
  needsNone: (spec: ArchiveSpec) => boolean = () => false,
): Ring[] {
  const live = specs.map((spec): Ring => {
    if (needsNone(spec)) return { ...spec, part: 0, sinceS: 0, untilS: null };
    const same = before.filter((ring) => ring.part !== 0 && isSame(ring, spec));
    const going = same.find((ring) => ring.untilS === null);
    if (going) return { ...going, xff: spec.xff };
    const sinceS = madeSince(stepS, before, spec.rowS, atTick);
    const back = same.find((ring) => ring.untilS !== null && sinceS < ring.untilS);
    if (back) return { ...back, xff: spec.xff, sinceS, untilS: null };
    return { ...spec, part: part(), sinceS, untilS: null };
  });
  const frozen = before
    .filter((ring) => ring.part !== 0 && live.every((one) => one.part !== ring.part))
    .map((ring) => ({ ...ring, untilS: ring.untilS ?? Math.floor(atTick / ring.rowS) * ring.rowS }))
    .filter((ring) => ring.untilS > oldestOf(ring, atTick))
    .filter((ring) => !live.some((one) => holdsAll(one, ring, atTick)));
  return [...live, ...frozen];
}

/**
 * The layout without the frozen rings of which nothing is shown any more.
 *
 * @param newestTick Newest tick of the generation that is furthest behind.
 * @returns Null = it has none such.
 */
export function agedLayout(layout: Layout, newestTick: number): Layout | null {
  const isOld = (ring: Ring) => ring.untilS !== null && ring.untilS <= oldestOf(ring, newestTick);
  if (!ownRings(layout).some(isOld)) return null;
  const { rings, lasts, strips } = layout;
  return {
    ...layout,
    version: layout.version + 1,
    rings: rings.filter((ring) => !isOld(ring)),
    ...(lasts && { lasts: lasts.filter((ring) => !isOld(ring)) }),
    ...(strips && { strips: strips.filter((ring) => !isOld(ring)) }),
  };
}

/** Where rows of a width begin that can all be made up to atTick; a label. */
function madeSince(stepS: number, rings: readonly Ring[], rowS: number, atTick: number): number {
  let sinceS = Math.max(0, Math.ceil((atTick - PDP_KEEP_S(stepS)) / rowS) * rowS);
  for (;;) {
    const further = rings
      .filter((ring) => ring.part !== 0 && rowS % ring.rowS === 0 && (ring.untilS ?? sinceS) >= sinceS)
      .map((ring) => Math.max(0, Math.ceil(oldestOf(ring, atTick) / rowS) * rowS));
    const furthest = Math.min(sinceS, ...further);
    if (furthest === sinceS) return sinceS;
    sinceS = furthest;
  }
}

/** From which ring a row can be made whole, of the same width before others; null = of PDPs. @throws RangeError when of neither. */
export function sourceOf(
  stepS: number,
  rings: readonly Ring[],
  row: { labelS: number; rowS: number },
  atTick: number,
): Ring | null {
  const { labelS, rowS } = row;
  const startS = labelS - rowS;
  const holding = rings.filter(
    (ring) =>
      ring.part !== 0 &&
      rowS % ring.rowS === 0 &&
      oldestOf(ring, atTick) <= startS &&
      (ring.untilS ?? labelS) >= labelS,
  );
  const same = holding.find((ring) => ring.rowS === rowS);
  if (same) return same;
  if (startS >= atTick - PDP_KEEP_S(stepS)) return null;
  const [found] = holding;
  if (!found) throw new RangeError(`a row of ${rowS} s until ${labelS} cannot be made of what is kept`);
  return found;
}

/** The rows of a ring have labels after this. @param newestTick Newest tick of the generation. */
export function oldestOf(ring: Pick<Ring, "sinceS" | "rowS" | "rows">, newestTick: number): number {
  return Math.max(ring.sinceS, rowOf(newestTick, ring.rowS) - ring.rows * ring.rowS);
}

function holdsAll(live: Ring, frozen: Ring, atTick: number): boolean {
  return (
    live.part !== 0 &&
    live.rowS === frozen.rowS &&
    live.rows >= frozen.rows &&
    live.sinceS <= oldestOf(frozen, atTick)
  );
}

function isSame(a: ArchiveSpec, b: ArchiveSpec): boolean {
  return a.steps === b.steps && a.rows === b.rows;
}

/** Whether an archive needs no rows of its own, since PDPs are kept for longer. */
export function isPdps(stepS: number, spec: Pick<ArchiveSpec, "steps" | "rows">): boolean {
  return spec.steps === 1 && spec.rows * stepS <= PDP_KEEP_S(stepS);
}

export function isSameExtras(a: Extras, b: Extras): boolean {
  const has = ({ percentiles }: Extras, metric: StripMetric) => percentiles.includes(metric);
  return a.last === b.last && STRIP_METRICS.every((metric) => has(a, metric) === has(b, metric));
}

/** Whether a target's set and extras are what its layout has. */
export function isAsked(layout: Layout, set: readonly Archive[] | null, extras: Extras): boolean {
  return isSameSet(layout.set, set) && isSameExtras(layout.extras ?? NO_EXTRAS, extras);
}

export function isSameSet(a: readonly Archive[] | null, b: readonly Archive[] | null): boolean {
  if (a === null || b === null) return a === b;
  return a.length === b.length && a.every((one, i) => b[i] !== undefined && isSameArchive(one, b[i]));
}

function isSameArchive(a: Archive, b: Archive): boolean {
  return a.steps === b.steps && a.rows === b.rows && a.xff === b.xff;
}

/** Why a set cannot be kept at a step, each with what to write instead. `at` = place in the set; null = the set. */
export function setProblems(
  stepS: number,
  set: readonly Archive[],
): { readonly at: number | null; readonly message: string }[] {
  const problems: { at: number | null; message: string }[] = [];
  const most = DAY_S / stepS;
  if (set[0] && set[0].steps !== 1)
    problems.push({
      at: 0,
      message: `the first archive has rows of one tick: write 1x${Math.min(600, MOST_ROWS)} before it`,
    });
  set.forEach(({ steps, xff }, i) => {
    const before = set[i - 1];
    if (before && before.steps >= steps)
      problems.push({
        at: i,
        message: `${steps} ticks a row after ${before.steps}: list archives from the finest to the coarsest, each width once`,
      });
    if (steps > most)
      problems.push({ at: i, message: `a row is at most a day: ${most} ticks of ${stepS} s, not ${steps}` });
    else if (most % steps !== 0)
      problems.push({
        at: i,
        message: `${steps} ticks of ${stepS} s do not divide a day: ${nearest(steps, most).join(" or ")} do`,
      });
    if (xff < 0 || xff >= 1)
      problems.push({
        at: i,
        message: `xff is a share from 0 to below 1, for example ${DEFAULT_XFF}; not ${xff}`,
      });
  });
  set.forEach(({ steps, rows }, i) => {
    const mostRows = Math.floor(LONGEST_S / (steps * stepS));
    if (rows > mostRows)
      problems.push({
        at: i,
        message: `${steps}x${rows} reaches back further than 26 months: write ${steps}x${mostRows}`,
      });
  });
  const rows = set.reduce((sum, one) => sum + one.rows, 0);
  if (rows > MOST_ROWS)
    problems.push({
      at: null,
      message: `${rows} rows in all; at most ${MOST_ROWS} are kept: take coarser rows for what is long ago`,
    });
  return problems;
}

/** The divisors of a number next to another one. */
function nearest(steps: number, most: number): number[] {
  let below = steps;
  while (most % below !== 0) below -= 1;
  let above = steps;
  while (most % above !== 0) above += 1;
  return [below, above];
}
