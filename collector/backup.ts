/**
 * The nightly backup: a verified copy of the store each night, the newest seven kept.
 *
 * The engine makes and verifies the copy; here is only when, where and how many. A night that failed, or that the
 * machine slept through, is made up for within the hour; the older copies stay. Reads and writes go on meanwhile.
 */
import { existsSync, readdirSync, rmSync } from "node:fs";
import { readdir, stat, unlink } from "node:fs/promises";
import { join } from "node:path";
import cron from "node-cron";
import { makeFolder } from "./store/make-folder.ts";
import type { Ops } from "./store/store.ts";
import type { Clock } from "./wire/clock.ts";
import type { Log } from "./wire/log.ts";

export type BackupFile = {
  readonly name: string;
  readonly bytes: number;
  readonly atMs: number;
  readonly verified: boolean;
};

export type Backups = {
  /** Removes what killed copies left, before any is made. */
  start(): void;
  stop(): Promise<void>;
  /** Makes one now. @returns Its name. */
  make(): Promise<string>;
  /** Newest first. */
  list(): Promise<BackupFile[]>;
};

const DAY_MS = 86_400_000;
/** 18:17 UTC, night in China: off the full hour, and no zone change can skip or repeat it. */
const DUE_MS = (18 * 60 + 17) * 60_000;

/**
 * Whether a night's copy is missing.
 *
 * @param newestMs When the newest copy was made, UTC ms; null = there is none.
 */
export function isDue(newestMs: number | null, nowMs: number): boolean {
  const lastMs = Math.floor((nowMs - DUE_MS) / DAY_MS) * DAY_MS + DUE_MS;
  return newestMs === null || newestMs < lastMs;
}

const NAME = /^carrierwatch-\d{8}T\d{6}Z\.db$/;
/** What a copy is before it has its name, and what the engine has beside that. */
const UNFINISHED = /^carrierwatch-\d{8}T\d{6}Z\.db\.part(-[a-z]+)?$/;

/**
 * @param dir The data folder; copies go to `dir`/backups.
 * @param keep How many to keep, newest first.
 */
export function backupPart({
  ops,
  dir,
  clock,
  log,
  keep = 7,
}: {
  ops: Pick<Ops, "backup">;
  dir: string;
  clock: Clock;
  log: Log;
  keep?: number;
}): Backups {
  const folder = join(dir, "backups");
  const list = async (): Promise<BackupFile[]> => {
    const names = (await readdir(folder).catch(() => []))
      .filter((name) => NAME.test(name))
      .sort()
      .reverse();
    return Promise.all(
      names.map(async (name) => {
        const { size, mtimeMs } = await stat(join(folder, name));
        // The engine renames a copy to its name only after verifying it.
        return { name, bytes: size, atMs: Math.round(mtimeMs), verified: true };
      }),
    );
  };
  const make = async (): Promise<string> => {
    makeFolder(folder);
    const stamp = new Date(clock.nowMs()).toISOString().replace(/[-:]|\.\d+/g, "");
    const name = `carrierwatch-${stamp}.db`;
    const { bytes, sha256 } = await ops.backup(join(folder, name));
    log.info({ name, bytes, sha256 }, "backup made and verified");
    for (const old of (await list()).slice(keep)) await unlink(join(folder, old.name));
    return name;
  };
  const nightly = async (): Promise<void> => {
    const [newest] = await list();
    if (isDue(newest?.atMs ?? null, clock.nowMs())) await make();
  };
  /** A collector that was killed while it copied leaves as much as the database is long, each time. */
  const clear = (): void => {
    const names = existsSync(folder) ? readdirSync(folder).filter((name) => UNFINISHED.test(name)) : [];
    for (const name of names) rmSync(join(folder, name), { force: true });
    if (names.length > 0) log.info({ names }, "copies that were never finished are removed");
  };
  const task = cron.createTask(
    "17 * * * *",
    async () => {
      await nightly().catch((error: unknown) =>
        log.error({ code: "backup", error }, "the nightly backup failed; older copies are kept"),
      );
    },
    { timezone: "UTC", noOverlap: true },
  );
  return {
    start() {
      clear();
      void task.start();
    },
    stop: async () => void (await task.destroy()),
    make,
    list,
  };
}
