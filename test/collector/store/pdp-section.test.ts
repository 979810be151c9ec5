/** Primary data points in a tile of the log: what goes in comes out, in no more bytes than are said. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { TICKS_PER_TILE } from "../../../collector/store/sqlite/bands.ts";
import type { PdpBlock } from "../../../collector/store/sqlite/blocks.ts";
import {
  emptyPdps,
  putSection,
  recordsFrom,
  SECTION_MOST_BYTES,
  sectionOf,
} from "../../../collector/store/sqlite/pdp-section.ts";
import { METRICS } from "../../../collector/wire/metric.ts";
import { fc } from "../../support/property.ts";

const M = METRICS.length;
const MOST = 2 ** 32 - 1;

function pdpsOf(values: readonly (readonly (number | null)[])[]): PdpBlock {
  const block = emptyPdps();
  values.forEach((tick, slot) => {
    tick.forEach((value, m) => {
      if (value === null) return;
      block.flags[slot] = (block.flags[slot] ?? 0) | (1 << m);
      block.values[slot * M + m] = value;
    });
  });
  return block;
}

function written(block: PdpBlock): Uint8Array {
  const bytes = new Uint8Array(SECTION_MOST_BYTES + 2);
  return bytes.subarray(0, putSection(bytes, 0, block));
}

function assertSame(block: PdpBlock): number {
  const bytes = written(block);
  assert.equal(recordsFrom(bytes), bytes.length);
  // Into one that has something else in it.
  const into = emptyPdps();
  into.flags.fill(0xff);
  const found = sectionOf(bytes, into);
  assert.deepEqual(found?.flags, block.flags);
  for (let slot = 0; slot < TICKS_PER_TILE; slot += 1)
    for (let m = 0; m < M; m += 1)
      if (((block.flags[slot] ?? 0) >> m) & 1)
        assert.equal(found?.values[slot * M + m], block.values[slot * M + m], `tick ${slot}, metric ${m}`);
  return bytes.length;
}

const tick = (value: number | null) => METRICS.map(() => value);
const ticks = (value: (slot: number) => number | null) =>
  Array.from({ length: TICKS_PER_TILE }, (_, slot) => tick(value(slot)));

test("any primary data points come back as they were", () => {
  const value = fc.oneof(
    fc.constant(null),
    fc.nat(300),
    fc.integer({ min: 0, max: MOST }),
    fc.constantFrom(0, 255, 256, 65_535, 65_536, 2 ** 24 - 1, 2 ** 24, MOST),
  );
  const tile = fc.array(fc.array(value, { minLength: M, maxLength: M }), {
    minLength: TICKS_PER_TILE,
    maxLength: TICKS_PER_TILE,
  });
  fc.assert(
    fc.property(tile, (values) => {
      assert.ok(assertSame(pdpsOf(values)) <= SECTION_MOST_BYTES);
    }),
  );
});

for (const { name, values, most } of [
  { name: "no value at all", values: ticks(() => null), most: 5 + M },
  { name: "the same value everywhere", values: ticks(() => 70_000), most: 5 + M * 4 },
  { name: "values that differ by a byte", values: ticks((slot) => 70_000 + slot), most: 5 + M * (4 + 16) },
  {
    name: "the smallest and the largest",
    values: ticks((slot) => (slot % 2) * MOST),
    most: 5 + M * (1 + 64),
  },
  {
    name: "the largest and ticks without a value",
    values: ticks((slot) => (slot === 3 ? null : slot === 4 ? 0 : MOST)),
    most: 5 + M * (1 + 60),
  },
])
  test(`${name} takes at most ${most} bytes`, () => {
    assert.ok(assertSame(pdpsOf(values)) <= most);
    assert.ok(most <= SECTION_MOST_BYTES);
  });

test("a tile without a section has none, however its records begin", () => {
  for (let slot = 0; slot < TICKS_PER_TILE; slot += 1) {
    assert.equal(recordsFrom(new Uint8Array([slot, 40, 1, 2])), 0);
    assert.equal(sectionOf(new Uint8Array([slot, 40, 1, 2])), null);
  }
  assert.equal(recordsFrom(new Uint8Array(0)), 0);
});
