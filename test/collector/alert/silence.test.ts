/** Vantages that say nothing or whose clock is off, and a collector that was away itself. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { makeWorld, type World } from "./world.ts";

/** Open and ended incidents of vantages, as `vantage reason` and `vantage reason over`. */
async function silences(world: World): Promise<string[]> {
  return (await world.incidents())
    .filter((incident) => incident.subject === "vantage")
    .map((incident) => {
      const reasons = incident.transitions.flatMap((transition) => transition.reason ?? []);
      return `${incident.target} ${reasons.join("+")}${incident.toS === null ? "" : " over"}`;
    });
}

async function watched(vantages = ["ct"]) {
  const world = await makeWorld({ vantages });
  const alert = world.alert();
  alert.start();
  await world.contacts();
  await world.clock.advance(10_000);
  return { world, alert };
}

describe("a vantage that says nothing", () => {
  it("is silent 90 s after its last contact was seen, not before", async () => {
    const { world, alert } = await watched();
    await world.clock.advance(79_999);
    assert.deepEqual(await silences(world), []);
    await world.clock.advance(10_001);
    assert.deepEqual(await silences(world), ["ct silent"]);
    assert.deepEqual(await world.messages(), ["opened silent"]);
    await alert.stop();
  });

  it("is told of once, and its end once, from its last contact to the next", async () => {
    const { world, alert } = await watched();
    const lastS = world.clock.nowMs() / 1000 - 10;
    await world.clock.advance(300_000);
    await world.contacts();
    const backS = world.clock.nowMs() / 1000;
    await world.clock.advance(30_000);
    assert.deepEqual(await world.messages(), ["opened silent", "ended silent"]);
    const [incident] = await world.incidents();
    assert.deepEqual([incident?.fromS, incident?.toS], [lastS, backS]);
    await alert.stop();
  });

  it("that was never heard of is waited for, not missed", async () => {
    const world = await makeWorld({ vantages: ["ct"] });
    const alert = world.alert();
    alert.start();
    await world.clock.advance(600_000);
    assert.deepEqual(await silences(world), []);
    await alert.stop();
  });

  it("that is revoked is missed no more", async () => {
    const { world, alert } = await watched();
    await world.clock.advance(120_000);
    await world.registry.vantages.revoke("ct");
    await world.clock.advance(1_000);
    assert.deepEqual(await silences(world), ["ct silent+removed over"]);
    await alert.stop();
  });
});

describe("a collector that was away", () => {
  it("gives every vantage 90 s after its start, however old the last contacts are", async () => {
    const world = await makeWorld();
    await world.contacts();
    world.clock.jump(3_600_000);
    const alert = world.alert();
    alert.start();
    await world.clock.advance(85_000);
    assert.deepEqual(await silences(world), []);
    await world.contacts();
    await world.clock.advance(60_000);
    assert.deepEqual(await silences(world), []);
    await alert.stop();
  });

  it("does not take an old contact for a sign of life", async () => {
    const { world, alert } = await watched();
    await world.clock.advance(200_000);
    await alert.stop();
    const again = world.alert();
    again.start();
    await world.clock.advance(30_000);
    assert.deepEqual(await silences(world), ["ct silent"]);
    await world.contacts();
    await world.clock.advance(15_000);
    assert.deepEqual(await silences(world), ["ct silent over"]);
    assert.deepEqual(await world.messages(), ["opened silent", "ended silent"]);
    await again.stop();
  });

  it("finds nobody silent when its own clock jumps by hours", async () => {
    const { world, alert } = await watched();
    world.clock.jump(8 * 3_600_000);
    await world.clock.advance(30_000);
    assert.deepEqual(await silences(world), []);
    await alert.stop();
  });
});

describe("a clock that is off", () => {
  it("by exactly 60 s is believed", async () => {
    const { world, alert } = await watched();
    await world.contact("ct", -60_000);
    await world.clock.advance(20_000);
    assert.deepEqual(await silences(world), []);
    await alert.stop();
  });

  it("by more is told of, and its end too", async () => {
    const { world, alert } = await watched();
    await world.contact("ct", -60_001);
    await world.clock.advance(20_000);
    assert.deepEqual(await silences(world), ["ct skewed"]);
    await world.contact("ct", 0);
    await world.clock.advance(20_000);
    assert.deepEqual(await silences(world), ["ct skewed over"]);
    assert.deepEqual(await world.messages(), ["opened silent", "ended silent"]);
    await alert.stop();
  });
});
