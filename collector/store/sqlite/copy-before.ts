/**
 * The copy of the database that is made before its schema changes, in `backups` beside it; none is ever overwritten.
 *
 * An earlier copy is taken for the one needed only when it is byte for byte what would be written now. Once the change has
 * begun there is nothing to compare it with: then the database says which copy was made, by name and sha256.
 */
import { createHash } from "node:crypto";
import {
  closeSync,
  existsSync,
  openSync,
  readdirSync,
  readSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { basename, dirname, join } from "node:path";
import Database from "better-sqlite3";
import { CarrierwatchError } from "../../wire/errors.ts";
import { makeFolder } from "../make-folder.ts";
import { syncPath } from "./sync-path.ts";

export type CopyBefore = {
  readonly path: string;
  /** The change had begun, and the copy made before it is gone or not what it was: this one is of the moment in between. */
  readonly isBetween: boolean;
  /** Inside the transaction with which the change begins. */
  begin(): void;
  /** Inside the one that ends it. */
  end(): void;
};

type Noted = { readonly name: string; readonly sha256: string };

/** Under which name of `meta` a change that has begun keeps which copy was made. */
const NOTED = "copied before";
const CHUNK_BYTES = 1024 * 1024;

/**
 * Finds or makes the copy.
 *
 * @param version The schema the database has.
 * @throws CarrierwatchError code backup_damaged when what was written cannot be read again
 */
export function copyBefore(db: Database.Database, file: string, version: number): CopyBefore {
  const dir = join(dirname(file), "backups");
  const noted = notedIn(db);
  const note = (copy: Noted) =>
    db
      .prepare(
        "INSERT INTO meta (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value = excluded.value",
      )
      .run(NOTED, JSON.stringify(copy));
  const end = () => void db.prepare("DELETE FROM meta WHERE name = ?").run(NOTED);
  if (noted && isStill(join(dir, noted.name), noted.sha256))
    return { path: join(dir, noted.name), isBetween: false, begin: () => {}, end };
  const copy = written(db, dir, `${basename(file, ".db")}-schema-${version}`);
  if (noted) note(copy);
  return { path: join(dir, copy.name), isBetween: noted !== null, begin: () => note(copy), end };
}

function notedIn(db: Database.Database): Noted | null {
  const text = db.prepare<[string], string>("SELECT value FROM meta WHERE name = ?").pluck().get(NOTED);
  return text === undefined ? null : (JSON.parse(text) as Noted);
}

/** VACUUM INTO is one consistent read; the copy gets a name only when it is whole. */
function written(db: Database.Database, dir: string, name: string): Noted {
  makeFolder(dir);
  for (const old of readdirSync(dir)) if (old.startsWith(`${name}.db.part`)) rmSync(join(dir, old));
  const part = join(dir, `${name}.db.part`);
  try {
    db.prepare("VACUUM INTO ?").run(part);
    assertWhole(part);
    syncPath(part);
    const sha256 = hashOf(part);
    for (let turn = 1; ; turn += 1) {
      const own = `${name}${turn === 1 ? "" : `-${turn}`}.db`;
      const path = join(dir, own);
      if (existsSync(path)) {
        if (statSync(path).size === statSync(part).size && hashOf(path) === sha256)
          return { name: own, sha256 };
        continue;
      }
      renameSync(part, path);
      syncPath(dir);
      return { name: own, sha256 };
    }
  } finally {
    rmSync(part, { force: true });
  }
}

/** @throws CarrierwatchError */
function assertWhole(part: string): void {
  const copy = new Database(part, { readonly: true });
  try {
    const found = copy.pragma("quick_check(1)", { simple: true });
    if (found !== "ok")
      throw new CarrierwatchError("backup_damaged", `the copy ${part} is damaged: ${String(found)}`);
  } finally {
    copy.close();
  }
}

function isStill(path: string, sha256: string): boolean {
  return existsSync(path) && hashOf(path) === sha256;
}

function hashOf(path: string): string {
  const hash = createHash("sha256");
  const chunk = Buffer.allocUnsafe(CHUNK_BYTES);
  const fd = openSync(path, "r");
  try {
    for (let read = readSync(fd, chunk); read > 0; read = readSync(fd, chunk))
      hash.update(chunk.subarray(0, read));
  } finally {
    closeSync(fd);
  }
  return hash.digest("hex");
}
