/** Percentiles and shares of a window are those of its sorted totals. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { codeOf } from "../../../collector/archive/strip.ts";
import { percentileOf, shareWithin, sortedTotals } from "../../../collector/archive/strip-window.ts";
import { NO_TIMINGS } from "../../../collector/wire/sample.ts";
import { fc } from "../../support/property.ts";

const codeOfTotal = (total: number | null) =>
  total === null ? 3 : codeOf({ state: "up", timings: { ...NO_TIMINGS, total } });
const codesOf = (totals: readonly (number | null)[]) => Uint16Array.from(totals, codeOfTotal);

const drawn = fc.array(fc.option(fc.integer({ min: 0, max: 60_000_000 }), { freq: 6 }), { maxLength: 300 });
const PS = [1, 7, 50, 90, 95, 99, 99.9, 100];

test("every percentile equals that of the sorted totals within 0.05 %, of one strip or several", () => {
  fc.assert(
    fc.property(drawn, drawn, (a, b) => {
      const sorted = [...a, ...b].filter((value) => value !== null).sort((x, y) => x - y);
      const totals = sortedTotals([codesOf(a), codesOf(b)]);
      assert.equal(totals.length, sorted.length);
      for (const p of PS) {
        const want = sorted[Math.max(0, Math.ceil((p / 100) * sorted.length - 1e-9) - 1)] ?? null;
        const got = percentileOf(totals, p);
        if (want === null || got === null) assert.equal(got, want);
        else assert.ok(Math.abs(got - want) <= want * 0.0005, `p${p}: ${got} is not ${want}`);
      }
    }),
  );
});

test("many codes are counted, few compared, with the same answer", () => {
  const totals = Array.from({ length: 20_000 }, (_, i) => (i % 9 === 0 ? null : (i * 104_729) % 3_000_000));
  const codes = codesOf(totals);
  const few = Array.from({ length: 20 }, (_, i) => codes.subarray(i * 1000, i * 1000 + 1000));
  const compared = Uint16Array.from(few.flatMap((part) => [...sortedTotals([part])])).sort();
  assert.deepEqual(sortedTotals(few), compared);
  assert.deepEqual(sortedTotals([codes]), compared);
});

test("a total exactly on the limit is within it; no total at all has no share", () => {
  // Below 8 ms the scale is exact.
  const totals = sortedTotals([codesOf([1_000, 2_000, 2_000, 3_000, null])]);
  for (const { limitUs, want } of [
    { limitUs: 999, want: 0 },
    { limitUs: 1_000, want: 0.25 },
    { limitUs: 1_999, want: 0.25 },
    { limitUs: 2_000, want: 0.75 },
    { limitUs: 3_000, want: 1 },
  ]) {
    assert.equal(shareWithin(totals, limitUs), want, `${limitUs}`);
  }
  assert.equal(shareWithin(sortedTotals([codesOf([null])]), 1), null);
  assert.equal(percentileOf(sortedTotals([]), 50), null);
});
