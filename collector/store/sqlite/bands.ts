/**
 * Where things stand: which ring, slot and tile a tick, a row or a strip code belongs to.
 *
 * A generation has bands: its PDPs, one per coarser archive, its strip. A band is a ring of tiles (one BLOB each),
 * a tile holds neighbouring entries. A tile carries its own number, so that a slot tells its laps apart: a reader
 * that wants tile 17 and finds 9 sees nothing. One tile more than the entries need keeps the oldest of them whole.
 *
 * Row ids go by time first and by generation second: what many series write at one tick lies on few pages.
 */
import { archivesOf, LOG_KEEP_S, LONGEST_S, PDP_KEEP_S } from "../../archive/layout.ts";

export const TICKS_PER_TILE = 16;
/** Small enough for several series' tiles on a page, large enough to read a year in two hundred. */
export const ROWS_PER_TILE = 4;
/** A multiple of TICKS_PER_TILE: the codes of a closed PDP tile all go to one strip tile. */
export const CODES_PER_TILE = 480;

const LOG_PART = 6;
const STRIP_PART = 7;
const SLOTS = 2 ** 20;
const GENERATIONS = 2 ** 20;

export type Band = {
  readonly part: number;
  /** PDPs per entry: 1 for PDPs and strip. */
  readonly steps: number;
  /** Entries a reader is shown, counted back from the newest. */
  readonly entries: number;
  readonly perTile: number;
  readonly ring: number;
};

export type Bands = {
  readonly stepS: number;
  readonly pdps: Band;
  /** One per archive coarser than the step, finest first. */
  readonly coarse: readonly Band[];
  readonly strip: Band;
  /** Tiles of the sample log: the same ticks as the PDP tiles, kept longer. */
  readonly log: Band;
};

const known = new Map<number, Bands>();

/** @param stepS A step for which archivesOf has an answer. */
export function bandsOf(stepS: number): Bands {
  const before = known.get(stepS);
  if (before) return before;
  const bands = {
    stepS,
    pdps: band(0, 1, PDP_KEEP_S(stepS) / stepS, TICKS_PER_TILE),
    coarse: archivesOf(stepS)
      .filter((archive) => archive.steps > 1)
      .map((archive, i) => band(i + 1, archive.steps, archive.rows, ROWS_PER_TILE)),
    strip: band(STRIP_PART, 1, LONGEST_S / stepS, CODES_PER_TILE),
    log: band(LOG_PART, 1, LOG_KEEP_S(stepS) / stepS, TICKS_PER_TILE),
  };
  known.set(stepS, bands);
  return bands;
}

function band(part: number, steps: number, wanted: number, perTile: number): Band {
  const entries = Math.ceil(wanted);
  return { part, steps, entries, perTile, ring: Math.ceil(entries / perTile) + 1 };
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
  return entry > newest - band.entries && entry <= newest;
}
