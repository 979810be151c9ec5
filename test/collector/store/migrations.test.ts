/** Files of every earlier schema, as that version wrote them, open with nothing lost; their copies stand in backups/. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import Database from "better-sqlite3";
import { migrate, versionOf } from "../../../collector/store/sqlite/migrate.ts";
import { openForWriting } from "../../../collector/store/sqlite/open-database.ts";
import { MIGRATIONS } from "../../../collector/store/sqlite/schema.ts";
import type { Store, StoredSample } from "../../../collector/store/store.ts";
import { nowAfter, record, SERIES, T0 } from "../../contract/support.ts";
import { folder, openIn } from "./folder.ts";

const fixtures = new URL("../../fixtures/store/", import.meta.url);
const files = readdirSync(fixtures).filter((name) => name.endsWith(".db.gz"));

test("every schema but the newest has a file", () => {
  const want = MIGRATIONS.slice(1).map((_, i) => `schema-${i + 1}.db.gz`);
  assert.deepEqual(files.toSorted(), want.toSorted());
});

for (const name of files)
  test(`${name} opens, holds what it held and takes what is new`, async (t) => {
    const { dir, file } = folder(t);
    writeFileSync(file, gunzipSync(readFileSync(new URL(name, fixtures))));
    const digests = Object.entries(
      JSON.parse(readFileSync(new URL(name.replace(".db.gz", ".json"), fixtures), "utf8")),
    );
    assert.ok(digests.length >= 10);
    const store = await openIn(dir);
    for (const [what, digest] of digests) {
      const [vantage = "", archive = ""] = what.split(" ");
      const found = await store.digest(
        { target: "shop", vantage },
        archive === "strip" ? archive : Number(archive),
      );
      assert.equal(found, digest, what);
    }
    assert.equal((await store.registry.get("target", "shop"))?.version, 1);
    const tick = T0 + 101 * 300;
    const fresh = [record({ tick }), record({ tick, sample: { address: "192.0.2.1" } }), record()];
    assert.deepEqual(await store.samples.put(fresh, nowAfter(tick)), ["stored", "stored", "duplicate"]);
    await store.samples.purge({ ...SERIES, address: "192.0.2.1" });
    assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
    await store.close();
    const version = name.split(".")[0];
    assert.ok(
      existsSync(join(dir, "backups", `carrierwatch-${version}.db`)),
      "the old file was copied first",
    );
  });

async function sameSamples(store: Store): Promise<void> {
  const path = new URL("schema-2.samples.json.gz", fixtures);
  const want: StoredSample[] = JSON.parse(gunzipSync(readFileSync(path)).toString("utf8"));
  assert.equal(want.length, 200);
  const series = [{ target: "shop", vantage: "edge-1" }];
  const page = await store.samples.page({ series, fromS: 0, toS: T0 * 2, limit: 1_000, order: "oldest" });
  assert.deepEqual(page.samples, want);
}

test("single samples of schema 2 come back as they were, details and all", async (t) => {
  const { dir, file } = folder(t);
  writeFileSync(file, gunzipSync(readFileSync(new URL("schema-2.db.gz", fixtures))));
  const store = await openIn(dir);
  await sameSamples(store);
  assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
  await store.close();
});

test("a conversion that was cut short goes on where it was", async (t) => {
  const { dir, file } = folder(t);
  writeFileSync(file, gunzipSync(readFileSync(new URL("schema-2.db.gz", fixtures))));
  const [, , conversion] = MIGRATIONS;
  assert.ok(conversion !== undefined && typeof conversion !== "string");
  const db = openForWriting(file);
  db.exec(conversion.before);
  db.exec(`CREATE TRIGGER stop BEFORE INSERT ON head WHEN (SELECT count(*) FROM head) >= 2
           BEGIN SELECT RAISE(ABORT, 'stopped'); END`);
  assert.throws(() => migrate(db, file, MIGRATIONS), /stopped/);
  assert.equal(versionOf(db), 2);
  assert.equal(db.prepare("SELECT count(*) FROM head").pluck().get(), 2);
  db.exec("DROP TRIGGER stop");
  db.close();
  const store = await openIn(dir);
  await sameSamples(store);
  assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
  await store.close();
});

test("an end amid a purge: the series is gone, its space is given back at the next start", async (t) => {
  const { dir, file } = folder(t);
  const store = await openIn(dir);
  const ticks = Array.from({ length: 200 }, (_, i) => record({ tick: T0 + i * 300 }));
  await store.samples.put(ticks, nowAfter(T0 + 200 * 300));
  await store.close();
  const left = () => {
    const db = new Database(file, { readonly: true });
    const counted = ["tile", "detail"].map((table) =>
      db.prepare(`SELECT count(*) FROM ${table}`).pluck().get(),
    );
    db.close();
    return counted;
  };
  const db = new Database(file);
  // As the writer leaves it between forgetting a series and emptying its slots.
  db.exec("INSERT INTO vacant (id, step_s) SELECT id, step_s FROM generation; DELETE FROM generation;");
  db.close();
  assert.ok(left().every((rows) => Number(rows) > 0));
  const again = await openIn(dir);
  assert.deepEqual(await again.samples.generations(), []);
  assert.deepEqual(await again.samples.put([record({ tick: T0 + 300 })], nowAfter(T0 + 300)), ["stored"]);
  await again.samples.purge(SERIES);
  assert.deepEqual(await again.ops.verify(), { ok: true, problems: [] });
  await again.close();
  assert.deepEqual(left(), [0, 0]);
});
