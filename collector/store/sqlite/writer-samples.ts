/**
 * Samples into the database: acceptance by tick and now alone, then rings, log, counters and due marks, in one transaction.
 *
 * A call leaves its rings in memory; `flush` writes each touched tile and head once, before the commit.
 */
import type Database from "better-sqlite3";
import { FUTURE_LIMIT_S, isArchivable, LATE_WINDOW_S, LONGEST_S, liveLimitMs } from "../../archive/layout.ts";
import { pdpsOf } from "../../archive/pdp.ts";
import { codeOf, UNKNOWN_CODE } from "../../archive/strip.ts";
import { METRICS, PDP_MAX } from "../../wire/metric.ts";
import type { OutcomeKind } from "../../wire/sample.ts";
import { seriesOf } from "../series.ts";
import type { SampleRecord, SeriesKey } from "../store.ts";
import { isShown, logId } from "./bands.ts";
import { generationsOf, type OpenGeneration } from "./generations.ts";
import { bodyOf } from "./log-row.ts";
import { addTick, codeBehind } from "./rings.ts";
import { type TileCache, tileCache } from "./tile-cache.ts";
import { type Tally, writerTally } from "./writer-tally.ts";

export type WriterSamples = {
  put(records: readonly SampleRecord[], nowMs: number): OutcomeKind[];
  load(records: readonly SampleRecord[], nowMs: number): OutcomeKind[];
  countRejected(vantage: string, n: number): void;
  /** Writes what is in memory, then lets go of this series. */
  forget(series: SeriesKey): void;
  flush(): void;
  /** After a rollback: what is in memory is not what is stored. */
  clear(): void;
};

export function writerSamples(db: Database.Database): WriterSamples {
  const tiles = tileCache(db);
  const generations = generationsOf(db);
  const tally = writerTally(db);
  const log = sampleLog(db);

  const taken = takenBy(tiles, log);

  const judge = (record: SampleRecord, nowMs: number, windowS: number): OutcomeKind => {
    const { tick, stepS } = record.sample;
    if (!isArchivable(stepS) || tick % stepS !== 0) return "rejected";
    const outcome = taken(record, generations.of(seriesOf(record)));
    if (outcome) return outcome;
    const ageS = Math.floor(nowMs / 1000) - tick;
    if (ageS > windowS) return "tooOld";
    return ageS < -FUTURE_LIMIT_S ? "future" : "stored";
  };

  const store = (record: SampleRecord): boolean => {
    const { sample } = record;
    const series = seriesOf(record);
    const generation =
      generations.of(series).find((one) => one.stepS === sample.stepS) ??
      generations.open(series, sample.stepS, sample.tick);
    addTick(tiles, generation, sample.tick, pdpsOf(sample), codeOf(sample));
    generations.touch(generation);
    const live = isLive(record);
    const tickNo = sample.tick / sample.stepS;
    if (isShown(generation.bands.pdps, tickNo, generation.lastTick / sample.stepS))
      log.write(logId(generation.id, generation.bands, tickNo), record, live);
    return live;
  };

  const accept = (record: SampleRecord, nowMs: number, history: boolean, counts: Tally): OutcomeKind => {
    const { sample, vantage } = record;
    const outcome = judge(record, nowMs, history ? LONGEST_S : LATE_WINDOW_S);
    counts.outcome(vantage, outcome);
    if (outcome !== "stored") return outcome;
    const live = store(record);
    if (METRICS.some((metric) => sample.timings[metric] === PDP_MAX)) counts.clamped(vantage);
    const owner = sample.address === undefined ? sample.target : null;
    if (!history) counts.arrived(vantage, owner, sample.tick, live);
    return outcome;
  };

  const acceptAll = (records: readonly SampleRecord[], nowMs: number, history: boolean) => {
    const counts = tally.begin();
    const outcomes = records.map((record) => accept(record, nowMs, history, counts));
    counts.write();
    return outcomes;
  };

  const flush = () => {
    tiles.flush();
    generations.flush();
  };
  return {
    put: (records, nowMs) => acceptAll(records, nowMs, false),
    load: (records, nowMs) => acceptAll(records, nowMs, true),
    countRejected: tally.countRejected,
    forget(series) {
      flush();
      generations.forget(series);
    },
    flush,
    clear() {
      tiles.clear();
      generations.clear();
    },
  };
}

/** Whether the tick of a record is taken in any of its series' generations; null = it is free. */
function takenBy(tiles: TileCache, log: ReturnType<typeof sampleLog>) {
  return (record: SampleRecord, found: readonly OpenGeneration[]): OutcomeKind | null => {
    const { tick } = record.sample;
    for (const one of found) {
      if (tick > one.lastTick || tick < one.openedTick || tick % one.stepS !== 0) continue;
      const tickNo = tick / one.stepS;
      if (isShown(one.bands.pdps, tickNo, one.lastTick / one.stepS)) {
        const outcome = log.compare(logId(one.id, one.bands, tickNo), record);
        if (outcome) return outcome;
      } else if (codeBehind(tiles, one, tick) !== UNKNOWN_CODE) return "duplicate";
    }
    return null;
  };
}

function isLive({ sample, receivedMs, skewMs }: SampleRecord): boolean {
  return receivedMs + (skewMs ?? 0) - sample.tick * 1000 <= liveLimitMs(sample.stepS);
}

function sampleLog(db: Database.Database) {
  const select = db.prepare<[number], { tick: number; epoch: string; seq: number }>(
    "SELECT tick, epoch, seq FROM log WHERE id = ?",
  );
  const upsert = db.prepare(
    "INSERT OR REPLACE INTO log (id, tick, epoch, seq, received_ms, skew_ms, live, body) VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
  );
  return {
    /** What the slot says about the record's tick; null = the slot holds another lap or nothing. */
    compare(id: number, record: SampleRecord): "duplicate" | "conflict" | null {
      const row = select.get(id);
      if (row?.tick !== record.sample.tick) return null;
      return row.epoch === record.epoch && row.seq === record.sample.seq ? "duplicate" : "conflict";
    },
    write(id: number, record: SampleRecord, live: boolean): void {
      const { sample, epoch, receivedMs, skewMs } = record;
      upsert.run(id, sample.tick, epoch, sample.seq, receivedMs, skewMs, live ? 1 : 0, bodyOf(record));
    },
  };
}
