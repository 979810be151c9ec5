/**
 * How large a page of the database is: for a new one it is chosen here, one that is there keeps its own for good.
 *
 * What bounds the WAL is said in bytes, and counted by SQLite in pages.
 */
import type Database from "better-sqlite3";

/** Half as many are written, synced and folded in as of 4 KiB, and more tiles fit before a page's end stays empty. */
export const PAGE_BYTES = 8_192;

export function pageBytesOf(db: Database.Database): number {
  return Number(db.pragma("page_size", { simple: true }));
}

/** How many pages of this database so many bytes are. */
export function pagesOf(db: Database.Database, bytes: number): number {
  return Math.ceil(bytes / pageBytesOf(db));
}
