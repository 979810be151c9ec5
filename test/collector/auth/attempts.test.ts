/** How long a failed login waits: five are free, then each wait doubles. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { attempts, TooManyAttemptsError } from "../../../collector/auth/attempts.ts";
import { fakeClock } from "../../support/fake-clock.ts";

/** Seconds the next attempt has to wait; 0 = it was let through and counted. */
function tryOnce(limit: ReturnType<typeof attempts>, account = "admin", address = "192.0.2.1"): number {
  try {
    limit.begin(account, address);
    return 0;
  } catch (error) {
    assert.ok(error instanceof TooManyAttemptsError);
    return error.retryAfterS;
  }
}

test("five attempts are free, the sixth waits a minute, and each later one twice as long up to an hour", async () => {
  const clock = fakeClock();
  const limit = attempts(clock);
  for (let i = 0; i < 5; i += 1) assert.equal(tryOnce(limit), 0, `attempt ${i + 1}`);
  for (const waitS of [60, 120, 240, 480, 960, 1920, 3600, 3600]) {
    assert.equal(tryOnce(limit), waitS);
    await clock.advance(waitS * 1000 - 1);
    assert.equal(tryOnce(limit), 1);
    await clock.advance(1);
    assert.equal(tryOnce(limit), 0, `after ${waitS} s`);
  }
});

test("another account or another address has its own count; twenty accounts from one address have not", () => {
  const limit = attempts(fakeClock());
  for (let i = 0; i < 5; i += 1) tryOnce(limit);
  assert.ok(tryOnce(limit) > 0);
  assert.equal(tryOnce(limit, "admin", "192.0.2.2"), 0);
  let free = 0;
  while (tryOnce(limit, `name-${free}`, "192.0.2.3") === 0) free += 1;
  assert.equal(free, 20);
});

test("an account that is tried from everywhere waits everywhere, but not where somebody just signed in", async () => {
  const clock = fakeClock();
  const limit = attempts(clock);
  limit.begin("admin", "198.51.100.7")();
  let free = 0;
  while (tryOnce(limit, "admin", `192.0.2.${free}`) === 0) free += 1;
  assert.equal(free, 50);
  assert.ok(tryOnce(limit, "admin", "203.0.113.9") > 0);
  assert.equal(tryOnce(limit, "other", "203.0.113.9"), 0);
  assert.equal(tryOnce(limit, "admin", "198.51.100.7"), 0, "its owner still gets in");
  await clock.advance(60_000);
  assert.equal(tryOnce(limit, "admin", "203.0.113.9"), 0);
  assert.equal(tryOnce(limit, "admin", "203.0.113.10"), 120, "one more each time, then the wait is longer");
});

test("a /64 of IPv6 counts as one address, a mapped IPv4 as what it is", () => {
  const limit = attempts(fakeClock());
  for (let i = 0; i < 5; i += 1) assert.equal(tryOnce(limit, "admin", `2001:db8:1:2::${i}`), 0);
  assert.ok(tryOnce(limit, "admin", "2001:db8:1:2:ffff::1") > 0);
  assert.equal(tryOnce(limit, "admin", "2001:db8:1:3::1"), 0);
  for (let i = 0; i < 5; i += 1) assert.equal(tryOnce(limit, "admin", "::ffff:192.0.2.1"), 0);
  assert.ok(tryOnce(limit, "admin", "192.0.2.1") > 0);
});

test("success forgives the account and is not held against the address", () => {
  const limit = attempts(fakeClock());
  for (let i = 0; i < 60; i += 1) limit.begin("admin", "192.0.2.1")();
  for (let i = 0; i < 5; i += 1) assert.equal(tryOnce(limit), 0);
});

test("a minute of quiet forgives; setting the wall clock does not", async () => {
  const clock = fakeClock();
  const limit = attempts(clock);
  for (let i = 0; i < 5; i += 1) tryOnce(limit);
  clock.jump(3_600_000);
  assert.ok(tryOnce(limit) > 0);
  await clock.advance(120_000);
  for (let i = 0; i < 5; i += 1) assert.equal(tryOnce(limit), 0);
});
