/** Files of every earlier schema, as that version wrote them, open with nothing lost; their copies stand in backups/. */
import assert from "node:assert/strict";
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { gunzipSync } from "node:zlib";
import Database from "better-sqlite3";
import type { ArchiveName } from "../../../collector/store/lasts-and-strips.ts";
import { convertTiles } from "../../../collector/store/sqlite/convert-tiles.ts";
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
      const [vantage = "", ...words] = what.split(" ");
      const archive = words.join(" ");
      const found = await store.digest(
        { target: "shop", vantage },
        (Number(archive) || archive) as ArchiveName,
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

const SAMPLES = {
  2: { count: 200, vantages: ["edge-1"] },
  5: { count: 1_253, vantages: ["hour-1", "hour-2"] },
} as const;

/** The samples that its file has beside it. */
async function sameSamples(store: Store, schema: keyof typeof SAMPLES = 2): Promise<void> {
  const path = new URL(`schema-${schema}.samples.json.gz`, fixtures);
  const want: StoredSample[] = JSON.parse(gunzipSync(readFileSync(path)).toString("utf8"));
  const { count, vantages } = SAMPLES[schema];
  assert.equal(want.length, count);
  const series = vantages.map((vantage) => ({ target: "shop", vantage }));
  const page = await store.samples.page({ series, fromS: 0, toS: T0 * 2, limit: 5_000, order: "oldest" });
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

/** Tiles by what they are of: series that are there, and series and rings that are not. */
function tilesIn(file: string): { live: number; left: number } {
  const db = new Database(file, { readonly: true });
  const count = (where: string) =>
    Number(db.prepare(`SELECT count(*) FROM tile WHERE ${where}`).pluck().get());
  const isLeft = "id % 1048576 NOT IN (SELECT id FROM generation) OR id >> 40 IN (0, 60)";
  const found = { live: count(`NOT (${isLeft})`), left: count(isLeft) };
  db.close();
  return found;
}

test("tiles of schema 5 become fuller ones, also when the conversion is cut short after any series", async (t) => {
  const { dir, file } = folder(t);
  writeFileSync(file, gunzipSync(readFileSync(new URL("schema-5.db.gz", fixtures))));
  assert.ok(
    tilesIn(file).left > 100,
    "a purged series, a ring nobody needs, primary data points of their own",
  );
  const [conversion] = MIGRATIONS.slice(5);
  assert.ok(conversion !== undefined && typeof conversion !== "string");
  const oneByOne = { ...conversion, work: (db: Database.Database) => convertTiles(db, () => {}, 1) };
  const db = openForWriting(file);
  db.exec(conversion.before);
  for (const done of [1, 2, 4]) {
    db.exec(`CREATE TRIGGER stop BEFORE INSERT ON converted WHEN (SELECT count(*) FROM converted) >= ${done}
             BEGIN SELECT RAISE(ABORT, 'stopped'); END`);
    assert.throws(() => migrate(db, file, [...MIGRATIONS.slice(0, 5), oneByOne]), /stopped/);
    assert.equal(db.prepare("SELECT count(*) FROM converted").pluck().get(), done);
    db.exec("DROP TRIGGER stop");
    assert.equal(versionOf(db), 5);
  }
  db.close();
  const store = await openIn(dir);
  await sameSamples(store, 5);
  assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
  await store.samples.purge({ target: "nobody", vantage: "at-all" });
  await store.close();
  assert.equal(tilesIn(file).left, 0);
  const sound = await openIn(dir);
  for (const vantage of SAMPLES[5].vantages) await sound.samples.purge({ target: "shop", vantage });
  for (const vantage of ["ct-1", "cnc-1", "edge-1"]) await sound.samples.purge({ target: "shop", vantage });
  await sound.close();
  assert.deepEqual(tilesIn(file), { live: 0, left: 0 });
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
