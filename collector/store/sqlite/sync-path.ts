/** Makes a file's bytes, or a folder's names, survive a power cut. */
import { closeSync, fsyncSync, openSync } from "node:fs";

/** @param path A file or a folder; a rename is on disk only when its folder was synced. */
export function syncPath(path: string): void {
  const fd = openSync(path, "r");
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}
