/** The tick strip: a pinned scale, states to the tick, true percentiles. */
import assert from "node:assert/strict";
import { createHash } from "node:crypto";
import { test } from "node:test";
import { codeOf, decode, excluding } from "../../../collector/archive/strip.ts";
import { SCALE, scaleIndexOf } from "../../../collector/archive/strip-scale.ts";
import { percentileOf, sortedTotals } from "../../../collector/archive/strip-window.ts";
import { PDP_MAX } from "../../../collector/wire/metric.ts";
import { FAILURE_PHASES, NO_TIMINGS, type Sample } from "../../../collector/wire/sample.ts";
import { fc } from "../../support/property.ts";

const up = (total: number | null): Pick<Sample, "state" | "failure" | "timings"> => ({
  state: "up",
  timings: { ...NO_TIMINGS, total },
});
const down = (phase: (typeof FAILURE_PHASES)[number]): Pick<Sample, "state" | "failure" | "timings"> => ({
  state: "down",
  failure: { phase, cause: "internal", source: "target", elapsedUs: 1 },
  timings: NO_TIMINGS,
});
const strip = (...samples: Parameters<typeof codeOf>[0][]) => Uint16Array.from(samples, (one) => codeOf(one));

test("the scale is the committed one, entry by entry", () => {
  assert.equal(SCALE.length, 61_863);
  assert.deepEqual([SCALE[0], SCALE[1], SCALE[8_000], SCALE.at(-1)], [0, 1, 8_000, PDP_MAX]);
  const hash = createHash("sha256").update(SCALE.join("\n")).digest("hex");
  assert.equal(hash, "a8a497c219a971a0a8d7be74de313d6efb1917c78f0c98b5df1b774dc9ae6b32");
});

test("a total comes back within 0.05 % of what was measured, and exactly below 8 ms", () => {
  fc.assert(
    fc.property(
      fc.oneof(
        fc.integer({ min: 0, max: PDP_MAX }),
        fc.integer({ min: 0, max: 60_000_000 }),
        fc.constant(PDP_MAX),
      ),
      (totalUs) => {
        const code = codeOf(up(totalUs));
        assert.ok(code >= 16 && code <= 0xffff);
        const { state, totalUs: read } = decode(code);
        assert.equal(state, "up");
        assert.ok(Math.abs((read ?? -1) - totalUs) <= totalUs * 0.0005);
        if (totalUs <= 8_000) assert.equal(read, totalUs);
      },
    ),
    { numRuns: 2_000 },
  );
});

test("every entry of the scale is its own nearest", () => {
  SCALE.forEach((value, i) => {
    if (scaleIndexOf(value) !== i) assert.fail(`entry ${i} (${value}) reads as ${scaleIndexOf(value)}`);
  });
});

test("a state comes back as it was written, a failing phase too", () => {
  assert.deepEqual(decode(codeOf({ state: "unknown", timings: NO_TIMINGS })), {
    state: "unknown",
    totalUs: null,
  });
  assert.deepEqual(decode(0), { state: "unknown", totalUs: null });
  assert.deepEqual(decode(codeOf({ state: "suspect", timings: NO_TIMINGS })), {
    state: "suspect",
    totalUs: null,
  });
  assert.deepEqual(decode(codeOf(up(null))), { state: "up", totalUs: null });
  for (const failurePhase of FAILURE_PHASES)
    assert.deepEqual(decode(codeOf(down(failurePhase))), { state: "down", failurePhase, totalUs: null });
  for (let code = 10; code < 16; code += 1) assert.equal(decode(code).state, "unknown");
});

test("a percentile is the nearest rank of the up ticks, over one strip or several", () => {
  const hundred = strip(...Array.from({ length: 100 }, (_, i) => up((i + 1) * 10)));
  const table = [
    { p: 50, want: 500 },
    { p: 95, want: 950 },
    { p: 99, want: 990 },
    { p: 99.1, want: 1_000 },
    { p: 100, want: 1_000 },
    { p: 1, want: 10 },
    { p: 7, want: 70 },
  ];
  for (const { p, want } of table) assert.equal(percentileOf(sortedTotals([hundred]), p), want, `p ${p}`);
  assert.equal(percentileOf(sortedTotals([hundred.subarray(0, 30), hundred.subarray(30)]), 95), 950);
  assert.equal(percentileOf(sortedTotals([strip(down("dns"), up(null))]), 50), null);
});

test("a percentile agrees with sorting, whatever the totals", () => {
  fc.assert(
    fc.property(
      fc.array(fc.integer({ min: 0, max: 8_000 }), { minLength: 1, maxLength: 60 }),
      fc.integer({ min: 1, max: 100 }),
      (totals, p) => {
        const sorted = totals.toSorted((a, b) => a - b);
        const want = sorted[Math.ceil((p * sorted.length) / 100) - 1];
        assert.equal(percentileOf(sortedTotals([strip(...totals.map(up))]), p), want);
      },
    ),
    { numRuns: 60 },
  );
});

test("excluded ranges leave the ticks from their start up to, not including, their end", () => {
  const run = { fromS: 900, stepS: 300, codes: Uint16Array.of(1, 2, 3, 4, 5) };
  const left = (...ranges: { fromS: number; toS: number }[]) => [...excluding(run, ranges)];
  assert.deepEqual(left(), [1, 2, 3, 4, 5]);
  assert.deepEqual(left({ fromS: 1_200, toS: 1_800 }), [1, 4, 5]);
  assert.deepEqual(left({ fromS: 1_201, toS: 1_801 }), [1, 2, 5]);
  assert.deepEqual(left({ fromS: 0, toS: 901 }, { fromS: 2_100, toS: 9_999 }), [2, 3, 4]);
  assert.deepEqual(left({ fromS: 0, toS: 9_999 }), []);
});
