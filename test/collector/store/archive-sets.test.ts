/** A change of an archive set that ends half-way: what was made stands, the rest is made at the next start or when needed. */
import assert from "node:assert/strict";
import { test } from "node:test";
import Database from "better-sqlite3";
import { memoryStore } from "../../../collector/store/memory/memory-store.ts";
import type { SampleRecord, Store } from "../../../collector/store/store.ts";
import { archivesOfText } from "../../../collector/wire/archives.ts";
import { nowAfter, record, T0 } from "../../contract/support.ts";
import { folder, openIn } from "./folder.ts";

const VANTAGES = ["ct-1", "ct-2", "cnc-1", "cmcc-1"];
const WIDTHS_S = [300, 900, 1_800, 3_600, 7_200, 86_400];
const SET = archivesOfText("1x600,3x500,12x400") ?? [];

const samplesOf = (from: number, to: number): SampleRecord[] =>
  VANTAGES.flatMap((vantage) =>
    Array.from({ length: to - from }, (_, i) => record({ vantage, tick: T0 + (from + i) * 300 })),
  );

async function digestsOf(store: Store): Promise<string[]> {
  return Promise.all(
    VANTAGES.flatMap((vantage) => WIDTHS_S.map((width) => store.digest({ target: "shop", vantage }, width))),
  );
}

/** Lets the file take the change of so many generations and no more, as a kill after them does. */
function stopAfter(file: string, generations: number): void {
  const db = new Database(file);
  db.exec(`CREATE TRIGGER stop BEFORE UPDATE OF shape ON generation
           WHEN (SELECT count(*) FROM generation WHERE shape > 0) >= ${generations}
           BEGIN SELECT RAISE(ABORT, 'stopped'); END`);
  db.close();
}

function goOn(file: string): void {
  const db = new Database(file);
  db.exec("DROP TRIGGER stop");
  db.close();
}

const until = async (holds: () => Promise<boolean>): Promise<void> => {
  while (!(await holds()));
};

for (const made of [0, 1, 3])
  test(`a change that ended after ${made} of 4 series goes on at the next start, and samples between find their rows`, async (t) => {
    const { dir, file } = folder(t);
    const judge = memoryStore();
    const first = await openIn(dir);
    for (const store of [judge, first]) await store.samples.put(samplesOf(0, 100), nowAfter(T0 + 100 * 300));
    stopAfter(file, made);
    await assert.rejects(first.samples.shape("shop", 300, SET, T0 + 100 * 300), /stopped/);
    await judge.samples.shape("shop", 300, SET, T0 + 100 * 300);
    const changed = (await first.samples.generations()).filter(({ rings }) => rings !== undefined);
    assert.equal(changed.length, made);
    assert.deepEqual(await first.ops.verify(), { ok: true, problems: [] });
    await first.close();
    goOn(file);

    const again = await openIn(dir);
    const later = samplesOf(100, 140);
    for (const store of [judge, again]) await store.samples.put(later, nowAfter(T0 + 140 * 300));
    await until(async () => (await again.samples.generations()).every(({ rings }) => rings !== undefined));
    assert.deepEqual(await digestsOf(again), await digestsOf(judge));
    assert.deepEqual(await again.ops.verify(), { ok: true, problems: [] });
    await again.close();

    const third = await openIn(dir);
    assert.deepEqual(await digestsOf(third), await digestsOf(judge));
    await third.close();
  });

test("a sample newer than a change that cannot be made is not taken, and nothing of its batch is half-way", async (t) => {
  const { dir, file } = folder(t);
  const store = await openIn(dir);
  await store.samples.put(samplesOf(0, 10), nowAfter(T0 + 10 * 300));
  stopAfter(file, 0);
  await assert.rejects(store.samples.shape("shop", 300, SET, T0 + 10 * 300), /stopped/);
  await assert.rejects(
    store.samples.put([record({ tick: T0 + 20 * 300 })], nowAfter(T0 + 20 * 300)),
    /stopped/,
  );
  assert.deepEqual(await store.samples.put([record({ tick: T0 + 10 * 300 })], nowAfter(T0 + 10 * 300)), [
    "stored",
  ]);
  goOn(file);
  assert.deepEqual(await store.samples.put([record({ tick: T0 + 20 * 300 })], nowAfter(T0 + 20 * 300)), [
    "stored",
  ]);
  assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
  await store.close();
});

test("rows that no set has any more give their space back, and so does a purge afterwards", async (t) => {
  const { dir, file } = folder(t);
  const store = await openIn(dir);
  await store.samples.put(samplesOf(0, 400), nowAfter(T0 + 400 * 300));
  const atS = T0 + 400 * 300;
  await store.samples.shape("shop", 300, [...SET], atS);
  // The default set's rows are in the new one as they were: its frozen rows go with the next change that holds them.
  await store.samples.shape("shop", 300, archivesOfText("1x600,3x500,6x5000,12x400,24x5000,288x5000"), atS);
  const parts = (path: string) => {
    const db = new Database(path, { readonly: true });
    const found = db
      .prepare<[], number>("SELECT DISTINCT id / (1 << 20) / (1 << 20) AS part FROM tile ORDER BY part")
      .pluck()
      .all();
    const spare = db.prepare("SELECT count(*) FROM spare_ring").pluck().get();
    db.close();
    return { found, spare };
  };
  const kept = parts(file);
  assert.equal(kept.spare, 0);
  assert.ok(
    [1, 2, 3].every((part) => !kept.found.includes(part)),
    `${kept.found}`,
  );
  for (const vantage of VANTAGES) await store.samples.purge({ target: "shop", vantage });
  assert.deepEqual(parts(file).found, []);
  await store.close();
});

test("frozen rows are given back by themselves once every series of the target has outlived them", async (t) => {
  const { dir, file } = folder(t);
  const judge = memoryStore();
  const store = await openIn(dir);
  const tick = (n: number) => T0 + n * 300;
  const put = async (vantage: string, ...ns: number[]) => {
    const records = ns.map((n) => record({ vantage, tick: tick(n) }));
    for (const one of [judge, store]) await one.samples.put(records, nowAfter(tick(ns.at(-1) ?? 0)));
  };
  const day = 288;
  const shape = async (set: string, atS: number) => {
    for (const one of [judge, store]) await one.samples.shape("shop", 300, archivesOfText(set), atS);
  };
  await shape("1x600,12x350,288x797", 0);
  for (const vantage of ["ct-1", "cnc-1"])
    await put(vantage, ...Array.from({ length: 2 * day }, (_, n) => n));
  // Hours reach back 350 rows; two hours are made of them, so they freeze.
  await shape("1x600,24x1500,288x797", tick(2 * day));
  const hours = () => {
    const db = new Database(file, { readonly: true });
    const found = db.prepare("SELECT count(*) FROM tile WHERE id >> 40 = 8").pluck().get();
    db.close();
    return Number(found);
  };
  const shown = (one: Store, vantage: string) => one.digest({ target: "shop", vantage }, 3_600);
  const before = hours();
  assert.ok(before >= 2 * 9, `${before} tiles`);

  await put("ct-1", 20 * day);
  await until(async () => (await store.samples.generations("shop")).length === 2);
  assert.equal(hours(), before, "one of the two still shows them");
  assert.equal(await shown(store, "cnc-1"), await shown(judge, "cnc-1"));
  await put("cnc-1", 20 * day + 12);
  await until(async () => (await store.samples.generations("shop")).length === 2 && hours() === 0);
  const rings = (await store.samples.generations("shop")).flatMap(({ rings: held = [] }) => held);
  assert.ok(rings.length > 0 && rings.every(({ rowS }) => rowS !== 3_600));
  assert.deepEqual(await digestsOf(store), await digestsOf(judge));
  await put("ct-1", 20 * day + 13);
  assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
  await store.close();
});
