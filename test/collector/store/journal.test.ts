/** The journal stays short, whatever single series do, and a start after an unclean end applies what it holds. */
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import Database from "better-sqlite3";
import { TICKS_PER_TILE } from "../../../collector/store/sqlite/bands.ts";
import { DATABASE_NAME } from "../../../collector/store/sqlite/sqlite-store.ts";
import type { Store } from "../../../collector/store/store.ts";
import { NO_TIMINGS } from "../../../collector/wire/sample.ts";
import { downAt, nowAfter, record, SERIES, T0 } from "../../contract/support.ts";
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

function rowsOf(file: string): number {
  const db = new Database(file, { readonly: true });
  const rows = db.prepare("SELECT count(*) FROM journal").pluck().get();
  db.close();
  return Number(rows);
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

test("a clean end leaves one row of the journal, also when every series was written for another reason", async (t) => {
  const { dir, file } = folder(t);
  const store = await openIn(dir);
  // The last of these leaves a full tile, so that its series is written whole and nothing of it is pending.
  assert.equal((T0 / 300) % TICKS_PER_TILE, 0);
  for (let tick = T0; tick <= T0 + TICKS_PER_TILE * 300; tick += 300)
    await store.samples.put([record({ tick })], nowAfter(tick));
  assert.ok(rowsOf(file) > 1, "the journal has rows before the end");
  await store.close();
  assert.equal(rowsOf(file), 1);
});

test("a start that is killed before anything was swept leaves its work to the next one", async (t) => {
  const { dir } = folder(t);
  const store = await openIn(dir);
  for (let i = 0; i < 50; i += 1) {
    const tick = T0 + i * 300;
    const texts = [`h${i % 5}`, `h${i % 7}`].map((protocol, j) =>
      record({ target: `shop-${j}`, tick, sample: { detail: { status: 200, protocol } } }),
    );
    const late = record({ target: "late", tick: T0 + (i % 2 === 0 ? i + 1 : i - 1) * 300 });
    const down = record({ target: "down", tick, sample: { ...downAt("tls"), timings: NO_TIMINGS } });
    await store.samples.put(
      [...texts, late, down, record({ target: "shop-0", tick: tick + 60, stepS: 60 })],
      nowAfter(tick + 300),
    );
  }
  const before = await allOf(store);
  const once = killed(dir, "once");
  const first = await openIn(once);
  assert.deepEqual(await allOf(first), before);
  const second = await openIn(killed(once, "twice"));
  assert.deepEqual(await allOf(second), before);
  // It goes on as if nothing had been: texts that only the journal's samples used keep their numbers.
  const tick = T0 + 50 * 300;
  const next = record({ target: "shop-0", tick, sample: { detail: { status: 200, protocol: "new" } } });
  for (const one of [store, second])
    assert.deepEqual(await one.samples.put([next], nowAfter(tick)), ["stored"]);
  assert.deepEqual(await allOf(second), await allOf(store));
  assert.deepEqual(await second.ops.verify(), { ok: true, problems: [] });
  for (const one of [store, first, second]) await one.close();
});

/** What is stored of each series: its samples with all details, its rows and its strip. */
async function allOf(store: Store): Promise<unknown> {
  const all = ["shop-0", "shop-1", "late", "down"].map((target) => ({ target, vantage: "ct-1" }));
  const { samples } = await store.samples.page({
    series: all,
    fromS: 0,
    toS: T0 + 86_400,
    order: "oldest",
    limit: 1_000,
  });
  assert.ok(samples.length >= 250, `${samples.length} samples`);
  const digests = all.flatMap((series) =>
    ([300, 1_800, 7_200, "strip"] as const).map((what) => store.digest(series, what)),
  );
  return [samples, await Promise.all(digests)];
}

/** The files as a kill would leave them: the store is still open. */
function killed(dir: string, name: string): string {
  const to = join(dir, name);
  mkdirSync(to);
  for (const file of [DATABASE_NAME, `${DATABASE_NAME}-wal`]) copyFileSync(join(dir, file), join(to, file));
  return to;
}

test("what only the journal holds is there after an unclean end, and once only", async (t) => {
  const { dir } = folder(t);
  const store = await openIn(dir);
  const records = Array.from({ length: 40 }, (_, i) => record({ tick: T0 + i * 300 }));
  for (const one of records) await store.samples.put([one], nowAfter(one.sample.tick));
  const before = await Promise.all(
    ([300, 1_800, "strip"] as const).map((what) => store.digest(SERIES, what)),
  );
  assert.ok(journalOf(join(dir, DATABASE_NAME)).bytes > 0);
  const again = await openIn(killed(dir, "killed"));
  const after = await Promise.all(([300, 1_800, "strip"] as const).map((what) => again.digest(SERIES, what)));
  assert.deepEqual(after, before);
  const outcomes = await again.samples.put(records, nowAfter(T0 + 40 * 300));
  assert.deepEqual(new Set(outcomes), new Set(["duplicate"]));
  assert.deepEqual(await again.ops.verify(), { ok: true, problems: [] });
  await again.close();
  await store.close();
});
