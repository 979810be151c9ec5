/** Charts of a target whose archives were changed: today's rows as far as they reach, frozen ones before them. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { readRows } from "../../../collector/query/chart.ts";
import { lineOf } from "../../../collector/query/columns.ts";
import { fetchRows } from "../../../collector/query/fetch.ts";
import { heldBy, labelsOf, planRows, planWidth } from "../../../collector/query/plan.ts";
import { memoryStore } from "../../../collector/store/memory/memory-store.ts";
import { archivesOfText } from "../../../collector/wire/archives.ts";
import { nowAfter, record, SERIES, T0 } from "../../contract/support.ts";

const DAY_S = 86_400;
const HOUR_S = 3_600;

async function changed(set: string) {
  const store = memoryStore();
  const hours = Array.from({ length: 60 * 24 }, (_, i) => record({ tick: T0 - i * HOUR_S, stepS: HOUR_S }));
  await store.samples.load(hours, nowAfter(T0));
  await store.samples.shape("shop", HOUR_S, archivesOfText(set), T0);
  return { store, held: heldBy(await store.samples.generations("shop")) };
}

test("a chart joins frozen rows to today's, each tick once", async () => {
  const { store, held } = await changed("1x48,3x200,12x100");
  const range = { fromS: T0 - 50 * DAY_S, toS: T0, nowS: T0 };
  const plan = planWidth([HOUR_S], 6 * HOUR_S, range, held);
  assert.ok(plan);
  assert.deepEqual(
    plan.pieces?.map(({ rowS, toS }) => [rowS, Number.isFinite(toS)]),
    [
      [3 * HOUR_S, false],
      [2 * HOUR_S, true],
    ],
  );
  const labels = labelsOf(plan, range.fromS, range.toS);
  const runs = await readRows(store, [SERIES], plan, labels, ["total"]);
  const found = new Map<number, number>();
  for (const run of runs)
    run.columns.total?.n.forEach((n, i) => {
      const label = Math.ceil((run.fromS + i * run.rowS) / plan.rowS) * plan.rowS;
      found.set(label, (found.get(label) ?? 0) + n);
    });
  assert.equal(found.size, 200);
  assert.ok([...found.values()].every((n) => n === 6));
});

test("without a change of sets a plan names one archive a step", async () => {
  const range = { fromS: T0 - 50 * DAY_S, toS: T0, nowS: T0 };
  assert.equal(planRows([HOUR_S], range).pieces, undefined);
  const { held } = await changed("1x48,2x1000,24x797");
  assert.deepEqual(planRows([HOUR_S], range, 700, held).sources, new Map([[HOUR_S, 2 * HOUR_S]]));
});

test("a range that no rows reach over is drawn from the widest there are", async () => {
  const { held } = await changed("1x48");
  const range = { fromS: T0 - 900 * DAY_S, toS: T0, nowS: T0 };
  assert.deepEqual(planRows([HOUR_S], range, 700, held).sources, new Map([[HOUR_S, HOUR_S]]));
});

/** Ticks of the two times a set was changed: long ago the first, and not quite so long ago the second. */
async function changedTwice(sets: readonly [string, string], everyS = HOUR_S) {
  const store = memoryStore();
  const nows = [T0 - 40 * DAY_S, T0 - 20 * DAY_S, T0];
  let fromS = T0 - 120 * DAY_S;
  for (const [i, nowS] of nows.entries()) {
    const ticks = Array.from({ length: (nowS - fromS) / everyS }, (_, k) => fromS + (k + 1) * everyS);
    const hours = ticks.map((tick) => record({ tick, stepS: HOUR_S }));
    await store.samples.load(hours, nowAfter(nowS));
    const set = sets[i];
    if (set) await store.samples.shape("shop", HOUR_S, archivesOfText(set), nowS);
    fromS = nowS;
  }
  return { store, held: heldBy(await store.samples.generations("shop")) };
}

/** How many ticks stand in each row of a plan, by its label. */
async function ticksByLabel(
  store: Awaited<ReturnType<typeof changedTwice>>["store"],
  plan: ReturnType<typeof planRows>,
  range: { readonly fromS: number; readonly toS: number },
): Promise<Map<number, number>> {
  const labels = labelsOf(plan, range.fromS, range.toS);
  const found = new Map<number, number>();
  for (const run of await readRows(store, [SERIES], plan, labels, ["total"]))
    run.columns.total?.n.forEach((n, i) => {
      const label = Math.ceil((run.fromS + i * run.rowS) / plan.rowS) * plan.rowS;
      if (n > 0) found.set(label, (found.get(label) ?? 0) + n);
    });
  return found;
}

test("a range of more days than points is drawn from frozen rows, too", async () => {
  const { store, held } = await changedTwice(["1x48,3x300,24x100", "1x48,4x700"]);
  const range = { fromS: T0 - 80 * DAY_S, toS: T0, nowS: T0 };
  const found = await ticksByLabel(store, planRows([HOUR_S], range, 10, held), range);
  assert.equal(found.size, 80);
  assert.deepEqual(new Set(found.values()), new Set([24]));
});

test("a range that begins before every row is drawn from frozen rows, too, and has gaps where there are none", async () => {
  const { store, held } = await changedTwice(["1x48,3x600", "1x48"]);
  const range = { fromS: T0 - 1_000 * DAY_S, toS: T0, nowS: T0 };
  for (const plan of [planRows([HOUR_S], range, 700, held), planWidth([HOUR_S], DAY_S, range, held)]) {
    assert.ok(plan);
    const found = await ticksByLabel(store, plan, range);
    const days = new Set([...found.keys()].map((label) => Math.ceil((T0 - label) / DAY_S)));
    assert.ok(days.has(1), "what is measured now");
    assert.ok(!days.has(10), "what nothing has rows of");
    assert.ok(days.has(30), "what only frozen rows have");
    assert.ok(days.has(100), "what the rows of the first set have");
  }
});

test("each row is read by the xff of the archive it is of, frozen or not", async () => {
  // Half of the ticks have no value.
  const { store, held } = await changedTwice(["1x48,3x600:0.9", "1x48,4x700:0.1"], 2 * HOUR_S);
  const range = { fromS: T0 - 50 * DAY_S, toS: T0, nowS: T0 };
  const plan = planWidth([HOUR_S], 12 * HOUR_S, range, held);
  assert.ok(plan);
  const labels = labelsOf(plan, range.fromS, range.toS);
  const runs = await readRows(store, [SERIES], plan, labels, ["total"]);
  const spans = [{ fromS: 0, toS: T0 + 1, stepS: HOUR_S }];
  const expected = { spans, createdS: 0, nowS: T0, pauses: [] };
  const { AVERAGE } = lineOf([{ runs, expected }], "total", labels, plan.rowS).columns;
  const ago = (days: number) => AVERAGE[labels.indexOf(T0 - days * DAY_S)];
  assert.equal(ago(5), null);
  assert.equal(typeof ago(45), "number");
});

test("fetch names the archives a series has, and reads frozen ones by their steps", async () => {
  const { store } = await changed("1x48,3x200");
  const ask = (steps: number) =>
    fetchRows(
      store,
      { target: null, vantage: null },
      { ...SERIES, metric: "total", cf: "MAX", steps, fromS: T0 - 30 * DAY_S, toS: T0 },
      T0,
    );
  const known = (await ask(3)).rows.filter(({ value }) => value !== null);
  assert.ok(known.length > 100 && known.length <= 16 * 8);
  assert.equal((await ask(2)).rows.filter(({ value }) => value !== null).length, 30 * 12);
  await assert.rejects(ask(7), (error: { issues?: { message: string }[] }) => {
    assert.match(error.issues?.[0]?.message ?? "", /there are 1, 3, 2, 24/);
    return true;
  });
});
