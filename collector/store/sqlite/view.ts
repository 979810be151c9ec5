/**
 * What a reader sees of a series: its generations with their open states, and the tiles behind them.
 *
 * A state of shared memory goes with the tiles of its own commit. Between a commit and the showing of its states they are
 * waited for. Does a state belong to a commit that this reader does not see yet, or its layout to another one, the view of
 * the file is renewed. A tile is given out only when it is of the lap asked for.
 */
import type Database from "better-sqlite3";
import type { Layout } from "../../archive/sets.ts";
import { seriesKey } from "../series.ts";
import type { SeriesKey } from "../store.ts";
import { type Band, type Bands, bandsOf, entryOf, tileId } from "./bands.ts";
import { aligned, type RowBlock } from "./blocks.ts";
import { openRowsIn } from "./open-rows.ts";
import { OpenState } from "./open-state.ts";
import { shapesOf } from "./shapes.ts";
import type { SharedStates } from "./shared-states.ts";

export type GenerationRow = {
  id: number;
  target: string;
  vantage: string;
  address: string;
  step_s: number;
  shape: number;
};

/** A generation at one moment. */
export type Seen = {
  readonly id: number;
  readonly series: SeriesKey;
  readonly stepS: number;
  readonly openedTick: number;
  readonly lastTick: number;
  readonly layout: Layout;
  readonly bands: Bands;
  readonly state: Omit<OpenState, "rows">;
  /** Its open rows: nothing is read before they are asked for, in the view that it was found in. */
  openRows(): RowBlock;
};

/** Entries first..last of a band, both included. */
export type Span = { readonly first: number; readonly last: number };

/** The bytes of a tile, or null when its slot holds another lap or nothing. */
export type Look = (seen: Seen, band: Band, number: number) => Uint8Array | null;

export type View = ReturnType<typeof viewOf>;

export function viewOf(db: Database.Database, shared: SharedStates) {
  const { bySeries, byTarget, byId, everything, tile } = statementsIn(db);
  const newestCommit = newestCommitOf(db, shared);
  const shapes = shapesOf(db);
  const openRows = openRowsIn(db);
  const newestState = new OpenState();
  let commit: number | null = null;

  const renew = (): void => {
    db.exec("COMMIT; BEGIN");
    commit = null;
  };
  const layoutOf = (row: GenerationRow): Layout => shapes.at(row.target, row.step_s, row.shape).layout;
  const seenOf = (row: GenerationRow, state: OpenState | null): Seen[] =>
    state ? [seenIn(row, layoutOf(row), state, openRows)] : [];
  /** The generations that a question finds, each with a state that goes with this view of the file. */
  const seenBy = (ask: () => GenerationRow[]): Seen[] => {
    for (;;) {
      const rows = ask();
      commit ??= newestCommit();
      const until = commit;
      const states = rows.map((row) => shared.read(row.id));
      const together = (state: OpenState | null, i: number) =>
        state === null || (state.neededAt <= until && state.shape === rows[i]?.shape);
      if (states.every(together)) return rows.flatMap((row, i) => seenOf(row, states[i] ?? null));
      renew();
    }
  };
  /** Two kilobytes for each of ten thousand series would be collected again and again: one state serves them all. */
  const newestOf = (series: SeriesKey): Seen | null => {
    for (;;) {
      const rows = bySeries.all(series.target, series.vantage, series.address ?? "");
      commit ??= newestCommit();
      const row = newestRow(rows, shared);
      const state = row && shared.read(row.id, newestState);
      if (!state) return null;
      if (state.neededAt <= commit && state.shape === row.shape) return seenOf(row, state)[0] ?? null;
      renew();
    }
  };
  return {
    /** The generation with the newest tick; what it gives holds until it is asked again. */
    newest: newestOf,
    /** By first tick and step. */
    generations: (series: SeriesKey): Seen[] =>
      seenBy(() => bySeries.all(series.target, series.vantage, series.address ?? "")).sort(
        (a, b) => a.openedTick - b.openedTick || a.stepS - b.stepS,
      ),
    /** Of a target's own series, by vantage. */
    ofTarget: (target: string): Seen[] => seenBy(() => byTarget.all(target)),
    /** As ofTarget, one after the other: what is given holds until the next. */
    eachOfTarget(target: string, visit: (seen: Seen) => void): void {
      for (const found of byTarget.all(target)) {
        for (let row: GenerationRow | undefined = found; row; row = byId.get(found.id)) {
          commit ??= newestCommit();
          const state = shared.read(row.id, newestState);
          if (!state || (state.neededAt <= commit && state.shape === row.shape)) {
            for (const seen of seenOf(row, state)) visit(seen);
            break;
          }
          renew();
        }
      }
    },
    /** Names and reach of all generations, or of a target's; nothing of their contents. */
    list: (target: string | null): GenerationRow[] => everything.all(target, target),
    reach: shared.reach,
    layoutOf,
    look(seen: Seen, band: Band, number: number): Uint8Array | null {
      const row = tile.get(tileId(seen.id, band, number));
      return row?.number === number ? aligned(row.data) : null;
    },
    /** Runs something in a view of the file that begins now. */
    during<T>(act: () => T): T {
      db.exec("BEGIN");
      commit = null;
      try {
        return act();
      } finally {
        db.exec("COMMIT");
      }
    },
  };
}

function statementsIn(db: Database.Database) {
  return {
    bySeries: db.prepare<[string, string, string], GenerationRow>(
      "SELECT * FROM generation WHERE target = ? AND vantage = ? AND address = ?",
    ),
    byTarget: db.prepare<[string], GenerationRow>(
      "SELECT * FROM generation WHERE target = ? AND address = '' ORDER BY vantage",
    ),
    byId: db.prepare<[number], GenerationRow>("SELECT * FROM generation WHERE id = ?"),
    everything: db.prepare<[string | null, string | null], GenerationRow>(
      "SELECT * FROM generation WHERE ? IS NULL OR target = ?",
    ),
    tile: db.prepare<[number], { number: number; data: Uint8Array }>(
      "SELECT number, data FROM tile WHERE id = ?",
    ),
  };
}

/** The newest commit that the file has here. States are read after that, so that none is older than the tiles. */
function newestCommitOf(db: Database.Database, shared: SharedStates): () => number {
  const newest = db.prepare<[], number>("SELECT coalesce(max(id), 0) FROM journal").pluck();
  return () => {
    const commit = Number(newest.get());
    shared.awaitShown(commit);
    return commit;
  };
}

/** The one with the newest tick; null = none has any. */
function newestRow(rows: readonly GenerationRow[], shared: SharedStates): GenerationRow | null {
  let newest: GenerationRow | null = null;
  let newestTick = Number.NEGATIVE_INFINITY;
  for (const row of rows) {
    const tick = shared.reach(row.id)?.lastTick ?? Number.NEGATIVE_INFINITY;
    if (tick <= newestTick) continue;
    newest = row;
    newestTick = tick;
  }
  return newest;
}

function seenIn(
  row: GenerationRow,
  layout: Layout,
  state: OpenState,
  openRows: (id: number) => RowBlock,
): Seen {
  return {
    id: row.id,
    series: seriesKey(row.target, row.vantage, row.address),
    stepS: row.step_s,
    openedTick: state.openedTick,
    lastTick: state.lastTick,
    layout,
    bands: bandsOf(row.step_s, layout),
    state,
    openRows: () => openRows(row.id),
  };
}

/** Entries of a band with fromS < label <= toS that are shown; null = none. */
export function spanOf(seen: Seen, band: Band, fromS: number, toS: number): Span | null {
  const widthS = band.steps * seen.stepS;
  const newest = entryOf(band, seen.lastTick / seen.stepS);
  const first = Math.max(
    Math.floor(fromS / widthS) + 1,
    newest - band.entries + 1,
    entryOf(band, seen.openedTick / seen.stepS),
  );
  const last = Math.min(Math.floor(toS / widthS), newest);
  return first > last ? null : { first, last };
}
