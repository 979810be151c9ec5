/** A row: exact merging in any order, and xff in rrdtool's sense on both sides of its limit. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  addPdp,
  EMPTY_ROW,
  mergeRows,
  type Row,
  valueOf as readRow,
} from "../../../collector/archive/row.ts";
import { PDP_MAX } from "../../../collector/wire/metric.ts";
import { fc } from "../../support/property.ts";

const rowFrom = (values: readonly (number | null)[]): Row => values.reduce<Row>(addPdp, EMPTY_ROW);
const pdp = fc.option(fc.integer({ min: 0, max: PDP_MAX }));

test("any order and any grouping of PDPs gives the same row", () => {
  fc.assert(
    fc.property(fc.array(pdp, { maxLength: 40 }), fc.nat(), (values, cut) => {
      const whole = rowFrom(values);
      const at = values.length === 0 ? 0 : cut % values.length;
      const parts = [rowFrom(values.slice(at)), rowFrom(values.slice(0, at))] as const;
      assert.deepEqual(mergeRows(...parts), whole);
      assert.deepEqual(mergeRows(parts[1], parts[0]), whole);
      assert.deepEqual(rowFrom(values.toReversed()), whole);
    }),
  );
});

test("a full day of the largest PDPs at 10 s is still exact", () => {
  const row = rowFrom(Array.from({ length: 8_640 }, () => PDP_MAX));
  assert.equal(row.sum, 8_640 * PDP_MAX);
  assert.ok(Number.isSafeInteger(row.sum));
  assert.equal(readRow(row, "AVERAGE", 8_640, 0.5), PDP_MAX);
});

test("an empty row is null under every function, whatever xff", () => {
  for (const cf of ["AVERAGE", "MAX", "MIN"] as const) assert.equal(readRow(EMPTY_ROW, cf, 6, 0.99), null);
});

test("AVERAGE, MAX and MIN are of the values that are there", () => {
  const row = rowFrom([1, null, 5, 3, null, 1]);
  assert.deepEqual(
    (["AVERAGE", "MAX", "MIN"] as const).map((cf) => readRow(row, cf, 6, 0.5)),
    [2.5, 5, 1],
  );
});

const limits = [
  { name: "xff 0 tolerates no null", pdps: 6, n: 6, xff: 0, known: true },
  { name: "xff 0 with one null is unknown", pdps: 6, n: 5, xff: 0, known: false },
  { name: "exactly xff unknown is known", pdps: 6, n: 3, xff: 0.5, known: true },
  { name: "one more than xff is unknown", pdps: 6, n: 2, xff: 0.5, known: false },
  {
    name: "29 of 100 at xff 0.29 is known in spite of binary fractions",
    pdps: 100,
    n: 71,
    xff: 0.29,
    known: true,
  },
  { name: "30 of 100 at xff 0.29 is unknown", pdps: 100, n: 70, xff: 0.29, known: false },
];
for (const { name, pdps, n, xff, known } of limits)
  test(name, () => {
    const row = { n, sum: n, min: 1, max: 1 };
    assert.equal(readRow(row, "AVERAGE", pdps, xff), known ? 1 : null);
  });
