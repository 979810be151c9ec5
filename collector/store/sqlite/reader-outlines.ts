/**
 * Outlines out of the log: each tile of a series is gone through once, and of a record only its beginning is read.
 *
 * As for all reads of the log: open ticks stand in the open state, the others in tiles, and a record that is in both
 * while it moves counts once.
 */
import type Database from "better-sqlite3";
import type { OutlineQuery, Outlines } from "../outline.ts";
import { OutlineColumns } from "../outline-columns.ts";
import { TICKS_PER_TILE, tileOf } from "./bands.ts";
import { type Around, FLAG, RecordGlance } from "./log-record.ts";
import { eachRecord } from "./log-tiles.ts";
import { emptyPdps, sectionOf } from "./pdp-section.ts";
import type { Seen, View } from "./view.ts";

/** A text that says nothing. */
const NOTHING = "{}";

export function readerOutlines(db: Database.Database, view: View) {
  const body = db
    .prepare<[number, number], string>("SELECT body FROM detail WHERE generation = ? AND n = ?")
    .pluck();
  const textOf = (id: number, n: number): string => body.get(id, n) ?? NOTHING;
  const glance = new RecordGlance();
  const inTile = emptyPdps();
  const readSeries = (
    seen: Seen,
    { fromS, toS, values, answers }: OutlineQuery,
    to: OutlineColumns,
  ): void => {
    const { stepS, state, bands } = seen;
    const lastNo = seen.lastTick / stepS;
    const keptNo = Math.max(seen.openedTick / stepS, lastNo - bands.log.entries + 1);
    const from = Math.max(Math.ceil(fromS / stepS), keptNo);
    const until = Math.min(Math.floor(toS / stepS), lastNo);
    const openTile = tileOf(bands.log, lastNo);
    let openSlots = 0;
    let text = { shared: -1, number: to.text(NOTHING) };
    const saysOf = (shared: number): number => {
      if (shared < 0) return to.text(NOTHING);
      if (shared !== text.shared) text = { shared, number: to.text(textOf(seen.id, shared)) };
      return text.number;
    };
    const take = (bytes: Uint8Array, at: number, tickNo: number, pdps: Around["pdps"]): void => {
      glance.read(bytes, at, { values, answers }, pdps);
      const live = ((bytes[at] ?? 0) & FLAG.live) !== 0;
      to.sample(tickNo * stepS, glance, saysOf(glance.shared), live);
    };
    const takeAll = (bytes: Uint8Array, used: number, tile: number, isOpen: boolean): void => {
      const block = isOpen ? state.pdps : sectionOf(bytes, inTile);
      eachRecord(bytes, used, (slot, at) => {
        const tickNo = tile * TICKS_PER_TILE + slot;
        if (tickNo < from || tickNo > until) return false;
        if (isOpen) openSlots |= 1 << slot;
        else if (tile === openTile && (openSlots >> slot) & 1) return false;
        take(bytes, at, tickNo, block && { block, slot });
        return false;
      });
    };
    if (from <= until && tileOf(bands.log, until) === openTile)
      takeAll(state.area, state.areaUsed, openTile, true);
    for (let tile = tileOf(bands.log, from); from <= until && tile <= tileOf(bands.log, until); tile += 1) {
      const bytes = view.look(seen, bands.log, tile);
      if (bytes) takeAll(bytes, bytes.length, tile, false);
    }
  };
  return {
    outlines(asked: readonly OutlineQuery[]): Outlines {
      const to = new OutlineColumns();
      for (const [i, query] of asked.entries())
        view.eachOfTarget(query.target, (seen) => {
          readSeries(seen, query, to);
          to.series(i, seen.series.vantage, seen.stepS, seen.lastTick);
        });
      return to.taken();
    },
  };
}
