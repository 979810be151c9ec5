/** Ticks of the time axis in the reader's zone, and round numbers on the value axis. */
import assert from "node:assert/strict";
import test from "node:test";
import { timeTicks } from "../../../dashboard/charts/time-axis.ts";
import { msTickText, niceStep, speedTickText, valueAxis } from "../../../dashboard/charts/value-axis.ts";

const at = (text: string) => Date.parse(text) / 1000;

test("hours are labelled in the reader's zone, and midnight says the day", () => {
  const ticks = timeTicks(at("2026-11-20T12:10:00Z"), at("2026-11-20T18:10:00Z"), 6, "Asia/Shanghai", "zh");
  assert.deepEqual(
    ticks.map((tick) => tick.text),
    ["21:00", "22:00", "23:00", "11/21", "01:00", "02:00"],
  );
  assert.equal(ticks[0]?.atS, at("2026-11-20T13:00:00Z"));
});

test("a zone that is half an hour off still has round local times", () => {
  const ticks = timeTicks(at("2026-11-20T00:00:00Z"), at("2026-11-20T03:00:00Z"), 4, "Asia/Kolkata", "en");
  assert.deepEqual(
    ticks.map((tick) => tick.text),
    ["06:00", "07:00", "08:00"],
  );
});

test("days start at local midnight on both sides of a zone change", () => {
  const ticks = timeTicks(at("2026-10-23T12:00:00Z"), at("2026-10-27T12:00:00Z"), 6, "Europe/Berlin", "en");
  assert.deepEqual(
    ticks.map((tick) => new Date(tick.atS * 1000).toISOString()),
    [
      "2026-10-23T22:00:00.000Z",
      "2026-10-24T22:00:00.000Z",
      "2026-10-25T23:00:00.000Z",
      "2026-10-26T23:00:00.000Z",
    ],
  );
});

test("a repeated hour gives no tick twice and ticks ascend", () => {
  const ticks = timeTicks(at("2026-10-24T20:00:00Z"), at("2026-10-25T06:00:00Z"), 12, "Europe/Berlin", "en");
  for (const [i, tick] of ticks.entries()) if (i > 0) assert.ok(tick.atS > (ticks[i - 1]?.atS ?? 0));
  assert.ok(ticks.length >= 9);
});

test("a year is labelled by months", () => {
  const ticks = timeTicks(at("2025-11-21T00:00:00Z"), at("2026-11-21T00:00:00Z"), 12, "UTC", "en");
  assert.equal(ticks.length, 12);
  assert.equal(ticks[0]?.text, "Dec 2025");
  assert.equal(ticks[1]?.text, "Jan 2026");
  assert.equal(ticks[2]?.text, "Feb");
});

test("never more labels than fit, in any range", () => {
  for (const spanS of [600, 3600, 10_800, 86_400, 604_800, 2_678_400, 31_622_400, 94_867_200]) {
    for (const most of [3, 6, 10]) {
      const ticks = timeTicks(1_780_000_123, 1_780_000_123 + spanS, most, "Asia/Shanghai", "zh");
      assert.ok(ticks.length <= most + 1 && ticks.length >= 1, `${spanS} s, ${most}: ${ticks.length}`);
    }
  }
});

test("the value axis ends above the data on a round number", () => {
  const table: [string, (number | null)[], number | null, number | null, number, boolean][] = [
    ["data alone", [120, 88], null, null, 150, false],
    ["with the line inside", [300], 1000, null, 1250, false],
    ["the line far above the data", [100], 5000, null, 125, true],
    ["a fixed maximum", [300], null, 500, 500, false],
    ["a fixed maximum below the line", [300], 600, 500, 500, true],
    ["nothing", [null], null, null, 100, false],
  ];
  for (const [name, values, limit, fixed, max, above] of table) {
    const axis = valueAxis(values, limit, fixed);
    assert.equal(axis.max, max, name);
    assert.equal(axis.lineAbove, above, name);
  }
});

test("steps are 1, 2, 2.5 or 5 times a power of ten", () => {
  for (const [raw, want] of [
    [0.11, 0.2],
    [1, 1],
    [21, 25],
    [26, 50],
    [51, 100],
    [1000, 1000],
  ] as const) {
    assert.ok(Math.abs(niceStep(raw) - want) < 1e-9, `${raw}`);
  }
});

test("an axis uses one unit", () => {
  assert.deepEqual([0, 500, 1000].map(msTickText(1000)), ["0", "500 ms", "1000 ms"]);
  assert.deepEqual([0, 500, 2000].map(msTickText(2000)), ["0", "0.5 s", "2 s"]);
  assert.deepEqual([0, 500_000].map(speedTickText(500_000)), ["0", "500 kB/s"]);
  assert.deepEqual([1_000_000, 2_500_000].map(speedTickText(2_500_000)), ["1 MB/s", "2.5 MB/s"]);
});
