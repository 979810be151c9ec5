/** The vantage beside the collector is there after every start, whatever was done to it, its carrier or its key. */
import assert from "node:assert/strict";
import { randomBytes } from "node:crypto";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { vantageKeysPart } from "../../collector/auth/vantage-keys.ts";
import { ensureLocalVantage } from "../../collector/local-vantage.ts";
import { registryPart } from "../../collector/registry/registry.ts";
import { memoryStore } from "../../collector/store/memory/memory-store.ts";
import { fakeClock } from "../support/fake-clock.ts";
import { scratch } from "../support/product.ts";

async function machine(t: TestContext) {
  const folder = scratch("local-vantage");
  t.after(folder.remove);
  const clock = fakeClock();
  const store = memoryStore();
  const registry = registryPart({ store, clock, random: randomBytes });
  await registry.seed();
  const vantageKeys = vantageKeysPart({ store, clock });
  const start = () => ensureLocalVantage({ registry, vantageKeys }, folder.dir);
  const key = () => readFileSync(join(folder.dir, "probe", "key"), "utf8").trim();
  return { registry, vantageKeys, start, key, dir: folder.dir };
}

test("the first start makes the vantage and a key that opens; the second changes neither", async (t) => {
  const { registry, vantageKeys, start, key } = await machine(t);
  assert.equal(await start(), "local");
  const first = { vantage: await registry.vantages.get("local"), key: key() };
  assert.equal(first.vantage.local, true);
  assert.equal(await vantageKeys.verify(key()), "local");
  await start();
  assert.deepEqual({ vantage: await registry.vantages.get("local"), key: key() }, first);
});

test("revoked while no local probe ran, it measures again after the next start", async (t) => {
  const { registry, vantageKeys, start, key } = await machine(t);
  await start();
  await registry.vantages.revoke("local");
  await vantageKeys.revoke("local");
  await start();
  assert.equal((await registry.vantages.get("local")).revokedS, null);
  assert.equal(await vantageKeys.verify(key()), "local");
  assert.equal((await registry.assignmentsFor("local")).vantage, "local");
});

test("a lost key is made anew, and the lost one ends with the first use of the new", async (t) => {
  const { vantageKeys, start, key, dir } = await machine(t);
  await start();
  const lost = key();
  rmSync(join(dir, "probe"), { recursive: true });
  await start();
  assert.equal(await vantageKeys.verify(key()), "local");
  assert.equal(await vantageKeys.verify(lost), null);
});

test("a neutral carrier that was removed comes back; an id another vantage has stays with it", async (t) => {
  const { registry, start } = await machine(t);
  await registry.carriers.remove("local");
  await registry.vantages.create({ id: "local", name: "far away", carrier: "ct" });
  const id = await start();
  assert.notEqual(id, "local");
  const here = await registry.vantages.get(id);
  assert.deepEqual([here.name, here.carrier, here.local], ["本机", "local", true]);
  assert.equal((await registry.vantages.get("local")).local, false);
  assert.equal(await start(), id);
});
