/** One at a time, shared by all who wait: nobody gets what was begun before they asked. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { together } from "../../../collector/query/together.ts";

/** Makings that end when told to, each numbered. */
function makings() {
  const ends: { resolve(value: string): void; reject(error: Error): void }[] = [];
  const ask = together(() => {
    const { promise, resolve, reject } = Promise.withResolvers<string>();
    ends.push({ resolve, reject });
    return promise;
  });
  return { ask, ends, begun: () => new Promise<void>((resolve) => setImmediate(resolve)) };
}

test("who asks while one is made gets the next one, and all who wait for it get the same", async () => {
  const { ask, ends, begun } = makings();
  const first = ask();
  await begun();
  const waiting = [ask(), ask(), ask()];
  await begun();
  assert.equal(ends.length, 1, "one at a time");
  ends[0]?.resolve("first");
  assert.equal(await first, "first");
  await begun();
  assert.equal(ends.length, 2, "one for the three of them");
  const late = ask();
  ends[1]?.resolve("second");
  assert.deepEqual(await Promise.all(waiting), ["second", "second", "second"]);
  await begun();
  ends[2]?.resolve("third");
  assert.equal(await late, "third", "the second had begun already");
});

test("one that fails fails for who waited for it, and the next is made", async () => {
  const { ask, ends, begun } = makings();
  const first = ask();
  await begun();
  const next = ask();
  ends[0]?.reject(new Error("no disk"));
  await assert.rejects(first, /no disk/);
  await begun();
  ends[1]?.resolve("second");
  assert.equal(await next, "second");
});
