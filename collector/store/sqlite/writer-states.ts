/**
 * Open states in the writer's hands: copies while a transaction works, in the file when tiles were touched, in the
 * journal until then, and shown to the readers after the commit.
 *
 * The journal is kept short by a sweep: when it has grown or is old, every generation with entries in it is written, a
 * few per commit, and then its older rows are deleted. So one slow series pins nobody's journal, no commit waits for
 * all of them, and a start applies at most what came since the sweep before the last.
 */
import type Database from "better-sqlite3";
import { bandsOf } from "./bands.ts";
import { journalPart } from "./journal.ts";
import { loadStates, type StateParts } from "./load-states.ts";
import { logBudget } from "./log-budget.ts";
import { OpenState } from "./open-state.ts";
import type { Arrived, Working } from "./rings.ts";
import { stateWriter } from "./state-row.ts";
import type { TileCache } from "./tile-cache.ts";

/** A sweep begins when the journal has grown by this, or by so much for each generation: about twelve ticks of each. */
const SWEEP_BYTES = 8 * 1024 * 1024;
const SWEEP_BYTES_EACH = 1_500;
/** Or when its oldest row is this old. */
const SWEEP_AFTER_MS = 3_600_000;
/** Generations written per commit during a sweep, and one more for so many that the commit itself touched. */
const SWEEP_AT_ONCE = 64;
const SWEEP_SHARE = 4;
/** Generations written per commit at a clean end. */
const SETTLED_AT_ONCE = 1_000;
/** Journal rows deleted per commit. */
const DELETE_AT_ONCE = 64;

/** Generations to be written until the journal up to a commit is not needed. */
type Sweep = { readonly until: number; readonly ids: readonly number[]; at: number; trimming: boolean };

const NOBODYS = new OpenState();

export class OpenStates {
  private readonly parts: StateParts;
  private readonly tiles: TileCache;
  private readonly budget: ReturnType<typeof logBudget>;
  private readonly statements: ReturnType<typeof statementsOf>;
  private readonly journal = journalPart();
  private readonly stored = stateWriter();
  private readonly working = new Map<number, Working>();
  private readonly gone = new Set<number>();
  /** Generations with entries in the journal, by the first commit whose entry is not in their state in the file. */
  private readonly pending: Map<number, number>;
  private spare: OpenState[] = [];
  private journaled: readonly Working[] = [];
  private commit: number;
  private grownBytes = 0;
  private atOnce = SWEEP_AT_ONCE;
  private sweptAtMs = performance.now();
  private sweep: Sweep | null = null;

  constructor(parts: StateParts, tiles: TileCache) {
    this.parts = parts;
    this.tiles = tiles;
    this.budget = logBudget(parts.db, tiles, parts.texts);
    this.statements = statementsOf(parts.db);
    const { commit, pending } = loadStates(parts, (one, number) => {
      parts.db
        .transaction(() => {
          this.write(one, number);
          tiles.flush();
        })
        .immediate();
    });
    this.commit = commit;
    this.pending = pending;
    if (commit > 0) this.statements.mark.run(commit);
  }

  /** The generation as this transaction has it. */
  of(id: number): Working {
    const held = this.working.get(id);
    if (held) return held;
    const state = this.spare.pop() ?? new OpenState();
    this.parts.shared.copyTo(id, state);
    return this.hold(id, state);
  }

  /** A new one, whose first tick this is. Its state has to be in the file before any entry of it is in the journal. */
  begin(id: number, stepS: number, tick: number, shape: number): Working {
    const state = this.spare.pop() ?? new OpenState();
    state.begin(stepS, tick, this.commit, shape);
    this.gone.delete(id);
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

  forget(id: number): void {
    this.working.delete(id);
    this.pending.delete(id);
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
    if (this.pending.size > 0 && (!this.sweep || this.sweep.trimming)) this.startSweep();
    return this.sweep !== null;
  }

  /** Inside the transaction, at its end. */
  flush(): void {
    this.beginSweep();
    this.sweepSome();
    this.trimSome();
    const whole = [...this.working.values()].filter((one) => one.flush).sort((a, b) => a.id - b.id);
    const { bytes, owners } = this.journal.taken((one) => one.flush || this.working.get(one.id) !== one);
    this.journaled = owners;
    if (whole.length > 0 || owners.length > 0) {
      this.commit += 1;
      for (const one of this.working.values()) if (one.flush || one.needs) one.state.neededAt = this.commit;
      for (const one of whole) this.write(one, this.commit);
      this.statements.writeJournal.run(this.commit, bytes);
      this.grownBytes += bytes.length;
    }
    this.tiles.flush();
  }

  /** The transaction is on disk: what it changed is shown to the readers. */
  committed(): void {
    const { shared } = this.parts;
    for (const one of this.working.values()) {
      if (!one.changed) continue;
      if (one.flush) this.pending.delete(one.id);
      shared.publish(one.id, one.state);
    }
    for (const { id } of this.journaled) if (!this.pending.has(id)) this.pending.set(id, this.commit);
    for (const id of this.gone) shared.publish(id, NOBODYS);
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
    this.working.set(id, one);
    return one;
  }

  private write(one: Working, commit: number): void {
    this.budget.keep(one);
    one.state.flushedAt = commit;
    this.statements.writeHead.run(one.id, this.stored(one.state));
  }

  private release(): void {
    for (const { state } of this.working.values()) this.spare.push(state);
    this.working.clear();
    this.gone.clear();
    this.journal.clear();
    this.journaled = [];
  }

  private beginSweep(): void {
    const isDue = this.grownBytes > Math.max(SWEEP_BYTES, SWEEP_BYTES_EACH * this.pending.size);
    const isOld = performance.now() - this.sweptAtMs > SWEEP_AFTER_MS;
    if (!this.sweep && (isDue || isOld)) this.startSweep();
  }

  private startSweep(): void {
    this.sweptAtMs = performance.now();
    this.grownBytes = 0;
    const ids = [...this.pending.keys()].sort((a, b) => a - b);
    this.sweep = { until: this.commit, ids, at: 0, trimming: false };
  }

  /** Some of the generations whose entries are older than the sweep are written in this commit too. */
  private sweepSome(): void {
    const { sweep } = this;
    if (!sweep || sweep.trimming) return;
    const more = this.atOnce + Math.floor(this.working.size / SWEEP_SHARE);
    const end = Math.min(sweep.ids.length, sweep.at + more);
    for (; sweep.at < end; sweep.at += 1) {
      const id = sweep.ids[sweep.at] ?? 0;
      const since = this.pending.get(id);
      if (since === undefined || since > sweep.until || this.gone.has(id)) continue;
      const one = this.of(id);
      one.changed = true;
      one.flush = true;
    }
  }

  private trimSome(): void {
    const { sweep } = this;
    if (!sweep?.trimming) return;
    // The newest row stays: by its number readers know which commit they see.
    const until = Math.min(sweep.until, this.commit - 1);
    if (this.statements.trim.run(until, DELETE_AT_ONCE).changes < DELETE_AT_ONCE) this.sweep = null;
  }
}

function statementsOf(db: Database.Database) {
  return {
    writeHead: db.prepare(
      "INSERT INTO head (id, data) VALUES (?, ?) ON CONFLICT (id) DO UPDATE SET data = excluded.data",
    ),
    dropHead: db.prepare("DELETE FROM head WHERE id = ?"),
    writeJournal: db.prepare("INSERT INTO journal (id, data) VALUES (?, ?)"),
    mark: db.prepare("INSERT OR IGNORE INTO journal (id, data) VALUES (?, x'')"),
    trim: db.prepare(
      "DELETE FROM journal WHERE id IN (SELECT id FROM journal WHERE id <= ? ORDER BY id LIMIT ?)",
    ),
  };
}
