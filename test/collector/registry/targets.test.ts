/** Targets, vantages and carriers as documents: versions, pauses, assignments, and who is told of a change. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { vantageStatus } from "../../../collector/registry/vantages.ts";
import type { Contact } from "../../../collector/wire/vantage.ts";
import { MIDNIGHT_S, world } from "../world.ts";

const INPUT = { name: "site", url: "https://www.example.com/" };

test("a target gets every default, a step and a readable id", async () => {
  const { target, registry } = await world();
  const made = await target();
  assert.match(made.id, /^www-example-com-[a-z0-9]{6}$/);
  assert.deepEqual([made.stepS, made.phaseS, made.version, made.createdS], [300, 0, 1, MIDNIGHT_S]);
  assert.deepEqual(made.timeouts, { connectMs: 5000, totalMs: 10_000 });
  assert.deepEqual(await registry.targets.get(made.id), made);
  const chinese = await target({ url: "https://例子.中国/", name: "首页" });
  assert.match(chinese.id, /^[a-z0-9-]+$/);
  assert.notEqual((await target()).id, made.id, "the same host again is another target");
});

test("an edit names the version it was made to", async () => {
  const { target, registry } = await world();
  const { id } = await target();
  const second = await registry.targets.update(id, 1, {
    ...INPUT,
    cron: "0 * * * *",
    timeZone: "Asia/Kolkata",
  });
  assert.deepEqual([second.version, second.stepS, second.phaseS], [2, 3600, 1800]);
  await assert.rejects(registry.targets.update(id, 1, INPUT), { code: "version_conflict" });
  await assert.rejects(registry.targets.update("nobody", 1, INPUT), { code: "not_found" });
  await assert.rejects(registry.targets.remove(id, 1), { code: "version_conflict" });
  await registry.targets.remove(id, 2);
  assert.equal(await registry.targets.find(id), null);
  await assert.rejects(registry.targets.remove(id, null), { code: "not_found" });
});

test("the automatic group follows the URL, a chosen one stays", async () => {
  const { target, registry } = await world();
  const { id } = await target();
  const moved = await registry.targets.update(id, 1, { ...INPUT, url: "https://shop.example.org/" });
  assert.equal(moved.group, "example.org");
  assert.equal((await registry.targets.update(id, 2, { ...INPUT, group: "shops" })).group, "shops");
});

test("a pause is an interval that ends when measuring goes on", async () => {
  const { target, registry, clock } = await world();
  const { id } = await target();
  await clock.advance(60_000);
  await registry.targets.pause(id);
  const again = await registry.targets.pause(id);
  assert.deepEqual(again.pauses, [{ fromS: MIDNIGHT_S + 60, toS: null }], "pausing twice is one pause");
  await clock.advance(60_000);
  const resumed = await registry.targets.resume(id);
  assert.deepEqual(resumed.pauses, [{ fromS: MIDNIGHT_S + 60, toS: MIDNIGHT_S + 120 }]);
  await registry.targets.pause(id);
  const taken = await registry.targets.resume(id);
  assert.equal(taken.pauses.length, 1, "a pause taken back at once leaves no trace");
  assert.deepEqual((await registry.targets.update(id, taken.version, INPUT)).pauses, taken.pauses);
});

test("a probe is given what its vantage measures, and an ETag that changes with it", async () => {
  const { target, registry, vantage } = await world();
  await vantage("ct-sh", "ct");
  await vantage("cnc-bj", "cnc");
  const all = await target();
  const { id } = await target({ from: { carriers: ["ct"] }, name: "ct only" });
  const ct = await registry.assignmentsFor("ct-sh");
  const cnc = await registry.assignmentsFor("cnc-bj");
  assert.deepEqual(ct.assignments.map((one) => one.id).sort(), [all.id, id].sort());
  assert.deepEqual(
    cnc.assignments.map((one) => one.id),
    [all.id],
  );
  assert.match(ct.etag, /^"[0-9a-f]{32}"$/);
  assert.deepEqual(await registry.assignmentsFor("ct-sh"), ct, "nothing changed, nothing differs");
  await registry.targets.pause(id);
  const paused = await registry.assignmentsFor("ct-sh");
  assert.deepEqual(
    paused.assignments.map((one) => one.id),
    [all.id],
  );
  assert.notEqual(paused.etag, ct.etag);
  await registry.vantages.revoke("ct-sh");
  await assert.rejects(registry.assignmentsFor("ct-sh"), { code: "not_found" });
});

test("vantages that measure the same are given one list, each under an ETag of its own, until it changes", async () => {
  const { target, registry, vantage } = await world();
  await vantage("ct-sh", "ct");
  await vantage("cnc-bj", "cnc");
  const { id } = await target();
  await target({ name: "other", url: "https://other.example.org/" });
  const [ct, cnc] = [await registry.assignmentsFor("ct-sh"), await registry.assignmentsFor("cnc-bj")];
  assert.equal(ct.assignments, cnc.assignments);
  assert.notEqual(ct.etag, cnc.etag);
  await registry.targets.update(id, 1, { ...INPUT, family: "ipv6" });
  const changed = await registry.assignmentsFor("cnc-bj");
  assert.notEqual(changed.etag, cnc.etag);
  const kept = changed.assignments.filter((one) => cnc.assignments.includes(one));
  assert.deepEqual([changed.assignments.length, kept.length], [2, 1], "the other one is not made again");
  await registry.targets.update(id, 2, { ...INPUT, from: { carriers: ["ct"] } });
  assert.equal((await registry.assignmentsFor("ct-sh")).assignments.length, 2);
  assert.equal((await registry.assignmentsFor("cnc-bj")).assignments.length, 1);
});

test("the revision changes exactly when something that is measured does", async () => {
  const { target, registry, vantage } = await world();
  await vantage("ct-sh", "ct");
  const { id } = await target();
  const revision = async () => (await registry.assignmentsFor("ct-sh")).assignments[0]?.revision;
  const first = await revision();
  await registry.targets.update(id, 1, {
    ...INPUT,
    name: "other",
    group: "g",
    recipients: [],
    yMax: { total: 5 },
  });
  assert.equal(await revision(), first, "a name is not measured");
  await registry.targets.update(id, 2, { ...INPUT, expect: { bodyContains: "ok" } });
  const second = await revision();
  assert.notEqual(second, first);
  await registry.targets.update(id, 3, INPUT);
  assert.equal(await revision(), first);
  assert.ok(Number.isSafeInteger(first));
});

test("a listener hears of every change until it leaves", async () => {
  const { target, registry, vantage } = await world();
  const heard: string[] = [];
  const leave = registry.onChange((change) => heard.push(`${change.kind} ${change.id}`));
  registry.onChange(() => {
    throw new Error("a broken listener");
  });
  await vantage("ct-sh", "ct");
  const { id } = await target();
  await registry.targets.pause(id);
  await registry.targets.preview(INPUT);
  await registry.carriers.put({ id: "own", name: { zh: "自有", en: "Own" }, color: "#123456" });
  leave();
  await registry.targets.remove(id, null);
  assert.deepEqual(heard, ["vantage ct-sh", `target ${id}`, `target ${id}`, "carrier own"]);
});

test("the default carriers are written once; a removed one stays removed", async () => {
  const { registry } = await world();
  assert.deepEqual(
    (await registry.carriers.list()).map((one) => one.id),
    ["ct", "cnc", "cmcc", "local"],
  );
  await registry.carriers.remove("cmcc");
  await registry.seed();
  assert.equal(await registry.carriers.find("cmcc"), null);
});

test("a carrier in use cannot be removed, and says by whom", async () => {
  const { registry, vantage, target } = await world();
  await vantage("ct-sh", "ct");
  await assert.rejects(registry.carriers.remove("ct"), { code: "in_use", message: /used by vantage ct-sh$/ });
  const { id } = await target({ from: { carriers: ["cnc"] } });
  await assert.rejects(registry.carriers.remove("cnc"), {
    code: "in_use",
    message: new RegExp(`target ${id}$`),
  });
  const lined = await target({ alarm: { lines: { total: { limit: 800, carriers: { cmcc: 1200 } } } } });
  await assert.rejects(registry.carriers.remove("cmcc"), { message: new RegExp(`target ${lined.id}$`) });
});

test("a vantage keeps its document when it is revoked; its id is never given again", async () => {
  const { registry } = await world();
  const made = await registry.vantages.create({ name: "Shanghai 1", carrier: "ct" });
  assert.equal(made.id, "shanghai-1");
  assert.notEqual((await registry.vantages.create({ name: "Shanghai 1", carrier: "ct" })).id, made.id);
  assert.match((await registry.vantages.create({ name: "上海", carrier: "ct" })).id, /^ct-/);
  await assert.rejects(registry.vantages.create({ name: "x", carrier: "zz" }), {
    message: /no carrier "zz"/,
  });
  const revoked = await registry.vantages.revoke(made.id);
  assert.equal(revoked.revokedS, MIDNIGHT_S);
  assert.deepEqual(await registry.vantages.revoke(made.id), revoked);
  await assert.rejects(registry.vantages.create({ id: made.id, name: "y", carrier: "ct" }), {
    code: "already_exists",
  });
});

test("a vantage is silent at 90 s without contact and skewed beyond 60 s", () => {
  const contact = (atMs: number, skewMs: number | null): Contact => ({
    atMs,
    probeVersion: "1",
    skewMs,
    spoolRecords: 0,
    spoolBytes: 0,
    dropped: 0,
    quarantined: 0,
    address: null,
  });
  const nowMs = 1_000_000;
  const rows: { revokedS: number | null; heard: Contact | null; want: string }[] = [
    { revokedS: null, heard: null, want: "waiting" },
    { revokedS: null, heard: contact(nowMs - 89_999, 0), want: "ok" },
    { revokedS: null, heard: contact(nowMs - 90_000, 0), want: "silent" },
    { revokedS: null, heard: contact(nowMs, 60_000), want: "ok" },
    { revokedS: null, heard: contact(nowMs, -60_001), want: "skewed" },
    { revokedS: null, heard: contact(nowMs, null), want: "ok" },
    { revokedS: 5, heard: contact(nowMs, 0), want: "revoked" },
  ];
  for (const { revokedS, heard, want } of rows) assert.equal(vantageStatus({ revokedS }, heard, nowMs), want);
});

test("a document that no longer parses blocks no list and is never written over in silence", async () => {
  const { store, registry, target } = await world();
  const good = await target();
  await store.registry.put("target", "broken", 0, { name: 5 });
  assert.deepEqual(
    (await registry.targets.list()).map((one) => one.id),
    [good.id],
  );
  await assert.rejects(registry.targets.get("broken"), { code: "corrupt_document" });
  await assert.rejects(registry.targets.update("broken", 1, INPUT), { code: "corrupt_document" });
});

test("pauses older than anything archived are dropped; more of them than can be read again are refused", async () => {
  const { registry, store, clock, target } = await world();
  const { id } = await target();
  const pauses = async (count: number) => {
    const doc = await store.registry.get("target", id);
    const nowS = Math.floor(clock.nowMs() / 1000);
    const list = Array.from({ length: count }, (_, i) => ({
      fromS: nowS - 3 * (i + 2),
      toS: nowS - 3 * (i + 2) + 1,
    }));
    await store.registry.put("target", id, null, { ...(doc?.value as object), pauses: list });
  };
  await pauses(10_000);
  await assert.rejects(registry.targets.pause(id), {
    code: "invalid_input",
    message: /pauses: at most 10000/,
  });
  assert.equal((await registry.targets.get(id)).pauses.length, 10_000, "nothing was written");
  clock.jump(798 * 86_400_000);
  assert.equal((await registry.targets.pause(id)).pauses.length, 1);
});

test("a change that wakes many probes reads nothing again, and nobody gets what was before it", async () => {
  const { store, registry, vantage, target } = await world();
  await vantage("ct-1", "ct");
  await vantage("cnc-1", "cnc");
  await target();
  let read = 0;
  const list = store.registry.list;
  store.registry.list = async (kind) => {
    if (kind === "target") read += 1;
    return await list(kind);
  };
  const woken = new Promise<number[]>((resolve) => {
    registry.onChange(({ kind }) => {
      if (kind !== "target") return;
      read = 0;
      const configs = ["ct-1", "cnc-1", "ct-1"].map((id) => registry.assignmentsFor(id));
      void Promise.all(configs).then((all) => resolve(all.map(({ assignments }) => assignments.length)));
    });
  });
  const before = registry.assignmentsFor("ct-1");
  await target({ name: "second" });
  assert.deepEqual(await woken, [2, 2, 2]);
  assert.equal(read, 0);
  await before;
});
