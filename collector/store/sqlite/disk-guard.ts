/**
 * What happens when the disk is full: the reserve is given up once, samples are refused, the rest goes on.
 *
 * Refused samples stay in the probes' spools and come again. Accounts, incidents and mail use the freed space, so
 * that somebody is told. When there is room for the reserve again it is taken back and samples flow by themselves. A
 * database that cannot grow on a disk with room (a limit on the size of files) says that instead, and keeps the reserve,
 * until a file as long as it would have to become can be written.
 */
import { statSync } from "node:fs";
import type Database from "better-sqlite3";
import { UnavailableError } from "../../wire/errors.ts";
import { codeOf } from "./messages.ts";
import type { Reserve } from "./reserve.ts";

export type DiskGuard = {
  /** @throws UnavailableError code disk_full while there is no reserve. */
  beforeSamples(): void;
  /** Samples were stored. */
  took(): void;
  /** Turns a full disk into the error to answer with, giving up the reserve; other errors pass unchanged. */
  explain(error: unknown): unknown;
  /** Null when all is well. */
  reason(): string | null;
};

export function diskGuard(
  db: Database.Database,
  dir: string,
  reserve: Reserve,
  warn: (message: string) => void,
): DiskGuard {
  /** The reserve was taken back, and nothing was stored since. */
  let retaken = false;
  let limited = false;
  return {
    beforeSamples() {
      const held = reserve.present();
      if (!reserve.restore()) throw diskFull(dir, reserve.needsBytes);
      retaken ||= !held;
    },
    took() {
      retaken = false;
      limited = false;
    },
    explain(error) {
      if (!isFull(error)) return error;
      limited = retaken && reserve.present() && reserve.freeBytes() >= reserve.needsBytes / 2;
      if (limited) return cannotGrow(dir, error);
      if (reserve.present()) {
        reserve.release();
        warn(
          `the disk of ${dir} is full; the reserve is given up and samples are refused until there is space`,
        );
        foldIn(db);
      }
      return diskFull(dir, reserve.needsBytes, error);
    },
    reason() {
      // Nothing may come any more: whether it is still so is tried, or it would be said for ever.
      limited &&= !reserve.canGrow(longestOf(db.name));
      if (limited)
        return `the database in ${dir} cannot grow although its disk has room: samples are refused`;
      const held = reserve.present();
      if (reserve.restore()) {
        retaken ||= !held;
        return null;
      }
      return `the disk of ${dir} is full: the reserve is gone and samples are refused`;
    },
  };
}

function cannotGrow(dir: string, cause: unknown): UnavailableError {
  return new UnavailableError(
    "disk_full",
    `the database in ${dir} cannot grow although its disk has room: samples wait in the probes' spools`,
    {
      hint: "is there a limit on the size of a file, such as LimitFSIZE or ulimit -f? start the collector without it",
      cause,
    },
  );
}

/** What a caller is told while the disk is full. @param needsBytes How much has to be free before samples are taken. */
export function diskFull(dir: string, needsBytes: number, cause?: unknown): UnavailableError {
  const needed = `${Math.ceil(needsBytes / 1_000_000)} MB`;
  return new UnavailableError("disk_full", `the disk of ${dir} is full: samples wait in the probes' spools`, {
    hint: `free space on it; the collector goes on by itself when ${needed} are free`,
    cause,
  });
}

const FULL_CODES = ["SQLITE_FULL", "SQLITE_IOERR_WRITE", "SQLITE_IOERR_SHMSIZE", "ENOSPC", "EDQUOT"];

export function isFull(error: unknown): boolean {
  return FULL_CODES.includes(codeOf(error) ?? "");
}

/** Of the database and its WAL. */
function longestOf(file: string): number {
  const bytes = [file, `${file}-wal`].map((path) => statSync(path, { throwIfNoEntry: false })?.size ?? 0);
  return Math.max(...bytes);
}

function foldIn(db: Database.Database): void {
  try {
    db.pragma("wal_checkpoint(TRUNCATE)");
  } catch {
    // A reader may hold the WAL; the next checkpoint folds it in.
  }
}
