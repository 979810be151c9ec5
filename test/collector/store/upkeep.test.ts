/** Backups, checks and figures: a copy made under load is whole, and a changed byte is found. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { copyFileSync, mkdirSync, readdirSync, readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import Database from "better-sqlite3";
import { archivesOf } from "../../../collector/archive/layout.ts";
import { DATABASE_NAME, RESERVE_BYTES } from "../../../collector/store/sqlite/sqlite-store.ts";
import type { Store } from "../../../collector/store/store.ts";
import { nowAfter, record, SERIES, T0 } from "../../contract/support.ts";
import { folder, openIn } from "./folder.ts";

const batch = (n: number) =>
  Array.from({ length: 200 }, (_, i) => record({ tick: T0 + (n * 200 + i) * 300 }));
const put = (store: Store, n: number) => store.samples.put(batch(n), nowAfter(T0 + n * 60_000 + 60_000));

test("a backup made while samples come in is one moment of the database, sound and startable", async (t) => {
  const { dir } = folder(t);
  const store = await openIn(dir);
  await put(store, 0);
  let n = 1;
  let copying = true;
  const writing = (async () => {
    for (; copying; n += 1) await put(store, n);
  })();
  const path = join(dir, "backups", "night.db");
  const { bytes, sha256 } = await store.ops.backup(path);
  copying = false;
  await writing;
  assert.ok(n > 1);
  assert.equal(statSync(path).size, bytes);
  assert.equal(createHash("sha256").update(readFileSync(path)).digest("hex"), sha256);
  assert.deepEqual(readdirSync(join(dir, "backups")), ["night.db"]);
  await store.close();

  const restored = join(dir, "restored");
  mkdirSync(restored);
  copyFileSync(path, join(restored, DATABASE_NAME));
  const again = await openIn(restored);
  const [generation] = await again.samples.generations();
  assert.ok(((generation?.lastTick ?? 0) - T0) / 300 >= 199);
  assert.equal(((generation?.lastTick ?? 0) - T0 + 300) % 60_000, 0, "whole batches only");
  assert.deepEqual(await again.ops.verify(), { ok: true, problems: [] });
  await again.close();
});

test("a row that does not follow from its samples is found and named", async (t) => {
  const { dir, file } = folder(t);
  const store = await openIn(dir);
  await put(store, 0);
  assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
  await store.close();
  const db = new Database(file);
  const tile = db
    .prepare<[], { id: number; data: Buffer }>("SELECT id, data FROM tile ORDER BY id LIMIT 1 OFFSET 12")
    .get();
  assert.ok(tile);
  tile.data.writeUInt8(tile.data.readUInt8(20) ^ 1, 20);
  db.prepare("UPDATE tile SET data = ? WHERE id = ?").run(tile.data, tile.id);
  db.close();
  const damaged = await openIn(dir);
  const { ok, problems } = await damaged.ops.verify();
  assert.equal(ok, false);
  assert.match(problems.join("\n"), /^shop from ct-1 \(step 300 s\): (row \d+ of \d+ s|the strip)/);
  await damaged.close();
});

test("the estimate counts every part, and what a full series holds stays within it", async (t) => {
  const { dir, file } = folder(t);
  const store = await openIn(dir);
  const stepS = 3_600;
  const ticks = 800 * 24;
  for (let at = 0; at < ticks; at += 4_000) {
    const part = Array.from({ length: Math.min(4_000, ticks - at) }, (_, i) =>
      record({ tick: T0 + (at + i) * stepS, stepS }),
    );
    await store.samples.load(part, nowAfter(part.at(-1)?.sample.tick ?? 0));
  }
  const estimate = await store.ops.estimate(stepS);
  const { parts, series, bytesPerSeriesFull, bytesFixed, bytesNow } = estimate;
  const bytesFull = estimate.bytesFull - bytesFixed;
  assert.equal(series, 1);
  assert.equal(bytesFull, bytesPerSeriesFull);
  const rings = parts.filter(({ bytesPerSeries, part }) => bytesPerSeries > 0 && part !== "sample log");
  assert.equal(rings.length, archivesOf(stepS).length + 2);
  assert.ok(
    rings.every((part) => part.bytesNow <= part.bytesPerSeries && part.bytesNow > 0.9 * part.bytesPerSeries),
  );
  for (const { bytesPerSeries, bytesPerSeriesAt } of parts) {
    const grown = [...bytesPerSeriesAt, bytesPerSeries];
    assert.deepEqual(
      grown,
      grown.toSorted((a, b) => a - b),
    );
  }
  const together = parts.reduce((sum, part) => sum + part.bytesNow, 0);
  assert.equal(together, bytesNow, "the parts add up to what the files hold");
  await store.close();
  const free = 40 * 4_096;
  const found = statSync(file).size;
  assert.ok(found < bytesFull * 1.2 + free, `${found} bytes are used, ${bytesFull} estimated`);
  assert.ok(found > bytesFull * 0.5, `${found} bytes are used, ${bytesFull} estimated`);
});

test("the database does not grow once its rings are full", async (t) => {
  const { dir } = folder(t);
  const store = await openIn(dir);
  const day = (n: number) => record({ tick: T0 + n * 86_400, stepS: 86_400 });
  const load = async (from: number, to: number) => {
    for (let n = from; n < to; n += 400) {
      const part = Array.from({ length: Math.min(400, to - n) }, (_, i) => day(n + i));
      await store.samples.load(part, nowAfter(part.at(-1)?.sample.tick ?? 0));
    }
  };
  const pages = async () => (await store.ops.backup(join(dir, "copy.db"))).bytes;
  await load(0, 4_100);
  const once = await pages();
  await load(4_100, 12_000);
  const later = await pages();
  // Rows of the log differ by a digit or two; a split page now and then is all that may come of it.
  assert.ok(later <= once * 1.1, `${once} bytes after five laps, ${later} after fifteen`);
  const [run] = await store.rows.read({
    series: [SERIES],
    metrics: ["total"],
    rowS: 86_400,
    fromS: 0,
    toS: T0 * 2,
  });
  assert.equal(run?.rows, 797);
  await store.close();
});

test("the WAL stays under a quarter of the reserve while many probes write at once", async (t) => {
  const { dir, file } = folder(t);
  const store = await openIn(dir);
  let largest = 0;
  const lane = async (vantage: string) => {
    for (let n = 0; n < 12; n += 1) {
      const tick = T0 + n * 300;
      const records = Array.from({ length: 500 }, (_, i) => record({ target: `shop-${i}`, vantage, tick }));
      await store.samples.put(records, nowAfter(tick));
      largest = Math.max(largest, statSync(`${file}-wal`).size);
    }
  };
  await Promise.all(["a", "b", "c", "d", "e", "f"].map(lane));
  assert.ok(largest > 0 && largest * 4 <= RESERVE_BYTES, `the WAL reached ${largest} bytes`);
  await store.close();
});

test("readers answer while the writer is busy", async (t) => {
  const { dir } = folder(t);
  const store = await openIn(dir);
  await put(store, 0);
  let done = 0;
  const writes = Array.from({ length: 40 }, async (_, i) => {
    await put(store, i + 1);
    done += 1;
  });
  await store.samples.latest([SERIES]);
  assert.ok(done < 40, "the answer did not wait for the queue");
  await Promise.all(writes);
  const [latest] = await store.samples.latest([SERIES]);
  assert.equal(latest?.sample.tick, T0 + (41 * 200 - 1) * 300, "and what was acknowledged is read");
  await store.close();
});
