/**
 * Open states as a file has them: what each was when it was last written, and what the journal has beyond that.
 *
 * The writer does this at its start, a check of the file inside its one view of it.
 */
import type Database from "better-sqlite3";
import { bandsOf } from "./bands.ts";
import { ByNumber } from "./by-number.ts";
import { eachEntry } from "./journal.ts";
import { OpenState } from "./open-state.ts";
import type { Rings, Working } from "./rings.ts";
import type { Layouts } from "./shapes.ts";
import type { SharedStates } from "./shared-states.ts";
import type { SharedTexts } from "./shared-texts.ts";
import { readState } from "./state-row.ts";

export type StateParts = {
  readonly db: Database.Database;
  readonly shared: SharedStates;
  readonly rings: Rings;
  readonly texts: SharedTexts;
  readonly layouts: Layouts;
};

type Row = { id: number; data: Uint8Array };

/**
 * @param write Called when applying an entry touched a tile: this version holds less in an open state than the one
 * that wrote the journal. The state has to be written as of that commit.
 * @returns The last commit, and the generations with entries in the journal by the first of them.
 */
export function loadStates(
  { db, shared, rings, texts, layouts }: StateParts,
  write: (one: Working, commit: number) => void,
): { commit: number; pending: ByNumber } {
  const pending = new ByNumber();
  let commit = Number(db.prepare("SELECT coalesce(max(id), 0) FROM journal").pluck().get());
  const state = new OpenState();
  for (const { id, data } of db.prepare<[], Row>("SELECT id, data FROM head ORDER BY id").iterate()) {
    readState(data, state);
    shared.publish(id, state);
    commit = Math.max(commit, state.flushedAt);
  }
  const working = new Map<number, Working>();
  // States are used again and again: each is two kilobytes outside the heap, and hundreds of thousands are looked at.
  const spare: OpenState[] = [];
  const of = (id: number): Working => {
    const known = working.get(id);
    if (known) return known;
    const own = spare.pop() ?? new OpenState();
    shared.copyTo(id, own);
    const bands = bandsOf(own.stepS, layouts.of(id, own.stepS));
    const one = { id, bands, state: own, changed: false, needs: false, flush: false };
    working.set(id, one);
    return one;
  };
  const apply = (row: Row): void => {
    eachEntry(row.data, ({ id, ...sample }) => {
      if (shared.lastTick(id) === null) return;
      const one = of(id);
      if (row.id <= one.state.flushedAt) return;
      if (pending.of(id) === 0) {
        texts.catchUp(id, one.state);
        pending.set(id, row.id);
      }
      rings.add(one, sample);
      one.changed = true;
    });
  };
  const next = db.prepare<[number], Row>("SELECT id, data FROM journal WHERE id > ? ORDER BY id LIMIT 1");
  for (let row = next.get(-1); row; row = next.get(row.id)) {
    apply(row);
    for (const one of working.values()) {
      spare.push(one.state);
      if (one.flush) write(one, row.id);
      if (one.changed) shared.publish(one.id, one.state);
    }
    working.clear();
  }
  return { commit, pending };
}
