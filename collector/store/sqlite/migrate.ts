/**
 * Brings the schema up to date: each missing migration in a transaction of its own (a long one in
 * many), after one backup of the old file.
 *
 * A kill in the middle leaves whole pieces behind, from which the next start goes on. A newer file is refused.
 */
import type Database from "better-sqlite3";
import { ConfigError } from "../../wire/errors.ts";
import { type CopyBefore, copyBefore } from "./copy-before.ts";
import type { Migration, Progress } from "./schema.ts";

/**
 * @param migrations In order; user_version counts the ones a file has had.
 * @param told Hears how far a long migration is.
 * @returns The copy made before, or null when none was needed.
 * @throws ConfigError when the file is newer than this program.
 */
export function migrate(
  db: Database.Database,
  file: string,
  migrations: readonly Migration[],
  told: Progress = () => {},
): Pick<CopyBefore, "path" | "isBetween"> | null {
  const found = versionOf(db);
  if (found > migrations.length)
    throw new ConfigError(
      `${file} was written by a newer carrierwatch (schema ${found}, this one knows ${migrations.length})`,
      { hint: "run that version again, or restore a backup made before the upgrade" },
    );
  const copy = found > 0 && found < migrations.length ? copyBefore(db, file, found) : null;
  for (let version = found; version < migrations.length; version += 1) {
    const migration = migrations[version] ?? "";
    const isOne = typeof migration === "string";
    if (!isOne) {
      db.transaction(() => {
        copy?.begin();
        db.exec(migration.before);
      }).immediate();
      migration.work(db, told);
    }
    db.transaction(() => {
      copy?.begin();
      db.exec(isOne ? migration : migration.after);
      db.pragma(`user_version = ${version + 1}`);
      if (version + 1 === migrations.length) copy?.end();
    }).immediate();
  }
  return copy;
}

export function versionOf(db: Database.Database): number {
  return Number(db.pragma("user_version", { simple: true }));
}
