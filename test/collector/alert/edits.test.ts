/** A target that is edited while its alarm fires: its line, its rule, its step; and clocks that go wrong. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeWorld, type World } from "./world.ts";

async function edit(world: World, change: object): Promise<void> {
  const target = await world.registry.targets.get(world.target.id);
  const { version, id, stepS: _, phaseS: __, createdS: ___, pauses: ____, ...input } = target;
  await world.registry.targets.update(id, version, { ...input, ...change });
}

async function running() {
  const world = await makeWorld();
  const alert = world.alert();
  alert.start();
  return { world, alert };
}

const all = (text: string) => ({ ct: text, cnc: text, cmcc: text });
const ofTarget = (said: readonly string[]) => said.filter((one) => !one.endsWith("silent"));

describe("an alarm line that is edited while it fires", () => {
  it("raised above the values ends the incident, and that is told once", async () => {
    const { world, alert } = await running();
    await world.pass(all("SSS"));
    assert.deepEqual(await world.messages(), ["opened slow"]);
    await edit(world, { alarm: { lines: { total: { limit: 5000 } } } });
    await world.pass(all("SSSS"));
    assert.deepEqual(await world.messages(), ["ended slow"]);
    assert.deepEqual(world.log.errors, []);
    await alert.stop();
  });

  it("taken away altogether ends it as well", async () => {
    const { world, alert } = await running();
    await world.pass(all("SSS"));
    await edit(world, { alarm: { lines: {} } });
    await world.pass(all("SSSS"));
    assert.deepEqual(await world.messages(), ["opened slow", "ended slow"]);
    await alert.stop();
  });

  it("lowered under the values begins one", async () => {
    const { world, alert } = await running();
    await world.pass(all("UUU"));
    await edit(world, { alarm: { lines: { total: { limit: 50 } } } });
    await world.pass(all("UUU"));
    assert.deepEqual(await world.messages(), ["opened slow"]);
    await alert.stop();
  });
});

describe("a step that is edited while the target is down", () => {
  it("keeps the incident, and its end is told", async () => {
    const { world, alert } = await running();
    await world.pass(all("DDD"));
    assert.deepEqual(await world.messages(), ["opened down"]);
    await edit(world, { cron: "*/2 * * * *" });
    const [before] = await world.incidents();
    for (const letter of ["D", "D", "U", "U", "U"]) {
      const nowS = Math.floor(world.clock.nowMs() / 1000);
      await world.clock.advance((Math.ceil((nowS + 1) / 120) * 120 - nowS + 5) * 1000);
      await world.reportAt(120, { ct: letter, cnc: letter, cmcc: letter });
      await world.clock.advance(20_000);
    }
    assert.deepEqual(ofTarget(await world.messages()), ["ended down"]);
    const own = (await world.incidents()).filter((one) => one.subject === "target");
    assert.equal(own.length, 1);
    assert.equal(own[0]?.fromS, before?.fromS);
    assert.deepEqual(world.log.errors, []);
    await alert.stop();
  });
});

describe("a collector that was away for a day", () => {
  it("pages for nothing that is over, and keeps the true record", async () => {
    const { world, alert } = await running();
    await world.pass(all("UU"));
    await alert.stop();
    const first = world.tick();
    world.clock.jump(86_400_000);
    const again = world.alert();
    again.start();
    for (const [i, letter] of [..."UUDDDUU"].entries())
      await world.report({ ct: letter, cnc: letter, cmcc: letter }, first + (100 + i) * 60);
    await world.pass(all("UUU"));
    await world.clock.advance(60_000);
    assert.deepEqual(ofTarget(await world.messages()), []);
    const [incident] = (await world.incidents()).filter((one) => one.class === "down");
    assert.equal(incident?.toS && incident.toS - incident.fromS, 180);
    await again.stop();
  });

  it("tells the end of what it had told before, once", async () => {
    const { world, alert } = await running();
    await world.pass(all("DD"));
    assert.deepEqual(await world.messages(), ["opened down"]);
    await alert.stop();
    world.clock.jump(86_400_000);
    const again = world.alert();
    again.start();
    await world.pass(all("UUU"));
    assert.deepEqual(ofTarget(await world.messages()), ["ended down"]);
    await again.stop();
  });
});
