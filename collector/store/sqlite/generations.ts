/**
 * The writer's generations: their numbers by series in memory, their names in the file.
 *
 * A series has one generation per step it ever had; a step that comes back goes on in its old rings. Which rings those
 * are is in shapes.ts.
 */
import type Database from "better-sqlite3";
import { nameAtVantage } from "../series.ts";
import type { SeriesKey } from "../store.ts";
import { GENERATIONS } from "./bands.ts";

export type Generations = {
  /** Numbers of a series' generations. @param name Target, or target/address. */
  of(vantage: string, name: string): readonly number[];
  /** A number for a new generation of the series; null = as many as there can be are there. */
  open(vantage: string, name: string, stepS: number): number | null;
  /** No longer there. @returns the numbers it had */
  forget(series: SeriesKey): readonly number[];
  /** The transaction is on disk. @returns what it did to the names; null = nothing */
  committed(): "opened" | "forgot" | null;
  /** It was rolled back: what was opened is not there, what was forgotten is. */
  clear(): void;
};

type Row = { id: number; target: string; vantage: string; address: string };
/** Nearly every series has one, and a list of one takes as much as ten numbers. */
type Ids = number | readonly number[];

const NONE: readonly number[] = [];

export function generationsOf(db: Database.Database): Generations {
  const byVantage = new Map<string, Map<string, Ids>>();
  let undo: (() => void)[] = [];
  let forgot = false;
  const insert = db.prepare(
    "INSERT INTO generation (id, target, vantage, address, step_s) VALUES (?, ?, ?, ?, ?)",
  );
  const freeId = freeIds(db);
  const of = (vantage: string, name: string): readonly number[] => {
    const ids = byVantage.get(vantage)?.get(name) ?? NONE;
    return typeof ids === "number" ? [ids] : ids;
  };
  const set = (vantage: string, name: string, ids: readonly number[]) => {
    const names = byVantage.get(vantage) ?? new Map<string, Ids>();
    byVantage.set(vantage, names);
    if (ids.length === 0) names.delete(name);
    else names.set(name, ids.length === 1 ? (ids[0] ?? NONE) : ids);
  };
  for (const row of db
    .prepare<[], Row>("SELECT id, target, vantage, address FROM generation ORDER BY step_s")
    .iterate()) {
    const name = nameAtVantage(row.target, row.address);
    set(row.vantage, name, [...of(row.vantage, name), row.id]);
  }
  return {
    of,
    open(vantage, name, stepS) {
      const before = of(vantage, name);
      const id = freeId();
      if (id >= GENERATIONS) return null;
      const [target, address = ""] = name.split("/");
      insert.run(id, target, vantage, address, stepS);
      undo.push(() => set(vantage, name, before));
      set(vantage, name, [...before, id]);
      return id;
    },
    forget({ target, vantage, address = "" }) {
      const name = nameAtVantage(target, address);
      const before = of(vantage, name);
      forgot = true;
      undo.push(() => set(vantage, name, before));
      set(vantage, name, NONE);
      return before;
    },
    committed() {
      const change = undo.length === 0 ? null : forgot ? "forgot" : "opened";
      undo = [];
      forgot = false;
      return change;
    },
    clear() {
      for (const back of undo.reverse()) back();
      undo = [];
      forgot = false;
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
