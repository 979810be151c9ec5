/**
 * What the spool asks of the file system, so that a test can let any of it fail: short writes, EIO, ENOSPC.
 *
 * `nodeFiles` is the real one. Every path is absolute; a missing file is `null`, any other failure is thrown as Node does.
 */
import { type FileHandle, open, readdir, readFile, rename, rm, stat, truncate } from "node:fs/promises";
import { dirname } from "node:path";
import { makeFolder } from "../make-folder.ts";

/** A file that grows at its end. */
export type Appender = {
  /** @returns Bytes written, possibly fewer than given. */
  write(bytes: Uint8Array): Promise<number>;
  /** Returns when the data are on the disk. */
  sync(): Promise<void>;
  close(): Promise<void>;
};

export type SpoolFiles = {
  makeFolder(path: string): Promise<void>;
  /** Names in a folder, unsorted. */
  list(folder: string): Promise<string[]>;
  read(path: string): Promise<Buffer | null>;
  /** @param create The file must not exist yet; else it must. */
  append(path: string, create: boolean): Promise<Appender>;
  truncate(path: string, bytes: number): Promise<void>;
  rename(from: string, to: string): Promise<void>;
  remove(path: string): Promise<void>;
  /** Makes creations, renames and removals in a folder durable. */
  syncFolder(folder: string): Promise<void>;
  /** Size, and last change in UTC ms; null = there is no such file. */
  stat(path: string): Promise<{ bytes: number; changedMs: number } | null>;
};

/** The disk. Files are private to their owner. */
export function nodeFiles(): SpoolFiles {
  return {
    async makeFolder(path) {
      makeFolder(path);
    },
    list: (folder) => readdir(folder),
    read: (path) => unlessMissing(readFile(path)),
    async append(path, create) {
      if (!create) await stat(path);
      return appenderOf(await open(path, create ? "ax" : "a", 0o600));
    },
    truncate: (path, bytes) => truncate(path, bytes),
    rename: (from, to) => rename(from, to),
    remove: (path) => rm(path, { force: true }),
    async syncFolder(folder) {
      const handle = await open(folder, "r");
      try {
        await handle.sync();
      } finally {
        await handle.close();
      }
    },
    async stat(path) {
      const found = await unlessMissing(stat(path));
      return found && { bytes: found.size, changedMs: found.mtimeMs };
    },
  };
}

/**
 * Replaces a file so that after a crash either the old or the new content is there, whole.
 *
 * @throws What the file system throws; the old content stands then.
 */
export async function replaceFile(files: SpoolFiles, path: string, bytes: Uint8Array): Promise<void> {
  const temporary = `${path}.tmp`;
  await files.remove(temporary);
  const file = await files.append(temporary, true);
  try {
    await writeAll(file, bytes);
    await file.sync();
  } finally {
    await file.close();
  }
  await files.rename(temporary, path);
  await files.syncFolder(dirname(path));
}

/** Writes everything, in as many writes as the disk wants. */
export async function writeAll(file: Appender, bytes: Uint8Array): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    const wrote = await file.write(bytes.subarray(done));
    if (wrote <= 0) throw Object.assign(new Error("the disk took no byte of a write"), { code: "EIO" });
    done += wrote;
  }
}

function appenderOf(handle: FileHandle): Appender {
  return {
    write: async (bytes) => (await handle.write(bytes)).bytesWritten,
    sync: () => handle.datasync(),
    close: () => handle.close(),
  };
}

async function unlessMissing<T>(wanted: Promise<T>): Promise<T | null> {
  try {
    return await wanted;
  } catch (error) {
    if (codeOf(error) === "ENOENT") return null;
    throw error;
  }
}

/** The errno name of a file system error, or its message. */
export function codeOf(error: unknown): string {
  if (error instanceof Error)
    return "code" in error && typeof error.code === "string" ? error.code : error.message;
  return String(error);
}
