/**
 * Samples out of the log ring: the newest, those of a tick, and pages of a range in either direction.
 *
 * A slot may still hold an older lap; only ticks within the kept window of their generation are samples here.
 */
import type Database from "better-sqlite3";
import { comparePlaces, compareText, cursorOf, placed, placeOf } from "../cursor.ts";
import { seriesKey } from "../series.ts";
import type { SamplesQuery, SeriesKey, StoredSample } from "../store.ts";
import { type Bands, bandsOf, logId } from "./bands.ts";
import { type LogRow, storedOf } from "./log-row.ts";

type GenerationRow = {
  id: number;
  target: string;
  vantage: string;
  address: string;
  step_s: number;
  opened_tick: number;
  last_tick: number;
};
type Ticks = { readonly fromS: number; readonly toS: number };

export function readerLog(db: Database.Database) {
  const columns = "id, target, vantage, address, step_s, opened_tick, last_tick";
  const bySeries = db.prepare<[string, string, string], GenerationRow>(
    `SELECT ${columns} FROM generation WHERE target = ? AND vantage = ? AND address = ?`,
  );
  const byTarget = db.prepare<[string], GenerationRow>(
    `SELECT ${columns} FROM generation WHERE target = ? AND address = '' ORDER BY vantage`,
  );
  const at = db.prepare<[number, number], LogRow>("SELECT * FROM log WHERE id = ? AND tick = ?");
  const sampleAt = (row: GenerationRow, tick: number): StoredSample[] => {
    const bands = bandsOf(row.step_s);
    if (tick % row.step_s !== 0 || tick > row.last_tick || tick <= keptAfter(row, bands)) return [];
    const found = at.get(logId(row.id, bands, tick / row.step_s), tick);
    return found ? [storedOf(seriesKey(row.target, row.vantage, row.address), row.step_s, found)] : [];
  };
  /** Tick by tick: ids go by time first, so the samples of one series do not lie side by side. */
  const rangeOf = (row: GenerationRow, ticks: Ticks, order: "newest" | "oldest", limit: number) => {
    const stepS = row.step_s;
    const kept = Math.max(row.opened_tick, keptAfter(row, bandsOf(stepS)) + stepS);
    const first = Math.max(Math.ceil(ticks.fromS / stepS) * stepS, kept);
    const last = Math.min(Math.floor(ticks.toS / stepS) * stepS, row.last_tick);
    const found: StoredSample[] = [];
    for (let i = 0; first + i * stepS <= last && found.length < limit; i += 1)
      found.push(...sampleAt(row, order === "oldest" ? first + i * stepS : last - i * stepS));
    return found;
  };

  return {
    latest: (series: readonly SeriesKey[]): StoredSample[] =>
      series.flatMap((key) => {
        const rows = bySeries
          .all(key.target, key.vantage, key.address ?? "")
          .sort((a, b) => b.last_tick - a.last_tick);
        return rows.slice(0, 1).flatMap((row) => sampleAt(row, row.last_tick));
      }),
    states(target: string, ticks: readonly number[]): StoredSample[] {
      const rows = byTarget.all(target);
      return [...new Set(ticks)]
        .flatMap((tick) => rows.flatMap((row) => sampleAt(row, tick)))
        .sort((a, b) => a.sample.tick - b.sample.tick || compareText(a.vantage, b.vantage));
    },
    page({ series, fromS, toS, limit, order, cursor }: SamplesQuery) {
      const after = cursor === undefined ? null : placeOf(cursor);
      const ticks = {
        fromS: after && order === "oldest" ? Math.max(fromS, after.tick) : fromS,
        toS: after && order === "newest" ? Math.min(toS, after.tick) : toS,
      };
      // Two more than asked for: the one at the cursor falls out, and one tells whether there is a next page.
      const found = series
        .flatMap((key) => bySeries.all(key.target, key.vantage, key.address ?? ""))
        .flatMap((row) => rangeOf(row, ticks, order, limit + 2))
        .filter((one) => !after || comparePlaces(order, placed(one), after) > 0)
        .sort((a, b) => comparePlaces(order, placed(a), placed(b)));
      const samples = found.slice(0, limit);
      const last = samples.at(-1);
      return { samples, cursor: last && found.length > limit ? cursorOf(placed(last)) : null };
    },
  };
}

/** Newest tick that is no longer kept. */
function keptAfter(row: GenerationRow, bands: Bands): number {
  return row.last_tick - bands.pdps.entries * row.step_s;
}
