/** Rows that were laid whole survive a restart, and so does the knowledge that they give way. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nowAfter, record, SERIES, T0 } from "../../contract/support.ts";
import { folder, openIn } from "./folder.ts";

test("after a restart laid rows are as they were, give way to late samples, and verify", async (t) => {
  const { dir } = folder(t);
  const now = nowAfter(T0);
  const labels = [T0 - 7_200, T0 - 14_400, T0 - 400 * 7_200];
  const first = await openIn(dir);
  await first.samples.load([record()], now);
  const value = { n: 24, sum: 2_400, min: 90, max: 110 };
  const rows = labels.map((labelS) => ({
    series: SERIES,
    stepS: 300,
    rowS: 7_200,
    labelS,
    values: { total: value },
  }));
  assert.deepEqual(await first.samples.loadRows(rows, now), ["stored", "stored", "stored"]);
  const before = await first.digest(SERIES, 7_200);
  await first.close();

  const second = await openIn(dir);
  t.after(() => second.close());
  assert.equal(await second.digest(SERIES, 7_200), before);
  assert.deepEqual(await second.samples.loadRows(rows, now), ["duplicate", "duplicate", "duplicate"]);
  await second.samples.load([record({ tick: T0 - 14_700 })], now);
  const [run] = await second.rows.read({
    series: [SERIES],
    metrics: ["total"],
    rowS: 7_200,
    fromS: T0 - 21_600,
    toS: T0 - 7_200,
  });
  assert.deepEqual([...(run?.columns.total?.n ?? [])], [1, 24]);
  assert.deepEqual(await second.ops.verify(), { ok: true, problems: [] });
});

test("a row that lies there already, offered again, counts no tick twice", async (t) => {
  const store = await openIn(folder(t).dir);
  t.after(() => store.close());
  const now = nowAfter(T0 + 6_000);
  const put = (...ticks: number[]) =>
    store.samples.load(
      ticks.map((tick) => record({ tick })),
      now,
    );
  const labelS = T0 - 36 * 7_200;
  const value = { n: 24, sum: 2_400, min: 90, max: 110 };
  const row = { series: SERIES, stepS: 300, rowS: 7_200, labelS, values: { total: value } };
  await put(labelS - 86_400, T0 - 300, T0);
  assert.deepEqual(await store.samples.loadRows([row], now), ["stored"]);
  const wanted = { series: [SERIES], metrics: ["total"], fromS: T0 - 7_200, toS: T0 + 7_200 } as const;
  const counts = async (): Promise<number[]> => {
    const [run] = await store.rows.read({ ...wanted, rowS: 7_200 });
    return [...(run?.columns.total?.n ?? [])];
  };
  // One after the other: ticks that stand apart.
  for (const tick of [T0 + 300, T0 + 600, T0 + 900]) await put(tick);
  const before = await counts();
  assert.deepEqual(await store.samples.loadRows([row], now), ["duplicate"]);
  assert.deepEqual(await counts(), before);
  await put(...Array.from({ length: 16 }, (_, i) => T0 + 1_200 + i * 300));
  assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
});
