/** Makes a folder of the collector's and those it lies in, for their owner alone, or says why not. */
import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { makeFolderIn } from "../wire/folders.ts";

/**
 * @returns The outermost folder that had to be made; null = all were there.
 * @throws What the file system says: ENOENT, EACCES, ENOTDIR, EROFS, ENOSPC ...
 */
export function makeFolder(dir: string): string | null {
  return makeFolderIn({ existsSync, mkdirSync, statSync, dirname }, dir);
}
