/**
 * A copy becomes the database of a folder again; what stood there is kept beside it, under a name that says when.
 *
 * The copy is examined before anything is touched. Each step can be cut off: the folder then holds the old database whole
 * or the new one whole, never none, and the same command can be given again.
 */
import { copyFileSync, existsSync, linkSync, renameSync, rmSync, statSync } from "node:fs";
import { basename, dirname, join, resolve } from "node:path";
import Database from "better-sqlite3";
import { CarrierwatchError, type ErrorOptions } from "../../wire/errors.ts";
import { fileTrouble } from "../../wire/file-trouble.ts";
import { codeOf, systemCause } from "./messages.ts";
import { versionOf } from "./migrate.ts";
import { guarded } from "./open-database.ts";
import { inFolder } from "./restore-folder.ts";
import { APPLICATION_ID, MIGRATIONS } from "./schema.ts";
import { syncPath } from "./sync-path.ts";

export type Restored = {
  readonly path: string;
  readonly bytes: number;
  /** Where the database that stood there is now; null = there was none. */
  readonly kept: string | null;
};

/**
 * Puts a copy in the place of a folder's database.
 *
 * @param stamp Goes into the name of what is kept; the same stamp is never used twice.
 * @throws UnavailableError code data_in_use while a collector runs on the folder, whatever the copy is
 * @throws CarrierwatchError code usage when there is no such copy, or it is the database itself
 * @throws CarrierwatchError code not_written, retryable, when there is no room for it; ConfigError for a folder that cannot be written
 * @throws CarrierwatchError code refused_data when it is no sound, finished copy, of another program or of a newer version
 */
export function restoreFrom(copy: string, file: string, stamp: string): Restored {
  const part = `${file}.part`;
  return inFolder(dirname(file), [part], () => {
    examine(copy, file);
    draft(copy, part);
    const kept = keepOld(file, stamp);
    renameSync(part, file);
    syncPath(dirname(file));
    return { path: file, bytes: statSync(file).size, kept };
  });
}

/** @throws CarrierwatchError, retryable: the database that stands there is as it was */
function draft(copy: string, part: string): void {
  try {
    rmSync(part, { force: true });
    copyFileSync(copy, part);
    syncPath(part);
  } catch (cause) {
    const { size } = statSync(copy);
    throw new CarrierwatchError(
      "not_written",
      `${part} cannot be written: ${fileTrouble(systemCause(cause))}; the backup has ${size} bytes`,
      { cause, retryable: true, hint: "nothing was changed; make room there and repeat the command" },
    );
  }
}

function examine(copy: string, file: string): void {
  if (!existsSync(copy)) throw new CarrierwatchError("usage", `there is no backup ${copy}`);
  if (resolve(copy) === resolve(file))
    throw new CarrierwatchError("usage", `${copy} is the database itself, not a copy of it`);
  if (existsSync(`${copy}-wal`) && statSync(`${copy}-wal`).size > 0)
    throw refused(`${copy} is no finished copy: a journal lies beside it`, {
      hint: "make copies with: carrierwatch db backup",
    });
  guarded(copy, () => examineDatabase(copy));
}

function examineDatabase(copy: string): void {
  const db = new Database(copy, { readonly: true, fileMustExist: true });
  try {
    const id = db.pragma("application_id", { simple: true });
    if (id !== APPLICATION_ID)
      throw refused(`${copy} is not a carrierwatch database (application_id ${String(id)})`);
    const version = versionOf(db);
    if (version > MIGRATIONS.length)
      throw refused(
        `${copy} was written by a newer carrierwatch (schema ${version}, this one knows ${MIGRATIONS.length})`,
      );
    const found = db.pragma("integrity_check(1)", { simple: true });
    if (found !== "ok") throw damaged(copy, String(found));
  } catch (error) {
    throw isDamage(error) ? damaged(copy, error.message, error) : error;
  } finally {
    db.close();
  }
}

function isDamage(error: unknown): error is Error {
  const code = codeOf(error) ?? "";
  return code.startsWith("SQLITE_NOTADB") || code.startsWith("SQLITE_CORRUPT");
}

function damaged(copy: string, why: string, cause?: unknown): CarrierwatchError {
  return refused(`the backup ${copy} is damaged: ${why.replaceAll(/\s+/g, " ")}`, {
    hint: "take an older one",
    cause,
  });
}

function refused(message: string, options: ErrorOptions = {}): CarrierwatchError {
  return new CarrierwatchError("refused_data", message, options);
}

/** Gives the old database a second name, with all that its journal holds folded in as far as it can be. */
function keepOld(file: string, stamp: string): string | null {
  if (!existsSync(file)) return null;
  const kept = join(dirname(file), `${basename(file, ".db")}-before-${stamp}.db`);
  try {
    const db = new Database(file);
    try {
      db.pragma("wal_checkpoint(TRUNCATE)");
    } finally {
      db.close();
    }
  } catch {
    // Damaged: it is kept as it is, its journal beside it.
  }
  secondName(file, kept);
  for (const end of ["-wal", "-shm"]) if (existsSync(file + end)) renameSync(file + end, kept + end);
  return kept;
}

/** A link costs nothing; a file system without them gets a copy. */
function secondName(file: string, name: string): void {
  try {
    linkSync(file, name);
  } catch {
    copyFileSync(file, name);
    syncPath(name);
  }
}
