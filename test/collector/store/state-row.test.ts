/** An open state as the file keeps it, with everything in it that it has room for. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { setRow } from "../../../collector/store/sqlite/blocks.ts";
import { AREA_BYTES, OpenState, ROWS } from "../../../collector/store/sqlite/open-state.ts";
import { readState, stateWriter } from "../../../collector/store/sqlite/state-row.ts";
import { METRICS } from "../../../collector/wire/metric.ts";

test("a state that is full in every part is stored whole", () => {
  const full = new OpenState();
  full.begin(300, 300, 1);
  full.taken = 0xffff;
  full.pdps.flags.fill(0xff);
  full.pdps.values.fill(0xffff_ffff);
  full.codes.fill(0xffff);
  full.areaUsed = AREA_BYTES;
  full.area.fill(7);
  const row = METRICS.map(() => ({ n: 3, sum: 3_000, min: 900, max: 1_100 }));
  for (let i = 0; i < ROWS; i += 1) setRow(full.rows, i, row);
  const found = new OpenState();
  readState(stateWriter()(full), found);
  assert.deepEqual(found.bytes, full.bytes);
});

test("a state with more open log records than there is room for is a newer program's, and said to be", () => {
  const full = new OpenState();
  full.begin(300, 300, 1);
  full.areaUsed = AREA_BYTES;
  const stored = Buffer.concat([stateWriter()(full), Buffer.alloc(8)]);
  full.areaUsed += 8;
  stored.set(full.bytes.subarray(0, 64));
  assert.throws(() => readState(stored, new OpenState()), {
    name: "ConfigError",
    message: /was written by a newer carrierwatch \(\d+ bytes/,
  });
});
