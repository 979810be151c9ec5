/** Which archive a chart is read from, and which step held when. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { labelsOf, planRows } from "../../../collector/query/plan.ts";
import { segmentsOf, stepSpans, tickCount } from "../../../collector/query/segments.ts";
import type { Generation } from "../../../collector/store/store.ts";

const DAY_S = 86_400;
const NOW_S = 1_795_248_000;

const RANGES = { "3h": 10_800, day: DAY_S, week: 7 * DAY_S, month: 31 * DAY_S, year: 366 * DAY_S };

test("each range of each step is read from the finest archive that reaches back and fits", () => {
  const rows: { stepS: number; want: Record<keyof typeof RANGES, readonly [number, number]> }[] = [
    {
      stepS: 300,
      want: {
        "3h": [300, 300],
        day: [300, 300],
        week: [1800, 1800],
        month: [7200, 7200],
        year: [DAY_S, DAY_S],
      },
    },
    {
      stepS: 60,
      want: { "3h": [60, 60], day: [180, 60], week: [1800, 1800], month: [7200, 7200], year: [DAY_S, DAY_S] },
    },
    {
      stepS: 10,
      want: { "3h": [20, 10], day: [180, 10], week: [1800, 1800], month: [7200, 7200], year: [DAY_S, DAY_S] },
    },
    {
      stepS: 3600,
      want: {
        "3h": [3600, 3600],
        day: [3600, 3600],
        week: [3600, 3600],
        month: [7200, 7200],
        year: [DAY_S, DAY_S],
      },
    },
    {
      stepS: DAY_S,
      want: {
        "3h": [DAY_S, DAY_S],
        day: [DAY_S, DAY_S],
        week: [DAY_S, DAY_S],
        month: [DAY_S, DAY_S],
        year: [DAY_S, DAY_S],
      },
    },
  ];
  for (const { stepS, want } of rows) {
    for (const [range, backS] of Object.entries(RANGES)) {
      const span = { fromS: NOW_S - backS, toS: NOW_S, nowS: NOW_S };
      const plan = planRows([stepS], span);
      const [rowS, sourceS] = want[range as keyof typeof RANGES];
      assert.deepEqual([plan.rowS, plan.sources.get(stepS)], [rowS, sourceS], `${range} at ${stepS} s`);
      assert.ok(labelsOf(plan, span.fromS, span.toS).length <= 701);
    }
  }
});

test("a range beyond the finest archive's span is read from a coarser one", () => {
  const hours50 = 180_000;
  const custom = (agoS: number) =>
    planRows([300], { fromS: NOW_S - agoS, toS: NOW_S - agoS + 3600, nowS: NOW_S });
  assert.equal(custom(hours50).rowS, 300);
  assert.equal(custom(hours50 + 1).rowS, 1800);
});

test("an archive reaches back to a range when it has the whole of its first row", () => {
  const reachS = 775 * 7_200;
  const plan = (fromS: number, nowS: number, points?: number) =>
    planRows([300], { fromS, toS: fromS + 8 * 3_600, nowS }, points).rowS;
  assert.equal(plan(NOW_S - reachS, NOW_S), 7_200);
  assert.equal(plan(NOW_S - reachS + 100, NOW_S), 7_200);
  // Now its newest row is another, and the oldest is gone.
  assert.equal(plan(NOW_S - reachS + 100, NOW_S + 1), DAY_S);
  // Of the first eight or twelve hours it has only the last six.
  assert.equal(plan(NOW_S - reachS + 100, NOW_S, 1), DAY_S);
});

test("two steps in one range share a width that both can make", () => {
  const plan = planRows([300, 60], { fromS: NOW_S - 10_800, toS: NOW_S, nowS: NOW_S });
  assert.equal(plan.rowS, 300);
  assert.deepEqual(
    [...plan.sources],
    [
      [300, 300],
      [60, 60],
    ],
  );
});

const generation = (stepS: number, openedTick: number, lastTick: number, vantage = "v"): Generation => ({
  series: { target: "t", vantage },
  stepS,
  openedTick,
  lastTick,
});

test("a step holds from its first tick until the next one's, and back again", () => {
  assert.deepEqual(stepSpans([], 300, 0, 1000), [{ fromS: 0, toS: 1000, stepS: 300 }]);
  assert.deepEqual(stepSpans([generation(300, 600, 3000), generation(60, 3060, 5000)], 60, 0, 9000), [
    { fromS: 0, toS: 3060, stepS: 300 },
    { fromS: 3060, toS: 9000, stepS: 60 },
  ]);
  assert.deepEqual(stepSpans([generation(300, 0, 9000), generation(60, 3000, 5940)], 300, 0, 9300), [
    { fromS: 0, toS: 3000, stepS: 300 },
    { fromS: 3000, toS: 6000, stepS: 60 },
    { fromS: 6000, toS: 9300, stepS: 300 },
  ]);
  const two = [generation(300, 0, 900, "a"), generation(300, 300, 900, "b"), generation(60, 1200, 1260, "a")];
  assert.equal(stepSpans(two, 60, 0, 2000).length, 2, "vantages share the target's steps");
});

test("ticks of the segments are each span's own, first included and last not", () => {
  const spans = stepSpans([generation(300, 0, 2700), generation(60, 3000, 5000)], 60, 0, 3300);
  const segments = segmentsOf(spans);
  assert.deepEqual(segments, [
    { stepS: 300, firstTick: 0, count: 10, offset: 0 },
    { stepS: 60, firstTick: 3000, count: 5, offset: 10 },
  ]);
  assert.equal(tickCount(segments), 15);
});
