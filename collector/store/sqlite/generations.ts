/**
 * The writer's generations: found by series, changed in memory, written once per transaction.
 *
 * A series has one generation per step it ever had; a step that comes back goes on in its old rings.
 */
import type Database from "better-sqlite3";
import type { SeriesKey } from "../store.ts";
import { type Bands, bandsOf } from "./bands.ts";
import { aligned } from "./blocks.ts";
import { type Head, headBytes, headOf } from "./head.ts";

export type OpenGeneration = {
  readonly id: number;
  readonly stepS: number;
  readonly bands: Bands;
  readonly head: Head;
  openedTick: number;
  lastTick: number;
};

export type Generations = {
  of(series: SeriesKey): readonly OpenGeneration[];
  /** A new, empty one, whose first tick this is. */
  open(series: SeriesKey, stepS: number, tick: number): OpenGeneration;
  touch(generation: OpenGeneration): void;
  flush(): void;
  clear(): void;
};

type Row = { id: number; step_s: number; opened_tick: number; last_tick: number; head: Uint8Array };

/** How many series are kept in memory between transactions, about 2 kB each. */
const CACHED_SERIES = 20_000;

export function generationsOf(db: Database.Database): Generations {
  const bySeries = new Map<string, OpenGeneration[]>();
  const touched = new Set<OpenGeneration>();
  const select = db.prepare<[string, string], Row>(
    "SELECT id, step_s, opened_tick, last_tick, head FROM generation WHERE target = ? AND vantage = ? ORDER BY step_s",
  );
  const insert = db.prepare(
    "INSERT INTO generation (target, vantage, step_s, opened_tick, last_tick, head) VALUES (?, ?, ?, ?, ?, ?)",
  );
  const update = db.prepare("UPDATE generation SET opened_tick = ?, last_tick = ?, head = ? WHERE id = ?");

  const load = (series: SeriesKey): OpenGeneration[] =>
    select.all(series.target, series.vantage).map((row) => {
      const bands = bandsOf(row.step_s);
      return {
        id: row.id,
        stepS: row.step_s,
        bands,
        head: headOf(bands, aligned(row.head)),
        openedTick: row.opened_tick,
        lastTick: row.last_tick,
      };
    });
  const of = (series: SeriesKey): OpenGeneration[] => {
    const key = `${series.target}/${series.vantage}`;
    const cached = bySeries.get(key);
    if (cached) return cached;
    const loaded = load(series);
    bySeries.set(key, loaded);
    return loaded;
  };
  return {
    of,
    open(series, stepS, tick) {
      const bands = bandsOf(stepS);
      const head = headOf(bands, new Uint8Array(headBytes(bands)));
      const { lastInsertRowid } = insert.run(series.target, series.vantage, stepS, tick, tick, head.bytes);
      const generation = {
        id: Number(lastInsertRowid),
        stepS,
        bands,
        head,
        openedTick: tick,
        lastTick: tick,
      };
      of(series).push(generation);
      return generation;
    },
    touch(generation) {
      touched.add(generation);
    },
    flush() {
      for (const one of touched) update.run(one.openedTick, one.lastTick, one.head.bytes, one.id);
      touched.clear();
      if (bySeries.size > CACHED_SERIES) bySeries.clear();
    },
    clear() {
      touched.clear();
      bySeries.clear();
    },
  };
}
