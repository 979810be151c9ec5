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
import { shapesOf } from "./shapes.ts";

/** Slots emptied in one transaction: at most as many pages change. */
const SLOTS_AT_ONCE = 1_000;

/** @param forget Lets go of what the writer holds in memory of a series. */
export function writerPurge(db: Database.Database, forget: (series: SeriesKey) => void) {
  const where = "WHERE target = ? AND vantage = ? AND address = ?";
  const shapes = shapesOf(db);
  const select = db.prepare<[string, string, string], Going>(
    `SELECT id, target, step_s, shape FROM generation ${where}`,
  );
  const vacate = db.prepare("INSERT INTO vacant (id, step_s, rings) VALUES (?, ?, ?)");
  const spares = db.prepare<[number], SpareRing>("SELECT part, slots FROM spare_ring WHERE generation = ?");
  const dropSpares = db.prepare("DELETE FROM spare_ring WHERE generation = ?");
  const nextSpare = db.prepare<[], SpareRing & { generation: number; emptied: number }>(
    "SELECT generation, part, slots, emptied FROM spare_ring LIMIT 1",
  );
  const noteSpare = db.prepare("UPDATE spare_ring SET emptied = ? WHERE generation = ? AND part = ?");
  const dropSpare = db.prepare("DELETE FROM spare_ring WHERE generation = ? AND part = ?");
  const remove = db.prepare(`DELETE FROM generation ${where}`);
  const next = db.prepare<[], { id: number; step_s: number; emptied: number; rings: string | null }>(
    "SELECT id, step_s, emptied, rings FROM vacant WHERE emptied IS NOT NULL ORDER BY id LIMIT 1",
  );
  const note = db.prepare("UPDATE vacant SET emptied = ? WHERE id = ?");
  const dropDetails = db.prepare("DELETE FROM detail WHERE generation = ?");
  const dropTile = db.prepare("DELETE FROM tile WHERE id = ?");
  /** Its rings as [part, slots], those that wait to be emptied too; null = the default ones of its step. */
  const ringsOf = ({ id, target, step_s: stepS, shape }: Going): [part: number, slots: number][] | null => {
    const waiting = spares.all(id);
    if (shape === 0 && waiting.length === 0) return null;
    const bands = bandsOf(stepS, shapes.at(target, stepS, shape).layout);
    const own = slotsOf(bands).map(({ part, ring }): [number, number] => [part, ring]);
    return [...own, ...waiting.map(({ part, slots }): [number, number] => [part, slots])];
  };
  /** Empties some slots of a ring that no layout needs; whether there was one. */
  const emptySpare = (): boolean => {
    const ring = nextSpare.get();
    if (!ring) return false;
    const { generation, part, slots, emptied } = ring;
    const until = Math.min(slots, emptied + SLOTS_AT_ONCE);
    for (let slot = emptied; slot < until; slot += 1) dropTile.run(slotId(generation, part, slot));
    if (until === slots) dropSpare.run(generation, part);
    else noteSpare.run(until, generation, part);
    return true;
  };
  return {
    purge({ target, vantage, address = "" }: SeriesKey): void {
      for (const going of select.all(target, vantage, address)) {
        const rings = ringsOf(going);
        vacate.run(going.id, going.step_s, rings && JSON.stringify(rings));
        dropSpares.run(going.id);
      }
      forget({ target, vantage, ...(address === "" ? {} : { address }) });
      remove.run(target, vantage, address);
    },
    /** Empties some slots; whether there is more to do. */
    empty(): boolean {
      const vacancy = next.get();
      if (!vacancy) return emptySpare();
      const rings = placed(vacancy.rings) ?? slotsOf(bandsOf(vacancy.step_s));
      const until = vacancy.emptied + SLOTS_AT_ONCE;
      for (const { part, ring, from } of rings)
        for (let at = Math.max(vacancy.emptied, from); at < Math.min(until, from + ring); at += 1)
          dropTile.run(slotId(vacancy.id, part, at - from));
      if (vacancy.emptied === 0) dropDetails.run(vacancy.id);
      const all = rings.reduce((sum, { ring }) => sum + ring, 0);
      note.run(until >= all ? null : until, vacancy.id);
      return true;
    },
  };
}

type Going = { id: number; target: string; step_s: number; shape: number };
type SpareRing = { part: number; slots: number };
/** Slots of a generation, counted through ring by ring. */
type Placed = { readonly part: number; readonly ring: number; readonly from: number };

function slotsOf({ coarse, strip, lasts, strips, log }: Bands): Placed[] {
  return inARow([log, ...coarse, strip, ...lasts, ...strips]);
}

function placed(rings: string | null): Placed[] | null {
  if (rings === null) return null;
  return inARow((JSON.parse(rings) as [number, number][]).map(([part, ring]) => ({ part, ring })));
}

function inARow(rings: readonly { readonly part: number; readonly ring: number }[]): Placed[] {
  let from = 0;
  return rings.map(({ part, ring }) => {
    const one = { part, ring, from };
    from += ring;
    return one;
  });
}
