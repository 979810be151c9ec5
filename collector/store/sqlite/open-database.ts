/**
 * Opening the database: the pragmas the promises rest on, asserted, and one clear sentence for a file that is not ours.
 *
 * better-sqlite3 falls back to synchronous=NORMAL in WAL mode at the first write and at every open; with NORMAL a
 * power cut takes acknowledged samples along. So every connection sets FULL after the journal mode, and checks it.
 */
import { existsSync, statSync } from "node:fs";
import Database from "better-sqlite3";
import { ConfigError } from "../../wire/errors.ts";
import { codeOf } from "./messages.ts";
import { PAGE_BYTES, pagesOf } from "./page-size.ts";
import { APPLICATION_ID } from "./schema.ts";

const FULL = 2;
/** A checkpoint folds the WAL in at so much; with the largest transaction it stays under a quarter of the reserve. */
const CHECKPOINT_BYTES = 4 * 1024 * 1024;
/** A WAL that grew keeps its room, a quarter of the reserve: made longer again, its new length had to be synced too. */
const WAL_LIMIT_BYTES = 16 * 1024 * 1024;
/** Beyond this a full check at start takes too long; the nightly verified backup makes it. */
const QUICK_CHECK_LIMIT_BYTES = 256 * 1024 * 1024;

/** The connection of the one writer; creates the file when there is none. */
export function openForWriting(file: string): Database.Database {
  const isNew = !existsSync(file) || statSync(file).size === 0;
  return guarded(file, () => {
    const db = new Database(file, { timeout: 5_000 });
    try {
      if (!isNew) assertOurs(db, file);
      if (isNew) db.pragma(`page_size = ${PAGE_BYTES}`);
      db.pragma("journal_mode = WAL");
      db.pragma(`wal_autocheckpoint = ${pagesOf(db, CHECKPOINT_BYTES)}`);
      db.pragma(`journal_size_limit = ${WAL_LIMIT_BYTES}`);
      if (isNew) db.pragma(`application_id = ${APPLICATION_ID}`);
      settle(db, file);
      return db;
    } catch (error) {
      db.close();
      throw error;
    }
  });
}

/** A connection that cannot write; it never waits for the writer and the writer never for it. */
export function openForReading(file: string): Database.Database {
  return guarded(file, () => {
    const db = new Database(file, { readonly: true, fileMustExist: true, timeout: 5_000 });
    settle(db, file);
    return db;
  });
}

/** The connection that only folds the WAL in: the writer's own would hold up commits meanwhile. */
export function openForCheckpoints(file: string): Database.Database {
  const db = new Database(file, { fileMustExist: true, timeout: 5_000 });
  db.pragma("wal_autocheckpoint = 0");
  settle(db, file);
  db.pragma("cache_size = -500");
  return db;
}

/** Common to every connection. @throws ConfigError when FULL did not take. */
function settle(db: Database.Database, file: string): void {
  db.pragma("synchronous = FULL");
  db.pragma("foreign_keys = ON");
  db.pragma("mmap_size = 0");
  db.pragma("temp_store = MEMORY");
  db.pragma("trusted_schema = OFF");
  db.pragma("cache_size = -4000");
  assertFull(db, file);
}

/** @throws ConfigError */
export function assertFull(db: Database.Database, file: string): void {
  const found = db.pragma("synchronous", { simple: true });
  if (found !== FULL)
    throw new ConfigError(
      `${file} is open with synchronous=${String(found)}, acknowledged samples need ${FULL}`,
    );
}

/** @throws ConfigError when the file belongs to another program. */
function assertOurs(db: Database.Database, file: string): void {
  const id = db.pragma("application_id", { simple: true });
  const tables = db.prepare("SELECT count(*) FROM sqlite_schema").pluck().get();
  if (id !== APPLICATION_ID && tables !== 0)
    throw new ConfigError(`${file} is not a carrierwatch database (application_id ${String(id)})`, {
      hint: "give another folder with --data",
    });
}

/** After an unclean end: damage is found before it is served. @throws ConfigError */
export function assertSound(db: Database.Database, file: string): void {
  if (statSync(file).size > QUICK_CHECK_LIMIT_BYTES) return;
  const found = guarded(file, () => db.pragma("quick_check(1)", { simple: true }));
  if (found !== "ok") throw damaged(file, String(found));
}

/** Runs something on the file; damage becomes one sentence that names it. */
export function guarded<T>(file: string, act: () => T): T {
  try {
    return act();
  } catch (error) {
    const code = codeOf(error) ?? "";
    if (code.startsWith("SQLITE_NOTADB") || code.startsWith("SQLITE_CORRUPT"))
      throw damaged(file, error instanceof Error ? error.message : code, error);
    if (
      code.startsWith("SQLITE_CANTOPEN") ||
      code.startsWith("SQLITE_READONLY") ||
      code.startsWith("SQLITE_PERM")
    )
      throw new ConfigError(`the database ${file} cannot be opened for writing (${code})`, {
        hint: "check the owner and the permissions of the data folder",
        cause: error,
      });
    throw error;
  }
}

function damaged(file: string, why: string, cause?: unknown): ConfigError {
  return new ConfigError(`the database ${file} is damaged: ${why.replaceAll(/\s+/g, " ")}`, {
    hint: "put the newest backup in its place; probes send again what that backup lacks",
    cause,
  });
}
