/**
 * Open states as a file has them: what each was when it was last written, and what the journal has beyond that.
 *
 * The writer does this at its start, a check of the file inside its one view of it.
 */
import type Database from "better-sqlite3";
import { bandsOf } from "./bands.ts";
import { ByNumber } from "./by-number.ts";
import { placeNext } from "./direct.ts";
import { endOf, entryAt, idOf, type JournalEntry } from "./journal.ts";
import { textsNeeded } from "./log-record.ts";
import { openRowsOf } from "./open-rows.ts";
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

/** What a start finds: what the journal has of each generation beyond its state, and how long it is. */
export type Loaded = {
  /** The last commit. */
  readonly commit: number;
  /** Generations with entries in the journal that their state in the file has not, by the first of them. */
  readonly pending: ByNumber;
};

/**
 * Nothing is written that a kill could leave half done: what is applied stands in shared memory only, and is applied
 * again by the next start until a sweep has written it.
 *
 * @param write Called when applying a row of the journal touched tiles: this version holds less in an open state than
 * the one that wrote the journal. These states have to be written as of that commit, together with the tiles.
 * @param told Called with each row of the journal, oldest first.
 */
export function loadStates(
  parts: StateParts,
  write: (touched: readonly Working[], commit: number) => void,
  told: (commit: number, bytes: number, entries: number) => void = () => {},
): Loaded {
  const { db } = parts;
  const newest = Number(db.prepare("SELECT coalesce(max(id), 0) FROM journal").pluck().get());
  const commit = Math.max(newest, loadHeads(parts));
  const pending = new ByNumber();
  const inHands = handsOf(parts);
  const next = db.prepare<[number], Row>("SELECT id, data FROM journal WHERE id > ? ORDER BY id LIMIT 1");
  for (let row = next.get(-1); row; row = next.get(row.id)) {
    told(row.id, row.data.length, applyRow(parts, pending, inHands, row));
    inHands.release(row.id, write);
  }
  parts.shared.shown(commit);
  return { commit, pending };
}

/** Open states as they were last written. @returns the last commit that wrote one */
function loadHeads({ db, shared }: StateParts): number {
  let commit = 0;
  const state = new OpenState();
  for (const { id, data } of db.prepare<[], Row>("SELECT id, data FROM head ORDER BY id").iterate()) {
    readState(data, state);
    shared.publish(id, state);
    commit = Math.max(commit, state.flushedAt);
  }
  return commit;
}

/**
 * Most entries only add a tick to the open tile and are put in their place at once; the others go the longer way.
 *
 * @returns How many entries the row has.
 */
function applyRow({ shared }: StateParts, pending: ByNumber, inHands: Hands, row: Row): number {
  const { data } = row;
  const view = new DataView(data.buffer, data.byteOffset, data.byteLength);
  let entries = 0;
  for (let at = 0; at < data.length; at = endOf(view, at)) {
    entries += 1;
    const id = idOf(view, at);
    const flushedAt = shared.flushedAt(id);
    if (flushedAt === null || row.id <= flushedAt) continue;
    if (pending.of(id) === 0) pending.set(id, row.id);
    if (!inHands.has(id) && placeNext(shared, id, data, view, at)) continue;
    inHands.add(entryAt(data, view, at));
  }
  return entries;
}

type Hands = ReturnType<typeof handsOf>;

/** Generations of which a row of the journal has an entry that is more than a tick of the open tile. */
function handsOf({ db, shared, rings, texts, layouts }: StateParts) {
  const rows = openRowsOf(db);
  const working = new Map<number, Working>();
  // States are used again and again: each is two kilobytes outside the heap, and hundreds of thousands are looked at.
  const spare: OpenState[] = [];
  const of = (id: number): Working => {
    const known = working.get(id);
    if (known) return known;
    const state = spare.pop() ?? new OpenState();
    shared.copyTo(id, state);
    rows.into(id, state);
    const bands = bandsOf(state.stepS, layouts.of(id, state.stepS));
    const one = { id, bands, state, changed: true, needs: false, flush: false };
    working.set(id, one);
    return one;
  };
  return {
    has: (id: number): boolean => working.has(id),
    add(entry: JournalEntry): void {
      const one = of(entry.id);
      if (textsNeeded(entry.record) > one.state.nextShared) texts.catchUp(entry.id, one.state);
      rings.add(one, entry);
    },
    /** The row is applied: its generations are shown. */
    release(commit: number, write: (touched: readonly Working[], commit: number) => void): void {
      const touched = [...working.values()].filter(({ flush }) => flush);
      if (touched.length > 0) write(touched, commit);
      for (const one of working.values()) {
        spare.push(one.state);
        shared.publish(one.id, one.state);
      }
      working.clear();
      rows.clear();
    },
  };
}
