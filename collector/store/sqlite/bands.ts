/**
 * Where things stand: which ring, slot and tile a tick, a row or a strip code belongs to.
 *
 * A generation has bands: its ticks (log records and PDPs), one per coarser archive, its strip. A band is a ring of tiles
 * (one BLOB each), a tile holds neighbouring entries. A tile carries its own number, so that a slot tells its laps apart: a reader
 * that wants tile 17 and finds 9 sees nothing. One tile more than the entries need keeps the oldest of them whole.
 *
 * Row ids go by time first and by generation second: what many series write at one tick lies on few pages.
 */
import { LOG_KEEP_S, LONGEST_S, PDP_KEEP_S } from "../../archive/layout.ts";
import { firstLayout, type Layout, type Ring } from "../../archive/sets.ts";
import type { StripMetric } from "../../wire/archives.ts";

export const TICKS_PER_TILE = 16;
/** Twelve tiles fill a page; large enough to read a year in a hundred and sixty. */
export const ROWS_PER_TILE = 5;
/** A multiple of TICKS_PER_TILE: the codes of a full tile of ticks all go to one strip tile. Eight of them fill a page. */
export const CODES_PER_TILE = 496;

const LOG_PART = 6;
const STRIP_PART = 7;
const SLOTS = 2 ** 20;
/** Their numbers are below this. */
export const GENERATIONS = 2 ** 20;

export type Band = {
  readonly part: number;
  /** PDPs per entry: 1 for PDPs and strip. */
  readonly steps: number;
  /** Entries a reader is shown, counted back from the newest. */
  readonly entries: number;
  readonly perTile: number;
  readonly ring: number;
  /** Entries after this one are kept, up to `until`: a ring begins and freezes with its archive set. */
  readonly since: number;
  readonly until: number;
  /** Its newest rows stand in the open state; those of other bands go to their tiles at once. */
  readonly held: boolean;
  /** Its rows are made of primary data points when they are read: its tiles have only what was laid there. */
  readonly derived: boolean;
};

export type StripBand = Band & { readonly metric: StripMetric };

export type Bands = {
  readonly stepS: number;
  /** In the tiles of the log, of which the newest have them as primary data points. */
  readonly pdps: Band;
  /** One per archive with rows of its own: those of the set, finest first, then the frozen ones. */
  readonly coarse: readonly Band[];
  /** Those of them that have their rows in tiles, the newest too. */
  readonly unheld: readonly Band[];
  /** Those of them that have their rows in tiles or in the open state. */
  readonly stored: readonly Band[];
  readonly strip: Band;
  /** Values of rows' last ticks: an entry per row, in tiles like those of PDPs. */
  readonly lasts: readonly Band[];
  /** Strips beside that of total, as `strip`. */
  readonly strips: readonly StripBand[];
  /** Tiles of the sample log. */
  readonly log: Band;
};

/** As many bands as the open state has room for. */
export const MOST_HELD = 3;
const EVER = { since: 0, until: Number.MAX_SAFE_INTEGER, held: false, derived: false };
/** Rows of more ticks are stored: making a week of them would take longer than reading it. */
const MOST_DERIVED_STEPS = 8;

const known = new WeakMap<Layout, Bands>();

/**
 * The bands of a generation.
 *
 * @param stepS A step for which archivesOf has an answer.
 * @param layout Absent = the default one of the step.
 */
export function bandsOf(stepS: number, layout: Layout = firstLayout(stepS)): Bands {
  const before = known.get(layout);
  if (before) return before;
  const coarse = layout.rings
    .filter(({ part }) => part !== 0)
    .map((ring, i) => {
      const derived = isDerived(stepS, ring);
      const held = !derived && ring.untilS === null && i < MOST_HELD;
      return { ...ringBand(ring, ROWS_PER_TILE), held, derived };
    });
  const log = band(LOG_PART, 1, LOG_KEEP_S(stepS) / stepS, TICKS_PER_TILE);
  const bands = {
    stepS,
    pdps: { ...log, entries: Math.ceil(PDP_KEEP_S(stepS) / stepS) },
    coarse,
    unheld: coarse.filter(({ held, derived }) => !held && !derived),
    stored: coarse.filter(({ derived }) => !derived),
    strip: band(STRIP_PART, 1, LONGEST_S / stepS, CODES_PER_TILE),
    lasts: (layout.lasts ?? []).map((ring) => ({ ...ringBand(ring, TICKS_PER_TILE), held: false })),
    strips: (layout.strips ?? []).map((ring) => ({
      ...ringBand(ring, CODES_PER_TILE),
      held: false,
      metric: ring.metric,
    })),
    log,
  };
  known.set(layout, bands);
  return bands;
}

/** Whether primary data points reach back as far as the rows of a ring, so that each can be made of them at any time. */
export function isDerived(stepS: number, { steps, rows }: Pick<Ring, "steps" | "rows">): boolean {
  return steps > 1 && steps <= MOST_DERIVED_STEPS && (rows + 1) * steps * stepS <= PDP_KEEP_S(stepS);
}

function ringBand(ring: Ring, perTile: number): Omit<Band, "held"> {
  const { part, steps, rows, rowS, sinceS, untilS } = ring;
  return {
    ...band(part, steps, rows, perTile),
    since: sinceS / rowS,
    until: untilS === null ? EVER.until : untilS / rowS,
  };
}

function band(part: number, steps: number, wanted: number, perTile: number): Band {
  const entries = Math.ceil(wanted);
  return { part, steps, entries, perTile, ring: Math.ceil(entries / perTile) + 1, ...EVER };
}

/** Those whose slots are given back when no layout needs them any more. */
export function ownBands({ coarse, lasts, strips }: Bands): Band[] {
  return [...coarse, ...lasts, ...strips];
}

/** Number of the entry that covers a tick; `tickNo` = tick / step. */
export function entryOf(band: Band, tickNo: number): number {
  return Math.ceil(tickNo / band.steps);
}

export function tileOf(band: Band, entry: number): number {
  return Math.floor(entry / band.perTile);
}

/** Row id of the slot a tile stands in. */
export function tileId(generation: number, band: Band, tile: number): number {
  return slotId(generation, band.part, tile % band.ring);
}

/** Row id of a slot of a band, counted from 0. */
export function slotId(generation: number, part: number, slot: number): number {
  return (part * SLOTS + slot) * GENERATIONS + generation;
}

/** Whether an entry is among those a reader is shown, when `newest` is the newest. */
export function isShown(band: Band, entry: number, newest: number): boolean {
  if (entry <= band.since || entry > band.until) return false;
  return entry > newest - band.entries && entry <= newest;
}
