/** Documents that are held parsed are those of the store, whoever wrote them, and cost no reading while nothing changes. */
import assert from "node:assert/strict";
import { test } from "node:test";
import * as z from "zod";
import { heldDocuments } from "../../../collector/registry/held-documents.ts";
import { memoryStore } from "../../../collector/store/memory/memory-store.ts";

const Thing = z.strictObject({
  id: z.string(),
  version: z.int(),
  name: z.string(),
  tags: z.array(z.string()).default([]),
});
type Thing = z.infer<typeof Thing>;

/** Two holders of the same documents, as two processes have them, and how often the store was asked for all. */
function holders() {
  const { registry } = memoryStore();
  const reads = { list: 0, parsed: 0 };
  const counted = {
    ...registry,
    list: async (kind: Parameters<typeof registry.list>[0]) => {
      reads.list += 1;
      return await registry.list(kind);
    },
  };
  const schema = Thing.transform((thing) => {
    reads.parsed += 1;
    return thing;
  });
  return {
    registry,
    reads,
    own: heldDocuments(counted, "target", schema),
    other: heldDocuments(registry, "target", Thing),
  };
}

const thing = (id: string, name = id): Thing => ({ id, name, tags: ["a"], version: 0 });
const names = (all: readonly Thing[]) => all.map(({ id, name, version }) => `${id} ${name} ${version}`);

test("a put is in the next list without the others being read or parsed", async () => {
  const { own, reads } = holders();
  for (let i = 0; i < 50; i += 1) await own.put(`t-${i}`, 0, thing(`t-${i}`));
  assert.equal((await own.list()).length, 50);
  assert.deepEqual([reads.list, reads.parsed], [1, 50], "the empty list once; each by its own put");
  const changed = await own.put("t-7", 1, thing("t-7", "new"));
  assert.equal(changed.version, 2);
  await own.remove("t-8", 1);
  const list = await own.list();
  assert.deepEqual([list.length, reads.list], [49, 1]);
  assert.equal(list.find(({ id }) => id === "t-7")?.name, "new");
  assert.equal(await own.find("t-8"), null);
  await assert.rejects(own.get("t-8"), { code: "not_found" });
  await assert.rejects(own.put("t-7", 1, thing("t-7")), { code: "version_conflict" });
  assert.equal((await own.get("t-7")).name, "new");
});

test("what another wrote is there at once, and only that is parsed", async () => {
  const { own, other, reads } = holders();
  for (const id of ["c", "a", "b"]) await own.put(id, 0, thing(id));
  const { parsed } = reads;
  await other.put("b", 1, thing("b", "theirs"));
  await other.remove("c", 1);
  assert.deepEqual(names(await own.list()), ["a a 1", "b theirs 2"]);
  assert.equal(reads.parsed - parsed, 1);
  await Promise.all([own.put("d", 0, thing("d")), other.put("e", 0, thing("e"))]);
  assert.deepEqual(names(await own.list()), names(await other.list()));
  assert.deepEqual(names(await own.list()), ["a a 1", "b theirs 2", "d d 1", "e e 1"]);
});

test("puts and lists in any order end with what the store holds", async () => {
  const { own, other, registry } = holders();
  const acts: Promise<unknown>[] = [];
  for (let i = 0; i < 200; i += 1) {
    const by = i % 3 === 0 ? other : own;
    const id = `t-${(i * 7) % 20}`;
    if (i % 11 === 10) acts.push(by.remove(id, null).catch(() => null));
    else acts.push(by.put(id, null, thing(id, `n-${i}`)));
    if (i % 2 === 0) acts.push(own.list());
  }
  await Promise.all(acts);
  const stored = (await registry.list("target")).map(({ id, version }) => `${id} ${version}`);
  for (const held of [own, other])
    assert.deepEqual(
      (await held.list()).map(({ id, version }) => `${id} ${version}`),
      stored,
    );
});

test("what is given out cannot be changed by whoever has it, and a list may be sorted", async () => {
  const { own } = holders();
  await own.put("a", 0, thing("a"));
  await own.put("b", 0, thing("b"));
  const list = await own.list();
  list.reverse();
  assert.throws(() => list[0]?.tags.push("x"), TypeError);
  assert.deepEqual(names(await own.list()), ["a a 1", "b b 1"]);
});

test("one that is not readable is in no list, and an error when it is asked for", async () => {
  const { own, registry } = holders();
  await own.put("a", 0, thing("a"));
  await registry.put("target", "broken", 0, { id: "broken", nonsense: true });
  assert.deepEqual(names(await own.list()), ["a a 1"]);
  await assert.rejects(own.find("broken"), { code: "corrupt_document" });
  await assert.rejects(own.get("broken"), { code: "corrupt_document" });
});
