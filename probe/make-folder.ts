/** Makes a folder of the probe's and those it lies in, for their owner alone, or says why not. */
import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { makeDataFolderIn, makeFolderIn } from "../collector/wire/folders.ts";

const SYSTEM = { existsSync, mkdirSync, statSync, dirname };

/** @throws What the file system says: ENOENT, EACCES, ENOTDIR, EROFS, ENOSPC ... */
export function makeFolder(dir: string): void {
  makeFolderIn(SYSTEM, dir);
}

/** The same for a folder that a person named. @throws ConfigError with the reason in words. */
export function makeDataFolder(dir: string): void {
  makeDataFolderIn(SYSTEM, dir);
}
