/**
 * Samples into the database: acceptance by tick and now alone, then open states, rings, log, journal, counters and due
 * marks, in one transaction.
 *
 * A transaction works on copies of open states. `flush` writes what it touched, `committed` shows it to the readers,
 * `clear` forgets it. A generation whose tiles were touched is written whole; of the others the journal has the entries.
 */
import type Database from "better-sqlite3";
import { FUTURE_LIMIT_S, isArchivable, LATE_WINDOW_S, LONGEST_S } from "../../archive/layout.ts";
import type { OutcomeKind } from "../../wire/sample.ts";
import { isOfAddress } from "../series.ts";
import type { SeriesKey } from "../store.ts";
import { directWay } from "./direct-way.ts";
import { epochsOf } from "./epochs.ts";
import { generationsOf } from "./generations.ts";
import { takenIn } from "./identity.ts";
import { withoutDetails } from "./log-budget.ts";
import { FLAG } from "./log-record.ts";
import { OUTCOMES, STORED } from "./outcomes.ts";
import { type Batch, CLAMPED, heardAt, WORD, WORDS } from "./packed.ts";
import { recordBuilder } from "./record-builder.ts";
import { Rings, type Working } from "./rings.ts";
import { layoutsOf, shapesOf } from "./shapes.ts";
import type { SharedStates } from "./shared-states.ts";
import { sharedTextsOf } from "./shared-texts.ts";
import { tileCache } from "./tile-cache.ts";
import { writerMarks } from "./writer-marks.ts";
import { rowsLoader } from "./writer-rows.ts";
import { writerShapes } from "./writer-shapes.ts";
import { OpenStates } from "./writer-states.ts";
import { type Tally, writerTally } from "./writer-tally.ts";

/** One sample of a batch. */
type Asked = {
  readonly batch: Batch;
  /** Where its words begin. */
  readonly at: number;
  readonly tick: number;
  readonly seq: number;
  readonly stepS: number;
  readonly vantage: string;
  readonly name: string;
  /** Number of its spool's identity. */
  readonly epoch: number;
};

/** What the writer holds of the generations, each part with its own share of the file. */
function heldParts(db: Database.Database, shared: SharedStates) {
  const tally = writerTally(db);
  const marks = writerMarks(db, tally.mark);
  const tiles = tileCache(db);
  const texts = sharedTextsOf(db);
  const rings = new Rings(tiles, withoutDetails(db, texts));
  const shapes = shapesOf(db);
  const layouts = layoutsOf(db, shapes);
  const states = new OpenStates({ db, shared, rings, texts, layouts }, tiles, marks.note, (until) => {
    if (marks.isMade(until)) return;
    marks.make();
    tally.flush();
  });
  const sets = writerShapes({ db, tiles, rings, shapes, layouts, of: (id) => states.of(id) });
  const generations = generationsOf(db);
  const epochs = epochsOf(db);
  return { tally, marks, tiles, rings, texts, layouts, states, sets, generations, epochs };
}

type HeldParts = ReturnType<typeof heldParts>;

/** Judges one sample, and stores it when nobody had its tick. @returns what became of it */
function acceptance({ tiles, rings, texts, states, sets, generations, epochs }: HeldParts) {
  const taken = takenIn(tiles, rings);
  const records = recordBuilder();

  const judge = (asked: Asked, found: readonly Working[], nowS: number, windowS: number): OutcomeKind => {
    const outcome = found.reduce<OutcomeKind | null>((known, one) => known ?? taken(one, asked), null);
    if (outcome) return outcome;
    if (nowS - asked.tick > windowS) return "tooOld";
    return nowS - asked.tick < -FUTURE_LIMIT_S ? "future" : "stored";
  };
  const open = ({ vantage, name, stepS, tick }: Asked): Working | null => {
    const id = generations.open(vantage, name, stepS);
    if (id === null) return null;
    return states.begin(id, stepS, tick, sets.begin(id, targetOf(name), stepS));
  };
  const store = (asked: Asked, found: readonly Working[]): OutcomeKind => {
    const { batch, at, tick, stepS, epoch } = asked;
    const working = found.find(({ state }) => state.stepS === stepS) ?? open(asked);
    // No batch may wait for ever because the database has as many series as it can have.
    if (!working) return "rejected";
    sets.catchUp(working, tick);
    const number = texts.numberOf(working, heardAt(batch, at));
    working.needs ||= epochs.areNew();
    const sample = records.sample(batch, at, tick, number, epoch);
    rings.add(working, sample);
    states.note(working, sample);
    return "stored";
  };
  /** @param only The one generation of its series where that is known, of its step; else null. */
  return (asked: Asked, only: Working | null, nowS: number, history: boolean): OutcomeKind => {
    if (!isOnItsStep(asked)) return "rejected";
    const found = only ? [only] : generations.of(asked.vantage, asked.name).map((id) => states.of(id));
    const outcome = judge(asked, found, nowS, history ? LONGEST_S : LATE_WINDOW_S);
    return outcome === "stored" ? store(asked, found) : outcome;
  };
}

export function writerSamples(db: Database.Database, shared: SharedStates) {
  const held = heldParts(db, shared);
  const { tally, marks, tiles, rings, layouts, states, sets, generations, epochs } = held;
  const accept = acceptance(held);
  const direct = directWay(held);
  /** Samples of this transaction that went the longer way. */
  let worked = 0;
  const acceptAll = (batch: Batch, nowMs: number, history: boolean): Uint8Array | null => {
    const epochNumbers = batch.epochs.map((text) => epochs.numberOf(text));
    const outcomes = new Uint8Array(batch.count);
    const nowS = Math.floor(nowMs / 1_000);
    let others = 0;
    direct.begin(batch, epochNumbers, nowS, history);
    for (let i = 0; i < batch.count; i += 1) {
      if (direct.add(i)) continue;
      worked += 1;
      const asked = askedAt(batch, i, epochNumbers);
      const only = direct.only(i, asked.stepS);
      const outcome = accept(asked, only, nowS, history);
      outcomes[i] = countOne(tally, asked, outcome, history);
      if (outcomes[i] !== STORED) others += 1;
      tiles.flushMuch();
      if (!only) direct.known(i, generations.of(asked.vantage, asked.name));
    }
    direct.end();
    return others === 0 ? null : outcomes;
  };
  const settleMarks = (): void => {
    states.eachUnmarked(marks.note);
    marks.make();
    tally.flush();
  };
  return {
    loadRows: rowsLoader(generations, states, rings, sets),
    put: (batch: Batch, nowMs: number) => acceptAll(batch, nowMs, false),
    load: (batch: Batch, nowMs: number) => acceptAll(batch, nowMs, true),
    countRejected: tally.countRejected,
    /** Lets go of a series; its generations are nobody's from this commit on. */
    forget(series: SeriesKey): void {
      settleMarks();
      // What is still in memory of its tiles must not come into the file after they were emptied there.
      tiles.flush();
      marks.forget();
      direct.forget();
      for (const id of generations.forget(series)) {
        states.forget(id);
        layouts.set(id, null);
      }
    },
    shape: sets.shape,
    reshape: sets.reshape,
    age: sets.age,
    /** How many samples of this transaction did more than add a tick. */
    worked: () => worked,
    /** How many tiles it wrote far from any other. */
    apart: () => tiles.apart(),
    /** Whether a commit without calls would have something to write. */
    idle: () => states.idle(),
    /** At a clean end: as idle, until everything is written. */
    settle: () => states.settle(),
    flush(): void {
      states.flush();
      tally.flush();
    },
    /** Due marks, before a call of the same transaction that reads them. */
    settleMarks,
    committed(): void {
      worked = 0;
      const change = generations.committed();
      if (change) shared.renamed(change);
      for (const part of [epochs, layouts, tiles, states]) part.committed();
    },
    /** After a rollback: what is in memory is not what is stored. */
    clear(): void {
      worked = 0;
      for (const part of [tiles, generations, epochs, tally, sets, states, marks]) part.clear();
      direct.forget();
    },
  };
}

function isOnItsStep({ tick, stepS }: Asked): boolean {
  return isArchivable(stepS) && tick % stepS === 0;
}

/** @param name Target, or target/address. */
function targetOf(name: string): string {
  return name.split("/")[0] ?? name;
}

function askedAt(batch: Batch, i: number, epochs: readonly number[]): Asked {
  const at = i * WORDS;
  const { words, places } = batch;
  return {
    batch,
    at,
    tick: places[i * 2] ?? 0,
    seq: places[i * 2 + 1] ?? 0,
    stepS: words[at + WORD.stepS] ?? 0,
    vantage: batch.vantages[words[at + WORD.vantage] ?? 0] ?? "",
    name: batch.names[words[at + WORD.name] ?? 0] ?? "",
    epoch: epochs[words[at + WORD.epoch] ?? 0] ?? 0,
  };
}

/** @returns The outcome as a number, for the answer. */
function countOne(counts: Tally, asked: Asked, outcome: OutcomeKind, history: boolean): number {
  const { batch, at, vantage, name, tick } = asked;
  counts.outcome(vantage, outcome);
  if (outcome === "stored") {
    const flags = batch.words[at + WORD.flags] ?? 0;
    if (flags & CLAMPED) counts.clamped(vantage);
    if (!history) counts.arrived(vantage, isOfAddress(name) ? null : name, tick, (flags & FLAG.live) !== 0);
  }
  return OUTCOMES.indexOf(outcome);
}
