/** The copy made before a schema changes is of this database at this moment, whatever else lies in backups/. */
import assert from "node:assert/strict";
import { mkdirSync, readdirSync, readFileSync, statSync, truncateSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { gunzipSync } from "node:zlib";
import type Database from "better-sqlite3";
import { migrate, versionOf } from "../../../collector/store/sqlite/migrate.ts";
import { openForReading, openForWriting } from "../../../collector/store/sqlite/open-database.ts";
import { MIGRATIONS } from "../../../collector/store/sqlite/schema.ts";
import { type LogFields, logTo } from "../../../collector/wire/log.ts";
import { folder, openIn } from "./folder.ts";

const SCHEMA_2 = new URL("../../fixtures/store/schema-2.db.gz", import.meta.url);

function ofSchema2(t: TestContext) {
  const { dir, file } = folder(t);
  writeFileSync(file, gunzipSync(readFileSync(SCHEMA_2)));
  const backups = join(dir, "backups");
  return { dir, file, backups, list: () => readdirSync(backups).toSorted() };
}

function fieldsLog() {
  const lines: LogFields[] = [];
  return { log: logTo((_level, fields) => void lines.push(fields)), lines };
}

/** Carries the conversion out until two series are done. */
function cutShort(db: Database.Database, file: string): void {
  db.exec(`CREATE TABLE IF NOT EXISTS head (id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
           CREATE TRIGGER stop BEFORE INSERT ON head WHEN (SELECT count(*) FROM head) >= 2
           BEGIN SELECT RAISE(ABORT, 'stopped'); END`);
  assert.throws(() => migrate(db, file, MIGRATIONS), /stopped/);
  db.exec("DROP TRIGGER stop");
  assert.equal(versionOf(db), 2);
}

function tables(path: string): { schema: number; sound: unknown; rows: unknown } {
  const db = openForReading(path);
  const found = {
    schema: versionOf(db),
    sound: db.pragma("integrity_check", { simple: true }),
    rows: db.prepare("SELECT count(*) FROM log").pluck().get(),
  };
  db.close();
  return found;
}

test("a file that has the copy's name already is left alone: the copy gets another", async (t) => {
  const { dir, file, backups, list } = ofSchema2(t);
  mkdirSync(backups);
  const name = join(backups, "carrierwatch-schema-2.db");
  writeFileSync(name, "of another moment");
  const { rows } = tables(file);
  const { log, lines } = fieldsLog();
  await (await openIn(dir, log)).close();
  assert.equal(readFileSync(name, "utf8"), "of another moment");
  assert.deepEqual(list(), ["carrierwatch-schema-2-2.db", "carrierwatch-schema-2.db"]);
  const path = join(backups, "carrierwatch-schema-2-2.db");
  assert.deepEqual(tables(path), { schema: 2, sound: "ok", rows });
  const told = lines.find((line) => "backup" in line);
  assert.equal(told?.["backup"], path, "and is named");
});

test("starts that fail before anything changed make one copy, not one each", (t) => {
  const { file, list } = ofSchema2(t);
  const broken = [MIGRATIONS[0] ?? "", MIGRATIONS[1] ?? "", "INSERT INTO nowhere VALUES (1);"];
  for (let i = 0; i < 3; i += 1) {
    const db = openForWriting(file);
    assert.throws(() => migrate(db, file, broken), /nowhere/);
    db.close();
  }
  assert.deepEqual(list(), ["carrierwatch-schema-2.db"]);
  const db = openForWriting(file);
  db.exec("INSERT INTO meta (name, value) VALUES ('later', 'yes')");
  assert.throws(() => migrate(db, file, broken), /nowhere/);
  db.close();
  assert.deepEqual(list(), ["carrierwatch-schema-2-2.db", "carrierwatch-schema-2.db"], "of another moment");
});

test("a change that goes on keeps the copy made before it began; a damaged one is replaced beside it", (t) => {
  const { file, backups, list } = ofSchema2(t);
  const { rows } = tables(file);
  const first = join(backups, "carrierwatch-schema-2.db");
  const db = openForWriting(file);
  cutShort(db, file);
  cutShort(db, file);
  assert.deepEqual(list(), ["carrierwatch-schema-2.db"]);
  assert.deepEqual(tables(first), { schema: 2, sound: "ok", rows });

  truncateSync(first, statSync(first).size - 4_096);
  const bytes = statSync(first).size;
  cutShort(db, file);
  cutShort(db, file);
  assert.deepEqual(list(), ["carrierwatch-schema-2-2.db", "carrierwatch-schema-2.db"]);
  assert.equal(statSync(first).size, bytes, "evidence is not overwritten");

  const copy = migrate(db, file, MIGRATIONS);
  assert.equal(copy?.path, join(backups, "carrierwatch-schema-2-2.db"));
  assert.equal(versionOf(db), MIGRATIONS.length);
  assert.equal(db.prepare("SELECT count(*) FROM meta WHERE name = 'copied before'").pluck().get(), 0);
  db.close();
});

test("what a copy that was not finished left behind goes, and hinders nobody", (t) => {
  const { file, backups, list } = ofSchema2(t);
  mkdirSync(backups);
  writeFileSync(join(backups, "carrierwatch-schema-2.db.part"), "half");
  writeFileSync(join(backups, "carrierwatch-schema-2.db.part-4711"), "half, as earlier versions named it");
  const db = openForWriting(file);
  assert.ok(migrate(db, file, MIGRATIONS));
  db.close();
  assert.deepEqual(list(), ["carrierwatch-schema-2.db"]);
});

test("a copy of the moment in between is said to be one", async (t) => {
  const { dir, file, backups } = ofSchema2(t);
  const db = openForWriting(file);
  cutShort(db, file);
  db.close();
  writeFileSync(join(backups, "carrierwatch-schema-2.db"), "");
  const { log, lines } = fieldsLog();
  await (await openIn(dir, log)).close();
  const warned = lines.find((line) => line["code"] === "backup_lost");
  assert.equal(warned?.["backup"], join(backups, "carrierwatch-schema-2-2.db"));
});
