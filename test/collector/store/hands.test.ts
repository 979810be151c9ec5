/** Generations in the writer's hands: each is found by its number, however large, until it is dropped or all are. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { bandsOf } from "../../../collector/store/sqlite/bands.ts";
import { Hands } from "../../../collector/store/sqlite/hands.ts";
import { OpenState } from "../../../collector/store/sqlite/open-state.ts";
import type { Working } from "../../../collector/store/sqlite/rings.ts";

const IDS = [5, 1, 1_000_000, 1_024, 7];

function working(id: number): Working {
  return { id, bands: bandsOf(300), state: new OpenState(), changed: false, needs: false, flush: false };
}

test("what was taken is found by number and in its order, what was dropped is not, and nothing after the end", () => {
  const hands = new Hands();
  for (let lap = 0; lap < 2; lap += 1) {
    for (const id of IDS) {
      assert.equal(hands.of(id), null);
      hands.take(working(id));
    }
    assert.deepEqual(
      hands.all.map(({ id }) => id),
      IDS,
    );
    for (const id of IDS) assert.equal(hands.of(id)?.id, id);
    hands.drop(1);
    hands.drop(2);
    assert.equal(hands.of(1), null);
    assert.deepEqual(
      hands.all.map(({ id }) => id),
      IDS.filter((id) => id !== 1),
    );
    for (const id of [5, 7, 1_024, 1_000_000]) assert.equal(hands.of(id)?.id, id);
    hands.clear();
    for (const id of IDS) assert.equal(hands.of(id), null);
    assert.deepEqual(hands.all, []);
  }
});
