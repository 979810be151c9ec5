/**
 * Tiles out of the file and into it: many in one statement, since each call costs as much as writing several tiles.
 *
 * What is asked only for its lap and length, the log's slots, is read ahead, the further the longer neighbours follow
 * each other.
 */
import type Database from "better-sqlite3";
import { aligned } from "./blocks.ts";

/** What a slot holds: of the lap asked for with its bytes. */
export type Slot = { readonly number: number; readonly length: number; readonly bytes: Uint8Array | null };

/** Written by one statement. */
export const TOGETHER = 16;
/** Slots looked at together. */
const MOST_AHEAD = 128;
const UPSERT = "ON CONFLICT (id) DO UPDATE SET number = excluded.number, data = excluded.data";
/** The tile stays as it is around some bytes; one of an earlier lap becomes the new one, zeros around them. */
const PATCH = `ON CONFLICT (id) DO UPDATE SET number = excluded.number,
  data = CASE WHEN tile.number = excluded.number
    THEN CAST(substr(tile.data, 1, ?) || substr(excluded.data, ?, ?) || substr(tile.data, ?) AS BLOB)
    ELSE excluded.data END
  WHERE tile.number < excluded.number OR (tile.number = excluded.number AND length(tile.data) = ?)`;

export function tileStatements(db: Database.Database) {
  const insert = (rows: number, conflict: string) =>
    db.prepare(`INSERT INTO tile (id, number, data) VALUES ${rowsOf(rows)} ${conflict}`);
  const write = { one: insert(1, UPSERT), many: insert(TOGETHER, UPSERT) };
  const patch = { one: insert(1, PATCH), many: insert(TOGETHER, PATCH) };
  const select = db
    .prepare<[number, number], [number: number, length: number, data: Uint8Array | null]>(
      "SELECT number, length(data), CASE WHEN number = ? THEN data END FROM tile WHERE id = ?",
    )
    .raw();
  return {
    read(id: number, number: number): Slot | null {
      const row = select.get(number, id);
      if (!row) return null;
      const [found, length, data] = row;
      return { number: found, length, bytes: data && aligned(data) };
    },
    heads: headsAhead(db),
    /** @param bound Id, number and bytes of TOGETHER tiles, or of any other count one by one. */
    write: (bound: (number | Uint8Array)[]): void => {
      if (bound.length === TOGETHER * 3) write.many.run(bound);
      else for (let i = 0; i < bound.length; i += 3) write.one.run(bound[i], bound[i + 1], bound[i + 2]);
    },
    /**
     * The same for tiles of which only some bytes change, the same of each.
     *
     * @returns false when a slot holds a later lap or a tile of another size: those are as they were.
     */
    patch(bound: (number | Uint8Array)[], { from, to, size }: Place): boolean {
      const around = [from, from + 1, to - from, to + 1, size];
      if (bound.length === TOGETHER * 3) return patch.many.run(bound, ...around).changes === TOGETHER;
      let all = true;
      for (let i = 0; i < bound.length; i += 3)
        all = patch.one.run(bound[i], bound[i + 1], bound[i + 2], ...around).changes === 1 && all;
      return all;
    },
  };
}

/** Bytes from..to of a tile of this size. */
type Place = { readonly from: number; readonly to: number; readonly size: number };

function rowsOf(count: number): string {
  return Array.from({ length: count }, () => "(?, ?, ?)").join(", ");
}

/** Lap and length of slots, by neighbours. */
function headsAhead(db: Database.Database) {
  const select = db
    .prepare<[number, number, number], string | null>(
      `SELECT group_concat(CAST(id - ? AS INTEGER) || ',' || number || ',' || length(data) || ';', '')
       FROM tile WHERE id BETWEEN ? AND ?`,
    )
    .pluck();
  const numbers: number[] = [];
  const lengths: number[] = [];
  let first = 0;
  let count = 0;
  const fetch = (id: number): void => {
    count = id === first + count ? Math.min(Math.max(1, count * 2), MOST_AHEAD) : 1;
    first = id;
    lengths.fill(-1);
    readHeads(select.get(id, id, id + count - 1) ?? "", numbers, lengths);
  };
  const placeOf = (id: number): number => {
    if (id < first || id >= first + count) fetch(id);
    return id - first;
  };
  return {
    /** Bytes that a slot holds; -1 = it is empty. */
    lengthOf: (id: number): number => lengths[placeOf(id)] ?? -1,
    /** Which lap it holds. */
    numberOf(id: number): number {
      const place = placeOf(id);
      return (lengths[place] ?? -1) < 0 ? -1 : (numbers[place] ?? -1);
    },
    /** What was read ahead may be different now. */
    clear(): void {
      count = 0;
      first = -1;
    },
  };
}

/** Place, number, length of each: decimal numbers, each with the sign that ends it. */
function readHeads(text: string, numbers: number[], lengths: number[]): void {
  const COMMA = 44;
  const END = 59;
  let [value, place, number] = [0, 0, 0];
  let part = 0;
  for (let i = 0; i < text.length; i += 1) {
    const char = text.charCodeAt(i);
    if (char === COMMA) {
      if (part === 0) place = value;
      else number = value;
      part += 1;
      value = 0;
    } else if (char === END) {
      numbers[place] = number;
      lengths[place] = value;
      part = 0;
      value = 0;
    } else value = value * 10 + char - 48;
  }
}
