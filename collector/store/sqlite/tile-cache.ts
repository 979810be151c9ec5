/**
 * Tiles a transaction touches: each is read once at most, changed in memory and written once, at the end, in order of
 * row id.
 *
 * A slot that holds a lower number starts afresh: the ring has come round. What it held is not read, and neither is a
 * tile of which only some bytes become others: handing a BLOB over costs more than all else. Nothing is kept between
 * transactions.
 */
import type Database from "better-sqlite3";
import { Arena } from "./arena.ts";
import { slotOfToday } from "./tile-form.ts";

/** What a slot holds: of the lap asked for with its bytes. */
export type Slot = { readonly number: number; readonly length: number; readonly bytes: Uint8Array | null };

export type TileCache = {
  /** The tile's bytes, to be changed in place; null when its slot already holds a later lap. */
  change(id: number, number: number, size: number): Uint8Array | null;
  /** Some bytes of a tile become these; nothing happens when its slot already holds a later lap. */
  patch(id: number, number: number, size: number, at: number, bytes: Uint8Array): void;
  /** Bytes are added at the end of the tile that the slot holds, which was looked at before. */
  append(id: number, number: number, bytes: Uint8Array): void;
  /** The tile's bytes for looking, or null when the slot holds another lap. */
  look(id: number, number: number): Uint8Array | null;
  /** What its slot holds; the bytes only if it is this lap. */
  slot(id: number, number: number): Slot | null;
  /** The slot holds this from now on; what stood there is not read. */
  replace(id: number, number: number, bytes: Uint8Array): void;
  /** Room for a tile that is to replace one; nobody's after the transaction. */
  room(bytes: number): Uint8Array;
  /** Writes what was changed, and forgets it. */
  flush(): void;
  /** The same if that is much: between samples, so that it need not all be in memory until the end. */
  flushMuch(): void;
  /** Forgets everything, as after a rollback. */
  clear(): void;
};

/** `room` begins with its bytes and has place for more. */
type Entry = Slot & { readonly changed: boolean; readonly room?: Uint8Array };
type Changed = { readonly id: number; readonly number: number; readonly bytes: Uint8Array };
type Patch = {
  readonly id: number;
  readonly number: number;
  readonly size: number;
  readonly at: number;
  readonly bytes: Uint8Array;
};

/** Written by one statement. */
const TOGETHER = 8;
/** Tiles in memory before some are written. */
const MUCH = 1_024;
const UPSERT = "ON CONFLICT (id) DO UPDATE SET number = excluded.number, data = excluded.data";

export function tileCache(db: Database.Database): TileCache {
  const entries = new Map<number, Entry>();
  const patches = new Map<number, Patch>();
  const arena = new Arena();
  const statements = statementsOf(db);
  /** A patch that waits is made, so that the tile can be read. */
  const settle = (id: number): void => {
    const patch = patches.get(id);
    if (!patch) return;
    patches.delete(id);
    if (!statements.patch(patch)) change(id, patch.number, patch.size)?.set(patch.bytes, patch.at);
  };
  const read = (id: number, number: number): Entry | null => {
    settle(id);
    const cached = entries.get(id);
    if (cached && (cached.bytes !== null || cached.number !== number)) return cached;
    const entry = statements.read(id, number);
    if (entry) entries.set(id, entry);
    return entry;
  };
  const put = (id: number, number: number, bytes: Uint8Array): void => {
    entries.set(id, { number, length: bytes.length, bytes, changed: true });
  };
  const change = (id: number, number: number, size: number): Uint8Array | null => {
    const found = read(id, number);
    if (found && found.number > number) return null;
    const bytes = (found?.number === number ? found.bytes : null) ?? arena.zeros(size);
    put(id, number, bytes);
    return bytes;
  };
  const clear = (): void => {
    entries.clear();
    patches.clear();
    arena.clear();
  };
  const flush = (): void => {
    for (const id of [...patches.keys()].sort((a, b) => a - b)) settle(id);
    statements.write(changedOf(entries));
    clear();
  };
  return {
    change,
    patch(id, number, size, at, bytes) {
      const before = patches.get(id);
      if (before?.number === number && before.at + before.bytes.length === at)
        patches.set(id, { ...before, bytes: joined(arena, before.bytes, bytes) });
      else if (before || entries.has(id)) change(id, number, size)?.set(bytes, at);
      else patches.set(id, { id, number, size, at, bytes: arena.copy(bytes) });
    },
    append(id, number, bytes) {
      const found = read(id, number);
      if (found?.number === number && found.bytes) entries.set(id, longer(arena, found, bytes));
    },
    look(id, number) {
      const found = read(id, number);
      return found?.number === number ? found.bytes : null;
    },
    slot: read,
    replace(id, number, bytes) {
      patches.delete(id);
      put(id, number, bytes);
    },
    room: (bytes) => arena.piece(bytes),
    flush,
    flushMuch() {
      if (entries.size + patches.size > MUCH) flush();
    },
    clear,
  };
}

/** In order of row id. */
function changedOf(entries: ReadonlyMap<number, Entry>): Changed[] {
  const changed: Changed[] = [];
  for (const [id, { number, bytes, changed: isChanged }] of entries)
    if (isChanged && bytes) changed.push({ id, number, bytes });
  return changed.sort((a, b) => a.id - b.id);
}

function longer(arena: Arena, { number, bytes, room }: Entry, more: Uint8Array): Entry {
  const before = bytes ?? more.subarray(0, 0);
  const length = before.length + more.length;
  const kept = room && room.length >= length ? room : arena.piece(length * 2);
  if (kept !== room) kept.set(before);
  kept.set(more, before.length);
  return { number, length, bytes: kept.subarray(0, length), room: kept, changed: true };
}

function joined(arena: Arena, a: Uint8Array, b: Uint8Array): Uint8Array {
  const both = arena.piece(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function statementsOf(db: Database.Database) {
  const patch = db.prepare(
    `UPDATE tile SET data = CAST(substr(data, 1, ?) || ? || substr(data, ?) AS BLOB)
     WHERE id = ? AND number = ? AND length(data) = ?`,
  );
  const values = (rows: number) => Array.from({ length: rows }, () => "(?, ?, ?)").join(", ");
  const one = db.prepare(`INSERT INTO tile (id, number, data) VALUES (?, ?, ?) ${UPSERT}`);
  const many = db.prepare(`INSERT INTO tile (id, number, data) VALUES ${values(TOGETHER)} ${UPSERT}`);
  const bound: (number | Uint8Array)[] = [];
  const select = db
    .prepare<[number, number], [number: number, length: number, data: Uint8Array | null]>(
      "SELECT number, length(data), CASE WHEN number = ? THEN data END FROM tile WHERE id = ?",
    )
    .raw();
  return {
    read(id: number, number: number): Entry | null {
      const row = select.get(number, id);
      if (!row) return null;
      const [found, length, data] = row;
      const bytes = data && slotOfToday(id, data);
      return { number: found, length: bytes?.length ?? length, bytes, changed: false };
    },
    /** @returns false when the slot does not hold this tile in today's form. */
    patch({ id, number, size, at, bytes }: Patch): boolean {
      return patch.run(at, bytes, at + bytes.length + 1, id, number, size).changes > 0;
    },
    write(tiles: readonly Changed[]): void {
      let at = 0;
      for (; at + TOGETHER <= tiles.length; at += TOGETHER) {
        for (let i = 0; i < TOGETHER; i += 1) {
          const { id, number, bytes } = tiles[at + i] ?? { id: 0, number: 0, bytes: new Uint8Array(0) };
          bound[i * 3] = id;
          bound[i * 3 + 1] = number;
          bound[i * 3 + 2] = bytes;
        }
        many.run(bound);
      }
      for (const { id, number, bytes } of tiles.slice(at)) one.run(id, number, bytes);
      bound.length = 0;
    },
  };
}
