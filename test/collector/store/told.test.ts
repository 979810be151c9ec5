/** Texts that are told once: the list begins anew before it is too long, by their number or by what they say. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { heard, TellingEnd } from "../../../collector/store/sqlite/told.ts";

test("a list is full by the number of its texts and by their characters, and empty when it begins anew", () => {
  const end = new TellingEnd(3, 100);
  for (const texts of [
    ["a", "b", "c"],
    ["x".repeat(99), "y"],
  ]) {
    for (const text of texts) {
      assert.equal(end.isFull(), false);
      end.tell(text);
    }
    assert.equal(end.isFull(), true);
    end.begin();
  }
  assert.equal(end.isFull(), false);
});

test("both ends agree on every number, however often the list begins anew", () => {
  const end = new TellingEnd(1_000, 64);
  let list: string[] = [];
  for (let batch = 0; batch < 20; batch += 1) {
    if (end.isFull()) end.begin();
    const texts = Array.from({ length: 3 }, (_, i) => `${batch}/${i} ${"z".repeat(batch)}`);
    const numbers = texts.map((text) => end.tell(text));
    list = heard(list, end.taken(), (text) => text);
    assert.deepEqual(
      numbers.map((number) => list[number]),
      texts,
    );
    assert.ok(
      list.reduce((chars, { length }) => chars + length, 0) < 64 + 3 * 30,
      "the other end forgets, too",
    );
  }
});
