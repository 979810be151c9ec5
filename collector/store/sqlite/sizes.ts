/**
 * What the rings of a generation take of the file: from the layout and from how far it was measured, by part.
 *
 * Arithmetic only. A page holds whole tiles, so a tile takes its share of a page, what stays empty included.
 */
import type { Layout } from "../../archive/sets.ts";
import { type Band, bandsOf, entryOf, TICKS_PER_TILE, tileOf } from "./bands.ts";
import { codeBytes, pdpBytes, rowBytes } from "./blocks.ts";
import { LOG_BYTES_PER_TICK } from "./log-budget.ts";
import { ROWS, STATE_BYTES } from "./open-state.ts";
import { PAGE_BYTES } from "./page-size.ts";
import { SECTION_MOST_BYTES } from "./pdp-section.ts";

/** A page's own head, and what a tile has besides its bytes: row id, record header, number, cell pointer. */
const PAGE_HEAD_BYTES = 8;
const TILE_HEAD_BYTES = 20;
/** Names in two trees, and what is open between sweeps. */
const SERIES_ROW_BYTES = 120;

export const LOG = "sample log";
export const PDPS = "pdps";

export type PartBytes = { readonly part: string; readonly bytes: number };

/** How far a generation was measured. */
export type Measured = {
  readonly openedTick: number;
  readonly lastTick: number;
  /** Whole rows from elsewhere lie up to this tick; 0 = none do. */
  readonly laidTo: number;
  /** Share of the ticks up to laidTo that was measured all the same, 0..1. */
  readonly laidShare: number;
};

/**
 * The share of a page that a tile of so many bytes takes; a tile longer than a page takes whole ones.
 *
 * @param pageBytes Of the database.
 */
export function pageShare(tileBytes: number, pageBytes: number = PAGE_BYTES): number {
  const cell = tileBytes + TILE_HEAD_BYTES;
  const perPage = Math.floor((pageBytes - PAGE_HEAD_BYTES) / cell);
  return perPage > 0 ? pageBytes / perPage : Math.ceil(cell / pageBytes) * pageBytes;
}

/** What a tick takes of the log at most: its budget counts tiles, of which the last on a page may not fit. */
function logMostPerTick(pageBytes: number): number {
  return pageShare(LOG_BYTES_PER_TICK * TICKS_PER_TILE - TILE_HEAD_BYTES, pageBytes) / TICKS_PER_TILE;
}

/** Bytes of the file that a tick takes in the log, its primary data points with it. */
export type LogUse = {
  readonly perTick: number;
  /** Of a whole ring. */
  readonly mostPerTick: number;
  /** Of the database. */
  readonly pageBytes: number;
};

/** Where nothing is known of what a tick takes: as if each took its budget. */
export function logAtBudget(pageBytes: number = PAGE_BYTES): LogUse {
  const perTick = logMostPerTick(pageBytes);
  return { perTick, mostPerTick: perTick, pageBytes };
}
/** A page whose tiles gave up their details stays as it is until it is mostly empty. */
const MOST_PAGES = 2;

/**
 * As the log of a store is now.
 *
 * @param tileBytes What a tile takes as the budget counts it.
 * @param stripped What a tick takes of the file where details were dropped; null = nowhere.
 */
export function logUseOf(tileBytes: number, stripped: number | null, pageBytes: number): LogUse {
  const whole = pageShare(tileBytes - TILE_HEAD_BYTES, pageBytes) / TICKS_PER_TILE;
  return { perTick: Math.max(whole, stripped ?? 0), mostPerTick: MOST_PAGES * LOG_BYTES_PER_TICK, pageBytes };
}

export function partsOf(stepS: number, layout: Layout, measured: Measured, use: LogUse): PartBytes[] {
  const bands = bandsOf(stepS, layout);
  const { pageBytes } = use;
  const most = bands.log.ring * bands.log.perTile * use.mostPerTick;
  const log = Math.min(logTicks(stepS, layout, measured) * use.perTick, most);
  const pdps = pdpTicks(stepS, layout, measured) * pdpsPerTick(use.perTick);
  return [
    { part: PDPS, bytes: pdps },
    ...bands.coarse.map((band) => ({
      part: `rows ${band.steps * stepS} s`,
      bytes: rowTiles(stepS, band, measured) * pageShare(rowBytes(band.perTile), pageBytes),
    })),
    {
      part: "strip",
      bytes: tickTiles(stepS, bands.strip, measured) * pageShare(codeBytes(bands.strip.perTile), pageBytes),
    },
    ...bands.lasts.map((band) => ({
      part: `LAST of rows ${band.steps * stepS} s`,
      bytes: rowTiles(stepS, band, measured) * pageShare(pdpBytes(band.perTile), pageBytes),
    })),
    ...bands.strips.map((band) => ({
      part: `strip of ${band.metric}`,
      bytes: rowTiles(stepS, band, measured) * pageShare(codeBytes(band.perTile), pageBytes),
    })),
    { part: LOG, bytes: log - pdps },
    { part: "head", bytes: STATE_BYTES + rowBytes(ROWS) + SERIES_ROW_BYTES },
  ];
}

/** How many of the measured ticks its log still has; those of the open tile are not there yet. */
export function logTicks(stepS: number, layout: Layout, measured: Measured): number {
  const { log } = bandsOf(stepS, layout);
  const open = ((measured.lastTick / stepS) % log.perTile) + 1;
  return Math.max(0, ticksWithin(stepS, measured, log.ring * log.perTile) - open);
}

/** How many of them are kept as primary data points. */
export function pdpTicks(stepS: number, layout: Layout, measured: Measured): number {
  const { pdps } = bandsOf(stepS, layout);
  const open = ((measured.lastTick / stepS) % pdps.perTile) + 1;
  const kept = (Math.ceil(pdps.entries / pdps.perTile) + 1) * pdps.perTile;
  return Math.max(0, ticksWithin(stepS, measured, kept) - open);
}

/** What primary data points take of a tick's bytes in the log, whatever was measured. */
export function pdpsPerTick(logPerTick: number): number {
  return Math.min(logPerTick, SECTION_MOST_BYTES / TICKS_PER_TILE);
}

/** Measured ticks among the newest so many: where rows were laid, only their share. */
function ticksWithin(stepS: number, measured: Measured, newest: number): number {
  const { openedTick, lastTick, laidTo, laidShare } = measured;
  const from = Math.max(openedTick, lastTick - (newest - 1) * stepS);
  const laid = Math.max(0, Math.min(laidTo, lastTick) - from) / stepS;
  return (lastTick - from) / stepS + 1 - laid * (1 - laidShare);
}

/** Tiles of a ring of ticks: none where rows were laid and nobody measured. */
function tickTiles(stepS: number, band: Band, { openedTick, lastTick, laidTo, laidShare }: Measured): number {
  const tileAt = (tick: number) => tileOf(band, Math.floor(tick / stepS));
  const newest = tileAt(lastTick);
  const first = Math.max(tileAt(openedTick), newest - band.ring + 1);
  const laid = Math.max(0, Math.min(newest, tileAt(laidTo)) - first);
  return newest - first + 1 - laid * (1 - laidShare);
}

/**
 * Tiles of a ring of rows, laid and frozen ones included: a frozen ring is freed as a whole. Of rows that are made of
 * primary data points those that were laid, which stay when they have aged out.
 */
function rowTiles(stepS: number, band: Band, { openedTick, lastTick, laidTo }: Measured): number {
  const newest = band.derived ? Math.min(laidTo, lastTick) : lastTick;
  const first = Math.max(band.since + 1, entryOf(band, openedTick / stepS));
  const last = Math.min(band.until, entryOf(band, newest / stepS));
  return first > last ? 0 : Math.min(band.ring, tileOf(band, last) - tileOf(band, first) + 1);
}
