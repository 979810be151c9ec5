/** An open state in shared memory and out of it: what an earlier tile left in either place is seen nowhere. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { TICKS_PER_TILE } from "../../../collector/store/sqlite/bands.ts";
import { pdpAt, setPdps } from "../../../collector/store/sqlite/blocks.ts";
import { AREA_BYTES, OpenState } from "../../../collector/store/sqlite/open-state.ts";
import { sharedStates, sharedStatesMemory } from "../../../collector/store/sqlite/shared-states.ts";
import { METRICS } from "../../../collector/wire/metric.ts";

const M = METRICS.length;
const WIDE_VALUE = 0xfedc_ba98;

/** A state of these ticks, each with its values; null = the tick has none of this metric. */
function put(state: OpenState, ticks: ReadonlyMap<number, readonly (number | null)[]>): OpenState {
  for (const [slot, values] of ticks) {
    const present = values.reduce<number>((bits, value, m) => (value === null ? bits : bits | (1 << m)), 0);
    setPdps(
      state.pdps,
      slot,
      present,
      Uint32Array.from(values, (value) => value ?? 0),
      0,
    );
    state.codes[slot] = slot + 1;
    state.taken |= 1 << slot;
  }
  return state;
}

function held({ pdps }: OpenState): (number | null)[][] {
  return Array.from({ length: TICKS_PER_TILE }, (_, slot) => METRICS.map((_, m) => pdpAt(pdps, slot, m)));
}

function full(): OpenState {
  const state = new OpenState();
  state.begin(300, 300, 1);
  const every = METRICS.map((_, m) => WIDE_VALUE + m);
  put(state, new Map(Array.from({ length: TICKS_PER_TILE }, (_, slot) => [slot, every])));
  state.area.fill(7);
  state.areaUsed = AREA_BYTES;
  return state;
}

test("a tile that was left is seen neither in shared memory nor in a state that is used again", () => {
  const memory = sharedStatesMemory();
  const writer = sharedStates(memory);
  const reader = sharedStates(memory);
  const [written, mine, theirs] = [full(), full(), full()];
  writer.publish(1, written);
  assert.deepEqual(held(reader.read(1, theirs) ?? new OpenState()), held(written));
  assert.equal(theirs.taken, 0xffff, "the mark of wide values is no tick");
  written.clearTicks();
  written.areaUsed = 5;
  const ticks = new Map([[3, METRICS.map((_, m) => (m % 3 === 1 ? null : m * 70_000))]]);
  put(written, ticks);
  writer.publish(1, written);
  const wanted = Array.from(
    { length: TICKS_PER_TILE },
    (_, slot) => ticks.get(slot) ?? METRICS.map(() => null),
  );
  writer.copyTo(1, mine);
  for (const state of [reader.read(1, theirs), reader.read(1), mine]) {
    assert.ok(state);
    assert.deepEqual(held(state), wanted);
    assert.deepEqual(
      [...state.pdps.values.subarray(3 * M, 4 * M)],
      wanted[3]?.map((value) => value ?? 0),
    );
    assert.deepEqual([state.taken, state.areaUsed, state.codes[3], state.codes[4]], [8, 5, 4, 0]);
    assert.deepEqual([...state.area.subarray(0, 5)], [7, 7, 7, 7, 7]);
  }
});

test("many states that are published together are each their own, and their locks are given back", () => {
  const memory = sharedStatesMemory();
  const writer = sharedStates(memory);
  const all = Array.from({ length: 300 }, (_, i) => {
    const state = new OpenState();
    state.begin(300, 300 * (i + 1), 1);
    return {
      id: i * 7 + 1,
      state: put(state, new Map([[i % TICKS_PER_TILE, METRICS.map((_, m) => i * 1_000 + m)]])),
    };
  });
  writer.publishAll(all);
  const reader = sharedStates(memory);
  for (const { id, state } of all) {
    const found = reader.read(id);
    assert.ok(found);
    assert.equal(found.openedTick, state.openedTick);
    assert.deepEqual(held(found), held(state));
    assert.equal(reader.read(id + 1), null);
  }
});
