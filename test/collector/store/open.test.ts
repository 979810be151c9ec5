/** Opening: FULL on every connection, one process per folder, and one clear sentence for a file that cannot be served. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { hostname } from "node:os";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import Database from "better-sqlite3";
import { migrate, versionOf } from "../../../collector/store/sqlite/migrate.ts";
import { assertFull, openForReading, openForWriting } from "../../../collector/store/sqlite/open-database.ts";
import { APPLICATION_ID, MIGRATIONS } from "../../../collector/store/sqlite/schema.ts";
import { openSqliteStore } from "../../../collector/store/sqlite/sqlite-store.ts";
import { ConfigError, UnavailableError } from "../../../collector/wire/errors.ts";
import { silentLog } from "../../../collector/wire/log.ts";
import { nowAfter, record, SERIES, T0 } from "../../contract/support.ts";
import { folder, openIn, RESERVE_BYTES } from "./folder.ts";

test("synchronous is FULL on every connection, at every open, and after the first write", async (t) => {
  const { dir, file } = folder(t);
  await (await openIn(dir)).close();
  for (const open of [openForWriting, openForReading, openForWriting]) {
    const db = open(file);
    assert.equal(db.pragma("synchronous", { simple: true }), 2);
    if (open === openForWriting) {
      db.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES ('test', 'x')").run();
      assert.equal(db.pragma("synchronous", { simple: true }), 2, "after a write in WAL mode");
    }
    db.close();
  }
});

test("the driver alone would not give FULL: the assertion refuses its default", async (t) => {
  const { dir, file } = folder(t);
  await (await openIn(dir)).close();
  const db = new Database(file);
  db.pragma("journal_mode = WAL");
  db.prepare("INSERT OR REPLACE INTO meta (name, value) VALUES ('test', 'x')").run();
  assert.throws(() => assertFull(db, file), /synchronous=1, acknowledged samples need 2/);
  db.close();
});

test("the SQLite inside has the repaired WAL reset", () => {
  const db = new Database(":memory:");
  const version = String(db.prepare("SELECT sqlite_version()").pluck().get());
  db.close();
  const [major = 0, minor = 0, patch = 0] = version.split(".").map(Number);
  assert.ok(major * 1_000_000 + minor * 1_000 + patch >= 3_051_003, version);
});

test("a new database has pages of 8 KiB; one of 4 KiB keeps them, and its sizes are said by them", async (t) => {
  const logBytes = async (dir: string, file: string, pageBytes: number) => {
    const store = await openIn(dir);
    await store.samples.put([record()], nowAfter(T0));
    const { parts, bytesNow } = await store.ops.estimate(300);
    await store.close();
    const db = new Database(file, { readonly: true });
    assert.equal(db.pragma("page_size", { simple: true }), pageBytes);
    db.close();
    assert.equal(
      bytesNow,
      parts.reduce((sum, part) => sum + part.bytesNow, 0),
      "parts add up",
    );
    return parts.find(({ part }) => part === "sample log")?.bytesPerSeries ?? 0;
  };
  const fresh = folder(t);
  const old = folder(t);
  const db = new Database(old.file);
  db.pragma("page_size = 4096");
  db.pragma(`application_id = ${APPLICATION_ID}`);
  db.close();
  const [ofNew, ofOld] = [
    await logBytes(fresh.dir, fresh.file, 8_192),
    await logBytes(old.dir, old.file, 4_096),
  ];
  assert.ok(ofNew > 0 && ofOld > ofNew * 1.1, `${ofOld} bytes of the log at 4 KiB, ${ofNew} at 8`);
});

test("what was stored is there after closing and opening again", async (t) => {
  const { dir, file } = folder(t);
  const first = await openIn(dir);
  await first.samples.put([record()], nowAfter(T0));
  const digest = await first.digest(SERIES, 300);
  await first.close();
  assert.equal(existsSync(`${file}-wal`), false, "a clean end leaves one file");
  const second = await openIn(dir);
  assert.equal(await second.digest(SERIES, 300), digest);
  assert.deepEqual(await second.samples.put([record()], nowAfter(T0)), ["duplicate"]);
  await second.close();
});

const inUse = (dir: string, pid: number) => (error: unknown) => {
  assert.ok(error instanceof UnavailableError);
  assert.equal(error.code, "data_in_use");
  assert.equal(error.retryable, true);
  assert.equal(error.message, `the data folder ${dir} is in use by process ${pid} on ${hostname()}`);
  return true;
};

test("a second store on the same folder is refused and told who has it", async (t) => {
  const { dir } = folder(t);
  const first = await openIn(dir);
  await assert.rejects(openIn(dir), inUse(dir, process.pid));
  await first.samples.put([record()], nowAfter(T0));
  await first.close();
  await (await openIn(dir)).close();
});

test("the lock of another process holds, and vanishes when it is killed", async (t) => {
  const { dir } = folder(t);
  const program = new URL("../../fault/store-child.ts", import.meta.url).pathname;
  const child = spawn(process.execPath, [program, dir, "hold"], { stdio: ["ignore", "pipe", "inherit"] });
  await once(child.stdout, "data");
  await assert.rejects(openIn(dir), inUse(dir, child.pid ?? 0));
  child.kill("SIGKILL");
  await once(child, "exit");
  const store = await openIn(dir);
  assert.deepEqual(await store.ops.ready(), { ok: true, reasons: [] });
  await store.close();
});

async function refusal(dir: string): Promise<ConfigError> {
  const error: unknown = await openIn(dir).then(
    () => null,
    (reason: unknown) => reason,
  );
  assert.ok(error instanceof ConfigError, String(error));
  return error;
}

async function filled(t: TestContext) {
  const place = folder(t);
  const store = await openIn(place.dir);
  const ticks = Array.from({ length: 400 }, (_, i) => record({ tick: T0 + i * 300 }));
  await store.samples.put(ticks, nowAfter(T0 + 400 * 300));
  await store.close();
  return place;
}

test("a file that is no database is named in one sentence", async (t) => {
  const { dir, file } = folder(t);
  writeFileSync(file, "not a database, but long enough to be looked at. ".repeat(200));
  const error = await refusal(dir);
  assert.equal(error.message, `the database ${file} is damaged: file is not a database`);
  assert.match(error.hint ?? "", /backup/);
});

test("a damaged page is found at the start after an unclean end", async (t) => {
  const { dir, file } = await filled(t);
  const db = new Database(file);
  db.prepare("UPDATE meta SET value = 'open' WHERE name = 'state'").run();
  db.close();
  const bytes = readFileSync(file);
  for (let at = 4_096 * 2; at < bytes.length; at += 4_096) bytes.fill(0xa5, at, at + 200);
  writeFileSync(file, bytes);
  const error = await refusal(dir);
  assert.ok(error.message.startsWith(`the database ${file} is damaged: `), error.message);
  assert.equal(error.message.includes("\n"), false);
});

test("a cut file is refused, not repaired", async (t) => {
  const { dir, file } = await filled(t);
  truncateSync(file, 5_000);
  const size = statSync(file).size;
  assert.match((await refusal(dir)).message, /is damaged/);
  assert.equal(statSync(file).size, size);
});

test("a database of another program is left alone", async (t) => {
  const { dir, file } = folder(t);
  const db = new Database(file);
  db.exec("CREATE TABLE theirs (x)");
  db.close();
  assert.equal((await refusal(dir)).message, `${file} is not a carrierwatch database (application_id 0)`);
});

test("a database of a newer version is refused with both numbers", async (t) => {
  const { dir, file } = await filled(t);
  const db = new Database(file);
  db.pragma("user_version = 99");
  db.close();
  const error = await refusal(dir);
  assert.equal(
    error.message,
    `${file} was written by a newer carrierwatch (schema 99, this one knows ${MIGRATIONS.length})`,
  );
  assert.match(error.hint ?? "", /restore/);
});

test("a folder where the database should be is one sentence too", async (t) => {
  const { dir, file } = folder(t);
  mkdirSync(file);
  assert.match((await refusal(dir)).message, /cannot be opened for writing/);
});

test("a data folder that cannot be made is named", async (t) => {
  const { dir } = folder(t);
  writeFileSync(join(dir, "file"), "");
  const error = await refusal(join(dir, "file", "data"));
  const reason = "a part of its path is no folder";
  assert.equal(error.message, `the data folder ${join(dir, "file", "data")} cannot be made: ${reason}`);
});

test("a file with our number and nothing in it yet is made whole", async (t) => {
  const { dir, file } = folder(t);
  const db = new Database(file);
  db.pragma(`application_id = ${APPLICATION_ID}`);
  db.pragma("user_version = 0");
  db.close();
  await (await openSqliteStore({ dir, log: silentLog, reserveBytes: RESERVE_BYTES })).close();
  const again = openForWriting(file);
  assert.equal(versionOf(again), MIGRATIONS.length);
  again.close();
});

test("a migration is preceded by a copy of the old file and is all or nothing", async (t) => {
  const { file } = await filled(t);
  const db = openForWriting(file);
  const rows = db.prepare("SELECT count(*) FROM tile").pluck().get();
  const broken = [...MIGRATIONS, "CREATE TABLE next (x); INSERT INTO nowhere VALUES (1);"];
  assert.throws(() => migrate(db, file, broken), /nowhere/);
  assert.equal(versionOf(db), MIGRATIONS.length);
  assert.equal(db.prepare("SELECT count(*) FROM sqlite_schema WHERE name = 'next'").pluck().get(), 0);
  const backup = migrate(db, file, [...MIGRATIONS, "CREATE TABLE next (x);"]);
  assert.equal(versionOf(db), MIGRATIONS.length + 1);
  db.close();
  const copy = openForReading(backup?.path ?? "");
  assert.equal(versionOf(copy), MIGRATIONS.length);
  assert.equal(copy.prepare("SELECT count(*) FROM tile").pluck().get(), rows);
  assert.equal(copy.pragma("integrity_check", { simple: true }), "ok");
  copy.close();
});
