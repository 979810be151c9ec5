/** Changes that come together are told together: how long a probe of many targets rests, and that one of few never does. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { pollPace } from "../../../collector/api/poll-pace.ts";
import { ProbeConfig } from "../../../collector/wire/probe-protocol.ts";
import { fakeClock } from "../../support/fake-clock.ts";
import { until } from "../../support/fake-collector.ts";
import { ask, joined, served } from "./served.ts";

test("a vantage rests a tenth of a millisecond for each assignment it was given, and no other vantage with it", async () => {
  const clock = fakeClock();
  const pace = pollPace(clock);
  assert.ok(pace.restMs("a") <= 0, "its first comes at once");
  pace.given("a", 1_000);
  assert.equal(pace.restMs("a"), 100);
  assert.ok(pace.restMs("b") <= 0);
  await clock.advance(99);
  assert.equal(pace.restMs("a"), 1);
  await clock.advance(1);
  assert.ok(pace.restMs("a") <= 0);
  pace.given("a", 9);
  assert.ok(pace.restMs("a") <= 0, "a few targets cost nothing");
});

test("of changes that follow one another the first is told at once, the others together after the rest", async (t) => {
  const s = await served(t);
  const headers = await joined(s);
  const create = (i: number) =>
    s.registry.targets.create({ name: `shop ${i}`, url: `https://shop-${i}.example.com/` });
  for (let i = 0; i < 40; i += 1) await create(i);
  const poll = async (etag: string) => {
    const known = etag === "" ? headers : { ...headers, "if-none-match": etag };
    const { status, headers: own, body } = await ask(`${s.api}/probe/config?wait=30`, { headers: known });
    assert.equal(status, 200);
    return { etag: own.get("etag") ?? "", count: ProbeConfig.parse(body).assignments.length };
  };
  const first = await poll("");
  assert.equal(first.count, 40);
  const held = poll(first.etag);
  await until(() => s.clock.pending() > 0);
  await s.clock.advance(4);
  await create(40);
  // The clock stands: nothing but the change can have ended it.
  const second = await held;
  assert.equal(second.count, 41);
  await create(41);
  const resting = poll(second.etag);
  await until(() => s.clock.pending() > 1);
  await create(42);
  await s.clock.advance(4);
  assert.equal((await resting).count, 43, "both are in the one answer");
});
