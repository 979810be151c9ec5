/** The newest ticks of a file that was closed, or killed with its journal full: as they were acknowledged. */
import assert from "node:assert/strict";
import { copyFileSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { test } from "node:test";
import { DATABASE_NAME } from "../../../collector/store/sqlite/sqlite-store.ts";
import type { Store } from "../../../collector/store/store.ts";
import { downAt, nowAfter, record, SERIES, T0 } from "../../contract/support.ts";
import { folder, openIn } from "./folder.ts";

const BACK = { target: "back", vantage: "ct-1" };
const GONE = { target: "gone", vantage: "ct-1" };
const ALL = [GONE, SERIES, BACK];

/** Ticks enough to close tiles, a late one, a step that comes back, a series that goes. */
async function filled(store: Store): Promise<void> {
  for (let i = 0; i < 40; i += 1) {
    const tick = T0 + i * 300;
    await store.samples.put(
      [record({ tick }), record({ ...BACK, tick }), record({ ...GONE, tick })],
      nowAfter(tick),
    );
  }
  const end = T0 + 40 * 300;
  await store.samples.put([record({ ...BACK, tick: end - 240, stepS: 60 })], nowAfter(end));
  await store.samples.put([record({ ...BACK, tick: end, sample: downAt("tls") })], nowAfter(end));
  await store.samples.purge(GONE);
}

test("the newest ticks are the same after a clean end and after a kill", async (t) => {
  const { dir } = folder(t);
  const store = await openIn(dir);
  await filled(store);
  const before = await store.samples.newest(ALL);
  assert.deepEqual([...before.ticks], [Number.NaN, T0 + 39 * 300, T0 + 40 * 300]);
  // The files as a kill would leave them: the store is still open.
  const killed = join(dir, "killed");
  mkdirSync(killed);
  for (const name of [DATABASE_NAME, `${DATABASE_NAME}-wal`])
    copyFileSync(join(dir, name), join(killed, name));
  const replayed = await openIn(killed);
  assert.deepEqual(await replayed.samples.newest(ALL), before);
  await replayed.close();
  await store.close();
  const again = await openIn(dir);
  assert.deepEqual(await again.samples.newest(ALL), before);
  await again.samples.put([record({ ...GONE, tick: T0 + 300 })], nowAfter(T0 + 40 * 300));
  assert.deepEqual([...(await again.samples.newest(ALL)).ticks].slice(0, 2), [T0 + 300, T0 + 39 * 300]);
  await again.close();
  await assert.rejects(again.samples.newest([{ target: "new", vantage: "ct-1" }]), { code: "store_stopped" });
});
