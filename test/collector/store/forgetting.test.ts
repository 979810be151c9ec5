/** Forgetting a series, by a writer without its thread: a rollback leaves it as it was, and once emptied nothing of it is left. */
import assert from "node:assert/strict";
import { type TestContext, test } from "node:test";
import { TICKS_PER_TILE } from "../../../collector/store/sqlite/bands.ts";
import { commitGroup } from "../../../collector/store/sqlite/group-commit.ts";
import { migrate } from "../../../collector/store/sqlite/migrate.ts";
import { openForWriting } from "../../../collector/store/sqlite/open-database.ts";
import { packer, unpacker } from "../../../collector/store/sqlite/packed.ts";
import { MIGRATIONS } from "../../../collector/store/sqlite/schema.ts";
import { sharedStates, sharedStatesMemory } from "../../../collector/store/sqlite/shared-states.ts";
import { writerPurge } from "../../../collector/store/sqlite/writer-purge.ts";
import { writerSamples } from "../../../collector/store/sqlite/writer-samples.ts";
import type { SampleRecord } from "../../../collector/store/store.ts";
import { nowAfter, record, SERIES, T0 } from "../../contract/support.ts";
import { folder } from "./folder.ts";

function databaseOf(t: TestContext) {
  const { file } = folder(t);
  const db = openForWriting(file);
  t.after(() => db.close());
  migrate(db, file, MIGRATIONS);
  return db;
}

function writerOf(db: ReturnType<typeof databaseOf>) {
  const states = sharedStates(sharedStatesMemory());
  const samples = writerSamples(db, states);
  const pack = packer();
  const unpack = unpacker();
  return {
    ...writerPurge(db, samples.forget),
    states,
    samples,
    put: (records: readonly SampleRecord[]) =>
      samples.put(unpack(pack.packed(records)), nowAfter(T0 + 2 * TICKS_PER_TILE * 300)),
    /** Whether a transaction of this came on disk. */
    commit(act: () => void): boolean {
      const { flush, committed, clear } = samples;
      const hooks = { run: act, isFull: () => false, flush, committed, clear };
      return commitGroup(db, [{ id: 1, op: "act", args: [] }], hooks).every((result) => !("error" in result));
    },
  };
}

test("a purge that the disk did not take takes no sample along", (t) => {
  const db = databaseOf(t);
  const writer = writerOf(db);
  for (const tick of [T0, T0 + 300]) assert.ok(writer.commit(() => writer.put([record({ tick })])));
  const isPurged = writer.commit(() => {
    writer.purge(SERIES);
    throw new Error("the disk is full");
  });
  assert.equal(isPurged, false);
  assert.ok(writer.commit(() => writer.put([record({ target: "other" })])));
  while (writer.samples.settle()) assert.ok(writer.commit(() => {}));
  const id = db.prepare("SELECT id FROM generation WHERE target = 'shop'").pluck().get();
  assert.equal(writer.states.reach(Number(id))?.lastTick, T0 + 300);
  assert.equal(writerOf(db).states.reach(Number(id))?.lastTick, T0 + 300, "after the next start, too");
});

test("a series that leaves a tile and is purged and emptied in one transaction leaves nothing", (t) => {
  const db = databaseOf(t);
  const writer = writerOf(db);
  assert.ok(writer.commit(() => writer.put([record()])));
  const isEmptied = writer.commit(() => {
    writer.put(Array.from({ length: TICKS_PER_TILE }, (_, i) => record({ tick: T0 + (i + 1) * 300 })));
    writer.purge(SERIES);
    while (writer.empty());
  });
  assert.ok(isEmptied);
  assert.equal(db.prepare("SELECT count(*) FROM tile").pluck().get(), 0);
});
