/** The journal stays short, whatever single series do, and a start after an unclean end applies what it holds. */
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import Database from "better-sqlite3";
import { DATABASE_NAME } from "../../../collector/store/sqlite/sqlite-store.ts";
import { nowAfter, record, SERIES, T0 } from "../../contract/support.ts";
import { folder, openIn } from "./folder.ts";

const MiB = 2 ** 20;

function journalOf(file: string): { bytes: number; oldest: number } {
  const db = new Database(file, { readonly: true });
  const found = db
    .prepare<[], { bytes: number; oldest: number }>(
      "SELECT sum(length(data)) AS bytes, min(id) AS oldest FROM journal",
    )
    .get();
  db.close();
  return found ?? { bytes: 0, oldest: 0 };
}

test("the journal is swept while samples come, and a series that stopped does not keep it", async (t) => {
  const { dir, file } = folder(t);
  const store = await openIn(dir);
  await store.samples.put(
    [record({ target: "slow" }), record({ target: "slow", tick: T0 + 300 })],
    nowAfter(T0 + 300),
  );
  const { oldest: first } = journalOf(file);
  let largest = 0;
  for (let round = 0; round < 340; round += 1) {
    const tick = T0 + round * 300;
    const records = Array.from({ length: 500 }, (_, i) => record({ target: `shop-${i}`, tick }));
    await store.samples.put(records, nowAfter(tick));
    if (round % 20 === 19) largest = Math.max(largest, journalOf(file).bytes);
  }
  const { oldest } = journalOf(file);
  assert.ok(oldest > first, `the first rows are gone: ${first}, ${oldest}, ${largest} bytes at most`);
  assert.ok(largest < 20 * MiB, `the journal reached ${largest} bytes`);
  const slow = [{ target: "slow", vantage: "ct-1" }];
  assert.equal((await store.samples.latest(slow))[0]?.sample.tick, T0 + 300);
  assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
  await store.close();
  assert.ok(journalOf(file).bytes < MiB, "a clean end leaves next to nothing");
});

test("what only the journal holds is there after an unclean end, and once only", async (t) => {
  const { dir } = folder(t);
  const store = await openIn(dir);
  const records = Array.from({ length: 40 }, (_, i) => record({ tick: T0 + i * 300 }));
  for (const one of records) await store.samples.put([one], nowAfter(one.sample.tick));
  const before = await Promise.all(
    ([300, 1_800, "strip"] as const).map((what) => store.digest(SERIES, what)),
  );
  // The files as a kill would leave them: the store is still open.
  const killed = join(dir, "killed");
  mkdirSync(killed);
  for (const name of [DATABASE_NAME, `${DATABASE_NAME}-wal`])
    copyFileSync(join(dir, name), join(killed, name));
  assert.ok(journalOf(join(dir, DATABASE_NAME)).bytes > 0);
  const again = await openIn(killed);
  const after = await Promise.all(([300, 1_800, "strip"] as const).map((what) => again.digest(SERIES, what)));
  assert.deepEqual(after, before);
  const outcomes = await again.samples.put(records, nowAfter(T0 + 40 * 300));
  assert.deepEqual(new Set(outcomes), new Set(["duplicate"]));
  assert.deepEqual(await again.ops.verify(), { ok: true, problems: [] });
  await again.close();
  await store.close();
});
