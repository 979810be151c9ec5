/**
 * A folder is made with those it lies in, or refused: one after another. Whoever calls brings the file system.
 *
 * Node's own recursive way never ends below /proc, where a folder that is there takes no other, and holds its thread for ever.
 */
import { ConfigError } from "./errors.ts";
import { fileTrouble } from "./file-trouble.ts";

/** Of node:fs and node:path. */
export type Folders = {
  existsSync(path: string): boolean;
  statSync(path: string): { isDirectory(): boolean };
  mkdirSync(path: string, options: { readonly mode: number }): unknown;
  dirname(path: string): string;
};

/**
 * Makes a folder, for its owner alone.
 *
 * @returns The outermost folder that had to be made; null = all were there.
 * @throws What the file system says: ENOENT, EACCES, ENOTDIR, EROFS, ENOSPC ...
 */
export function makeFolderIn(system: Folders, dir: string): string | null {
  const isFolder = () => system.existsSync(dir) && system.statSync(dir).isDirectory();
  if (isFolder()) return null;
  const parent = system.dirname(dir);
  const outermost = parent === dir || system.existsSync(parent) ? null : makeFolderIn(system, parent);
  try {
    system.mkdirSync(dir, { mode: 0o700 });
  } catch (error) {
    // Another process may have made it meanwhile.
    if (!isFolder()) throw error;
    return outermost;
  }
  return outermost ?? dir;
}

/** The same for a folder that a person named. @throws ConfigError with the reason in words. */
export function makeDataFolderIn(system: Folders, dir: string): void {
  try {
    makeFolderIn(system, dir);
  } catch (cause) {
    throw new ConfigError(`the data folder ${dir} cannot be made: ${fileTrouble(cause)}`, {
      cause,
      hint: "choose another with --data, or make it writable",
    });
  }
}
