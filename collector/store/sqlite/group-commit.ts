/**
 * Group commit: calls that wait are run in one transaction, synced once, and answered after that.
 *
 * A refusal that wrote nothing (a version conflict) is its caller's alone. Any other failure rolls everything back,
 * and each call is tried by itself, so that one poisoned call cannot take the others with it.
 */
import type Database from "better-sqlite3";
import { VersionConflictError } from "../../wire/errors.ts";
import type { Call } from "./messages.ts";

export type Result = { readonly id: number } & ({ readonly value: unknown } | { readonly error: unknown });

/** What the transaction has to do besides the calls themselves. */
export type Hooks = {
  /** Runs one call. */
  run(call: Call): unknown;
  /** Whether this call would make the transaction too large. */
  isFull(next: Call): boolean;
  /** Writes what the calls left in memory; inside the transaction. */
  flush(): void;
  /** The transaction is on disk. */
  committed(): void;
  /** The transaction was rolled back: forget what is in memory. */
  clear(): void;
};

/**
 * Runs the calls until the transaction is full, the first of them always, and commits.
 *
 * @returns One result per call that was run, in order; nothing in it is told before the commit is on disk.
 */
export function commitGroup(db: Database.Database, calls: readonly Call[], hooks: Hooks): Result[] {
  let results: Result[];
  try {
    results = attempt(db, calls, hooks);
  } catch (error) {
    hooks.clear();
    if (calls.length <= 1) return calls.map(({ id }) => ({ id, error }));
    return calls.flatMap((call) => commitGroup(db, [call], hooks));
  }
  hooks.committed();
  return results;
}

function attempt(db: Database.Database, calls: readonly Call[], hooks: Hooks): Result[] {
  const results: Result[] = [];
  db.transaction(() => {
    for (const call of calls) {
      if (results.length > 0 && hooks.isFull(call)) break;
      results.push(runOne(call, hooks));
    }
    hooks.flush();
  }).immediate();
  return results;
}

function runOne(call: Call, hooks: Hooks): Result {
  try {
    return { id: call.id, value: hooks.run(call) };
  } catch (error) {
    if (error instanceof VersionConflictError) return { id: call.id, error };
    throw error;
  }
}
