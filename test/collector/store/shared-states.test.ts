/** What the writer shows its readers: a commit that the file has is waited for, however long the disk takes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import {
  sharedStates,
  sharedStatesMemory,
  writerEnded,
} from "../../../collector/store/sqlite/shared-states.ts";

/** A reader that waits for a commit; `looks` says what happens each time that its patience is at an end. */
function waiting(
  memory: ReturnType<typeof sharedStatesMemory>,
  t: { mock: typeof import("node:test").mock },
) {
  const looks: (() => void)[] = [];
  t.mock.method(Atomics, "wait", () => {
    const look = looks.shift();
    assert.ok(look, "it waits longer than this test foresees");
    look();
    return "timed-out";
  });
  return { reader: sharedStates(memory), looks };
}

test("a reader waits for a commit's states until they are shown, however often its patience ends", (t) => {
  const memory = sharedStatesMemory();
  const writer = sharedStates(memory);
  const { reader, looks } = waiting(memory, t);
  writer.shown(4);
  reader.awaitShown(4);
  let seen = 4;
  const nothing = () => {};
  const show = (commit: number) => () => {
    seen = commit;
    writer.shown(commit);
  };
  looks.push(nothing, nothing, nothing, show(5), nothing, show(6));
  reader.awaitShown(6);
  assert.equal(seen, 6);
  assert.equal(looks.length, 0);
});

test("a reader does not wait for a writer that has ended, and says so instead of answering", (t) => {
  const memory = sharedStatesMemory();
  sharedStates(memory).shown(4);
  const { reader, looks } = waiting(memory, t);
  looks.push(
    () => {},
    () => writerEnded(memory),
  );
  assert.throws(() => reader.awaitShown(5), { code: "store_stopped" });
  assert.equal(looks.length, 0);
  reader.awaitShown(4);
});
