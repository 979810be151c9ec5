/** A target whose step was changed: its generations are joined by time, exactly. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { MIDNIGHT_S, ticksOf, up, world } from "../world.ts";

const DAY_S = 86_400;
const INPUT = { name: "site", url: "https://www.example.com/" };

/** Three days at 300 s with 1 ms, then from 06:00 of the third at 60 s with 3 ms. */
async function changed() {
  const at = await world({ startS: MIDNIGHT_S - 3 * DAY_S });
  await at.vantage("ct-1", "ct");
  const slow = await at.target();
  at.clock.jump((2 * DAY_S + 6 * 3600) * 1000);
  const fast = await at.registry.targets.update(slow.id, 1, { ...INPUT, cron: "* * * * *" });
  const changeS = at.nowS();
  at.clock.jump(18 * 3600 * 1000);
  await at.history([
    ...ticksOf(300, MIDNIGHT_S - 3 * DAY_S - 1, changeS).map((tick) => up(slow, "ct-1", tick, 1000)),
    ...ticksOf(60, changeS, at.nowS()).map((tick) => up(fast, "ct-1", tick, 3000)),
  ]);
  return { at, target: fast, changeS };
}

test("the row that straddles a step change weighs each second once", async () => {
  const { at, target } = await changed();
  const chart = await at.query.chart(target.id, { range: "year" });
  const values = chart.series[0]?.metrics.total?.AVERAGE ?? [];
  const at3 = (label: number) => values[chart.labels.indexOf(label)];
  assert.equal(at3(MIDNIGHT_S - DAY_S), 1, "before the change");
  // 6 h of 1 ms and 18 h of 3 ms, whatever the number of ticks.
  assert.equal(at3(MIDNIGHT_S), (6 * 1 + 18 * 3) / 24);
});

test("a row that ends after the range, and after a step change, is there as a whole", async () => {
  const { at, target, changeS } = await changed();
  const asked = { metrics: ["total"], cfs: ["AVERAGE"], points: 3 } as const;
  const range = { fromS: MIDNIGHT_S - 3 * DAY_S, toS: changeS - 3 * 3600 };
  const { t, rowS, columns } = await at.query.columns(target.id, { ...asked, ...range });
  assert.deepEqual([rowS, t.at(-1)], [DAY_S, MIDNIGHT_S]);
  assert.equal(columns[0]?.values.at(-1), (6 * 1 + 18 * 3) / 24);
});

test("a chart's first and last rows are whole where the step changes beyond its range", async () => {
  const { at, target, changeS } = await changed();
  const before = { fromS: MIDNIGHT_S - 3 * DAY_S, toS: changeS - 3 * 3600, points: 3 };
  const after = { fromS: changeS + 3600, toS: MIDNIGHT_S, points: 1 };
  for (const asked of [before, after]) {
    const chart = await at.query.chart(target.id, { range: "custom", ...asked });
    assert.deepEqual([chart.rowS, chart.labels.at(-1)], [DAY_S, MIDNIGHT_S]);
    assert.equal(chart.series[0]?.metrics.total?.AVERAGE.at(-1), (6 * 1 + 18 * 3) / 24);
  }
});

test("both steps stand in one chart of ten days", async () => {
  const { at, target, changeS } = await changed();
  const chart = await at.query.chart(target.id, { range: "week" });
  assert.equal(chart.rowS, 1800);
  const total = chart.series[0]?.metrics.total;
  for (const [i, label] of chart.labels.entries()) {
    if (label <= MIDNIGHT_S - 3 * DAY_S) continue;
    assert.equal(total?.MAX[i], label <= changeS ? 1 : 3, `at ${label}`);
  }
  assert.deepEqual(
    [chart.series[0]?.summary.total?.min, chart.series[0]?.summary.total?.max, chart.stepS],
    [1, 3, 60],
  );
});

test("every tick of both steps counts once in the availability", async () => {
  const { at, target } = await changed();
  const view = await at.query.targetView(target.id);
  const slowTicks = (2 * DAY_S + 6 * 3600) / 300 + 1;
  const fastTicks = (18 * 3600) / 60;
  const { counts, coverage } = view.availability30d;
  assert.deepEqual([counts.down, counts.unknown, coverage], [0, 0, 1]);
  // The tick of the change itself was measured at the old step and is the first of the new one's grid.
  assert.ok(Math.abs(counts.up - slowTicks - fastTicks) <= 1, `${counts.up} up ticks`);
});

test("fetch answers from the newest generation", async () => {
  const { at, target } = await changed();
  const fetched = await at.query.fetch({ target: target.id, vantage: "ct-1", metric: "total", cf: "MIN" });
  assert.equal(fetched.rowS, 60);
  assert.equal(fetched.rows.at(-1)?.value, 3);
  assert.equal(fetched.rows[0]?.value, null, "a day ago the step was another");
});
