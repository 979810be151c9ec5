/**
 * One process per data folder: an exclusive lock on a side database, which the kernel drops when its holder dies.
 *
 * The lock itself cannot be read while it is held, so who holds it stands in a file beside it.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import Database from "better-sqlite3";
import { UnavailableError } from "../../wire/errors.ts";
import { codeOf } from "./messages.ts";

const LOCK = "lock.db";
const HOLDER = "lock.holder";

/** What it keeps in the folder; it stays there, since nobody can remove it without a race. */
export const LOCK_FILES: readonly string[] = [LOCK, HOLDER];

/**
 * Takes the folder, or says who has it.
 *
 * @returns Gives the folder back.
 * @throws UnavailableError code data_in_use
 */
export function lockFolder(dir: string): () => void {
  const [lockFile, holderFile] = [join(dir, LOCK), join(dir, HOLDER)];
  const db = new Database(lockFile, { timeout: 0 });
  try {
    db.pragma("journal_mode = DELETE");
    db.exec("BEGIN EXCLUSIVE");
  } catch (error) {
    db.close();
    if (!codeOf(error)?.startsWith("SQLITE_BUSY")) throw error;
    throw new UnavailableError("data_in_use", `the data folder ${dir} is in use by ${holderOf(holderFile)}`, {
      hint: "stop that process, or give this one another folder with --data",
      cause: error,
    });
  }
  writeFileSync(holderFile, `process ${process.pid} on ${hostname()}\n`);
  return () => {
    db.exec("ROLLBACK");
    db.close();
  };
}

function holderOf(file: string): string {
  try {
    return readFileSync(file, "utf8").trim() || "another process";
  } catch {
    return "another process";
  }
}
