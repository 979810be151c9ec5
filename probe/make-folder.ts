/** Makes a folder of the probe's and those it lies in, for their owner alone, or says why not. */
import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { ConfigError } from "../collector/wire/errors.ts";
import { fileTrouble } from "../collector/wire/file-trouble.ts";
import { makeFolderIn } from "../collector/wire/folders.ts";

/** @throws What the file system says: ENOENT, EACCES, ENOTDIR, EROFS, ENOSPC ... */
export function makeFolder(dir: string): void {
  makeFolderIn({ existsSync, mkdirSync, statSync, dirname }, dir);
}

/** The same for a folder that a person named. @throws ConfigError with the reason in words. */
export function makeDataFolder(dir: string): void {
  try {
    makeFolder(dir);
  } catch (cause) {
    throw new ConfigError(`the data folder ${dir} cannot be made: ${fileTrouble(cause)}`, {
      cause,
      hint: "choose another with --data, or make it writable",
    });
  }
}
