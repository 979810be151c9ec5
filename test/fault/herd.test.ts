/**
 * Many probes that come back at the same moment, each with an hour of samples: all is delivered, nothing twice, and who
 * has to wait is told so and for how long.
 */
import assert from "node:assert/strict";
import { test } from "node:test";
import { systemClock } from "../../collector/wire/clock.ts";
import { until } from "../support/fake-collector.ts";
import { assertWhole, delivery, place, TICKS } from "./delivery.ts";

const PROBES = process.env["CARRIERWATCH_FULL"] === "1" ? 200 : 40;
const TARGETS = 10;

test(`${PROBES} probes back at once with an hour of samples: each is stored once, no answer is a failure`, async (t) => {
  const there = await place(t, PROBES, TARGETS);
  const clock = systemClock();
  const deliveries = await Promise.all(
    there.vantages.map((_, vantage) =>
      delivery(t, there, { vantage, url: there.url, clock, random: () => vantage / PROBES }),
    ),
  );
  for (const { shipper } of deliveries) shipper.start();
  await until(() => deliveries.every(({ spool }) => spool.figures().records === 0), "the last delivery");
  await Promise.all(deliveries.map(({ shipper }) => shipper.stop(0)));
  for (const { status, headers } of deliveries.flatMap(({ answers }) => answers)) {
    if (status === 200) continue;
    assert.ok(status === 429 || status === 503, `an answer was ${status}`);
    assert.ok(Number(headers["retry-after"]) > 0, `a ${status} without Retry-After`);
  }
  assert.equal(await there.process.stop(), 0);
  await assertWhole(there);
  assert.equal(
    deliveries.reduce((sum, { spool }) => sum + spool.figures().dropped, 0),
    0,
  );
  assert.ok(TICKS * TARGETS < 500, "an hour of one probe is one batch");
});
