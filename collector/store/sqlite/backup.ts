/**
 * A consistent copy of the running database: written beside its goal, checked, synced, renamed.
 *
 * All pages are copied in one step: a copy in several steps starts again whenever the writer commits between them,
 * and under load would never end.
 */
import { createHash } from "node:crypto";
import { createReadStream, mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import Database from "better-sqlite3";
import { CarrierwatchError } from "../../wire/errors.ts";
import { openForReading } from "./open-database.ts";
import { syncPath } from "./sync-path.ts";

const ALL_PAGES = 2 ** 31 - 1;

/**
 * @param path Where the copy is to stand; whatever is there is replaced only by a sound one.
 * @returns Its size, and its sha256 in hex.
 */
export async function backupTo(file: string, path: string): Promise<{ bytes: number; sha256: string }> {
  const part = `${path}.part`;
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  rmSync(part, { force: true });
  try {
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
  } finally {
    for (const left of [part, `${part}-wal`, `${part}-shm`, `${part}-journal`]) rmSync(left, { force: true });
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
