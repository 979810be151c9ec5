/**
 * Which series has which generations: the names in the file, for whoever reads open states without a connection.
 *
 * The writer counts in shared memory how often that changed, before it shows any state of the new ones. What was read
 * while the count stood at N holds as long as it does.
 */
import type Database from "better-sqlite3";
import { nameAtVantage } from "../series.ts";
import type { SeriesKey } from "../store.ts";

/** Entry i of each: a generation's number, its vantage, its target or target/address. */
export type Names = {
  readonly ids: readonly number[];
  readonly vantages: readonly string[];
  readonly names: readonly string[];
};

/** The reader thread's part. */
export function readerDirectory(db: Database.Database) {
  const all = db
    .prepare<[], [number, string, string, string]>("SELECT id, vantage, target, address FROM generation")
    .raw();
  return {
    directory(): Names {
      const rows = all.all();
      return {
        ids: rows.map(([id]) => id),
        vantages: rows.map(([, vantage]) => vantage),
        names: rows.map(([, , target, address]) => nameAtVantage(target, address)),
      };
    },
  };
}

/** Numbers of a series' generations. */
export type Directory = (series: SeriesKey) => readonly number[];

const NONE: readonly number[] = [];

export function directoryOf({ ids, vantages, names }: Names): Directory {
  const byVantage = new Map<string, Map<string, readonly number[]>>();
  for (const [i, id] of ids.entries()) {
    const vantage = vantages[i] ?? "";
    const name = names[i] ?? "";
    const here = byVantage.get(vantage) ?? new Map<string, readonly number[]>();
    byVantage.set(vantage, here);
    here.set(name, [...(here.get(name) ?? NONE), id]);
  }
  return ({ target, vantage, address }) =>
    byVantage.get(vantage)?.get(nameAtVantage(target, address)) ?? NONE;
}
