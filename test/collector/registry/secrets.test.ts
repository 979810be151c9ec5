/** Named secrets: sealed at rest, given to the probes whose targets name them, and to nobody else. */
import assert from "node:assert/strict";
import { rmSync } from "node:fs";
import { join } from "node:path";
import { type TestContext, test } from "node:test";
import { secretsPart } from "../../../collector/auth/secrets.ts";
import { scratch } from "../../support/product.ts";
import { type World, world } from "../world.ts";

const VALUE = "Gr\u00fcn-7!hidden value";
const AUTH = { request: { auth: { kind: "basic", user: "u", secret: "shop" } } };

async function withSecrets(t: TestContext): Promise<World & { dir: string }> {
  const { dir, remove } = scratch("named");
  t.after(remove);
  const w = await world({ sealer: secretsPart({ dir }) });
  await w.vantage("ct-sh", "ct");
  await w.vantage("cnc-bj", "cnc");
  return { ...w, dir };
}

test("a value stands in the store only sealed, bound to its name, and in no list", async (t) => {
  const { registry, store } = await withSecrets(t);
  const { secrets } = registry;
  const made = await secrets.create({ name: "shop", value: VALUE });
  assert.deepEqual([made.name, made.readable, made.targets], ["shop", true, []]);
  const doc = await store.registry.get("secret", "shop");
  assert.equal(JSON.stringify(doc).includes(VALUE), false);
  assert.equal(JSON.stringify(await secrets.list()).includes(VALUE), false);
  assert.deepEqual(await secrets.values(["shop", "other", "__proto__"]), { shop: VALUE });
  // Moved to another name it opens no more.
  await store.registry.put("secret", "other", 0, { ...(doc?.value as object), name: "other" });
  assert.deepEqual(await secrets.values(["other"]), {});
  assert.equal((await secrets.list()).find(({ name }) => name === "other")?.readable, false);
});

test("one that exists is not written over, one that is used is not removed, an empty one is none", async (t) => {
  const { registry, target } = await withSecrets(t);
  const { secrets } = registry;
  await secrets.create({ name: "shop", value: VALUE });
  await assert.rejects(secrets.create({ name: "shop", value: "x" }), { code: "already_exists" });
  await assert.rejects(secrets.create({ name: "Shop", value: "x" }), { code: "invalid_input" });
  await assert.rejects(secrets.create({ name: "empty", value: "" }), { code: "invalid_input" });
  await assert.rejects(secrets.change("none", { value: "x" }), { code: "not_found" });
  await assert.rejects(secrets.remove("none"), { code: "not_found" });
  const { id, version } = await target(AUTH);
  await assert.rejects(secrets.remove("shop"), { code: "in_use", message: new RegExp(id) });
  await registry.targets.remove(id, version);
  await secrets.remove("shop");
  assert.deepEqual(await secrets.list(), []);
});

test("a refusal says what is wrong without saying the value", async (t) => {
  const { registry } = await withSecrets(t);
  const long = "secret-part".repeat(1000);
  const error: unknown = await registry.secrets.create({ name: "a b", value: long }).catch((e: unknown) => e);
  assert.equal(JSON.stringify(error).includes("secret-part"), false);
});

test("a vantage gets the values that its own targets name, and only those", async (t) => {
  const { registry, target } = await withSecrets(t);
  for (const name of ["shop", "key", "unused"]) await registry.secrets.create({ name, value: `of ${name}` });
  await target({ ...AUTH, from: { vantages: ["ct-sh"] } });
  const ct = await registry.assignmentsFor("ct-sh");
  assert.deepEqual(ct.secrets, { shop: "of shop" });
  assert.equal(JSON.stringify(ct.assignments).includes("of shop"), false);
  const cnc = await registry.assignmentsFor("cnc-bj");
  assert.equal("secrets" in cnc, false);
});

test("another value is another ETag and another revision, where it is used", async (t) => {
  const { registry, target } = await withSecrets(t);
  for (const name of ["shop", "unused"]) await registry.secrets.create({ name, value: "one" });
  await target(AUTH);
  const plain = await target();
  const heard: string[] = [];
  registry.onChange(({ kind, id }) => heard.push(`${kind} ${id}`));
  const first = await registry.assignmentsFor("ct-sh");
  await registry.secrets.change("unused", { value: "two" });
  assert.equal((await registry.assignmentsFor("ct-sh")).etag, first.etag);
  await registry.secrets.change("shop", { value: "two" });
  const second = await registry.assignmentsFor("ct-sh");
  assert.notEqual(second.etag, first.etag);
  const changed = second.assignments.filter(
    (after) => first.assignments.find((before) => before.id === after.id)?.revision !== after.revision,
  );
  assert.deepEqual([changed.length, changed[0]?.id === plain.id], [1, false]);
  assert.deepEqual(heard, ["secret unused", "secret shop"]);
});

test("what a target does not say is no key of its assignment; what it says is covered by the revision", async (t) => {
  const { registry, target } = await withSecrets(t);
  const { id, version } = await target();
  const read = async () => (await registry.assignmentsFor("ct-sh")).assignments[0];
  const bare = await read();
  for (const key of ["request", "tls", "addresses"]) assert.equal(key in (bare ?? {}), false, key);
  const seen = new Set([bare?.revision]);
  let at = version;
  for (const more of [
    { request: { headers: [{ name: "x", value: "1" }] } },
    { tls: { serverName: "a.example" } },
    { addresses: { measure: "every" } },
  ]) {
    at = (await registry.targets.update(id, at, { name: "site", url: "https://www.example.com/", ...more }))
      .version;
    const now = await read();
    assert.ok(now && Object.keys(more).every((key) => key in now));
    seen.add(now.revision);
  }
  assert.equal(seen.size, 4);
});

test("with another key file the names stand, the values are gone, and everything else is assigned", async (t) => {
  const { registry, target, store, dir } = await withSecrets(t);
  await registry.secrets.create({ name: "shop", value: VALUE });
  await target(AUTH);
  rmSync(join(dir, "secret.key"));
  const later = await world({ store, sealer: secretsPart({ dir }) });
  assert.equal((await later.registry.secrets.list())[0]?.readable, false);
  const { assignments, secrets } = await later.registry.assignmentsFor("ct-sh");
  assert.deepEqual([assignments.length, secrets], [1, {}]);
  assert.equal((await later.registry.secrets.change("shop", { value: VALUE })).readable, true);
});
