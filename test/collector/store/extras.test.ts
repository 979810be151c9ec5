/** Last values and the strip of ttfb on disk: through restarts, a change cut short, and a purge. */
import assert from "node:assert/strict";
import { test } from "node:test";
import Database from "better-sqlite3";
import type { ArchiveName } from "../../../collector/store/lasts-and-strips.ts";
import { memoryStore } from "../../../collector/store/memory/memory-store.ts";
import type { SampleRecord, Store } from "../../../collector/store/store.ts";
import type { Extras } from "../../../collector/wire/archives.ts";
import { downAt, nowAfter, record, T0 } from "../../contract/support.ts";
import { folder, openIn } from "./folder.ts";

const BOTH: Extras = { last: true, percentiles: ["ttfb"] };
const VANTAGES = ["ct-1", "cnc-1"];
const ARCHIVES: readonly ArchiveName[] = [
  "LAST 1800",
  "LAST 7200",
  "LAST 86400",
  "strip",
  "strip ttfb",
  1_800,
];

const samplesOf = (from: number, to: number): SampleRecord[] =>
  VANTAGES.flatMap((vantage) =>
    Array.from({ length: to - from }, (_, i) =>
      record({ vantage, tick: T0 + (from + i) * 300, sample: (from + i) % 5 === 0 ? downAt("wait") : {} }),
    ),
  );
const digestsOf = (store: Store): Promise<string[]> =>
  Promise.all(
    VANTAGES.flatMap((vantage) => ARCHIVES.map((name) => store.digest({ target: "shop", vantage }, name))),
  );

test("what is kept beside rows is the same after each restart, open ticks included", async (t) => {
  const { dir } = folder(t);
  const judge = memoryStore();
  for (const [from, to] of [
    [0, 40],
    [40, 55],
    [55, 700],
    [700, 707],
  ] as const) {
    const store = await openIn(dir);
    for (const one of [judge, store]) {
      await one.samples.shape("shop", 300, null, 0, BOTH);
      await one.samples.put(samplesOf(from, to), nowAfter(T0 + to * 300));
    }
    assert.deepEqual(await digestsOf(store), await digestsOf(judge), `after ${to}`);
    assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
    await store.close();
  }
  const again = await openIn(dir);
  assert.deepEqual(await digestsOf(again), await digestsOf(judge));
  await again.close();
});

test("a change that ended after one of two series goes on at the next start", async (t) => {
  const { dir, file } = folder(t);
  const judge = memoryStore();
  const first = await openIn(dir);
  for (const store of [judge, first]) await store.samples.put(samplesOf(0, 300), nowAfter(T0 + 300 * 300));
  const db = new Database(file);
  db.exec(`CREATE TRIGGER stop BEFORE UPDATE OF shape ON generation
           WHEN (SELECT count(*) FROM generation WHERE shape > 0) >= 1
           BEGIN SELECT RAISE(ABORT, 'stopped'); END`);
  await assert.rejects(first.samples.shape("shop", 300, null, T0 + 300 * 300, BOTH), /stopped/);
  await judge.samples.shape("shop", 300, null, T0 + 300 * 300, BOTH);
  await first.close();
  db.exec("DROP TRIGGER stop");
  db.close();
  const again = await openIn(dir);
  for (const store of [judge, again]) await store.samples.put(samplesOf(300, 340), nowAfter(T0 + 340 * 300));
  while ((await again.samples.generations()).some(({ strips }) => strips === undefined));
  assert.deepEqual(await digestsOf(again), await digestsOf(judge));
  assert.deepEqual(await again.ops.verify(), { ok: true, problems: [] });
  await again.close();
});

test("a purge gives all of their space back, and the estimate counts it before", async (t) => {
  const { dir, file } = folder(t);
  const store = await openIn(dir);
  await store.samples.shape("shop", 300, null, 0, BOTH);
  await store.samples.put(samplesOf(0, 900), nowAfter(T0 + 900 * 300));
  const { parts } = await store.ops.estimate(300, null, BOTH);
  const partOf = (name: string) => parts.find(({ part }) => part === name);
  assert.ok((partOf("strip of ttfb")?.bytesNow ?? 0) > 0);
  assert.equal(partOf("strip of ttfb")?.bytesPerSeries, partOf("strip")?.bytesPerSeries);
  assert.ok((partOf("LAST of rows 1800 s")?.bytesNow ?? 0) > 0);
  assert.ok((partOf("LAST of rows 1800 s")?.bytesPerSeries ?? 0) < 700 * 64);
  for (const vantage of VANTAGES) await store.samples.purge({ target: "shop", vantage });
  const db = new Database(file, { readonly: true });
  assert.equal(db.prepare("SELECT count(*) FROM tile").pluck().get(), 0);
  db.close();
  await store.close();
});
