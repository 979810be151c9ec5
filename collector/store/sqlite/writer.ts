/**
 * The writer thread: the only connection that changes the database, and the holder of the folder's lock.
 *
 * Calls arrive as messages, wait in a queue and are committed in groups. An answer is posted after the commit
 * returned, which with synchronous=FULL is after the WAL was synced: this is what an acknowledgement rests on.
 */
import { join } from "node:path";
import { parentPort, workerData } from "node:worker_threads";
import type Database from "better-sqlite3";
import { makeDataFolder } from "../make-folder.ts";
import { giveBackStartGarbage } from "../start-garbage.ts";
import type { HistoryRow } from "../store.ts";
import { checkpoints } from "./checkpoints.ts";
import { diskFull, diskGuard, isFull } from "./disk-guard.ts";
import { writerEvents } from "./events.ts";
import { commitGroup } from "./group-commit.ts";
import { lockFolder } from "./lock.ts";
import { type Answer, type Call, type Operations, plainErrorOf } from "./messages.ts";
import { migrate } from "./migrate.ts";
import { assertFull, assertSound, guarded, openForWriting } from "./open-database.ts";
import { type Batch, type Packed, unpacker } from "./packed.ts";
import { diskReserve } from "./reserve.ts";
import { MIGRATIONS } from "./schema.ts";
import { type StatesMemory, sharedStates } from "./shared-states.ts";
import { writerClaims } from "./writer-claims.ts";
import { writerIncidents, writerOutbox, writerRegistry } from "./writer-desk.ts";
import { writerPurge } from "./writer-purge.ts";
import { writerSamples } from "./writer-samples.ts";

export type WriterData = {
  readonly dir: string;
  readonly file: string;
  readonly reserveBytes: number;
  /** Where open states are shown to the readers. */
  readonly states: StatesMemory;
};

/** Samples in one transaction that may touch tiles: bounds the WAL, and with it the reserve. */
const GROUP_SAMPLES = 2_000;
/** So many tiles here and there end it sooner: each takes a page of the WAL, where neighbours share one. */
const GROUP_APART = 2_000;
/** Samples and calls in one transaction: one that only adds a tick takes a hundred bytes of the WAL. */
const MOST_SAMPLES = 6_000;
const GROUP_CALLS = 256;
const UPKEEP_EVERY_MS = 250;
const NOTHING: Call = { id: 0, op: "nothing", args: [] };

type Own = ReturnType<typeof openWriter>["operations"];
/** Null = all were stored. */
type Outcomes = Uint8Array | null;

/** As they are called: a batch crosses packed. */
export type WriterOperations = Omit<Own, "put" | "load"> & {
  put(batch: Packed, nowMs: number): Outcomes;
  load(batch: Packed, nowMs: number): Outcomes;
};

/** @throws ConfigError, UnavailableError: what the program cannot start with, in one sentence. */
function openWriter(data: WriterData) {
  makeDataFolder(data.dir);
  const reserve = diskReserve(data.dir, data.reserveBytes);
  try {
    return openOnce(data);
  } catch (error) {
    if (!isFull(error)) throw error;
    reserve.release();
  }
  try {
    return openOnce(data);
  } catch (error) {
    throw isFull(error) ? diskFull(data.dir, reserve.needsBytes, error) : error;
  }
}

function openOnce(data: WriterData) {
  const unlock = guarded(join(data.dir, "lock.db"), () => lockFolder(data.dir));
  try {
    const db = openForWriting(data.file);
    const copy = guarded(data.file, () => migrate(db, data.file, MIGRATIONS, tellProgress));
    if (copy) tellCopy(copy);
    if (guarded(data.file, () => stateOf(db)) === "open") assertSound(db, data.file);
    guarded(data.file, () => setState(db, "open"));
    assertFull(db, data.file);
    return parts(db, data, unlock);
  } catch (error) {
    unlock();
    throw error;
  }
}

function parts(db: Database.Database, data: WriterData, unlock: () => void) {
  const reserve = diskReserve(data.dir, data.reserveBytes);
  const disk = diskGuard(db, data.dir, reserve, (message) => log("warn", { code: "disk_full" }, message));
  const samples = writerSamples(db, sharedStates(data.states));
  reserve.restore();
  const operations = {
    put(batch: Batch, nowMs: number) {
      disk.beforeSamples();
      return samples.put(batch, nowMs);
    },
    load(batch: Batch, nowMs: number) {
      disk.beforeSamples();
      return samples.load(batch, nowMs);
    },
    loadRows(rows: readonly HistoryRow[], nowMs: number) {
      disk.beforeSamples();
      return samples.loadRows(rows, nowMs);
    },
    countRejected: samples.countRejected,
    shape: samples.shape,
    reshape: samples.reshape,
    age: samples.age,
    ...writerPurge(db, samples.forget),
    ...writerEvents(db),
    ...writerRegistry(db),
    ...writerIncidents(db),
    ...writerOutbox(db),
    ...writerClaims(db, samples.settleMarks),
    /** Null after a real write; otherwise why there is none. */
    ready(): string | null {
      const reason = disk.reason();
      if (reason === null) setState(db, "open");
      return reason;
    },
    synchronous: () => db.pragma("synchronous", { simple: true }),
  } satisfies Operations;
  const folding = checkpoints(db, data.file);
  const close = async () => {
    await folding.end();
    try {
      setState(db, "closed");
      db.pragma("wal_checkpoint(TRUNCATE)");
    } catch {
      // A full disk: the state stays "open", and the next start looks at the file more closely.
    }
    db.close();
    unlock();
  };
  return { db, disk, samples, folding, operations, close };
}

/** "open" while a writer has the database: found at start, it says that the last one did not end cleanly. */
function setState(db: Database.Database, state: "open" | "closed"): void {
  db.prepare(
    "INSERT INTO meta (name, value) VALUES ('state', ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
  ).run(state);
}

function stateOf(db: Database.Database): unknown {
  return db.prepare("SELECT value FROM meta WHERE name = 'state'").pluck().get();
}

function tellCopy({ path, isBetween }: { readonly path: string; readonly isBetween: boolean }): void {
  log("info", { backup: path }, "the database was copied before its schema changed");
  if (isBetween)
    log(
      "warn",
      { code: "backup_lost", backup: path },
      "the copy made before the change of schema began is gone or damaged: this one is of a database half changed",
    );
}

function tellProgress(done: number, of: number): void {
  log("info", { done, of }, "the database is brought to its new form");
}

function post(answer: Answer): void {
  parentPort?.postMessage(answer);
}

function log(level: "info" | "warn" | "error", fields: Record<string, unknown>, message: string): void {
  post({ kind: "log", level, fields, message });
}

function isSeveral(call: Call | readonly Call[]): call is readonly Call[] {
  return Array.isArray(call);
}

/** How many samples a call brings. */
function weightOf(call: Call): number {
  return call.op === "put" || call.op === "load" ? (call.args[0] as Batch).count : 0;
}

/** Batches are unpacked as they arrive: a list of texts is told in that order. */
function receiver(): (call: Call) => Call {
  const unpack = unpacker();
  return (call) => {
    if (call.op !== "put" && call.op !== "load") return call;
    const [packed, ...others] = call.args;
    return { ...call, args: [unpack(packed as Packed), ...others] };
  };
}

function serve(): void {
  const writer = openWriter(workerData as WriterData);
  const operations: Operations = writer.operations;
  const queue: Call[] = [];
  const received = receiver();
  let scheduled = false;
  const hooks = {
    run: (call: Call) => operations[call.op]?.(...call.args),
    isFull: (next: Call) =>
      writer.samples.worked() + weightOf(next) > GROUP_SAMPLES || writer.samples.apart() > GROUP_APART,
    flush: writer.samples.flush,
    committed: writer.samples.committed,
    clear: writer.samples.clear,
  };

  const takeGroup = (): Call[] => {
    let size = 0;
    let samples = 0;
    for (const call of queue) {
      samples += weightOf(call);
      if (size > 0 && (samples > MOST_SAMPLES || size >= GROUP_CALLS)) break;
      size += 1;
    }
    return queue.splice(0, size);
  };
  const drain = () => {
    scheduled = false;
    const calls = takeGroup();
    const results = commitGroup(writer.db, calls, hooks);
    queue.unshift(...calls.slice(results.length));
    if (results.some((result, i) => !("error" in result) && weightOf(calls[i] ?? NOTHING) > 0))
      writer.disk.took();
    const answers = results.map((result): Answer => {
      if (!("error" in result)) return { kind: "value", id: result.id, value: result.value };
      return { kind: "error", id: result.id, error: plainErrorOf(writer.disk.explain(result.error)) };
    });
    post({ kind: "several", answers });
    writer.folding.ask();
    schedule();
  };
  const schedule = () => {
    if (scheduled || queue.length === 0) return;
    scheduled = true;
    // Not at once: messages that are already in the port join this group.
    setImmediate(drain);
  };
  /** A commit that only writes what waits; false when the disk does not take it. */
  const settled = (): boolean => {
    const [result] = commitGroup(writer.db, [NOTHING], hooks);
    return result !== undefined && !("error" in result);
  };
  // The journal is kept short even when nothing arrives.
  const upkeep = setInterval(() => {
    if (queue.length === 0 && writer.samples.idle()) settled();
  }, UPKEEP_EVERY_MS).unref();
  parentPort?.on("message", (call: Call | readonly Call[]) => {
    if (isSeveral(call)) {
      for (const one of call) queue.push(received(one));
      schedule();
      return;
    }
    if (call.op === "close") {
      clearInterval(upkeep);
      while (queue.length > 0) drain();
      // A start after a clean end has nothing to apply again.
      while (writer.samples.settle()) if (!settled()) break;
      void writer.close().then(() => {
        post({ kind: "value", id: call.id, value: undefined });
        parentPort?.close();
      });
      return;
    }
    queue.push(received(call));
    schedule();
  });
}

try {
  serve();
  post({ kind: "opened" });
  giveBackStartGarbage();
} catch (error) {
  post({ kind: "failed", error: plainErrorOf(error) });
  parentPort?.close();
}
