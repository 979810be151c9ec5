/**
 * Tiles a transaction touches: each is read once, changed in memory and written once, at the end, in order of row id.
 *
 * A slot that holds a lower number starts afresh: the ring has come round. Nothing is kept between transactions.
 */
import type Database from "better-sqlite3";
import { slotOfToday } from "./tile-form.ts";

export type TileCache = {
  /** The tile's bytes, to be changed in place; null when its slot already holds a later lap. */
  change(id: number, number: number, size: number): Uint8Array | null;
  /** The tile's bytes for looking, or null when the slot holds another lap. */
  look(id: number, number: number): Uint8Array | null;
  /** What its slot holds, of whatever lap. */
  slot(id: number): { readonly number: number; readonly bytes: Uint8Array } | null;
  /** The slot holds this from now on; what stood there is not read. */
  replace(id: number, number: number, bytes: Uint8Array): void;
  /** Writes what was changed. */
  flush(): void;
  /** Forgets everything, as after a rollback. */
  clear(): void;
};

type Entry = { readonly number: number; readonly bytes: Uint8Array; changed: boolean };

export function tileCache(db: Database.Database): TileCache {
  const entries = new Map<number, Entry>();
  const select = db.prepare<[number], { number: number; data: Uint8Array }>(
    "SELECT number, data FROM tile WHERE id = ?",
  );
  const upsert = db.prepare("REPLACE INTO tile (id, number, data) VALUES (?, ?, ?)");
  const read = (id: number): Entry | null => {
    const cached = entries.get(id);
    if (cached) return cached;
    const row = select.get(id);
    if (!row) return null;
    const entry = { number: row.number, bytes: slotOfToday(id, row.data), changed: false };
    entries.set(id, entry);
    return entry;
  };
  return {
    change(id, number, size) {
      const found = read(id);
      if (found && found.number > number) return null;
      const entry = found?.number === number ? found : { number, bytes: new Uint8Array(size), changed: true };
      entry.changed = true;
      entries.set(id, entry);
      return entry.bytes;
    },
    look(id, number) {
      const found = read(id);
      return found?.number === number ? found.bytes : null;
    },
    slot: read,
    replace(id, number, bytes) {
      entries.set(id, { number, bytes, changed: true });
    },
    flush() {
      const changed = [...entries].filter(([, entry]) => entry.changed).sort(([a], [b]) => a - b);
      for (const [id, entry] of changed) upsert.run(id, entry.number, entry.bytes);
      entries.clear();
    },
    clear: () => entries.clear(),
  };
}
