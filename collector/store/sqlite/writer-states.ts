/**
 * Open states in the writer's hands: copies while a transaction works, in the file when tiles were touched, in the
 * journal until then, and shown to the readers after the commit.
 *
 * The journal is kept short by a sweep: when it is long or old, every generation with old entries in it is written, a few
 * per commit, and then those rows are deleted. Most were written meanwhile, because their tile was full. So one slow
 * series pins nobody's journal, no commit waits for all of them, and a start has little to apply again.
 */
import type Database from "better-sqlite3";
import { bandsOf } from "./bands.ts";
import type { ByNumber } from "./by-number.ts";
import { DirectAdds } from "./direct.ts";
import { Hands } from "./hands.ts";
import { type JournalEntry, JournalPart } from "./journal.ts";
import { journalLength } from "./journal-length.ts";
import { loadStates, type StateParts } from "./load-states.ts";
import { logBudget } from "./log-budget.ts";
import { type OpenRows, openRowsOf } from "./open-rows.ts";
import { OpenState } from "./open-state.ts";
import type { Arrived, Working } from "./rings.ts";
import { stateWriter } from "./state-row.ts";
import type { TileCache } from "./tile-cache.ts";

/** A sweep begins when the journal is too long, or when its oldest row is this old. */
const SWEEP_AFTER_MS = 3_600_000;
/** Generations written per commit during a sweep, and one more for so many that the commit itself touched. */
const SWEEP_AT_ONCE = 64;
const SWEEP_SHARE = 4;
/** Generations written per commit at a clean end. */
const SETTLED_AT_ONCE = 1_000;
/** Written by one statement. */
const HEADS_TOGETHER = 16;
/** Journal rows deleted per commit. */
const DELETE_AT_ONCE = 64;

/** Generations to be written until the journal up to a commit is not needed. */
type Sweep = { readonly until: number; readonly ids: readonly number[]; at: number; trimming: boolean };

const NOBODYS = new OpenState();

export class OpenStates {
  private readonly parts: StateParts;
  private readonly tiles: TileCache;
  private readonly told: (entry: JournalEntry) => void;
  private readonly beforeTrim: (until: number) => void;
  private readonly budget: ReturnType<typeof logBudget>;
  private readonly statements: ReturnType<typeof statementsOf>;
  private readonly journal = new JournalPart();
  readonly direct: DirectAdds;
  private readonly stored = storedStates();
  private readonly rows: OpenRows;
  private readonly working = new Hands();
  private readonly gone = new Set<number>();
  /** Generations with entries in the journal: the first commit whose entry is not in their state in the file. */
  private readonly pending: ByNumber;
  private spare: OpenState[] = [];
  private journaled: readonly Working[] = [];
  private readonly length = journalLength();
  private commit: number;
  private atOnce = SWEEP_AT_ONCE;
  private sweptAtMs = performance.now();
  private sweep: Sweep | null = null;

  /**
   * @param told Called with an entry whose due mark has to be made at once.
   * @param beforeTrim Called before rows of the journal up to this one are deleted.
   */
  constructor(
    parts: StateParts,
    tiles: TileCache,
    told: (entry: JournalEntry) => void,
    beforeTrim: (until: number) => void,
  ) {
    this.told = told;
    this.beforeTrim = beforeTrim;
    this.parts = parts;
    this.direct = new DirectAdds(parts.shared, this.journal);
    this.tiles = tiles;
    this.budget = logBudget(parts.db, tiles, parts.texts);
    this.statements = statementsOf(parts.db);
    this.rows = openRowsOf(parts.db);
    const write = (touched: readonly Working[], number: number): void => {
      this.write(touched, number);
      tiles.flush();
    };
    const { commit, pending } = loadStates(parts, parts.db.transaction(write).immediate, this.length.grew);
    this.commit = commit;
    this.pending = pending;
    if (commit > 0) this.statements.mark.run(commit);
  }

  /** The generation as this transaction has it. */
  of(id: number): Working {
    const held = this.working.of(id);
    if (held) return held;
    const state = this.spare.pop() ?? new OpenState();
    this.parts.shared.copyTo(id, state);
    this.rows.into(id, state);
    const one = this.hold(id, state);
    const entry = this.direct.take(one);
    if (entry) this.again(one, entry);
    return one;
  }

  /** A new one, whose first tick this is. Its state has to be in the file before any entry of it is in the journal. */
  begin(id: number, stepS: number, tick: number, shape: number): Working {
    const state = this.spare.pop() ?? new OpenState();
    state.begin(stepS, tick, this.commit, shape);
    this.gone.delete(id);
    this.tiles.forgetAhead();
    const one = this.hold(id, state);
    one.changed = true;
    one.flush = true;
    return one;
  }

  /** A sample was added to it. */
  note(one: Working, sample: Arrived): void {
    one.changed = true;
    this.journal.add(one, sample);
  }

  /** Whether this transaction has it in hands. */
  has(id: number): boolean {
    return this.working.of(id) !== null;
  }

  /** Entries of this transaction whose due marks are not made yet: from now on they are. */
  eachUnmarked(visit: (entry: JournalEntry) => void): void {
    this.journal.eachUnmarked(visit);
  }

  forget(id: number): void {
    this.of(id);
    this.working.drop(id);
    this.gone.add(id);
    this.statements.dropHead.run(id);
  }

  /** Whether a commit without calls would have something to do. */
  idle(): boolean {
    this.beginSweep();
    return this.sweep !== null;
  }

  /** At a clean end: every generation is written by the next commits. @returns whether there is more to do. */
  settle(): boolean {
    this.atOnce = SETTLED_AT_ONCE;
    if (this.pending.size > 0 && (!this.sweep || this.sweep.trimming)) this.startSweep(this.commit);
    else if (!this.sweep && this.hasOldRows()) this.startSweep(this.commit);
    return this.sweep !== null;
  }

  /** Inside the transaction, at its end. */
  flush(): void {
    this.beginSweep();
    this.sweepSome();
    this.trimSome();
    const whole = this.working.all.filter((one) => one.flush).sort((a, b) => a.id - b.id);
    const { bytes, owners, entries } = this.journal.written(
      (one) => one.flush || this.working.of(one.id) !== one,
    );
    this.journaled = owners;
    if (whole.length > 0 || entries > 0) {
      this.commit += 1;
      for (const one of this.working.all) if (one.flush || one.needs) one.state.neededAt = this.commit;
      this.write(whole, this.commit);
      this.statements.writeJournal.run(this.commit, bytes);
      this.length.grew(this.commit, bytes.length, entries);
    }
    this.tiles.flush();
  }

  /** The transaction is on disk: what it changed is shown to the readers. */
  committed(): void {
    const { shared } = this.parts;
    const changed = this.working.all.filter((one) => one.changed);
    for (const one of changed) if (one.flush) this.pending.set(one.id, 0);
    shared.publishAll(changed);
    for (const { id } of this.journaled) this.isPending(id);
    this.direct.publish((id) => this.isPending(id));
    for (const id of this.gone) {
      this.pending.set(id, 0);
      shared.publish(id, NOBODYS);
    }
    shared.shown(this.commit);
    if (this.sweep && this.sweep.at >= this.sweep.ids.length) this.sweep.trimming = true;
    this.release();
  }

  clear(): void {
    // What a rollback took along is written again by the next commit; a number that was not used does no harm.
    if (this.sweep && !this.sweep.trimming) this.sweep.at = 0;
    this.release();
  }

  private hold(id: number, state: OpenState): Working {
    const bands = bandsOf(state.stepS, this.parts.layouts.of(id, state.stepS));
    const one = { id, bands, state, changed: false, needs: false, flush: false };
    this.working.take(one);
    return one;
  }

  /** @param all By number. */
  private write(all: readonly Working[], commit: number): void {
    const { writeHead, writeHeads } = this.statements;
    const bound: (number | Uint8Array)[] = [];
    this.budget.begin();
    for (const one of all) {
      this.budget.keep(one);
      one.state.flushedAt = commit;
      bound.push(one.id, this.stored(one.state, (bound.length / 2) % HEADS_TOGETHER));
      if (bound.length < HEADS_TOGETHER * 2) continue;
      writeHeads.run(bound);
      bound.length = 0;
    }
    for (let i = 0; i < bound.length; i += 2) writeHead.run(bound[i], bound[i + 1]);
  }

  private release(): void {
    for (const { state } of this.working.all) this.spare.push(state);
    this.working.clear();
    this.gone.clear();
    this.rows.clear();
    this.direct.clear();
    this.journal.clear();
    this.journaled = [];
  }

  private isPending(id: number): void {
    if (this.pending.of(id) === 0) this.pending.set(id, this.commit);
  }

  /** A sample that was added directly goes the longer way after all, because its generation is needed in hands. */
  private again(one: Working, entry: JournalEntry): void {
    if (entry.unmarked) this.told(entry);
    this.parts.rings.add(one, entry);
    one.changed = true;
  }

  private beginSweep(): void {
    if (this.sweep) return;
    const until = this.length.tooLong(this.pending.size);
    const isOld = performance.now() - this.sweptAtMs > SWEEP_AFTER_MS;
    if (until !== null) this.startSweep(until);
    else if (isOld) this.startSweep(this.commit);
  }

  private startSweep(until: number): void {
    this.sweptAtMs = performance.now();
    this.length.forget(until);
    this.sweep = { until, ids: this.pending.upTo(until), at: 0, trimming: false };
  }

  /** Some of the generations whose entries are older than the sweep are written in this commit too. */
  private sweepSome(): void {
    const { sweep } = this;
    if (!sweep || sweep.trimming) return;
    const more = this.atOnce + Math.floor(this.working.all.length / SWEEP_SHARE);
    const end = Math.min(sweep.ids.length, sweep.at + more);
    for (; sweep.at < end; sweep.at += 1) {
      const id = sweep.ids[sweep.at] ?? 0;
      const since = this.pending.of(id);
      if (since === 0 || since > sweep.until || this.gone.has(id)) continue;
      const one = this.of(id);
      one.changed = true;
      one.flush = true;
    }
  }

  /** Rows that nobody needs stay in the journal when every generation was written for another reason. */
  private hasOldRows(): boolean {
    return Number(this.statements.oldest.get() ?? this.commit) < this.commit;
  }

  private trimSome(): void {
    const { sweep } = this;
    if (!sweep?.trimming) return;
    // The newest row stays: by its number readers know which commit they see.
    const until = Math.min(sweep.until, this.commit - 1);
    this.beforeTrim(until);
    if (this.statements.trim.run(until, DELETE_AT_ONCE).changes < DELETE_AT_ONCE) this.sweep = null;
  }
}

/** Bytes to be stored of states that are written together. @returns good until the same place is asked for again */
function storedStates() {
  const writers = Array.from({ length: HEADS_TOGETHER }, () => stateWriter());
  return (state: OpenState, place: number): Uint8Array => writers[place]?.(state) ?? state.bytes;
}

function statementsOf(db: Database.Database) {
  const writeHeads = (count: number) => {
    const rows = Array.from({ length: count }, () => "(?, ?)").join(", ");
    return db.prepare(
      `INSERT INTO head (id, data) VALUES ${rows} ON CONFLICT (id) DO UPDATE SET data = excluded.data`,
    );
  };
  return {
    writeHead: writeHeads(1),
    writeHeads: writeHeads(HEADS_TOGETHER),
    dropHead: db.prepare("DELETE FROM head WHERE id = ?"),
    writeJournal: db.prepare("INSERT INTO journal (id, data) VALUES (?, ?)"),
    mark: db.prepare("INSERT OR IGNORE INTO journal (id, data) VALUES (?, x'')"),
    oldest: db.prepare<[], number | null>("SELECT min(id) FROM journal").pluck(),
    trim: db.prepare(
      "DELETE FROM journal WHERE id IN (SELECT id FROM journal WHERE id <= ? ORDER BY id LIMIT ?)",
    ),
  };
}
