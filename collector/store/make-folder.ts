/** Makes a folder and those it lies in. Node's own recursive way never ends below /proc, and would take its thread along. */
import { existsSync, mkdirSync, statSync } from "node:fs";
import { dirname } from "node:path";

/**
 * @returns The outermost folder that had to be made; null = all were there.
 * @throws What the file system says: ENOENT, EACCES, ENOTDIR, EROFS, ENOSPC ...
 */
export function makeFolder(dir: string): string | null {
  if (isFolder(dir)) return null;
  const parent = dirname(dir);
  const outermost = parent === dir || existsSync(parent) ? null : makeFolder(parent);
  try {
    mkdirSync(dir, { mode: 0o700 });
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!isFolder(dir)) throw error;
    return outermost;
  }
  return outermost ?? dir;
}

function isFolder(dir: string): boolean {
  return existsSync(dir) && statSync(dir).isDirectory();
}
