/** A data folder of a test's own, and the engine opened on it. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { DATABASE_NAME, openSqliteStore } from "../../../collector/store/sqlite/sqlite-store.ts";
import type { Store } from "../../../collector/store/store.ts";
import { silentLog } from "../../../collector/wire/log.ts";

export const RESERVE_BYTES = 64 * 1024;

/** Removed when the test ends. */
export function folder(t: TestContext): { dir: string; file: string } {
  const dir = mkdtempSync(join(tmpdir(), "carrierwatch-store-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  return { dir, file: join(dir, DATABASE_NAME) };
}

export function openIn(dir: string, log = silentLog): Promise<Store> {
  return openSqliteStore({ dir, log, reserveBytes: RESERVE_BYTES });
}
