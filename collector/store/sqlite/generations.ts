/**
 * The writer's generations: found by series, changed in memory, written once per transaction.
 *
 * A series has one generation per step it ever had; a step that comes back goes on in its old rings.
 */
import type Database from "better-sqlite3";
import { seriesName } from "../series.ts";
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
  /** No longer in memory; what was changed of it is not written any more. */
  forget(series: SeriesKey): void;
  flush(): void;
  clear(): void;
};

type Row = { id: number; step_s: number; opened_tick: number; last_tick: number; head: Uint8Array };

/** How many series are kept in memory between transactions, about 2 kB each. */
const CACHED_SERIES = 20_000;

export function generationsOf(db: Database.Database): Generations {
  const bySeries = new Map<string, OpenGeneration[]>();
  const touched = new Set<OpenGeneration>();
  const select = db.prepare<[string, string, string], Row>(
    `SELECT id, step_s, opened_tick, last_tick, head FROM generation
     WHERE target = ? AND vantage = ? AND address = ? ORDER BY step_s`,
  );
  const insert = db.prepare(
    `INSERT INTO generation (id, target, vantage, address, step_s, opened_tick, last_tick, head)
     VALUES (?, ?, ?, ?, ?, ?, ?, ?)`,
  );
  const freeId = freeIds(db);
  const update = db.prepare("UPDATE generation SET opened_tick = ?, last_tick = ?, head = ? WHERE id = ?");

  const load = (series: SeriesKey): OpenGeneration[] =>
    select.all(series.target, series.vantage, series.address ?? "").map((row) => {
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
    const key = seriesName(series);
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
      const { target, vantage, address = "" } = series;
      const id = freeId();
      insert.run(id, target, vantage, address, stepS, tick, tick, head.bytes);
      const generation = {
        id,
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
    forget(series) {
      for (const one of bySeries.get(seriesName(series)) ?? []) touched.delete(one);
      bySeries.delete(seriesName(series));
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

/** A number for a new generation: one that was emptied, else the next. */
function freeIds(db: Database.Database): () => number {
  const vacancy = db
    .prepare<[], number>(
      `DELETE FROM vacant WHERE id = (SELECT id FROM vacant WHERE emptied IS NULL ORDER BY id LIMIT 1)
       RETURNING id`,
    )
    .pluck();
  const next = db
    .prepare<[], number>(
      `SELECT max(coalesce((SELECT max(id) FROM generation), 0), coalesce((SELECT max(id) FROM vacant), 0)) + 1`,
    )
    .pluck();
  return () => Number(vacancy.get() ?? next.get());
}
