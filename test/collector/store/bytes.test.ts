/** Numbers in few bytes: each comes back as it was, and many at once are written as one by one. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  byteReader,
  MOST_NUMBER_BYTES,
  putNumber,
  putNumbers,
} from "../../../collector/store/sqlite/bytes.ts";
import { fc } from "../../support/property.ts";

const EDGES = [
  ...[0, -0, 1, -1, 31, 32, 127.5, 0.001, -0.001, 0.0004, 0.0005, 1 / 3],
  ...[
    2 ** 29 - 1,
    2 ** 29,
    2 ** 29 + 1,
    2 ** 31 - 1,
    2 ** 31,
    2 ** 32 - 1,
    2 ** 50 - 1,
    2 ** 50,
    2 ** 53 - 1,
  ],
  // Thousandths of 2^29.
  ...[536_870.911, 536_870.912, 536_870.913, -536_870.911, -536_870.912, Number.MIN_VALUE, Number.MAX_VALUE],
];

/** How many bytes a number takes, and what is read of them. */
function written(value: number): { readonly bytes: Uint8Array; readonly read: number } {
  const room = new Uint8Array(MOST_NUMBER_BYTES);
  const bytes = room.subarray(0, putNumber(room, 0, value));
  return { bytes, read: byteReader(bytes).number() };
}

test("a number comes back as it was, the edges of every form included", () => {
  const bytesOf = [...EDGES, ...EDGES.map((value) => -value)].map((value) => {
    const { bytes, read } = written(value);
    assert.ok(Object.is(read, value), `${value} came back as ${read}`);
    return bytes.length;
  });
  assert.deepEqual(
    [...new Set(bytesOf)].toSorted((a, b) => a - b),
    [1, 2, 3, 5, 6, 7, 9],
  );
});

test("of any numbers those whose bit is set are written as one by one", () => {
  const number = fc.oneof(
    fc.constantFrom(...EDGES),
    fc.nat(),
    fc.integer({ min: -1_000_000, max: 10_000_000 }).map((value) => value / 1_000),
    fc.double({ noNaN: true, noDefaultInfinity: true }),
  );
  const room = fc.array(number, { minLength: 12, maxLength: 12 });
  fc.assert(
    fc.property(room, fc.nat({ max: 2 ** 10 - 1 }), fc.nat({ max: 2 }), (values, bits, from) => {
      const chosen = values.slice(from).filter((_, k) => (bits >> k) & 1);
      const want = chosen.flatMap((value) => [...written(value).bytes]);
      const bytes = new Uint8Array(12 * MOST_NUMBER_BYTES);
      const end = putNumbers(bytes, 0, Float64Array.from(values), from, bits);
      assert.deepEqual([...bytes.subarray(0, end)], want);
    }),
  );
});
