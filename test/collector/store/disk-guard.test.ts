/** What is said of a disk that was full: as long as it is so, and not for ever. */
import assert from "node:assert/strict";
import { test } from "node:test";
import Database from "better-sqlite3";
import { diskGuard } from "../../../collector/store/sqlite/disk-guard.ts";
import { diskReserve, type Reserve } from "../../../collector/store/sqlite/reserve.ts";
import { folder, RESERVE_BYTES } from "./folder.ts";

const FULL = Object.assign(new Error("database or disk is full"), { code: "SQLITE_FULL" });

function guarded(t: Parameters<typeof folder>[0], more: Partial<Reserve> = {}) {
  const { dir, file } = folder(t);
  const db = new Database(file);
  t.after(() => db.close());
  const reserve = Object.assign(diskReserve(dir, RESERVE_BYTES), more);
  reserve.restore();
  const guard = diskGuard(db, dir, reserve, () => {});
  return { guard, reserve };
}

/** Full, room again, and full once more by the time that there is room: as if the database could not grow. */
function fullTwice({ guard, reserve }: ReturnType<typeof guarded>): void {
  guard.explain(FULL);
  assert.equal(reserve.present(), false);
  guard.beforeSamples();
  assert.match(String(guard.explain(FULL)), /cannot grow although its disk has room/);
}

test("a database that could not grow is well again as soon as it can, though no sample comes", (t) => {
  const held = guarded(t);
  fullTwice(held);
  assert.equal(held.guard.reason(), null);
  assert.equal(held.reserve.present(), true);
});

test("a database that cannot grow yet is not ready, however often that is asked", (t) => {
  let room = false;
  const asked: number[] = [];
  const canGrow = (fromBytes: number) => {
    asked.push(fromBytes);
    return room;
  };
  const held = guarded(t, { canGrow });
  fullTwice(held);
  for (let i = 0; i < 3; i += 1) assert.match(held.guard.reason() ?? "", /cannot grow/);
  room = true;
  assert.equal(held.guard.reason(), null);
  assert.equal(asked.length, 4);
});
