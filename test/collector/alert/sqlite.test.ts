/** The same stories over the engine that keeps them on disk, with the store closed and opened again in between. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";
import { alertPart } from "../../../collector/alert/alert.ts";
import { registryPart } from "../../../collector/registry/registry.ts";
import { openSqliteStore } from "../../../collector/store/sqlite/sqlite-store.ts";
import { silentLog } from "../../../collector/wire/log.ts";
import { makeWorld } from "./world.ts";

test("an incident survives a restart of everything, and nothing is told twice", async (t) => {
  const dir = mkdtempSync(join(tmpdir(), "carrierwatch-alert-"));
  t.after(() => rmSync(dir, { recursive: true, force: true }));
  const open = () => openSqliteStore({ dir, log: silentLog, reserveBytes: 0 });
  let store = await open();
  const world = await makeWorld({ store });
  const alert = world.alert();
  await world.pass({ ct: "D", cnc: "D", cmcc: "D" });
  await alert.round();
  await world.clock.advance(5_000);
  await world.report({ ct: "D", cnc: "D", cmcc: "D" });
  await alert.round();
  assert.deepEqual(await world.messages(), ["opened down"]);
  await alert.stop();
  await store.close();

  store = await open();
  t.after(() => store.close());
  const registry = registryPart({ store, clock: world.clock, random: (size) => Buffer.alloc(size, 7) });
  const again = alertPart({ ...world, log: silentLog, store, registry });
  await again.round();
  const [incident] = await store.incidents.list({ open: true, limit: 10 });
  assert.equal(incident?.class, "down");
  const left = await store.outbox.lease(world.clock.nowMs() + 3_600_000, 1000, 10);
  assert.deepEqual(left, []);
  await again.stop();
});
