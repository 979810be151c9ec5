/** How long a session stands, and what the store knows of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { sessions } from "../../../collector/auth/sessions.ts";
import { memoryStore } from "../../../collector/store/memory/memory-store.ts";
import { fakeClock } from "../../support/fake-clock.ts";

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

function part() {
  const store = memoryStore();
  const clock = fakeClock();
  return { store, clock, open: sessions({ store, clock }) };
}

test("a session ends after 12 hours without use, and not before", async () => {
  const { clock, open } = part();
  const { cookie, id } = await open.begin("u-1");
  await clock.advance(12 * HOUR_MS - 1);
  assert.deepEqual(await open.find(cookie), { user: "u-1", id });
  await clock.advance(12 * HOUR_MS - 1);
  assert.ok(await open.find(cookie), "its use was written down");
  await clock.advance(12 * HOUR_MS);
  assert.equal(await open.find(cookie), null);
  assert.equal(await open.alive(id), false);
});

test("a session ends after 30 days however much it is used", async () => {
  const { clock, open } = part();
  const { cookie } = await open.begin("u-1");
  for (let day = 0; day < 59; day += 1) {
    await clock.advance(DAY_MS / 2 - 1_000);
    assert.ok(await open.find(cookie), `half day ${day}`);
  }
  await clock.advance(DAY_MS / 2);
  assert.equal(await open.find(cookie), null);
});

test("looking whether a session stands is not use", async () => {
  const { clock, open } = part();
  const { cookie, id } = await open.begin("u-1");
  await clock.advance(11 * HOUR_MS);
  assert.equal(await open.alive(id), true);
  await clock.advance(HOUR_MS);
  assert.equal(await open.find(cookie), null);
});

test("the store holds the hash of a cookie, never the cookie", async () => {
  const { store, open } = part();
  const { cookie, id } = await open.begin("u-1");
  const kept = JSON.stringify(await store.registry.list("session"));
  assert.equal(kept.includes(cookie), false);
  assert.equal(kept.includes(id), true);
  assert.equal(await open.find(id), null, "and the hash opens nothing");
});

test("ended sessions are told of, once each, and expired ones are cleared away at the next login", async () => {
  const { store, clock, open } = part();
  const ended: string[] = [];
  const [a, b, c] = [await open.begin("u-1"), await open.begin("u-1"), await open.begin("u-2")];
  const stop = open.onEnd((id) => ended.push(id));
  await open.endAll("u-1");
  assert.deepEqual(ended.sort(), [a.id, b.id].sort());
  assert.ok(await open.find(c.cookie));
  stop();
  await clock.advance(13 * HOUR_MS);
  await open.begin("u-3");
  assert.equal((await store.registry.list("session")).length, 1);
});
