/**
 * A consistent copy of the running database: written beside its goal, checked, synced, renamed.
 *
 * All pages are copied in one step: a copy in several steps starts again whenever the writer commits between them,
 * and under load would never end.
 */
import { createHash } from "node:crypto";
import { createReadStream, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import Database from "better-sqlite3";
import { CarrierwatchError } from "../../wire/errors.ts";
import { fileTrouble, isFull } from "../../wire/file-trouble.ts";
import { makeFolder } from "../make-folder.ts";
import { systemCause } from "./messages.ts";
import { openForReading } from "./open-database.ts";
import { syncPath } from "./sync-path.ts";

const ALL_PAGES = 2 ** 31 - 1;

/**
 * @param path Where the copy is to stand; whatever is there is replaced only by a sound one.
 * @returns Its size, and its sha256 in hex.
 * @throws CarrierwatchError code usage when it cannot stand there; code disk_full, retryable, when there is no room
 */
export async function backupTo(file: string, path: string): Promise<{ bytes: number; sha256: string }> {
  const part = `${path}.part`;
  try {
    makeFolder(dirname(path));
    rmSync(part, { force: true });
    const source = openForReading(file);
    try {
      await source.backup(part, { progress: () => ALL_PAGES });
    } finally {
      source.close();
    }
    assertWhole(part);
    syncPath(part);
    const hash = createHash("sha256");
    await pipeline(createReadStream(part), hash);
    renameSync(part, path);
    syncPath(dirname(path));
    return { bytes: statSync(path).size, sha256: hash.digest("hex") };
  } catch (cause) {
    throw notWritten(path, systemCause(cause));
  } finally {
    for (const end of ["", "-wal", "-shm", "-journal"]) removeQuietly(part + end);
  }
}

function notWritten(path: string, cause: unknown): unknown {
  if (isFull(cause))
    return new CarrierwatchError("disk_full", `the copy ${path} cannot be written: ${fileTrouble(cause)}`, {
      cause,
      retryable: true,
      hint: "make room there, or name a file on another disk",
    });
  if (!(cause instanceof Error && "syscall" in cause)) return cause;
  return new CarrierwatchError("usage", `the copy ${path} cannot be written: ${fileTrouble(cause)}`, {
    cause,
  });
}

/** What went wrong with the copy is what is to be said. */
function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // It never came to be.
  }
}

/** One file without a WAL beside it, and sound. @throws CarrierwatchError */
function assertWhole(part: string): void {
  const copy = new Database(part);
  try {
    copy.pragma("journal_mode = DELETE");
    copy.pragma("synchronous = FULL");
    const found = copy.pragma("integrity_check(1)", { simple: true });
    if (found !== "ok")
      throw new CarrierwatchError("backup_damaged", `the copy ${part} is damaged: ${String(found)}`);
  } finally {
    copy.close();
  }
}
