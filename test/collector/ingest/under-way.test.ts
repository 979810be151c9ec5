/** Who waits for batches goes on when the last one is answered, after a lull, or when its time is over. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { LULL_MS, underWay } from "../../../collector/ingest/under-way.ts";
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

test("between two batches of a probe nobody is told that there is no hurry", async () => {
  const clock = fakeClock();
  const batches = underWay(clock);
  let waits = 0;
  const wait = (): void => {
    waits += 1;
    void batches.quiet(1_000).then(() => {
      waits -= 1;
    });
  };
  batches.begin()();
  wait();
  await clock.advance(LULL_MS - 1);
  assert.equal(waits, 1, "the lull is not over");
  const answered = batches.begin();
  await clock.advance(LULL_MS);
  assert.equal(waits, 1, "a batch came");
  answered();
  await clock.advance(0);
  assert.equal(waits, 0, "the last one is answered");
  wait();
  await clock.advance(LULL_MS - 1);
  assert.equal(waits, 1);
  await clock.advance(1);
  assert.equal(waits, 0, "the lull is over");
  await batches.quiet(1_000);
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
