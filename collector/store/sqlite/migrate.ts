/**
 * Brings the schema up to date: each missing migration in a transaction of its own (a long one in
 * many), after one backup of the old file.
 *
 * A kill in the middle leaves whole pieces behind, from which the next start goes on. A newer file is refused.
 */
import { existsSync, renameSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type Database from "better-sqlite3";
import { ConfigError } from "../../wire/errors.ts";
import { makeFolder } from "../make-folder.ts";
import type { Migration, Progress } from "./schema.ts";
import { syncPath } from "./sync-path.ts";

/**
 * @param migrations In order; user_version counts the ones a file has had.
 * @param told Hears how far a long migration is.
 * @returns The path of the backup made, or null when none was needed.
 * @throws ConfigError when the file is newer than this program.
 */
export function migrate(
  db: Database.Database,
  file: string,
  migrations: readonly Migration[],
  told: Progress = () => {},
): string | null {
  const found = versionOf(db);
  if (found > migrations.length)
    throw new ConfigError(
      `${file} was written by a newer carrierwatch (schema ${found}, this one knows ${migrations.length})`,
      { hint: "run that version again, or restore a backup made before the upgrade" },
    );
  const backup = found > 0 && found < migrations.length ? backupBefore(db, file, found) : null;
  for (let version = found; version < migrations.length; version += 1) {
    const migration = migrations[version] ?? "";
    const isOne = typeof migration === "string";
    if (!isOne) {
      db.transaction(() => db.exec(migration.before)).immediate();
      migration.work(db, told);
    }
    db.transaction(() => {
      db.exec(isOne ? migration : migration.after);
      db.pragma(`user_version = ${version + 1}`);
    }).immediate();
  }
  return backup;
}

export function versionOf(db: Database.Database): number {
  return Number(db.pragma("user_version", { simple: true }));
}

/** VACUUM INTO is one consistent read; the copy gets its name only when it is whole. */
function backupBefore(db: Database.Database, file: string, version: number): string {
  const dir = join(dirname(file), "backups");
  makeFolder(dir);
  const path = join(dir, `${basename(file, ".db")}-schema-${version}.db`);
  if (existsSync(path)) return path;
  const part = `${path}.part-${process.pid}`;
  db.prepare("VACUUM INTO ?").run(part);
  syncPath(part);
  renameSync(part, path);
  syncPath(dir);
  return path;
}
