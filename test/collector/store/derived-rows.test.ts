/** Rows that primary data points make when they are read: none in the file but those that were laid, and the same digits. */
import assert from "node:assert/strict";
import { readFileSync, writeFileSync } from "node:fs";
import { type TestContext, test } from "node:test";
import { gunzipSync } from "node:zlib";
import Database from "better-sqlite3";
import { memoryStore } from "../../../collector/store/memory/memory-store.ts";
import { isDerived, ROWS_PER_TILE } from "../../../collector/store/sqlite/bands.ts";
import { aligned, copyRow, rowBlock } from "../../../collector/store/sqlite/blocks.ts";
import { dropDerived } from "../../../collector/store/sqlite/drop-derived.ts";
import { migrate, versionOf } from "../../../collector/store/sqlite/migrate.ts";
import { openForWriting } from "../../../collector/store/sqlite/open-database.ts";
import { OpenState } from "../../../collector/store/sqlite/open-state.ts";
import { MIGRATIONS } from "../../../collector/store/sqlite/schema.ts";
import { readState, stateWriter } from "../../../collector/store/sqlite/state-row.ts";
import type { HistoryRow, Store } from "../../../collector/store/store.ts";
import { archivesOfText } from "../../../collector/wire/archives.ts";
import { nowAfter, record, SERIES, T0, unknownSample } from "../../contract/support.ts";
import { folder, openIn } from "./folder.ts";

const DAY_S = 86_400;
const HALF_HOUR_S = 1_800;
const HALF_HOURS = 1;

const CASES = [
  { name: "half hours of the default set at 300 s", stepS: 300, steps: 6, rows: 700, want: true },
  { name: "those at 600 s", stepS: 600, steps: 3, rows: 700, want: true },
  { name: "rows of many ticks", stepS: 60, steps: 30, rows: 700, want: false },
  { name: "rows that reach back as far as primary data points", stepS: 300, steps: 6, rows: 767, want: true },
  { name: "rows that reach back further", stepS: 300, steps: 6, rows: 768, want: false },
  { name: "single ticks", stepS: 300, steps: 1, rows: 600, want: false },
];
for (const { name, stepS, want, ...ring } of CASES)
  test(`${name} are ${want ? "made when they are read" : "stored"}`, () => {
    assert.equal(isDerived(stepS, ring), want);
  });

/** Tiles of rings, by part. */
function tilesOf(file: string, part: number): number {
  const db = new Database(file, { readonly: true });
  const found = db.prepare("SELECT count(*) FROM tile WHERE id >> 40 = ?").pluck().get(part);
  db.close();
  return Number(found);
}

/** Both engines with the same calls; the memory engine recomputes everything on each read. */
async function both(t: TestContext) {
  const { dir, file } = folder(t);
  const stores = [await openIn(dir), memoryStore()] as const;
  const same = async (what: string): Promise<void> => {
    const archives = [300, 900, HALF_HOUR_S, 3_600, 7_200, DAY_S, "strip" as const];
    for (const archive of archives) {
      const [found, want] = await Promise.all(stores.map((one) => one.digest(SERIES, archive)));
      assert.equal(found, want, `${what}: ${archive}`);
    }
    assert.deepEqual(await stores[0].ops.verify(), { ok: true, problems: [] });
  };
  const each = async (act: (store: Store) => Promise<unknown>): Promise<unknown> => {
    const [found, want] = [await act(stores[0]), await act(stores[1])];
    assert.deepEqual(found, want);
    return found;
  };
  const put = (ticks: readonly number[]) =>
    each((store) =>
      store.samples.load(
        ticks.map((tick) => record({ tick })),
        nowAfter(T0),
      ),
    );
  return { dir, file, stores, same, each, put };
}

function laid(labelS: number, rowS = HALF_HOUR_S): HistoryRow {
  const n = rowS / 300;
  const total = { n, sum: n * 70_000 + ((labelS / rowS) % 97), min: 69_000, max: 72_000 };
  return { series: SERIES, stepS: 300, rowS, labelS, values: { total } };
}

const ticks = (from: number, to: number, every = 300) =>
  Array.from({ length: (to - from) / every }, (_, i) => from + (i + 1) * every);

test("half hours take nothing of the file, late samples and open ticks included", async (t) => {
  const { file, stores, same, put } = await both(t);
  const all = ticks(T0 - 3 * DAY_S, T0);
  await put(all.filter((_, i) => i % 5 !== 2));
  await put(all.filter((_, i) => i % 5 === 2).toReversed());
  await same("in two goes");
  const part = (await stores[0].ops.estimate(300)).parts.find((one) => one.part === `rows ${HALF_HOUR_S} s`);
  assert.deepEqual([part?.bytesNow, part?.bytesPerSeries], [0, 0]);
  await stores[0].close();
  assert.equal(tilesOf(file, HALF_HOURS), 0);
  assert.ok(tilesOf(file, HALF_HOURS + 1) > 0, "two hours are stored");
});

test("what was laid is stored, gone once somebody measured, and kept through changes of the set", async (t) => {
  const { dir, file, stores, same, each, put } = await both(t);
  const gap = { from: T0 - 6 * DAY_S, to: T0 - 4 * DAY_S };
  await put(ticks(T0 - 8 * DAY_S, gap.from));
  await put(ticks(gap.to, T0));
  const labels = ticks(gap.from, gap.from + DAY_S, HALF_HOUR_S);
  const outcomes = await each((store) =>
    store.samples.loadRows(
      labels.map((labelS) => laid(labelS)),
      nowAfter(T0),
    ),
  );
  assert.deepEqual(
    outcomes,
    labels.map(() => "stored"),
  );
  await same("laid");
  assert.ok(tilesOf(file, HALF_HOURS) > 0);
  await put([labels[3] ?? 0, (labels[7] ?? 0) - 600]);
  await each((store) =>
    store.samples.load([record({ tick: (labels[9] ?? 0) - 300, sample: unknownSample })], nowAfter(T0)),
  );
  await same("measured afterwards");
  const sets = [
    "1x600,6x2000,288x797",
    "1x600,3x1000,6x600,288x797",
    "1x600,12x1500,288x797",
    "1x600,6x700,24x775,288x797",
  ];
  for (const [i, set] of sets.entries()) {
    await each((store) => store.samples.shape("shop", 300, archivesOfText(set), T0 + i * 600));
    await put([T0 + (2 * i + 1) * 300, T0 + (2 * i + 2) * 300]);
    await same(set);
  }
  await stores[0].close();
  const again = await openIn(dir);
  assert.equal(await again.digest(SERIES, HALF_HOUR_S), await stores[1].digest(SERIES, HALF_HOUR_S));
  await again.close();
});

test("half hours of schema 6 leave the file, also when that is cut short after any series", async (t) => {
  const { dir, file } = folder(t);
  const fixture = new URL("../../fixtures/store/schema-6.db.gz", import.meta.url);
  writeFileSync(file, gunzipSync(readFileSync(fixture)));
  const before = tilesOf(file, HALF_HOURS);
  assert.ok(before > 100, `${before} tiles`);
  const [migration] = MIGRATIONS.slice(6);
  assert.ok(migration !== undefined && typeof migration !== "string");
  const oneByOne = { ...migration, work: (db: Database.Database) => dropDerived(db, () => {}, 1) };
  const db = openForWriting(file);
  db.exec(migration.before);
  const series = Number(db.prepare("SELECT count(*) FROM generation").pluck().get());
  for (const done of [1, 3, series - 1]) {
    db.exec(`CREATE TRIGGER stop BEFORE INSERT ON dropped WHEN (SELECT count(*) FROM dropped) >= ${done}
             BEGIN SELECT RAISE(ABORT, 'stopped'); END`);
    assert.throws(() => migrate(db, file, [...MIGRATIONS.slice(0, 6), oneByOne]), /stopped/);
    assert.equal(db.prepare("SELECT count(*) FROM dropped").pluck().get(), done);
    db.exec("DROP TRIGGER stop");
    assert.equal(versionOf(db), 6);
  }
  db.close();
  const store = await openIn(dir);
  const digests: Record<string, string> = JSON.parse(
    readFileSync(new URL("../../fixtures/store/schema-6.json", import.meta.url), "utf8"),
  );
  for (const vantage of ["ten-1", "odd-1"]) {
    const found = await store.digest({ target: "shop", vantage }, HALF_HOUR_S);
    assert.equal(found, digests[`${vantage} ${HALF_HOUR_S}`], "what was laid stays");
  }
  assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
  await store.close();
  const left = tilesOf(file, HALF_HOURS);
  assert.ok(left > 0 && left < before / 2, `${left} of ${before} tiles`);
});

test("a laid row of schema 6 that is still open stays when ticks after it stand apart", async (t) => {
  const { dir, file } = folder(t);
  const labelS = Math.floor(T0 / DAY_S) * DAY_S + HALF_HOUR_S;
  const store = await openIn(dir);
  const put = (tick: number, parts = {}) => store.samples.put([record({ tick, ...parts })], nowAfter(tick));
  await put(labelS, { sample: unknownSample });
  await store.samples.loadRows([laid(labelS)], nowAfter(labelS));
  await put(labelS + 300);
  const want = await store.digest(SERIES, HALF_HOUR_S);
  await store.close();
  openOldRow(file, labelS);
  const again = await openIn(dir);
  assert.equal(await again.digest(SERIES, HALF_HOUR_S), want);
  await again.close();
});

/** A row that lies in its tile stands in the open state, as in schema 6. */
function openOldRow(file: string, labelS: number): void {
  const db = new Database(file);
  const [bytes] = db
    .prepare<[number], Buffer>("SELECT data FROM tile WHERE id >> 40 = ?")
    .pluck()
    .all(HALF_HOURS);
  const [head] = db.prepare<[], Buffer>("SELECT data FROM head").pluck().all();
  assert.ok(bytes && head);
  const state = new OpenState();
  readState(head, state);
  assert.ok(state.apart !== 0 && state.lastTick > labelS);
  copyRow(rowBlock(aligned(bytes), 0, ROWS_PER_TILE), (labelS / HALF_HOUR_S) % ROWS_PER_TILE, state.rows, 0);
  db.prepare("UPDATE head SET data = ?").run(stateWriter()(state));
  db.prepare("DELETE FROM tile WHERE id >> 40 = ?").run(HALF_HOURS);
  db.pragma("user_version = 6");
  db.close();
}
