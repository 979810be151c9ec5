/** Thinning rows out never hides a spike: what is left has the extremes of what there was. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { keptRows } from "../../../collector/query/reduce.ts";
import { REDUCTIONS } from "../../../collector/wire/api-query.ts";
import { fc } from "../../support/property.ts";

const known = (values: readonly (number | null)[]) => values.filter((value) => value !== null);

const columns = fc
  .tuple(fc.integer({ min: 1, max: 4 }), fc.integer({ min: 1, max: 400 }))
  .chain(([count, size]) =>
    fc.array(
      fc.array(fc.option(fc.integer({ min: 0, max: 5_000_000 }), { freq: 4 }), {
        minLength: size,
        maxLength: size,
      }),
      { minLength: count, maxLength: count },
    ),
  );

for (const reduction of REDUCTIONS) {
  test(`${reduction}: the largest and smallest of every column stay, within the points, in order`, () => {
    fc.assert(
      fc.property(columns, fc.integer({ min: 1, max: 200 }), (all, points) => {
        const size = all[0]?.length ?? 0;
        const kept = keptRows(all, points, reduction);
        assert.deepEqual(
          kept,
          [...new Set(kept)].sort((a, b) => a - b),
        );
        assert.ok(kept.every((i) => i >= 0 && i < size));
        // Three rows show the extremes and a gap of one column, lttb needs one more for its only group.
        assert.ok(kept.length <= Math.max(points, 4 * all.length), `${kept.length} of ${points}`);
        for (const values of all) {
          const left = known(kept.map((i) => values[i] ?? null));
          if (known(values).length === 0) assert.equal(left.length, 0);
          else {
            assert.equal(Math.max(...left), Math.max(...known(values)));
            assert.equal(Math.min(...left), Math.min(...known(values)));
          }
        }
      }),
    );
  });

  test(`${reduction}: with points enough nothing is left out`, () => {
    assert.deepEqual(keptRows([[3, null, 1]], 3, reduction), [0, 1, 2]);
    assert.deepEqual(keptRows([], 3, reduction), []);
  });

  test(`${reduction}: an hour that nobody measured is still there`, () => {
    const values = Array.from({ length: 600 }, (_, i) => (i >= 200 && i < 260 ? null : 100 + (i % 7)));
    const kept = keptRows([values], 60, reduction);
    assert.ok(kept.length <= 60);
    assert.ok(kept.some((i) => values[i] === null));
  });
}

test("minmax uses most of the points when columns have their extremes at the same rows", () => {
  const one = Array.from({ length: 5_000 }, (_, i) => (i * 7_919) % 1_000);
  const kept = keptRows([one, one.map((value) => value * 2)], 700, "minmax");
  assert.ok(kept.length > 550 && kept.length <= 700, `${kept.length} rows stay`);
});

test("lttb keeps the shape: a lone spike, its foot, and the ends", () => {
  const values = Array.from({ length: 1_000 }, (_, i) => (i === 433 ? 9_000 : 100));
  const kept = keptRows([values], 20, "lttb");
  assert.ok(kept.includes(433) && kept.length <= 20);
});
