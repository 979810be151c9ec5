/** Golden tables: which archives a step has, for ever. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  archivesOf,
  DAY_S,
  isArchivable,
  LATE_WINDOW_S,
  LONGEST_S,
  liveLimitMs,
  PDP_KEEP_S,
  rowOf,
} from "../../../collector/archive/layout.ts";

/** Per step: row seconds x PDPs per row x rows. */
const GOLDEN = [
  { stepS: 10, want: ["10 x 1 x 18000", "1800 x 180 x 700", "7200 x 720 x 775", "86400 x 8640 x 797"] },
  { stepS: 60, want: ["60 x 1 x 3000", "1800 x 30 x 700", "7200 x 120 x 775", "86400 x 1440 x 797"] },
  { stepS: 300, want: ["300 x 1 x 600", "1800 x 6 x 700", "7200 x 24 x 775", "86400 x 288 x 797"] },
  { stepS: 2_700, want: ["2700 x 1 x 467", "10800 x 4 x 517", "86400 x 32 x 797"] },
  { stepS: 3_600, want: ["3600 x 1 x 350", "7200 x 2 x 775", "86400 x 24 x 797"] },
  { stepS: 86_400, want: ["86400 x 1 x 797"] },
];

for (const { stepS, want } of GOLDEN)
  test(`a step of ${stepS} s has its archives`, () => {
    const found = archivesOf(stepS).map(({ rowS, steps, rows }) => `${rowS} x ${steps} x ${rows}`);
    assert.deepEqual(found, want);
  });

test("every divisor of a day has archives whose rows divide a day and hold whole steps", () => {
  let seen = 0;
  for (let stepS = 10; stepS <= DAY_S; stepS += 1) {
    if (!isArchivable(stepS)) continue;
    seen += 1;
    const archives = archivesOf(stepS);
    assert.equal(archives[0]?.rowS, stepS);
    assert.equal(archives.at(-1)?.rowS, DAY_S);
    for (const { rowS, steps, rows, xff } of archives) {
      assert.equal(DAY_S % rowS, 0);
      assert.equal(steps * stepS, rowS);
      assert.ok(rows > 0 && xff === 0.5);
    }
    assert.ok(archives.every(({ rowS }, i) => i === 0 || rowS > (archives[i - 1]?.rowS ?? 0)));
    assert.ok(PDP_KEEP_S(stepS) >= LATE_WINDOW_S + DAY_S);
  }
  assert.equal(seen, 88);
});

test("a step that does not divide a day has no rows, and says so", () => {
  assert.throws(() => archivesOf(700), {
    name: "RangeError",
    message: "a step of 700 s does not divide a day; it has no rows",
  });
  for (const stepS of [0, 5, -300, 300.5, 86_401, Number.NaN]) assert.equal(isArchivable(stepS), false);
});

test("PDPs are kept for the late window and the longest row", () => {
  assert.equal(PDP_KEEP_S(10), 16 * DAY_S);
  assert.equal(PDP_KEEP_S(300), 16 * DAY_S);
  assert.equal(PDP_KEEP_S(DAY_S), LONGEST_S);
});

test("a row is labelled by its end, which belongs to it", () => {
  assert.equal(rowOf(7_200, 7_200), 7_200);
  assert.equal(rowOf(7_201, 7_200), 14_400);
  assert.equal(rowOf(14_399, 7_200), 14_400);
});

test("a sample is live for two steps, at least two minutes", () => {
  assert.equal(liveLimitMs(10), 120_000);
  assert.equal(liveLimitMs(60), 120_000);
  assert.equal(liveLimitMs(300), 600_000);
});
