/** Which of a name's addresses have a place: they keep it, and give it back only to one that is there now. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { canonical, ordered, placesOf } from "../../../probe/addresses/places.ts";

const four = (...last: number[]) => last.map((n) => `192.0.2.${n}`);

test("addresses are ordered by number, families by turns, each once and in one spelling", () => {
  assert.deepEqual(
    ordered(["192.0.2.10", "2001:DB8:0::2", "192.0.2.9", "2001:db8::1", "192.0.2.10", "2001:db8::1"]),
    ["192.0.2.9", "2001:db8::1", "192.0.2.10", "2001:db8::2"],
  );
  assert.equal(canonical("2001:0DB8:0000::0:1"), "2001:db8::1");
});

test("as many as there are places are measured, the rest is counted", () => {
  const places = placesOf();
  for (const [count, measured, other] of [
    [1, 1, 0],
    [3, 3, 0],
    [4, 3, 1],
    [9, 3, 6],
  ] as const) {
    const answered = four(...Array.from({ length: count }, (_, i) => i + 1));
    const picked = places.pick(`t${count}`, answered, 3, 1);
    assert.equal(picked.measured.length, measured);
    assert.equal(picked.other, other);
  }
});

test("an address keeps its place while the name has it, however many others come", () => {
  const places = placesOf();
  assert.deepEqual(places.pick("t", four(7, 8, 9), 3, 1).measured, four(7, 8, 9));
  assert.deepEqual(places.pick("t", four(1, 2, 3, 7, 8, 9), 3, 2), { measured: four(7, 8, 9), other: 3 });
});

test("a new address takes the place of the one seen least recently that is gone", () => {
  const places = placesOf();
  places.pick("t", four(1, 2, 3), 3, 1);
  places.pick("t", four(2, 3), 3, 2);
  places.pick("t", four(3), 3, 3);
  // 1 was seen longest ago; 2 comes back to the place it still has.
  assert.deepEqual(places.pick("t", four(2, 4), 3, 4), { measured: four(2, 4), other: 0 });
  assert.deepEqual(places.pick("t", four(1, 2, 4), 3, 5), { measured: four(1, 2, 4), other: 0 });
  assert.deepEqual(places.pick("t", four(1, 2, 3, 4), 3, 6), { measured: four(1, 2, 4), other: 1 });
});

test("fewer places than before: the newest give theirs back first only where none is gone", () => {
  const places = placesOf();
  places.pick("t", four(1, 2, 3, 4), 4, 1);
  assert.deepEqual(places.pick("t", four(2, 3, 4), 2, 2), { measured: four(2, 3), other: 1 });
});

test("targets do not share places, and one that is taken away is forgotten", () => {
  const places = placesOf();
  places.pick("a", four(8, 9), 2, 1);
  places.pick("b", four(1, 2), 2, 1);
  places.keepOnly(new Set(["b"]));
  assert.deepEqual(places.pick("a", four(1, 2, 8, 9), 2, 2).measured, four(1, 2));
  assert.deepEqual(places.pick("b", four(0, 1, 2), 2, 2).measured, four(1, 2));
});

test("whatever the answers are, no more than the places are measured and nobody loses one that is still there", () => {
  const places = placesOf();
  let before: readonly string[] = [];
  let state = 7;
  const next = (below: number) => {
    state = (state * 48_271) % 2_147_483_647;
    return state % below;
  };
  for (let tick = 0; tick < 2_000; tick += 1) {
    const answered = four(...Array.from({ length: next(12) }, () => next(20)));
    const { measured, other } = places.pick("t", answered, 5, tick);
    assert.ok(measured.length <= 5);
    assert.equal(measured.length + other, new Set(answered).size);
    assert.equal(measured.length, Math.min(5, new Set(answered).size));
    for (const address of before) if (answered.includes(address)) assert.ok(measured.includes(address));
    before = measured;
  }
});
