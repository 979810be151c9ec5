/** LAST and percentiles of ttfb over HTTP's one query and the chart: of whole carriers, of the open row, of part of a range. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { Target } from "../../../collector/wire/target.ts";
import { MIDNIGHT_S, ticksOf, up, world } from "../world.ts";

const DAY_S = 86_400;

/** Two vantages of ct for some days, without a gap; ttfb is a whole number of ms. */
async function lived(days: number, more: Partial<Target> = {}) {
  const at = await world({ startS: MIDNIGHT_S - days * DAY_S });
  for (const id of ["ct-1", "ct-2"]) await at.vantage(id, "ct");
  const target = await at.target(more);
  at.clock.jump((days * DAY_S + 1_000) * 1000);
  const ticks = ticksOf(300, MIDNIGHT_S - days * DAY_S, at.nowS());
  const totalUs = (i: number, k: number) => 1_000_000 + ((i * 7_919 + k) % 90_000);
  await at.history(
    ["ct-1", "ct-2"].flatMap((id, k) =>
      ticks.map((tick, i) => up(target, id, tick, totalUs(i, k), { ttfb: ((i % 100) + 1) * 1_000 })),
    ),
  );
  const totalOf = (tick: number, k: number) => totalUs(ticks.indexOf(tick), k) / 1000;
  return { at, target, ticks, totalOf };
}

test("LAST of a carrier is the mean of its vantages at the tick that ends the row; of the open row, at the newest", async () => {
  const { at, target, ticks, totalOf } = await lived(3, { last: true });
  const ask = { metrics: ["total"] as const, cfs: ["LAST", "AVERAGE"] as const, steps: 6 };
  const data = await at.query.columns(target.id, { carriers: ["ct"], ...ask });
  const column = data.columns.find(({ of }) => of === "LAST");
  const newest = ticks.at(-1) ?? 0;
  assert.ok(data.t.length > 40 && data.openS !== null && data.openS > newest);
  data.t.forEach((t, i) => {
    const tick = Math.min(t, newest);
    const mean = (totalOf(tick, 0) + totalOf(tick, 1)) / 2;
    assert.ok(Math.abs((column?.values[i] ?? 0) - mean) < 1e-9, `${t}`);
  });
  assert.equal(column?.whole, column?.values.at(-1));
});

test("LAST reaches as far as its rings, wider than an archive too, and is refused before them", async () => {
  const { at, target, totalOf } = await lived(40, { last: true });
  const ask = { vantages: ["ct-1"], metrics: ["total"] as const, cfs: ["LAST"] as const };
  const fromS = MIDNIGHT_S - 38 * DAY_S;
  const data = await at.query.columns(target.id, { ...ask, steps: 144, fromS, toS: MIDNIGHT_S });
  const [column] = data.columns;
  assert.equal(data.t.length, 76);
  data.t.forEach((t, i) => {
    assert.equal(column?.values[i], totalOf(t, 0), `${t}`);
  });
  const without = await lived(40);
  await assert.rejects(
    without.at.query.columns(without.target.id, { ...ask, steps: 144, fromS, toS: MIDNIGHT_S }),
    (error: { issues?: { path: string; message: string }[] }) =>
      error.issues?.[0]?.path === "cf" && /is not held until 20\d\d-/.test(error.issues[0].message),
  );
});

test("the chart has percentiles of ttfb where its strip holds the whole range, and none where it holds a part", async () => {
  const { at, target } = await lived(3, { percentiles: ["ttfb"] });
  const { summary } = (await at.query.chart(target.id, { range: "day" })).series[0] ?? {};
  // 288 ticks are not whole hundreds: the median is off by a few.
  assert.ok(Math.abs((summary?.ttfb?.p50 ?? 0) - 50) <= 6, `${summary?.ttfb?.p50}`);
  assert.ok(Math.abs((summary?.ttfb?.p95 ?? 0) - 95) <= 2, `${summary?.ttfb?.p95}`);
  assert.ok((summary?.total?.p95 ?? 0) > 1_000);

  const late = await lived(40);
  const { version, id } = late.target;
  const input = { name: late.target.name, url: late.target.url, percentiles: ["ttfb"] };
  await late.at.registry.targets.update(id, version, input);
  const week = (await late.at.query.chart(id, { range: "week" })).series[0]?.summary.ttfb;
  const month = (await late.at.query.chart(id, { range: "month" })).series[0]?.summary.ttfb;
  assert.ok(week?.p95 !== null && month?.p95 === null && month.average !== null);
  const ask = { carriers: ["ct"], metrics: ["ttfb"] as const, cfs: [], percentiles: [95] };
  const since = { fromS: late.at.nowS() - 30 * DAY_S, toS: late.at.nowS() };
  await assert.rejects(late.at.query.columns(id, { ...ask, ...since }), /query/);
  const exclude = [{ fromS: 0, toS: late.at.nowS() - 15 * DAY_S }];
  const data = await late.at.query.columns(id, { ...ask, ...since, exclude });
  assert.ok(Math.abs((data.columns[0]?.whole ?? 0) - 95) <= 1);
});

test("where the percentiles of ttfb were switched off, what is earlier is held, and that is said", async () => {
  const { at, target } = await lived(3, { percentiles: ["ttfb"] });
  const endS = at.nowS();
  const { id, version, name, url } = target;
  const after = await at.registry.targets.update(id, version, { name, url });
  at.clock.jump(DAY_S * 1000);
  const ticks = ticksOf(300, endS + 1_500, at.nowS());
  await at.history(ticks.map((tick) => up(after, "ct-1", tick, 50_000, { ttfb: 20_000 })));
  const ask = { vantages: ["ct-1"], metrics: ["ttfb"] as const, cfs: [], percentiles: [95] };
  const fromS = MIDNIGHT_S - 2 * DAY_S;
  await assert.rejects(
    at.query.columns(id, { ...ask, fromS, toS: at.nowS() }),
    (error: { issues?: { message: string }[] }) =>
      /are not held after 20[^ ]+Z: ask for what is earlier/.test(error.issues?.[0]?.message ?? ""),
  );
  const data = await at.query.columns(id, { ...ask, fromS, toS: MIDNIGHT_S });
  assert.ok(Math.abs((data.columns[0]?.whole ?? 0) - 95) <= 1);
});
