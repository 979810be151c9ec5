/**
 * What a series costs on disk, by part, now and when all its rings are full: every byte is counted from the layout.
 *
 * The log's rows have no fixed size: for the full size a typical one is assumed and said. Bytes now are the rings
 * filled so far; what the file holds besides is the log's, registry and incidents included.
 */
import { statSync } from "node:fs";
import { firstLayout, isPdps, type Layout, nextLayout } from "../../archive/sets.ts";
import type { Archive } from "../../wire/archives.ts";
import { EVENT_KINDS } from "../../wire/event.ts";
import { seriesName } from "../series.ts";
import { EVENTS_KEPT, type Generation, type StoreEstimate } from "../store.ts";
import { type Band, bandsOf, entryOf } from "./bands.ts";
import { codeBytes, pdpBytes, rowBytes } from "./blocks.ts";
import { budgetOf } from "./log-budget.ts";
import { STATE_BYTES } from "./open-state.ts";

/** Row id, record header and cell pointer of one stored tile, and the share of a page that stays empty. */
const TILE_OVERHEAD_BYTES = 20;
const SERIES_ROW_BYTES = 120;
const LOG = "sample log";
/** A typical event of each kind as stored; of a route with twenty hops, a chain and a head. */
const EVENT_BYTES: Readonly<Record<keyof typeof EVENTS_KEPT, number>> = {
  egress: 500,
  addresses: 500,
  path: 4_500,
  altered: 800,
};

type Part = { readonly part: string; readonly full: number; readonly at: (ticks: number) => number };

/**
 * @param stepS For which step the full size is stated.
 * @param told What only the database knows.
 * @param archives For which set; null = the default one.
 */
export function estimateOf(
  stepS: number,
  generations: readonly Generation[],
  told: { readonly eventBytes: number; readonly detailsDropped: number },
  file: string,
  archives: readonly Archive[] | null = null,
): StoreEstimate {
  const { eventBytes, detailsDropped } = told;
  const bytesNow = sizeOf(file) + sizeOf(`${file}-wal`);
  const held = Map.groupBy(generations.flatMap(heldNow), ({ part }) => part);
  const nowOf = (part: string) => (held.get(part) ?? []).reduce((sum, { bytes }) => sum + bytes, 0);
  const statedParts = partsOf(stepS, nextLayout(stepS, firstLayout(stepS), archives, 0));
  const fullOf = (part: string) =>
    statedParts.reduce((sum, one) => sum + (one.part === part ? one.full : 0), 0);
  const names = new Set([...statedParts.map(({ part }) => part), ...held.keys()]);
  const rings = [...names].map((part) => ({
    part,
    bytesPerSeries: Math.round(fullOf(part)),
    bytesNow: Math.round(nowOf(part)),
  }));
  const elsewhere = rings.reduce((sum, ring) => sum + (ring.part === LOG ? 0 : ring.bytesNow), 0);
  const parts = rings.map((ring) =>
    ring.part === LOG ? { ...ring, bytesNow: Math.max(0, bytesNow - elsewhere - eventBytes) } : ring,
  );
  const bytesPerSeriesFull = parts.reduce((sum, part) => sum + part.bytesPerSeries, 0);
  const series = new Set(generations.map(({ series: key }) => seriesName(key))).size;
  const full = generations.reduce(
    (sum, one) => sum + partsOf(one.stepS, layoutOf(one)).reduce((total, part) => total + part.full, 0),
    0,
  );
  const bytesFixed = eventsFull();
  return {
    parts: [...parts, { part: "events", bytesPerSeries: 0, bytesNow: eventBytes }],
    series,
    bytesPerSeriesFull,
    bytesFixed,
    detailsDropped,
    bytesNow,
    bytesFull: Math.round(full) + bytesFixed,
  };
}

/** Bytes a series takes by part when it has been measured for that long; the log as if each tick took its budget. */
export function seriesBytesAt(stepS: number, ageS: number): { part: string; bytes: number }[] {
  return partsOf(stepS).map(({ part, at }) => ({
    part,
    bytes: Math.round(at(Math.floor(ageS / stepS) + 1)),
  }));
}

function eventsFull(): number {
  return EVENT_KINDS.reduce((sum, kind) => sum + EVENTS_KEPT[kind] * EVENT_BYTES[kind], 0);
}

function heldNow(generation: Generation): { part: string; bytes: number }[] {
  const { stepS, openedTick, lastTick } = generation;
  const ticks = (lastTick - openedTick) / stepS + 1;
  return partsOf(stepS, layoutOf(generation)).map(({ part, at }) => ({ part, bytes: at(ticks) }));
}

/** Only the sizes of its rings matter here. */
function layoutOf({ stepS, rings }: Generation): Layout {
  if (!rings) return firstLayout(stepS);
  const numbered = rings.map((ring, i) => ({ ...ring, part: isPdps(stepS, ring) ? 0 : i + 1 }));
  return { version: 1, set: null, rings: numbered, nextPart: rings.length + 1 };
}

function partsOf(stepS: number, layout: Layout = firstLayout(stepS)): Part[] {
  const bands = bandsOf(stepS, layout);
  return [
    band("pdps", bands.pdps, pdpBytes),
    ...bands.coarse.map((coarse) => band(`rows ${coarse.steps * stepS} s`, coarse, rowBytes)),
    band("strip", bands.strip, codeBytes),
    {
      part: LOG,
      full: budgetOf(bands),
      at: (ticks) => (Math.min(ticks, bands.log.entries) / bands.log.entries) * budgetOf(bands),
    },
    {
      part: "head",
      full: STATE_BYTES + SERIES_ROW_BYTES,
      at: () => STATE_BYTES + SERIES_ROW_BYTES,
    },
  ];
}

function band(part: string, of: Band, bytesOf: (entries: number) => number): Part {
  const tile = bytesOf(of.perTile) + TILE_OVERHEAD_BYTES;
  return {
    part,
    full: of.ring * tile,
    at: (ticks) => Math.min(of.ring, Math.ceil(entryOf(of, ticks) / of.perTile)) * tile,
  };
}

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
