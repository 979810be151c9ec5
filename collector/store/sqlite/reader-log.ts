/**
 * Samples out of the log: the newest, those of a tick, and pages of a range in either direction.
 *
 * Open ticks stand in the open state, the others in tiles; a record may be in both while it moves, and is given once.
 * Only ticks within the kept window of their generation are samples here.
 */
import type Database from "better-sqlite3";
import { comparePlaces, compareText, cursorOf, placed, placeOf } from "../cursor.ts";
import type { SamplesQuery, SeriesKey, StoredSample } from "../store.ts";
import { TICKS_PER_TILE, tileOf } from "./bands.ts";
import type { PdpBlock } from "./blocks.ts";
import { storedOf } from "./log-record.ts";
import { eachRecord } from "./log-tiles.ts";
import { sectionOf } from "./pdp-section.ts";
import type { SharedParts } from "./shared-text.ts";
import type { Seen, View } from "./view.ts";

type Ticks = { readonly fromS: number; readonly toS: number };
/** @param pdps What stands beside the record; null = nothing does. */
type Slot = { readonly bytes: Uint8Array; readonly pdps: PdpBlock | null };

export function readerLog(db: Database.Database, view: View) {
  const textsOf = textsIn(db);
  const slotsOf = slotsIn(view);

  const sampleOf = (seen: Seen, tickNo: number, { bytes, pdps }: Slot): StoredSample =>
    storedOf(bytes, {
      series: seen.series,
      tick: tickNo * seen.stepS,
      stepS: seen.stepS,
      pdps: pdps && { block: pdps, slot: tickNo % TICKS_PER_TILE },
      epoch: textsOf.epoch,
      shared: (n) => textsOf.shared(seen.id, n),
    });
  const sampleAt = (seen: Seen, tick: number): StoredSample[] => {
    if (tick % seen.stepS !== 0 || tick > seen.lastTick || tick <= keptAfter(seen)) return [];
    const tickNo = tick / seen.stepS;
    const found =
      openSlot(seen, tickNo) ?? slotsOf(seen, tileOf(seen.bands.log, tickNo)).get(tickNo % TICKS_PER_TILE);
    return found ? [sampleOf(seen, tickNo, found)] : [];
  };
  /** Tile by tile in the order asked for. */
  const rangeOf = (seen: Seen, ticks: Ticks, order: "newest" | "oldest", limit: number): StoredSample[] => {
    const { stepS } = seen;
    const kept = Math.max(seen.openedTick, keptAfter(seen) + stepS);
    const firstNo = Math.max(Math.ceil(ticks.fromS / stepS), kept / stepS);
    const lastNo = Math.min(Math.floor(ticks.toS / stepS), seen.lastTick / stepS);
    const found: StoredSample[] = [];
    const tiles = tileOf(seen.bands.log, lastNo) - tileOf(seen.bands.log, firstNo);
    for (let i = 0; i <= tiles && firstNo <= lastNo && found.length < limit; i += 1) {
      const tile =
        order === "oldest" ? tileOf(seen.bands.log, firstNo) + i : tileOf(seen.bands.log, lastNo) - i;
      const slots = [...slotsOf(seen, tile)].sort(([a], [b]) => (order === "oldest" ? a - b : b - a));
      for (const [slot, one] of slots) {
        const tickNo = tile * TICKS_PER_TILE + slot;
        if (tickNo >= firstNo && tickNo <= lastNo) found.push(sampleOf(seen, tickNo, one));
      }
    }
    return found.slice(0, limit);
  };

  return {
    latest: (series: readonly SeriesKey[]): StoredSample[] =>
      series.flatMap((key) => {
        const newest = view.newest(key);
        return newest ? sampleAt(newest, newest.lastTick) : [];
      }),
    states(target: string, ticks: readonly number[]): StoredSample[] {
      const samplesOf = (seen: Seen) => {
        const tiles = tilesOf(seen, new Set(ticks));
        return [...tiles].flatMap(([tile, tickNos]) => {
          const slots = slotsOf(seen, tile);
          const found = tickNos.map((tickNo) => ({ tickNo, slot: slots.get(tickNo % TICKS_PER_TILE) }));
          return found.flatMap(({ tickNo, slot }) => (slot ? [sampleOf(seen, tickNo, slot)] : []));
        });
      };
      return view
        .ofTarget(target)
        .flatMap(samplesOf)
        .sort((a, b) => a.sample.tick - b.sample.tick || compareText(a.vantage, b.vantage));
    },
    page({ series, fromS, toS, limit, order, cursor }: SamplesQuery) {
      const after = cursor === undefined ? null : placeOf(cursor);
      const ticks = {
        fromS: after && order === "oldest" ? Math.max(fromS, after.tick) : fromS,
        toS: after && order === "newest" ? Math.min(toS, after.tick) : toS,
      };
      // Two more than asked for: the one at the cursor falls out, and one tells whether there is a next page.
      const found = series
        .flatMap((key) => view.generations(key).flatMap((seen) => rangeOf(seen, ticks, order, limit + 2)))
        .filter((one) => !after || comparePlaces(order, placed(one), after) > 0)
        .sort((a, b) => comparePlaces(order, placed(a), placed(b)));
      const samples = found.slice(0, limit);
      const last = samples.at(-1);
      return { samples, cursor: last && found.length > limit ? cursorOf(placed(last)) : null };
    },
  };
}

/** Ticks that are samples here, by their tile, as numbers: each tile is looked at once. */
function tilesOf(seen: Seen, ticks: ReadonlySet<number>): ReadonlyMap<number, number[]> {
  const { stepS, lastTick, bands } = seen;
  const here = [...ticks].filter((tick) => tick % stepS === 0 && tick <= lastTick && tick > keptAfter(seen));
  return Map.groupBy(
    here.map((tick) => tick / stepS),
    (tickNo) => tileOf(bands.log, tickNo),
  );
}

/** The record of a tick that stands in the open state; null = it may still be in a tile. */
function openSlot(seen: Seen, tickNo: number): Slot | null {
  const { area, areaUsed } = seen.state;
  if (tileOf(seen.bands.log, tickNo) !== tileOf(seen.bands.log, seen.lastTick / seen.stepS)) return null;
  let found: Slot | null = null;
  eachRecord(area, areaUsed, (slot, from, to) => {
    if (slot === tickNo % TICKS_PER_TILE) found = { bytes: area.subarray(from, to), pdps: seen.state.pdps };
    return false;
  });
  return found;
}

/** The records of a log tile by slot, open ones included. */
function slotsIn(view: View) {
  return (seen: Seen, tile: number): Map<number, Slot> => {
    const slots = new Map<number, Slot>();
    const bytes = view.look(seen, seen.bands.log, tile);
    const pdps = bytes && sectionOf(bytes);
    if (bytes)
      eachRecord(bytes, bytes.length, (slot, from, to) => {
        slots.set(slot, { bytes: bytes.subarray(from, to), pdps });
        return false;
      });
    if (tile !== tileOf(seen.bands.log, seen.lastTick / seen.stepS)) return slots;
    const { area, areaUsed } = seen.state;
    eachRecord(area, areaUsed, (slot, from, to) => {
      slots.set(slot, { bytes: area.subarray(from, to), pdps: seen.state.pdps });
      return false;
    });
    return slots;
  };
}

/** What the series of a target have in common, so that an answer of ten thousand is parsed and cloned once per text. */
const PARSED = 2_048;

function parsedTexts(): (text: string) => SharedParts {
  let known = new Map<string, SharedParts>();
  return (text) => {
    const before = known.get(text);
    if (before) return before;
    if (known.size >= PARSED) known = new Map();
    const parts: SharedParts = JSON.parse(text);
    known.set(text, parts);
    return parts;
  };
}

/** Texts that records refer to by number. */
function textsIn(db: Database.Database) {
  const bySeries = db
    .prepare<[number, number], string>("SELECT body FROM detail WHERE generation = ? AND n = ?")
    .pluck();
  const epoch = db.prepare<[number], string>("SELECT text FROM epoch WHERE number = ?").pluck();
  const epochs = new Map<number, string>();
  const partsOf = parsedTexts();
  return {
    shared: (id: number, n: number): SharedParts => partsOf(bySeries.get(id, n) ?? "{}"),
    epoch(number: number): string {
      const known = epochs.get(number) ?? epoch.get(number);
      if (known === undefined) return "";
      epochs.set(number, known);
      return known;
    },
  };
}

/** Newest tick that is no longer kept. */
function keptAfter(seen: Seen): number {
  return seen.lastTick - seen.bands.log.entries * seen.stepS;
}
