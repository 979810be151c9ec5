/** As many generations as row ids have room for: one more is refused by itself, and has room when another goes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import Database from "better-sqlite3";
import { GENERATIONS } from "../../../collector/store/sqlite/bands.ts";
import { OpenState } from "../../../collector/store/sqlite/open-state.ts";
import { sharedStates, sharedStatesMemory } from "../../../collector/store/sqlite/shared-states.ts";
import { nowAfter, record, SERIES, T0 } from "../../contract/support.ts";
import { folder, openIn } from "./folder.ts";

test("a series more than there can be is rejected, its batch is not, and it has room when another goes", async (t) => {
  const { dir, file } = folder(t);
  const before = await openIn(dir);
  await before.samples.put([record()], nowAfter(T0));
  await before.close();
  const db = new Database(file);
  db.prepare("INSERT INTO vacant (id, step_s) VALUES (?, 300)").run(GENERATIONS - 1);
  db.close();
  const store = await openIn(dir);
  const batch = [record({ target: "new" }), record({ tick: T0 + 300 })];
  assert.deepEqual(await store.samples.put(batch, nowAfter(T0 + 300)), ["rejected", "stored"]);
  const [counted] = await store.ops.counters();
  assert.deepEqual([counted?.stored, counted?.rejected], [2, 1]);
  await store.samples.purge(SERIES);
  assert.deepEqual(await store.samples.put(batch.slice(0, 1), nowAfter(T0 + 300)), ["stored"]);
  assert.equal((await store.samples.generations("new")).length, 1);
  await store.close();
});

test("a number that no generation can have ends in an error, and not in waiting for room", () => {
  const states = sharedStates(sharedStatesMemory());
  assert.throws(() => states.publish(GENERATIONS, new OpenState()), RangeError);
});
