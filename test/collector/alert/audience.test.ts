/** Who hears of what when recipients come and go, and when the target itself goes. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeWorld, recipientDoc, type World } from "./world.ts";

const DOWN = { ct: "DD", cnc: "DD", cmcc: "DD" };
const UP = { ct: "UU", cnc: "UU", cmcc: "UU" };

/** `event class -> recipient` for each message, in order; takes them. */
async function letters(world: World): Promise<string[]> {
  const leased = await world.store.outbox.lease(world.clock.nowMs(), 1_000, 1000);
  for (const one of leased)
    await world.store.outbox.settle(one.id, one.lease, { kind: "sent", atMs: world.clock.nowMs() });
  return leased
    .map(({ payload, recipient }) => {
      const said = payload as { event: string; class: string };
      return `${said.event} ${said.class} -> ${recipient}`;
    })
    .sort();
}

async function add(world: World, id: string): Promise<void> {
  await world.store.registry.put("recipient", id, 0, recipientDoc(id, id, "en"));
}

async function address(world: World, recipients: string[] | null): Promise<void> {
  const target = await world.registry.targets.get(world.target.id);
  const { version, id, stepS: _, phaseS: __, createdS: ___, pauses: ____, ...input } = target;
  await world.registry.targets.update(id, version, { ...input, recipients });
}

async function running(vantages?: readonly string[]) {
  const world = await makeWorld(vantages ? { vantages } : {});
  const alert = world.alert();
  alert.start();
  return { world, alert };
}

describe("the end of an incident", () => {
  it("goes to whoever heard of its beginning, though the target tells others now", async () => {
    const { world, alert } = await running();
    await add(world, "kim");
    await address(world, ["ops"]);
    await world.pass(DOWN);
    assert.deepEqual(await letters(world), ["opened down -> ops"]);
    await address(world, ["kim"]);
    await world.pass(UP);
    assert.deepEqual(await letters(world), ["ended down -> ops"]);
    await alert.stop();
  });

  it("does not go to somebody who was added meanwhile and heard of nothing", async () => {
    const { world, alert } = await running();
    await world.pass(DOWN);
    await add(world, "kim");
    await world.pass(UP);
    assert.deepEqual(await letters(world), ["ended down -> ops", "opened down -> ops"]);
    await alert.stop();
  });

  it("goes to nobody who was removed meanwhile", async () => {
    const { world, alert } = await running();
    await add(world, "kim");
    await world.pass(DOWN);
    await letters(world);
    await world.store.registry.put("recipient", "kim", null, null);
    await world.pass(UP);
    assert.deepEqual(await letters(world), ["ended down -> ops"]);
    await alert.stop();
  });
});

describe("a target that is removed while down", () => {
  it("is told by its name, to whoever heard of it", async () => {
    const { world, alert } = await running();
    await add(world, "kim");
    await address(world, ["ops"]);
    await world.pass(DOWN);
    await letters(world);
    await world.registry.targets.remove(world.target.id, null);
    await world.clock.advance(1_000);
    const [message, ...others] = await world.store.outbox.lease(world.clock.nowMs(), 1_000, 10);
    const said = message?.payload as { name: string; event: string; reason: string };
    assert.deepEqual([said.name, said.event, said.reason], ["官网首页", "ended", "removed"]);
    assert.equal(message?.recipient, "ops");
    assert.deepEqual(others, []);
    await alert.stop();
  });
});

describe("a vantage that fell silent while nobody received mail", () => {
  it("is told of as soon as somebody does, and its end then too", async () => {
    const { world, alert } = await running(["ct"]);
    await world.store.registry.put("recipient", "ops", null, null);
    await world.contacts();
    await world.clock.advance(300_000);
    assert.deepEqual(await letters(world), []);
    await add(world, "kim");
    await world.clock.advance(20_000);
    assert.deepEqual(await letters(world), ["opened silent -> kim"]);
    await world.contacts();
    await world.clock.advance(20_000);
    assert.deepEqual(await letters(world), ["ended silent -> kim"]);
    await alert.stop();
  });

  it("and came back before anybody did: nothing is told", async () => {
    const { world, alert } = await running(["ct"]);
    await world.store.registry.put("recipient", "ops", null, null);
    await world.contacts();
    await world.clock.advance(300_000);
    await world.contacts();
    await add(world, "kim");
    await world.clock.advance(20_000);
    assert.deepEqual(await letters(world), []);
    await alert.stop();
  });
});
