/** The nightly backup over a real SQLite store: verified, opened again, the newest seven kept. */
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { backupPart, isDue } from "../../collector/backup.ts";
import { openSqliteStore } from "../../collector/store/sqlite/sqlite-store.ts";
import { silentLog } from "../../collector/wire/log.ts";
import { fakeClock } from "../support/fake-clock.ts";
import { scratch } from "../support/product.ts";

test("a backup opens as a store with everything in it", async () => {
  const { dir, remove } = scratch("backup");
  const store = await openSqliteStore({ dir, log: silentLog });
  const clock = fakeClock();
  const backups = backupPart({ ops: store.ops, dir, clock, log: silentLog });
  await store.registry.put("setting", "before", 0, { kept: true });
  const name = await backups.make();
  await store.registry.put("setting", "after", 0, { kept: false });
  await store.close();
  const again = scratch("backup-restored");
  copyFileSync(join(dir, "backups", name), join(again.dir, "carrierwatch.db"));
  const restored = await openSqliteStore({ dir: again.dir, log: silentLog });
  assert.deepEqual((await restored.registry.get("setting", "before"))?.value, { kept: true });
  assert.equal(await restored.registry.get("setting", "after"), null);
  assert.equal((await restored.ops.verify()).ok, true);
  await restored.close();
  remove();
  again.remove();
});

test("a copy is due once a night, and later when the machine slept through it", () => {
  const at = (text: string) => Date.parse(`2026-11-${text}Z`);
  for (const [newest, now, want] of [
    [null, "21T09:17", true],
    ["20T18:17", "21T18:16:59", false],
    ["20T18:17", "21T18:17", true],
    ["21T18:17", "21T18:17", false],
    ["21T18:17:05", "22T17:17", false],
    ["18T18:17", "21T09:17", true],
    ["21T09:17", "21T10:17", false],
    ["21T09:17", "21T18:17", true],
  ] as const) {
    assert.equal(isDue(newest && at(newest), at(now)), want, `${newest} at ${now}`);
  }
});

test("seven are kept, the oldest goes, and a stranger's file is left alone", async () => {
  const { dir, remove } = scratch("backup-keep");
  const store = await openSqliteStore({ dir, log: silentLog });
  const clock = fakeClock();
  const backups = backupPart({ ops: store.ops, dir, clock, log: silentLog });
  const names: string[] = [];
  for (let night = 0; night < 9; night += 1) {
    names.push(await backups.make());
    await clock.advance(86_400_000);
  }
  writeFileSync(join(dir, "backups", "notes.txt"), "mine");
  await backups.make();
  assert.deepEqual((await backups.list()).map((file) => file.name).slice(1), names.slice(-6).reverse());
  assert.ok(readdirSync(join(dir, "backups")).includes("notes.txt"));
  await store.close();
  remove();
});

test("what a copy was when its collector was killed is gone at the next start, and nothing else is", async () => {
  const { dir, remove } = scratch("backup-killed");
  const folder = join(dir, "backups");
  mkdirSync(folder);
  const kept = ["carrierwatch-20261120T181700Z.db", "mine.db.part"];
  const killed = ["carrierwatch-20261121T181700Z.db.part", "carrierwatch-20261121T181700Z.db.part-journal"];
  for (const name of [...kept, ...killed]) writeFileSync(join(folder, name), "x");
  const ops = { backup: () => Promise.reject(new Error("nobody asked for a copy")) };
  const backups = backupPart({ ops, dir, clock: fakeClock(), log: silentLog });
  backups.start();
  await backups.stop();
  assert.deepEqual(readdirSync(folder).sort(), kept);
  remove();
});
