/**
 * Texts that samples of a series share (certificate, protocol, why it failed), kept once each and referred to by number.
 *
 * The newest few are known by hash in the open state. A text that is pushed out of there notes the newest tick it may be
 * used by, and goes when the log no longer reaches that far back, or earlier when only dropped details used it.
 */
import type Database from "better-sqlite3";
import { type OpenState, RECENT } from "./open-state.ts";
import type { Heard } from "./packed.ts";
import type { Working } from "./rings.ts";
import { saysWhy } from "./shared-text.ts";

/** What a text costs besides its bytes. */
const OVERHEAD_BYTES = 40;
/** Of a text that is still among the newest. */
const IN_USE = Number.MAX_SAFE_INTEGER;

export type SharedTexts = ReturnType<typeof sharedTextsOf>;

export function sharedTextsOf(db: Database.Database) {
  const insert = db.prepare(
    "INSERT INTO detail (generation, n, a, b, last_tick, why, body) VALUES (?, ?, ?, ?, ?, ?, ?)",
  );
  const retire = db.prepare("UPDATE detail SET last_tick = ? WHERE generation = ? AND n = ?");
  const drop = db
    .prepare<[number, number, number], number>(
      `DELETE FROM detail WHERE generation = ? AND (last_tick < ? OR (why = 0 AND last_tick < ?))
       RETURNING length(CAST(body AS BLOB))`,
    )
    .pluck();
  const since = db.prepare<[number, number], { a: number; b: number; bytes: number }>(
    "SELECT a, b, length(CAST(body AS BLOB)) AS bytes FROM detail WHERE generation = ? AND n >= ? ORDER BY n",
  );
  const why = db
    .prepare<[number, number], number>("SELECT why FROM detail WHERE generation = ? AND n = ?")
    .pluck();
  return {
    /** Number in its series of a text. */
    numberOf(working: Working, { text, a, b }: Heard): number {
      const { id, state } = working;
      const known = state.sharedOf(a, b);
      if (known >= 0) return known;
      const leaving = state.recentAt(RECENT - 1);
      if (leaving >= 0) retire.run(state.lastTick, id, leaving);
      const n = state.addShared(a, b);
      working.needs = true;
      insert.run(id, n, a, b, IN_USE, saysWhy(text) ? 1 : 0, text);
      state.logBytes += Buffer.byteLength(text) + OVERHEAD_BYTES;
      return n;
    },
    /** After an unclean end: texts the open state in the file does not know yet. */
    catchUp(id: number, state: OpenState): void {
      for (const { a, b, bytes } of since.all(id, state.nextShared)) {
        state.addShared(a, b);
        state.logBytes += bytes + OVERHEAD_BYTES;
      }
    },
    /** Gives up texts of before `keptFromS`, and those that only dropped details of before `strippedS` used. */
    forget(id: number, state: OpenState, keptFromS: number, strippedS: number): void {
      for (const bytes of drop.all(id, keptFromS, strippedS)) state.logBytes -= bytes + OVERHEAD_BYTES;
    },
    saysWhy: (id: number, n: number): boolean => why.get(id, n) === 1,
  };
}
