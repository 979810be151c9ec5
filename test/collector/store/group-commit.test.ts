/** Group commit: one transaction for what waits, a refusal for whoever earned it, and no poisoning of others. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import type Database from "better-sqlite3";
import { diskGuard } from "../../../collector/store/sqlite/disk-guard.ts";
import { commitGroup, type Hooks } from "../../../collector/store/sqlite/group-commit.ts";
import type { Call } from "../../../collector/store/sqlite/messages.ts";
import { openForWriting } from "../../../collector/store/sqlite/open-database.ts";
import type { Reserve } from "../../../collector/store/sqlite/reserve.ts";
import { UnavailableError, VersionConflictError } from "../../../collector/wire/errors.ts";
import { folder } from "./folder.ts";

const call = (id: number, op: string): Call => ({ id, op, args: [] });

function opened(t: TestContext): Database.Database {
  const db = openForWriting(folder(t).file);
  db.exec("CREATE TABLE seen (id INTEGER PRIMARY KEY, filling BLOB)");
  t.after(() => db.close());
  return db;
}

function hooksOn(db: Database.Database): Hooks & { flushed: number; cleared: number } {
  const hooks = {
    flushed: 0,
    cleared: 0,
    run({ id, op }: Call): unknown {
      if (op === "conflict") throw new VersionConflictError("target", "shop", 1, 2);
      db.prepare("INSERT INTO seen VALUES (?, zeroblob(?))").run(id, op === "big" ? 2_000_000 : 1);
      if (op === "broken") throw new TypeError("broken");
      return id * 10;
    },
    isFull: ({ op }: Call) => op === "next",
    flush() {
      hooks.flushed += 1;
    },
    committed() {},
    clear() {
      hooks.cleared += 1;
    },
  };
  return hooks;
}

const stored = (db: Database.Database) => db.prepare("SELECT id FROM seen ORDER BY id").pluck().all();
const shape = (results: ReturnType<typeof commitGroup>) =>
  results.map((one) => ("error" in one ? [one.id, (one.error as Error).name] : [one.id, one.value]));

test("calls that wait share one transaction", (t) => {
  const db = opened(t);
  const hooks = hooksOn(db);
  const results = commitGroup(db, [call(1, "ok"), call(2, "ok"), call(3, "ok")], hooks);
  assert.deepEqual(shape(results), [
    [1, 10],
    [2, 20],
    [3, 30],
  ]);
  assert.equal(hooks.flushed, 1);
  assert.equal(db.inTransaction, false);
});

test("what makes a transaction too large waits for the next one, which takes it whatever it is", (t) => {
  const db = opened(t);
  const calls = [call(1, "ok"), call(2, "next"), call(3, "ok")];
  const first = commitGroup(db, calls, hooksOn(db));
  assert.deepEqual(shape(first), [[1, 10]]);
  assert.deepEqual(stored(db), [1]);
  const second = commitGroup(db, calls.slice(first.length), hooksOn(db));
  assert.deepEqual(shape(second), [
    [2, 20],
    [3, 30],
  ]);
  assert.deepEqual(stored(db), [1, 2, 3]);
});

test("a version conflict is its caller's alone", (t) => {
  const db = opened(t);
  const hooks = hooksOn(db);
  const results = commitGroup(db, [call(1, "ok"), call(2, "conflict"), call(3, "ok")], hooks);
  assert.deepEqual(shape(results), [
    [1, 10],
    [2, "VersionConflictError"],
    [3, 30],
  ]);
  assert.deepEqual(stored(db), [1, 3]);
  assert.equal(hooks.cleared, 0);
});

test("a broken call takes only itself along, and memory is forgotten with the rollback", (t) => {
  const db = opened(t);
  const hooks = hooksOn(db);
  const results = commitGroup(db, [call(1, "ok"), call(2, "broken"), call(3, "ok")], hooks);
  assert.deepEqual(shape(results), [
    [1, 10],
    [2, "TypeError"],
    [3, 30],
  ]);
  assert.deepEqual(stored(db), [1, 3]);
  assert.equal(hooks.cleared, 2);
});

test("a database that cannot grow gives up its reserve once and says so", (t) => {
  const db = opened(t);
  db.pragma("max_page_count = 100");
  let held = true;
  let room = false;
  const reserve: Reserve = {
    needsBytes: 134_217_728,
    canGrow: () => true,
    freeBytes: () => 0,
    present: () => held,
    release() {
      held = false;
    },
    restore() {
      held ||= room;
      return held;
    },
  };
  const warnings: string[] = [];
  const guard = diskGuard(db, "/data", reserve, (message) => warnings.push(message));
  guard.beforeSamples();
  const [result] = commitGroup(db, [call(1, "big")], hooksOn(db));
  assert.ok(result && "error" in result);
  const error = guard.explain(result.error);
  assert.ok(error instanceof UnavailableError);
  assert.equal(error.code, "disk_full");
  assert.match(error.hint ?? "", /free space on it; .* when 135 MB are free$/);
  assert.equal(held, false);
  assert.match(guard.reason() ?? "", /reserve is gone/);
  assert.throws(() => guard.beforeSamples(), UnavailableError);
  guard.explain(result.error);
  assert.equal(warnings.length, 1);
  room = true;
  guard.beforeSamples();
  assert.equal(guard.reason(), null);
  const other = new TypeError("broken");
  assert.equal(guard.explain(other), other);
});
