/**
 * The engine of a data folder: the one place that says which it is. Whoever opens a store or brings one back asks here,
 * and knows of it what the store interface says.
 */
import { join } from "node:path";
import type { Restored } from "./sqlite/restore.ts";
import { DATABASE_NAME, openSqliteStore, type SqliteOptions } from "./sqlite/sqlite-store.ts";
import type { Store } from "./store.ts";

/** Where the store of a data folder is, or would be. */
export function storeFile(dir: string): string {
  return join(dir, DATABASE_NAME);
}

/**
 * Opens the store of a data folder, making and migrating it as needed.
 *
 * @throws UnavailableError code data_in_use when another process has the folder.
 * @throws ConfigError when the file is damaged, of another program or of a newer version.
 */
export function openStore(options: SqliteOptions): Promise<Store> {
  return openSqliteStore(options);
}

/**
 * Puts a backup in the place of a data folder's store; what stood there is kept beside it.
 *
 * @param stamp Goes into the name of what is kept; the same stamp is never used twice.
 * @throws UnavailableError code data_in_use while a collector runs on the folder
 * @throws CarrierwatchError code usage, not_written or refused_data; ConfigError for a folder that cannot be written
 */
export async function restoreStore(backup: string, dir: string, stamp: string): Promise<Restored> {
  // It opens databases on the caller's thread: only who restores loads what that needs.
  const { restoreFrom } = await import("./sqlite/restore.ts");
  return restoreFrom(backup, storeFile(dir), stamp);
}
