/**
 * Open rows out of the file: they change only when the state of their generation is written, and are not in memory.
 *
 * The writer wants them when a tile of ticks is full, mostly of many neighbours one after the other: those are read
 * together, the further the longer they follow each other, because handing a BLOB over costs more than all else.
 */
import type Database from "better-sqlite3";
import { type RowBlock, rowBlock, rowBytes } from "./blocks.ts";
import { NUMBERS_BYTES, type OpenState, ROWS } from "./open-state.ts";
import { isWholeRows, readRows, STORED_ROWS_BYTES } from "./state-row.ts";

/** Generations looked at together. */
const MOST_AHEAD = 64;
const COMMA = 44;
const END = 59;
const ZERO = 48;

export type OpenRows = ReturnType<typeof openRowsOf>;

/** The writer's: in its transaction, before it writes a state there. */
export function openRowsOf(db: Database.Database) {
  const one = wholeOf(db);
  const several = db
    .prepare<[number, number, number], [places: string | null, rows: Uint8Array | null]>(
      `SELECT group_concat(CAST(id - ? AS INTEGER) || ',' || min(length(data) - ${NUMBERS_BYTES}, ${STORED_ROWS_BYTES}) || ';', ''),
         CAST(group_concat(substr(data, ${NUMBERS_BYTES + 1}, ${STORED_ROWS_BYTES}), '') AS BLOB)
       FROM head WHERE id BETWEEN ? AND ?`,
    )
    .raw();
  /** Where in `bytes` each begins; -1 = there is none. */
  const places: number[] = [];
  let bytes: Uint8Array = new Uint8Array(0);
  let view = new DataView(bytes.buffer);
  let first = 0;
  let count = 0;
  const fetch = (id: number): void => {
    count = id === first + count ? Math.min(Math.max(1, count * 2), MOST_AHEAD) : 1;
    first = id;
    const [text, found] = several.get(id, id, id + count - 1) ?? [null, null];
    bytes = found ?? new Uint8Array(0);
    view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    placesIn(text ?? "", places);
  };
  return {
    /** The open rows of a generation become those of the file: of none when it has none. */
    into(id: number, { rows }: OpenState): void {
      if (id < first || id >= first + count) fetch(id);
      const at = places[id - first] ?? -1;
      if (at < 0) rows.words.fill(0);
      else if (isWholeRows(bytes, at)) readRows(bytes, at, rows, view);
      else readRows(one.get(id) ?? new Uint8Array(0), NUMBERS_BYTES, rows);
    },
    /** A transaction ends: what was read ahead may be different now. */
    clear(): void {
      count = 0;
      first = 0;
    },
  };
}

/** A reader's: the open rows of a generation in its view of the file. */
export function openRowsIn(db: Database.Database): (id: number) => RowBlock {
  const one = wholeOf(db);
  return (id) => {
    const rows = rowBlock(new Uint8Array(rowBytes(ROWS)), 0, ROWS);
    const stored = one.get(id);
    if (stored) readRows(stored, NUMBERS_BYTES, rows);
    return rows;
  };
}

function wholeOf(db: Database.Database) {
  return db.prepare<[number], Uint8Array>("SELECT data FROM head WHERE id = ?").pluck();
}

/** Of numbers, each with the sign that ends it: which of the neighbours, and how many bytes it has. */
function placesIn(text: string, places: number[]): void {
  places.fill(-1);
  let value = 0;
  let which = 0;
  let at = 0;
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charCodeAt(i);
    if (char === COMMA) {
      which = value;
      value = 0;
    } else if (char === END) {
      places[which] = at;
      at += value;
      value = 0;
    } else value = value * 10 + char - ZERO;
  }
}
