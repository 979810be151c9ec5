/**
 * The disk reserve: a file of real bytes, given up when the disk is full.
 *
 * On a full disk SQLite in WAL mode can neither write nor delete nor checkpoint. Giving the reserve back lets the
 * WAL be folded in and keeps incidents, mail and accounts writable, while samples wait in the probes' spools.
 */
import { closeSync, fsyncSync, openSync, renameSync, rmSync, statfsSync, statSync, writeSync } from "node:fs";
import { join } from "node:path";

const CHUNK_BYTES = 1024 * 1024;
const BLOCK_BYTES = 4_096;

export type Reserve = {
  /** Free space at which it is taken again. */
  readonly needsBytes: number;
  /** What is free on its disk now. */
  freeBytes(): number;
  /** Whether a file may become longer by as much as is held than one of so many bytes. Takes no more than a block. */
  canGrow(fromBytes: number): boolean;
  /** Whether the bytes are held. */
  present(): boolean;
  /** Gives them back to the file system. */
  release(): void;
  /** Takes them again when twice as much is free; @returns whether they are held now. */
  restore(): boolean;
};

/** @param bytes At least four times the largest WAL. */
export function diskReserve(dir: string, bytes: number): Reserve {
  const file = join(dir, "reserve");
  const needsBytes = 2 * bytes;
  let held = sizeOf(file) >= bytes;
  const freeBytes = (): number => {
    const { bavail, bsize } = statfsSync(dir);
    return bavail * bsize;
  };
  return {
    needsBytes,
    freeBytes,
    canGrow: (fromBytes) => writeAt(`${file}.trial`, fromBytes + bytes),
    present: () => held,
    release() {
      rmSync(file, { force: true });
      held = false;
    },
    restore() {
      if (held) return true;
      if (freeBytes() < needsBytes) return false;
      held = write(file, bytes);
      return held;
    },
  };
}

function sizeOf(file: string): number {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

/** Whether a block can be written behind so many bytes, of which none is. */
function writeAt(path: string, fromBytes: number): boolean {
  try {
    const fd = openSync(path, "w", 0o600);
    try {
      writeSync(fd, new Uint8Array(BLOCK_BYTES), 0, BLOCK_BYTES, fromBytes);
      fsyncSync(fd);
      return true;
    } finally {
      closeSync(fd);
    }
  } catch {
    return false;
  } finally {
    rmSync(path, { force: true });
  }
}

/** Zeros that are really allocated: a sparse file would reserve nothing. */
function write(file: string, bytes: number): boolean {
  const part = `${file}.part`;
  const fd = openSync(part, "w", 0o600);
  try {
    const chunk = new Uint8Array(CHUNK_BYTES);
    for (let at = 0; at < bytes; at += CHUNK_BYTES)
      writeSync(fd, chunk, 0, Math.min(CHUNK_BYTES, bytes - at));
    fsyncSync(fd);
  } catch {
    rmSync(part, { force: true });
    return false;
  } finally {
    closeSync(fd);
  }
  renameSync(part, file);
  return true;
}
