/**
 * Forgetting a series: at once for every reader, its space given back in portions.
 *
 * The generation's row becomes a vacancy in the transaction that forgets it. Its slots are then emptied some at a time,
 * so that no transaction outgrows the reserve; a vacancy that a crash left is gone on with. Only an emptied one lends
 * its number to a new generation, which therefore never finds another's tiles.
 */
import type Database from "better-sqlite3";
import type { SeriesKey } from "../store.ts";
import { type Bands, bandsOf, slotId } from "./bands.ts";

/** Slots emptied in one transaction: at most as many pages change. */
const SLOTS_AT_ONCE = 1_000;

/** @param forget Lets go of what the writer holds in memory of a series. */
export function writerPurge(db: Database.Database, forget: (series: SeriesKey) => void) {
  const where = "WHERE target = ? AND vantage = ? AND address = ?";
  const vacate = db.prepare(`INSERT INTO vacant (id, step_s) SELECT id, step_s FROM generation ${where}`);
  const remove = db.prepare(`DELETE FROM generation ${where}`);
  const next = db.prepare<[], { id: number; step_s: number; emptied: number }>(
    "SELECT id, step_s, emptied FROM vacant WHERE emptied IS NOT NULL ORDER BY id LIMIT 1",
  );
  const note = db.prepare("UPDATE vacant SET emptied = ? WHERE id = ?");
  const dropDetails = db.prepare("DELETE FROM detail WHERE generation = ?");
  const dropTile = db.prepare("DELETE FROM tile WHERE id = ?");
  return {
    purge({ target, vantage, address = "" }: SeriesKey): void {
      forget({ target, vantage, ...(address === "" ? {} : { address }) });
      vacate.run(target, vantage, address);
      remove.run(target, vantage, address);
    },
    /** Empties some slots; whether there is more to do. */
    empty(): boolean {
      const vacancy = next.get();
      if (!vacancy) return false;
      const bands = bandsOf(vacancy.step_s);
      const until = vacancy.emptied + SLOTS_AT_ONCE;
      for (const { part, ring, from } of slotsOf(bands))
        for (let at = Math.max(vacancy.emptied, from); at < Math.min(until, from + ring); at += 1)
          dropTile.run(slotId(vacancy.id, part, at - from));
      if (vacancy.emptied === 0) dropDetails.run(vacancy.id);
      const all = slotsOf(bands).reduce((sum, { ring }) => sum + ring, 0);
      note.run(until >= all ? null : until, vacancy.id);
      return true;
    },
  };
}

/** The slots of a generation, counted through ring by ring. */
function slotsOf({ pdps, coarse, strip, log }: Bands): { part: number; ring: number; from: number }[] {
  let from = 0;
  return [log, pdps, ...coarse, strip].map(({ part, ring }) => {
    const placed = { part, ring, from };
    from += ring;
    return placed;
  });
}
