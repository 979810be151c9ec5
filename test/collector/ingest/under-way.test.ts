/** Who waits for batches goes on when the last one is answered, or when its time is over. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { underWay } from "../../../collector/ingest/under-way.ts";
import { fakeClock } from "../../support/fake-clock.ts";

test("nobody waits where nothing is under way", async () => {
  await underWay(fakeClock()).quiet(1_000);
});

test("it is quiet when the last batch is answered", async () => {
  const batches = underWay(fakeClock());
  const [first, second] = [batches.begin(), batches.begin()];
  let isQuiet = false;
  const quiet = batches.quiet(1_000).then(() => {
    isQuiet = true;
  });
  first();
  await Promise.resolve();
  assert.equal(isQuiet, false);
  second();
  await quiet;
});

test("who waited long enough goes on beside the batches", async () => {
  const clock = fakeClock();
  const batches = underWay(clock);
  batches.begin();
  let isQuiet = false;
  const quiet = batches.quiet(100).then(() => {
    isQuiet = true;
  });
  await clock.advance(99);
  assert.equal(isQuiet, false);
  await clock.advance(1);
  await quiet;
});
