/**
 * Tiles of schema 5 in today's form: rows by fives, strip codes by 496, primary data points in the tiles of the log.
 *
 * Some neighbouring generations at a time, each time in a transaction of its own, since their tiles lie on the same
 * pages; which are done is noted, so a killed conversion goes on where it was. What waits to be emptied is emptied by
 * the slots that it had.
 */
import type Database from "better-sqlite3";
import { type Band, type Bands, bandsOf, entryOf, slotId, TICKS_PER_TILE, tileId, tileOf } from "./bands.ts";
import {
  aligned,
  codeBlock,
  codeBytes,
  copyRow,
  fromOldRows,
  isEmptyRow,
  oldRowBytes,
  type PdpBlock,
  pdpAt,
  pdpBlock,
  rowBlock,
  rowBytes,
} from "./blocks.ts";
import { putVarint } from "./bytes.ts";
import { FLAG, isUp, timingsBehind } from "./log-record.ts";
import { eachRecord, RECORD_HEAD_BYTES, TILE_OVERHEAD_BYTES } from "./log-tiles.ts";
import { OpenState } from "./open-state.ts";
import { putSection, SECTION_MOST_BYTES } from "./pdp-section.ts";
import { shapesOf } from "./shapes.ts";
import { readState, stateWriter } from "./state-row.ts";

/** Rows and codes of a tile up to schema 5, and the part that primary data points had. */
const OLD_ROWS = 4;
const OLD_CODES = 480;
const OLD_PDPS_PART = 0;
/** Generations converted in one transaction: a few thousand pages change. */
const TOGETHER = 8;
const TELL_EVERY = 50;

type Generation = { id: number; target: string; step_s: number; shape: number; data: Uint8Array | null };
type Tile = { id: number; number: number; data: Uint8Array };
type Ring = { readonly part: number; readonly ring: number };
type Parts = ReturnType<typeof partsOf>;

export function convertTiles(
  db: Database.Database,
  told: (done: number, of: number) => void,
  together = TOGETHER,
): void {
  const all = Number(db.prepare("SELECT count(*) FROM generation").pluck().get());
  const done = db.prepare("SELECT count(*) FROM converted").pluck();
  const parts = partsOf(db);
  db.transaction(() => keepOldRings(db)).immediate();
  const some = db.transaction((): number => {
    const next = parts.next.all(together);
    for (const one of next) {
      convertOne(parts, one);
      parts.note.run(one.id);
    }
    return next.length;
  });
  for (let n = 0; some.immediate() > 0; n += 1)
    if (n % TELL_EVERY === TELL_EVERY - 1) told(Number(done.get()), all);
}

function partsOf(db: Database.Database) {
  return {
    shapes: shapesOf(db),
    next: db.prepare<[number], Generation>(
      `SELECT id, target, step_s, shape, head.data AS data FROM generation LEFT JOIN head USING (id)
       WHERE id NOT IN (SELECT id FROM converted) ORDER BY id LIMIT ?`,
    ),
    note: db.prepare("INSERT INTO converted (id) VALUES (?)"),
    tile: db.prepare<[number], Tile>("SELECT id, number, data FROM tile WHERE id = ?"),
    drop: db.prepare("DELETE FROM tile WHERE id = ?"),
    write: db.prepare(
      `INSERT INTO tile (id, number, data) VALUES (?, ?, ?)
       ON CONFLICT (id) DO UPDATE SET number = excluded.number, data = excluded.data`,
    ),
    writeHead: db.prepare("UPDATE head SET data = ? WHERE id = ?"),
    stored: stateWriter(),
  };
}

/** Vacancies of the default archives say from now on which slots they had. */
function keepOldRings(db: Database.Database): void {
  const vacancies = db.prepare<[], { id: number; step_s: number }>(
    "SELECT id, step_s FROM vacant WHERE rings IS NULL AND emptied IS NOT NULL",
  );
  const keep = db.prepare("UPDATE vacant SET rings = ? WHERE id = ?");
  for (const { id, step_s: stepS } of vacancies.all()) {
    const { log, pdps, coarse, strip } = bandsOf(stepS);
    const rings = [
      log,
      oldPdps(pdps),
      ...coarse.map((band) => oldRing(band, OLD_ROWS)),
      oldRing(strip, OLD_CODES),
    ];
    keep.run(JSON.stringify(rings.map(({ part, ring }) => [part, ring])), id);
  }
}

function oldRing({ part, entries }: Band, perTile: number): Ring {
  return { part, ring: Math.ceil(entries / perTile) + 1 };
}

function oldPdps(band: Band): Ring {
  return { ...oldRing(band, TICKS_PER_TILE), part: OLD_PDPS_PART };
}

function convertOne(parts: Parts, { id, target, step_s: stepS, shape, data }: Generation): void {
  if (!data) return;
  const state = new OpenState();
  readState(data, state);
  const bands = bandsOf(stepS, parts.shapes.at(target, stepS, shape).layout);
  for (const band of bands.coarse) retile(parts, id, state, band, oldRing(band, OLD_ROWS), ROWS);
  for (const band of [bands.strip, ...bands.strips])
    retile(parts, id, state, band, oldRing(band, OLD_CODES), CODES);
  joinPdps(parts, id, state, bands);
  parts.writeHead.run(parts.stored(state), id);
}

/** What tiles hold: how long a new one is, and the entries of an old one that say anything. */
type Kind = {
  readonly bytes: (band: Band) => number;
  readonly each: (tile: Tile, visit: (entry: number, put: Put) => void) => void;
};
/** An entry goes to its place in a new tile. */
type Put = (band: Band, into: Uint8Array, at: number) => void;

const ROWS: Kind = {
  bytes: ({ perTile }) => rowBytes(perTile),
  each({ number, data }, visit) {
    const isOlder = data.length === oldRowBytes(OLD_ROWS);
    const rows = rowBlock(isOlder ? fromOldRows(aligned(data), OLD_ROWS) : aligned(data), 0, OLD_ROWS);
    for (let i = 0; i < OLD_ROWS; i += 1)
      if (!isEmptyRow(rows, i))
        visit(number * OLD_ROWS + i, ({ perTile }, into, at) =>
          copyRow(rows, i, rowBlock(into, 0, perTile), at),
        );
  },
};

const CODES: Kind = {
  bytes: ({ perTile }) => codeBytes(perTile),
  each({ number, data }, visit) {
    codeBlock(aligned(data), 0, OLD_CODES).forEach((code, i) => {
      if (code !== 0)
        visit(number * OLD_CODES + i, ({ perTile }, into, at) => {
          codeBlock(into, 0, perTile)[at] = code;
        });
    });
  },
};

/** Entries of old tiles go to new ones in the same slots; what no reader is shown any more goes. */
function retile(
  parts: Parts,
  id: number,
  { lastTick, stepS }: OpenState,
  band: Band,
  old: Ring,
  kind: Kind,
): void {
  const made = new Map<number, Uint8Array>();
  const newest = tileOf(band, entryOf(band, lastTick / stepS));
  for (const tile of taken(parts, id, old))
    kind.each(tile, (entry, put) => {
      const number = tileOf(band, entry);
      if (number > newest || number <= newest - band.ring) return;
      const bytes = made.get(number) ?? new Uint8Array(kind.bytes(band));
      made.set(number, bytes);
      put(band, bytes, entry % band.perTile);
    });
  for (const [number, bytes] of made) parts.write.run(tileId(id, band, number), number, bytes);
}

/** The tiles of a ring, whose slots are empty from now on. */
function taken(parts: Parts, id: number, { part, ring }: Ring): Tile[] {
  const found: Tile[] = [];
  for (let slot = 0; slot < ring; slot += 1) {
    const tile = parts.tile.get(slotId(id, part, slot));
    if (!tile) continue;
    found.push(tile);
    parts.drop.run(tile.id);
  }
  return found;
}

/** The primary data points go to the tiles of the log with the same ticks. */
function joinPdps(parts: Parts, id: number, state: OpenState, bands: Bands): void {
  const { log } = bands;
  for (const { number, data } of taken(parts, id, oldPdps(bands.pdps))) {
    const slot = tileId(id, log, number);
    const held = parts.tile.get(slot);
    if (held && held.number > number) continue;
    const records = held?.number === number ? held.data : new Uint8Array(0);
    const bytes = joined(pdpBlock(aligned(data), 0, TICKS_PER_TILE), records);
    state.logBytes += bytes.length - (held?.data.length ?? -TILE_OVERHEAD_BYTES);
    parts.write.run(slot, number, bytes);
  }
}

function joined(pdps: PdpBlock, records: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(SECTION_MOST_BYTES + records.length + TICKS_PER_TILE * RECORD_HEAD_BYTES);
  let end = putSection(bytes, 0, pdps);
  eachRecord(records, records.length, (slot, from, to) => {
    const record = withoutTimings(records.slice(from, to), pdps, slot);
    bytes[end] = slot;
    end = putVarint(bytes, end + 1, record.length);
    bytes.set(record, end);
    end += record.length;
    return false;
  });
  return bytes.subarray(0, end);
}

/** Timings that are the primary data points of the tick are left out; a record with others says that it has them. */
function withoutTimings(record: Uint8Array, pdps: PdpBlock, slot: number): Uint8Array {
  const flags = record[0] ?? 0;
  if (!isUp(record)) return record;
  const { at, values } = timingsBehind(record);
  const isSame = values.every((value, m) => value === pdpAt(pdps, slot, m));
  record[0] = isSame ? flags & ~FLAG.timings : flags | FLAG.timings;
  return isSame ? record.subarray(0, at) : record;
}
