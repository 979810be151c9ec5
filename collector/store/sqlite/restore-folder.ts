/**
 * The folder a restore works in: made when there is none, held against every other process, and left as it was found when
 * the restore fails.
 */
import { existsSync, rmdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { ConfigError } from "../../wire/errors.ts";
import { fileTrouble } from "../../wire/file-trouble.ts";
import { makeFolder } from "../make-folder.ts";
import { LOCK_FILES, lockFolder } from "./lock.ts";
import { codeOf } from "./messages.ts";

/**
 * @param work Called with the folder locked.
 * @param drafts Files in it that a failed `work` may leave.
 * @throws UnavailableError code data_in_use; ConfigError when it cannot be made or written
 */
export function inFolder<T>(dir: string, drafts: readonly string[], work: () => T): T {
  const outermost = made(dir);
  const ours = LOCK_FILES.map((name) => join(dir, name)).filter((file) => !existsSync(file));
  const giveBack = (files: readonly string[]) => {
    for (const file of files) removeQuietly(file);
    if (outermost !== null) removeEmpty(dir, outermost);
  };
  let unlock: () => void;
  try {
    unlock = lockFolder(dir);
  } catch (error) {
    giveBack(outermost === null ? [] : ours);
    throw writable(error, dir);
  }
  let isDone = false;
  try {
    const done = work();
    isDone = true;
    return done;
  } finally {
    unlock();
    if (!isDone) giveBack([...drafts, ...ours]);
  }
}

/** @returns The outermost folder that had to be made; null = all were there. */
function made(dir: string): string | null {
  try {
    return makeFolder(dir);
  } catch (cause) {
    throw new ConfigError(`the data folder ${dir} cannot be made: ${fileTrouble(cause)}`, {
      cause,
      hint: "give another folder with --data, or check its parent's permissions",
    });
  }
}

function writable(error: unknown, dir: string): unknown {
  if (!/^(?:SQLITE_CANTOPEN|SQLITE_READONLY|EACCES|EROFS)/.test(codeOf(error) ?? "")) return error;
  return new ConfigError(`the data folder ${dir} cannot be written`, {
    cause: error,
    hint: "check the owner and the permissions of the data folder",
  });
}

/** Why the restore failed is what is to be said, not what could not be cleared away after it. */
function removeQuietly(file: string): void {
  try {
    rmSync(file, { force: true });
  } catch {
    // It is no file of ours.
  }
}

function removeEmpty(dir: string, outermost: string): void {
  try {
    for (let at = dir; at.startsWith(outermost); at = dirname(at)) rmdirSync(at);
  } catch {
    // Somebody has put something there meanwhile: it stays.
  }
}
