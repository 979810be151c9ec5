/** Places of a target's addresses: given on sight, kept by those that go round, given back by the long unseen. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  bookFrom,
  type Change,
  type Places,
  placesOf,
  STEADY_S,
  sighted,
  UNSEEN_S,
} from "../../../collector/ingest/places.ts";

const STEP_S = 300;
const T0 = 1_795_000_200 - (1_795_000_200 % STEP_S);
const ip = (n: number) => `192.0.2.${n}`;

/** One tick after the other, each with the addresses that answered; what changed, told in ticks from the first. */
function play(places: Places, ticks: readonly (readonly number[])[], fromTick = 0, max = 8, mayLeave = true) {
  const changes: { at: number; added: string[]; gone: string[] }[] = [];
  const refused: string[] = [];
  for (const [i, seen] of ticks.entries())
    for (const n of seen) {
      const tick = T0 + (fromTick + i) * STEP_S;
      const found = sighted(places, { address: ip(n), tick, stepS: STEP_S }, max, mayLeave);
      changes.push(
        ...found.changes.map(({ atS, ...rest }: Change) => ({ at: (atS - T0) / STEP_S, ...rest })),
      );
      if (!found.kept) refused.push(`${fromTick + i}:${n}`);
    }
  return { changes, refused };
}

const empty = () => placesOf(null, new Map());
const held = (places: Places) => places.live.map(({ address }) => Number(address.split(".")[3]));

test("the addresses of the first tick are no change", () => {
  const places = empty();
  assert.deepEqual(
    play(places, [
      [1, 2],
      [1, 2],
      [1, 2],
    ]),
    { changes: [], refused: [] },
  );
  assert.deepEqual(held(places), [1, 2]);
});

test("an address that takes another's part is added at once, and the other gone from the same tick on", () => {
  const places = empty();
  const { changes } = play(places, [[1], [1], [2], [2], [2], [2], [2]]);
  assert.deepEqual(changes, [
    { at: 2, added: [ip(2)], gone: [] },
    { at: 2, added: [], gone: [ip(1)] },
  ]);
  assert.deepEqual(
    places.live.map(({ gone }) => gone),
    [true, false],
  );
});

test("two ticks missing are not gone, the third is; back again it is added", () => {
  const missing = (n: number) => [[1, 2], ...Array.from({ length: n }, () => [1])];
  assert.deepEqual(play(empty(), [...missing(2), [1]]).changes, []);
  const places = empty();
  assert.deepEqual(play(places, [...missing(3), [1]]).changes, [{ at: 1, added: [], gone: [ip(2)] }]);
  assert.deepEqual(play(places, [[2, 1]], 5).changes, [{ at: 5, added: [ip(2)], gone: [] }]);
});

test("addresses that go round are learned, and then neither come nor go", () => {
  const places = empty();
  const round = (i: number) => [1 + (i % 6), 1 + ((i + 1) % 6)];
  play(
    places,
    Array.from({ length: 40 }, (_, i) => round(i)),
  );
  const later = play(
    places,
    Array.from({ length: 400 }, (_, i) => round(i + 40)),
    40,
  );
  assert.deepEqual(later, { changes: [], refused: [] });
});

test("a hundred rotating addresses never drive each other out: the first eight stay, the others are counted", () => {
  const places = empty();
  const ticks = Array.from({ length: 500 }, (_, i) => [0, 1, 2, 3].map((k) => (i * 4 + k) % 100));
  play(places, ticks);
  assert.deepEqual(held(places), [0, 1, 2, 3, 4, 5, 6, 7]);
  assert.deepEqual(places.leaving, []);
  assert.equal(places.other.count, 500 * 4 - 20 * 8);
  assert.equal(places.other.addresses.length, 32);
});

test("the longest unseen gives its place after exactly a day, one at a time, and only where it can be exported", () => {
  const full = () => {
    const places = empty();
    play(places, [[1, 2, 3]], 0, 3);
    return places;
  };
  const day = UNSEEN_S / STEP_S;
  const at = (places: Places, tick: number, n: number, mayLeave = true) =>
    sighted(places, { address: ip(n), tick: T0 + tick * STEP_S, stepS: STEP_S }, 3, mayLeave).kept;
  assert.equal(at(full(), day - 1, 9), false);
  assert.equal(at(full(), day, 9, false), false);
  const places = full();
  assert.equal(at(places, day, 9), true);
  assert.deepEqual(places.leaving, [{ address: ip(1), lastS: T0 }]);
  assert.equal(at(places, day, 8), false, "another waits until the first has left");
  assert.equal(at(places, day, 1), false, "and the one that leaves does not come back meanwhile");
  places.leaving.length = 0;
  assert.equal(at(places, day, 8), true);
});

test("a name that moved has its new addresses in the old ones' places after an hour, one by one", () => {
  const places = empty();
  play(places, [[1, 2, 3]], 0, 3);
  const hour = STEADY_S / STEP_S;
  const at = (tick: number, n: number) =>
    sighted(places, { address: ip(n), tick: T0 + tick * STEP_S, stepS: STEP_S }, 3, true).kept;
  const kept: Record<number, number> = {};
  for (let tick = 1; tick <= hour + 5; tick += 1) {
    // What leaves is exported between two ticks.
    places.leaving.length = 0;
    for (const n of [11, 12, 13]) if (at(tick, n)) kept[n] ??= tick;
  }
  assert.deepEqual(kept, { 11: hour + 1, 12: hour + 2, 13: hour + 3 });
  assert.deepEqual(held(places).sort(), [11, 12, 13]);
});

test("one that missed a tick within the hour begins anew", () => {
  const places = empty();
  play(places, [[1]], 0, 1);
  const hour = STEADY_S / STEP_S;
  const at = (tick: number) =>
    sighted(places, { address: ip(9), tick: T0 + tick * STEP_S, stepS: STEP_S }, 1, true).kept;
  for (let tick = 1; tick <= hour; tick += 1) if (tick !== 3) assert.equal(at(tick), false);
  assert.equal(at(hour + 1), false);
  for (let tick = hour + 2; tick < hour + 4; tick += 1) assert.equal(at(tick), false);
  assert.equal(at(hour + 4), true);
});

test("what is sent twice is counted as other once", () => {
  const places = empty();
  play(places, [[1]], 0, 1);
  const again = () => play(places, [[2], [2]], 1, 1);
  assert.deepEqual(again().refused, ["1:2", "2:2"]);
  assert.deepEqual(again().refused, ["1:2", "2:2"]);
  assert.equal(places.other.count, 2);
});

test("a backlog older than what is known changes nothing but what is missing from it", () => {
  const places = empty();
  play(
    places,
    [
      [1, 2],
      [1, 2],
    ],
    100,
  );
  assert.deepEqual(play(places, [[1], [1], [1], [1]], 10), { changes: [], refused: [] });
  assert.ok(places.live.every(({ gone }) => !gone));
  assert.equal(places.live[0]?.firstS, T0 + 10 * STEP_S);
  assert.equal(places.live[0]?.lastS, T0 + 101 * STEP_S);
});

test("a book that is read again goes on where it was", () => {
  const before = empty();
  play(before, [
    [1, 2],
    [1, 2],
    [1, 2],
  ]);
  const book = bookFrom(before);
  const lastSeen = new Map([[ip(1), T0 + 5 * STEP_S]]);
  const places = placesOf(book, lastSeen);
  assert.equal(places.openTick, T0 + 5 * STEP_S);
  assert.deepEqual(play(places, [[1, 2]], 6), { changes: [], refused: [] });
});
