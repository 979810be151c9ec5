/**
 * What happens when the disk is full: the reserve is given up once, samples are refused, the rest goes on.
 *
 * Refused samples stay in the probes' spools and come again. Accounts, incidents and mail use the freed space, so
 * that somebody is told. When there is room for the reserve again it is taken back and samples flow by themselves.
 */
import type Database from "better-sqlite3";
import { UnavailableError } from "../../wire/errors.ts";
import { codeOf } from "./messages.ts";
import type { Reserve } from "./reserve.ts";

export type DiskGuard = {
  /** @throws UnavailableError code disk_full while there is no reserve. */
  beforeSamples(): void;
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
  return {
    beforeSamples() {
      if (!reserve.restore()) throw diskFull(dir, reserve.needsBytes);
    },
    explain(error) {
      if (!isFull(error)) return error;
      if (reserve.present()) {
        reserve.release();
        warn(
          `the disk of ${dir} is full; the reserve is given up and samples are refused until there is space`,
        );
        foldIn(db);
      }
      return diskFull(dir, reserve.needsBytes, error);
    },
    reason: () =>
      reserve.restore() ? null : `the disk of ${dir} is full: the reserve is gone and samples are refused`,
  };
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

function foldIn(db: Database.Database): void {
  try {
    db.pragma("wal_checkpoint(TRUNCATE)");
  } catch {
    // A reader may hold the WAL; the next checkpoint folds it in.
  }
}
