/**
 * How the file is used: what its rings take by their layout, and everything else as SQLite counts it.
 *
 * Inside one view, so that the parts belong to one moment. Nothing here reads tiles, but for a few of series with laid
 * rows: whether those were measured too is found by looking here and there.
 */
import type Database from "better-sqlite3";
import type { Layout } from "../../archive/sets.ts";
import type { Archive } from "../../wire/archives.ts";
import { type Extras, NO_EXTRAS } from "../../wire/extras.ts";
import { bandsOf, tileId, tileOf } from "./bands.ts";
import { OpenState } from "./open-state.ts";
import { pageBytesOf } from "./page-size.ts";
import type { SharedStates } from "./shared-states.ts";
import { logTicks, type PartBytes, PDPS, partsOf, pdpsPerTick, pdpTicks } from "./sizes.ts";
import type { View } from "./view.ts";

const LOOKED_AT = 16;
/** Trees that hold rings and the log: those are not counted page by page, as they are most of the file. */
const IN_RINGS = ["tile", "head", "generation", "sqlite_autoindex_generation_1", "detail"];

/** Series of one step and set. */
export type Kind = {
  readonly stepS: number;
  readonly set: readonly Archive[] | null;
  readonly extras: Extras;
  readonly count: number;
};

export type FileUse = {
  /** Of rings by their layout, without the log; of what is no ring by its pages. */
  readonly rings: readonly PartBytes[];
  readonly others: readonly PartBytes[];
  readonly pageBytes: number;
  /** Of the database, pages that are only in the WAL so far included. */
  readonly pagesBytes: number;
  /** How many ticks the tiles of the log have, and their bytes with the texts they share. */
  readonly logTicks: number;
  readonly logBytes: number;
  readonly kinds: readonly Kind[];
  /** Rings of steps that a series had before. */
  readonly olderBytes: number;
};

export function readerSizes(db: Database.Database, view: View, shared: SharedStates) {
  const others = otherTrees(db);
  const shareOf = laidShares(db);
  const state = new OpenState();
  const pageBytes = pageBytesOf(db);
  // It is what remains of the file.
  const noLog = { perTick: 0, mostPerTick: 0, pageBytes };
  return {
    fileUse(): FileUse {
      const rings = new Map<string, number>();
      const kinds = new Map<Layout, Kind>();
      const rows = view.list(null);
      const newest = newestIds(rows, (id) => view.reach(id)?.lastTick ?? 0);
      let [ticks, pdps, logBytes, olderBytes] = [0, 0, 0, 0];
      for (const row of rows) {
        if (!shared.read(row.id, state)) continue;
        const { openedTick, lastTick, laidTo } = state;
        const [stepS, layout] = [row.step_s, view.layoutOf(row)];
        const measured = { openedTick, lastTick, laidTo, laidShare: shareOf(row.id, state, layout) };
        ticks += logTicks(stepS, layout, measured);
        pdps += pdpTicks(stepS, layout, measured);
        logBytes += state.logBytes;
        for (const { part, bytes } of partsOf(stepS, layout, measured, noLog)) {
          rings.set(part, (rings.get(part) ?? 0) + bytes);
          if (!newest.has(row.id)) olderBytes += bytes;
        }
        if (newest.has(row.id)) countKind(kinds, stepS, layout);
      }
      rings.set(PDPS, ticks === 0 ? 0 : pdps * pdpsPerTick(logBytes / ticks));
      return {
        rings: [...rings].map(([part, bytes]) => ({ part, bytes })),
        ...others(),
        pageBytes,
        logTicks: ticks,
        logBytes,
        kinds: [...kinds.values()],
        olderBytes,
      };
    },
  };
}

function countKind(kinds: Map<Layout, Kind>, stepS: number, layout: Layout): void {
  const { set, extras = NO_EXTRAS } = layout;
  kinds.set(layout, { stepS, set, extras, count: (kinds.get(layout)?.count ?? 0) + 1 });
}

/** The generation of each series that has its newest tick. */
function newestIds(
  rows: readonly { id: number; target: string; vantage: string; address: string }[],
  lastTick: (id: number) => number,
): ReadonlySet<number> {
  const bySeries = new Map<string, { id: number; tick: number }>();
  for (const { id, target, vantage, address } of rows) {
    const name = `${target}/${vantage}/${address}`;
    const tick = lastTick(id);
    if (tick >= (bySeries.get(name)?.tick ?? 0)) bySeries.set(name, { id, tick });
  }
  return new Set([...bySeries.values()].map(({ id }) => id));
}

function otherTrees(db: Database.Database): () => Pick<FileUse, "others" | "pagesBytes"> {
  const trees = db.prepare<[], string>("SELECT name FROM sqlite_schema WHERE rootpage > 0").pluck();
  const pages = db
    .prepare<[string], number>("SELECT sum(pgsize) FROM dbstat WHERE name = ? AND aggregate = TRUE")
    .pluck();
  const bytesOf = (names: readonly string[]) =>
    names.reduce((sum, name) => sum + Number(pages.get(name) ?? 0), 0);
  const pragma = (name: string) => Number(db.pragma(name, { simple: true }));
  return () => {
    const names = trees.all().filter((name) => !IN_RINGS.includes(name));
    const isEvent = (name: string) => /^(sqlite_autoindex_)?event(_|$)/.test(name);
    const settings = names.filter((name) => !isEvent(name) && name !== "journal");
    const pageBytes = pageBytesOf(db);
    return {
      others: [
        { part: "events", bytes: bytesOf(names.filter(isEvent)) },
        { part: "journal", bytes: bytesOf(["journal"]) },
        { part: "settings and incidents", bytes: bytesOf(["sqlite_schema", ...settings]) },
        { part: "free pages", bytes: pragma("freelist_count") * pageBytes },
      ],
      pagesBytes: pragma("page_count") * pageBytes,
    };
  };
}

/** Which share of the ticks that whole rows were laid over was measured all the same; by what the strip has. */
function laidShares(db: Database.Database) {
  const isThere = db
    .prepare<[number, number], number>("SELECT 1 FROM tile WHERE id = ? AND number = ?")
    .pluck();
  return (id: number, { stepS, openedTick, lastTick, laidTo }: OpenState, layout: Layout): number => {
    if (laidTo <= openedTick) return 0;
    const { strip } = bandsOf(stepS, layout);
    const from = Math.max(openedTick, lastTick - strip.entries * stepS);
    const found = Array.from({ length: LOOKED_AT }, (_, i) => {
      const tick = from + ((laidTo - from) * (i + 0.5)) / LOOKED_AT;
      const tile = tileOf(strip, Math.floor(tick / stepS));
      return isThere.get(tileId(id, strip, tile), tile) === undefined ? 0 : 1;
    });
    return found.reduce<number>((sum, one) => sum + one, 0) / LOOKED_AT;
  };
}
