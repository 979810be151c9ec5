/** How many addresses must be up: both sides of every limit, and what nobody could measure decides nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Count, enough, neededOf } from "../../../probe/addresses/enough.ts";

const NEEDED: readonly [rule: Parameters<typeof neededOf>[0]["up"], of: number, want: number][] = [
  ["any", 1, 1],
  ["any", 8, 1],
  ["all", 1, 1],
  ["all", 8, 8],
  ["majority", 1, 1],
  ["majority", 2, 2],
  ["majority", 3, 2],
  ["majority", 4, 3],
  ["majority", 8, 5],
  [1, 8, 1],
  [3, 8, 3],
  [3, 2, 3],
  [8, 8, 8],
  [9, 8, 8],
];
for (const [up, of, want] of NEEDED) {
  test(`of ${of} addresses, ${up}: ${want} must be up`, () => {
    assert.equal(neededOf({ up, max: 8 }, of), want);
  });
}

const VERDICTS: readonly [count: Count, needed: number, want: ReturnType<typeof enough>][] = [
  [{ up: 2, unknown: 0, of: 3 }, 2, "up"],
  [{ up: 1, unknown: 0, of: 3 }, 2, "down"],
  [{ up: 2, unknown: 1, of: 3 }, 2, "up"],
  [{ up: 1, unknown: 1, of: 3 }, 2, "unknown"],
  [{ up: 0, unknown: 1, of: 3 }, 2, "down"],
  [{ up: 0, unknown: 2, of: 2 }, 2, "unknown"],
  [{ up: 0, unknown: 0, of: 1 }, 1, "down"],
  [{ up: 1, unknown: 0, of: 1 }, 1, "up"],
  [{ up: 2, unknown: 0, of: 2 }, 3, "down"],
  [{ up: 0, unknown: 0, of: 0 }, 1, "down"],
];
for (const [count, needed, want] of VERDICTS) {
  test(`${count.up} up and ${count.unknown} unknown of ${count.of}, ${needed} needed, is ${want}`, () => {
    assert.equal(enough(count, needed), want);
  });
}

test("a verdict that is certain stays the same whatever the unknown addresses turn out to be", () => {
  let certain = 0;
  for (let of = 1; of <= 8; of += 1)
    for (let up = 0; up <= of; up += 1)
      for (let unknown = 0; up + unknown <= of; unknown += 1)
        for (let needed = 1; needed <= of + 1; needed += 1) {
          const said = enough({ up, unknown, of }, needed);
          const later = Array.from({ length: unknown + 1 }, (_, more) =>
            enough({ up: up + more, unknown: 0, of }, needed),
          );
          assert.deepEqual(new Set(later).size > 1, said === "unknown");
          if (said === "unknown") continue;
          certain += 1;
          assert.ok(later.every((verdict) => verdict === said));
        }
  assert.ok(certain > 500, `${certain} cases`);
});
