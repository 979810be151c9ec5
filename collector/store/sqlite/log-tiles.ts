/**
 * The sample log's tiles: primary data points of 16 ticks (pdp-section.ts), then their records one after the other, each
 * with its slot and its length.
 *
 * Open records wait in the open state and go to their tile when its ticks end, or whole when the room does: then the tile
 * has no primary data points yet. It holds each slot once, in the order of arrival. Bytes are counted, so that a series
 * stays within its budget.
 */
import { type Bands, TICKS_PER_TILE, tileId } from "./bands.ts";
import { setPdps } from "./blocks.ts";
import { ByteWriter, putVarint, varintSize } from "./bytes.ts";
import { FLAG, putTimings, recordHead, strippedRecord, TIMINGS_MOST_BYTES } from "./log-record.ts";
import type { OpenState } from "./open-state.ts";
import { emptyPdps, putSection, recordsFrom, SECTION_MOST_BYTES, sectionOf } from "./pdp-section.ts";
import type { Arrived } from "./rings.ts";
import type { TileCache } from "./tile-cache.ts";

/** What a tile costs besides its bytes. */
export const TILE_OVERHEAD_BYTES = 20;
/** A slot and the longest length. */
export const RECORD_HEAD_BYTES = 6;
/** More than this nobody's 16 ticks need at once; a longer tile still works. */
const FIRST_BYTES = 4_096;

/** Calls back for each record of a tile or an open area: its slot, where it begins and ends. Stops when told `true`. */
export function eachRecord(
  bytes: Uint8Array,
  used: number,
  visit: (slot: number, from: number, to: number) => boolean | undefined,
): void {
  for (let at = used > 0 ? recordsFrom(bytes) : 0; at < used; ) {
    const slot = bytes[at] ?? 0;
    let length = 0;
    let scale = 1;
    at += 1;
    for (;;) {
      const next = bytes[at] ?? 0;
      at += 1;
      length += (next & 0x7f) * scale;
      if (next < 0x80) break;
      scale *= 0x80;
    }
    if (visit(slot, at, at + length)) return;
    at += length;
  }
}

/** The record of a slot, or null. */
export function recordIn(bytes: Uint8Array, used: number, slot: number): Uint8Array | null {
  let found: Uint8Array | null = null;
  eachRecord(bytes, used, (at, from, to) => {
    if (at !== slot) return false;
    found = bytes.subarray(from, to);
    return true;
  });
  return found;
}

/** Adds a record to the open area. @returns false when there is no room. */
export function addToArea(state: OpenState, slot: number, record: Uint8Array): boolean {
  const { area } = state;
  const needs = 1 + varintSize(record.length) + record.length;
  if (state.areaUsed + needs > area.length) return false;
  area[state.areaUsed] = slot;
  const at = putVarint(area, state.areaUsed + 1, record.length);
  area.set(record, at);
  state.areaUsed += needs;
  return true;
}

/** Collects records for a tile; one buffer for all, since each is written before the next begins. */
export function tileBuilder() {
  let bytes = new Uint8Array(FIRST_BYTES);
  let used = 0;
  const room = (more: number) => {
    if (used + more <= bytes.length) return;
    const larger = new Uint8Array((used + more) * 2);
    larger.set(bytes);
    bytes = larger;
  };
  const add = (slot: number, record: Uint8Array, timings: { state: OpenState } | null) => {
    const own = timings && (record[0] ?? 0) & FLAG.timings ? null : timings;
    room(record.length + TIMINGS_MOST_BYTES + 6);
    const extra = own
      ? putTimings(bytes, used + 6 + record.length, own.state.pdps, slot) - used - 6 - record.length
      : 0;
    const length = record.length + extra;
    bytes[used] = slot;
    const at = putVarint(bytes, used + 1, length);
    // The timings were written where they cannot be in the way of the length; now they follow the record.
    bytes.copyWithin(at + record.length, used + 6 + record.length, used + 6 + record.length + extra);
    bytes.set(record, at);
    if (own) bytes[at] = (record[0] ?? 0) | FLAG.timings;
    used = at + length;
  };
  return {
    begin(tile: Uint8Array | null) {
      used = 0;
      if (!tile) return;
      room(tile.length);
      bytes.set(tile);
      used = tile.length;
    },
    /** A record that is whole: it has its timings. */
    add: (slot: number, record: Uint8Array) => add(slot, record, null),
    /** Records of the open area, their timings taken from the open PDPs. */
    addArea(state: OpenState) {
      eachRecord(state.area, state.areaUsed, (slot, from, to) => {
        add(slot, state.area.subarray(from, to), { state });
        return false;
      });
    },
    /** A copy of what was collected. */
    taken: () => bytes.slice(0, used),
    /** What was collected, until the next begins. */
    seen: () => bytes.subarray(0, used),
  };
}

/**
 * The tile of the open ticks as it stays: their primary data points, what went to it before, what is open.
 *
 * @param before Records that are in the file already; null = none.
 */
export function fullTile(tiles: TileCache, state: OpenState, before: Uint8Array | null): Uint8Array {
  const { area, areaUsed } = state;
  const bytes = tiles.room(SECTION_MOST_BYTES + (before?.length ?? 0) + area.length);
  let at = putSection(bytes, 0, state.pdps);
  if (before) {
    const records = before.subarray(recordsFrom(before));
    bytes.set(records, at);
    at += records.length;
  }
  // All of the area: making a view of what is used costs more than copying the rest.
  bytes.set(area, at);
  return bytes.subarray(0, at + areaUsed);
}

const late = emptyPdps();

/**
 * A tile behind the open one with a record more, its primary data points with that tick's.
 *
 * @param before The tile; null = there is none of this lap.
 */
export function fullerTile(
  tiles: TileCache,
  before: Uint8Array | null,
  slot: number,
  { present, values, from, record }: Arrived,
): Uint8Array {
  const found = before && sectionOf(before, late);
  if (!found) late.flags.fill(0);
  setPdps(late, slot, present, values, from);
  const records = before?.subarray(recordsFrom(before));
  const bytes = tiles.room(SECTION_MOST_BYTES + (records?.length ?? 0) + record.length + RECORD_HEAD_BYTES);
  let at = putSection(bytes, 0, late);
  if (records) {
    bytes.set(records, at);
    if (!found) markWhole(bytes.subarray(at, at + records.length));
    at += records.length;
  }
  bytes[at] = slot;
  at = putVarint(bytes, at + 1, record.length);
  bytes.set(record, at);
  return bytes.subarray(0, at + record.length);
}

/** Records of a tile without primary data points have their timings: from now on they say so. */
function markWhole(records: Uint8Array): void {
  eachRecord(records, records.length, (_, from) => {
    records[from] = (records[from] ?? 0) | FLAG.timings;
    return false;
  });
}

/** Puts a copy of a tile into its slot and keeps the count of bytes right. */
export function replaceTile(
  tiles: TileCache,
  state: OpenState,
  id: number,
  bands: Bands,
  tile: number,
  bytes: Uint8Array,
): void {
  const kept = tiles.room(bytes.length);
  kept.set(bytes);
  placeTile(tiles, state, id, bands, tile, kept);
}

/** Puts a tile into its slot and keeps the count of bytes right. @param bytes Nobody changes them before the transaction ends. */
export function placeTile(
  tiles: TileCache,
  state: OpenState,
  id: number,
  bands: Bands,
  tile: number,
  bytes: Uint8Array,
): void {
  const slot = tileId(id, bands.log, tile);
  const before = tiles.lengthOf(slot);
  state.logBytes += bytes.length - (before < 0 ? -TILE_OVERHEAD_BYTES : before);
  tiles.replace(slot, tile, bytes);
}

/** Which slot of its tile a tick has. */
export function slotOf(tickNo: number): number {
  return tickNo % TICKS_PER_TILE;
}

/**
 * A tile without the details of its records.
 *
 * @param keeps Whether a shared text stays, because it says why a sample failed.
 * @returns the bytes and how many records lost something; null when none had anything to lose.
 */
export function strippedTile(
  tile: Uint8Array,
  keeps: (shared: number) => boolean,
): { bytes: Uint8Array; dropped: number } | null {
  const builder = tileBuilder();
  builder.begin(tile.subarray(0, recordsFrom(tile)));
  let dropped = 0;
  eachRecord(tile, tile.length, (slot, from, to) => {
    const record = tile.subarray(from, to);
    const { flags, shared } = recordHead(record);
    if (flags & FLAG.stripped) {
      builder.add(slot, record);
      return false;
    }
    const writer = new ByteWriter(512);
    strippedRecord(record, writer, shared !== null && keeps(shared));
    builder.add(slot, writer.taken());
    dropped += 1;
    return false;
  });
  return dropped === 0 ? null : { bytes: builder.taken(), dropped };
}
