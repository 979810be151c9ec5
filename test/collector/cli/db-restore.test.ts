/** The verb `db restore` on real files: what is refused, what is kept, what a start finds afterwards. */
import assert from "node:assert/strict";
import {
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  statSync,
  truncateSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { after, before, test } from "node:test";
import Database from "better-sqlite3";
import * as z from "zod";
import { openSqliteStore } from "../../../collector/store/sqlite/sqlite-store.ts";
import { scratch } from "../../support/product.ts";
import { carrierwatch } from "./command-line.ts";
import { folderWithPast, type Past } from "./past.ts";

const Restored = z.object({ path: z.string(), bytes: z.number(), kept: z.string().nullable() });
const silent = { debug() {}, info() {}, warn() {}, error() {} };

let past: Past;
let copy: string;
before(async () => {
  past = await folderWithPast(2);
  copy = join(past.dir, "copy.db");
  const made = await carrierwatch(["db", "backup", copy, "--data", past.dir]);
  assert.equal(made.code, 0, made.err);
});
after(() => past.remove());

const restore = (from: string, dir: string) => carrierwatch(["db", "restore", from, "--data", dir, "--json"]);
const targets = async (dir: string) => {
  const store = await openSqliteStore({ dir, log: silent });
  try {
    return (await store.registry.list("target")).length;
  } finally {
    await store.close();
  }
};

test("a copy goes into an empty folder, and is what a start finds", async () => {
  const { dir, remove } = scratch("restore-empty");
  const ran = await restore(copy, dir);
  assert.equal(ran.code, 0, ran.err);
  assert.equal(Restored.parse(JSON.parse(ran.out)).kept, null);
  assert.equal(await targets(dir), 1);
  remove();
});

test("what stood there is kept whole, what its journal held included", async () => {
  const { dir, remove } = scratch("restore-over");
  assert.equal((await restore(copy, dir)).code, 0);
  const file = join(dir, "carrierwatch.db");
  const writer = new Database(file);
  writer.pragma("journal_mode = WAL");
  writer.exec("CREATE TABLE left_behind (x); INSERT INTO left_behind VALUES (7)");
  // As after kill -9: the journal stays beside the file.
  for (const end of ["", "-wal"]) copyFileSync(file + end, `${file}.killed${end}`);
  writer.close();
  for (const end of ["", "-wal"]) copyFileSync(`${file}.killed${end}`, file + end);
  const ran = await restore(copy, dir);
  assert.equal(ran.code, 0, ran.err);
  const { kept } = Restored.parse(JSON.parse(ran.out));
  assert.ok(kept);
  const old = new Database(kept, { readonly: true });
  assert.equal(old.prepare("SELECT x FROM left_behind").pluck().get(), 7);
  old.close();
  assert.ok(!existsSync(`${file}-wal`));
  assert.equal(await targets(dir), 1);
  remove();
});

test("a damaged database gives way to a copy and is kept as it was", async () => {
  const { dir, remove } = scratch("restore-damaged");
  const file = join(dir, "carrierwatch.db");
  writeFileSync(file, "not a database at all, but 1,000 bytes of something else ".repeat(20));
  const before = readFileSync(file);
  const ran = await restore(copy, dir);
  assert.equal(ran.code, 0, ran.err);
  const { kept } = Restored.parse(JSON.parse(ran.out));
  assert.deepEqual(readFileSync(kept ?? ""), before);
  assert.equal(await targets(dir), 1);
  remove();
});

test("a folder in use is left alone, and the process that has it is named", async () => {
  const { dir, remove } = scratch("restore-busy");
  assert.equal((await restore(copy, dir)).code, 0);
  const store = await openSqliteStore({ dir, log: silent });
  const ran = await restore(copy, dir);
  const damaged = join(dir, "damaged.db");
  copyFileSync(copy, damaged);
  truncateSync(damaged, 40_960);
  const alsoBad = await restore(damaged, dir);
  await store.close();
  for (const { code, err } of [ran, alsoBad]) {
    assert.equal(code, 75, "asked first, whatever the copy is");
    assert.match(err, new RegExp(`in use by process ${process.pid}`));
  }
  assert.deepEqual(
    readdirSync(dir).filter((name) => name.includes("before") || name.includes("part")),
    [],
  );
  remove();
});

test("what is no sound copy is refused before anything is touched", async () => {
  const { dir, remove } = scratch("restore-refused");
  assert.equal((await restore(copy, dir)).code, 0);
  const file = join(dir, "carrierwatch.db");
  const cut = join(dir, "cut.db");
  copyFileSync(copy, cut);
  truncateSync(cut, 40_960);
  const newer = join(dir, "newer.db");
  copyFileSync(copy, newer);
  const db = new Database(newer);
  db.pragma("user_version = 9999");
  db.close();
  const other = join(dir, "other.db");
  new Database(other).exec("CREATE TABLE t (x)").close();
  const whole = readFileSync(file);
  const text = join(dir, "text.db");
  writeFileSync(text, "no database at all ".repeat(1_000));
  for (const [from, code, message] of [
    [cut, 65, /damaged/],
    [text, 65, /damaged/],
    [newer, 65, /written by a newer carrierwatch \(schema 9999/],
    [other, 65, /is not a carrierwatch database/],
    [join(dir, "none.db"), 64, /there is no backup/],
    [file, 64, /is the database itself/],
  ] as const) {
    const ran = await restore(from, dir);
    assert.equal(ran.code, code, from);
    assert.match(ran.err, message);
    assert.deepEqual(readFileSync(file), whole);
  }
  remove();
});

test("a restore that fails leaves nothing behind: no folder, no lock, no half copy", async () => {
  const { dir, remove } = scratch("restore-nothing");
  const text = join(dir, "text.db");
  writeFileSync(text, "no database at all ".repeat(1_000));
  const there = join(dir, "there");
  mkdirSync(there);
  for (const [from, into, code] of [
    [text, join(dir, "new"), 65],
    [text, join(dir, "new", "deeper", "still"), 65],
    [join(dir, "none.db"), join(dir, "new"), 64],
    [text, there, 65],
  ] as const) {
    const ran = await restore(from, into);
    assert.equal(ran.code, code, ran.err);
    assert.deepEqual(readdirSync(dir).sort(), ["text.db", "there"], into);
    assert.deepEqual(readdirSync(there), []);
  }
  // A folder where the copy is to be written stands for a disk that takes nothing.
  mkdirSync(join(there, "carrierwatch.db.part", "full"), { recursive: true });
  const full = await restore(copy, there);
  assert.equal(full.code, 75, full.err);
  assert.match(full.err, /carrierwatch\.db\.part cannot be written: .+; the backup has \d+ bytes/);
  const file = join(dir, "text.db", "below");
  const below = await restore(copy, file);
  assert.deepEqual(
    [below.code, /cannot be made: a part of its path is no folder/.test(below.err)],
    [78, true],
    below.err,
  );
  remove();
});

test("migrate says that a folder is up to date", async () => {
  const ran = await carrierwatch(["db", "migrate", "--data", past.dir]);
  assert.equal(ran.code, 0, ran.err);
  assert.equal(ran.out, "up to date\n");
});

test("a copy overwrites nothing: neither the database nor its key nor an older copy", async () => {
  const older = join(past.dir, "older.db");
  assert.equal((await carrierwatch(["db", "backup", older, "--data", past.dir])).code, 0);
  for (const file of [join(past.dir, "carrierwatch.db"), join(past.dir, "secret.key"), older]) {
    if (!existsSync(file)) writeFileSync(file, "a key");
    const before = statSync(file).ino;
    const ran = await carrierwatch(["db", "backup", file, "--data", past.dir]);
    assert.equal(ran.code, 64, ran.err);
    assert.match(ran.err, /cannot be written: there is such a file\n {2}a copy overwrites nothing/);
    assert.equal(statSync(file).ino, before);
  }
});
