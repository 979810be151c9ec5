/** The evaluator over a real store: live and late samples, restarts, rivals, and targets that change meanwhile. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { STEP, spansOf, stored, upSample } from "./ticks.ts";
import { makeWorld, recipientDoc, type World } from "./world.ts";

/** Incidents of the target by ticks since a first tick. */
async function storyFrom(world: World, firstTick: number): Promise<string> {
  const own = (await world.incidents()).filter((incident) => incident.subject === "target");
  const shifted = own.map((incident) => ({
    ...incident,
    fromS: incident.fromS - firstTick,
    toS: incident.toS === null ? null : incident.toS - firstTick,
  }));
  return spansOf(shifted);
}

describe("live samples", () => {
  it("two failing ticks of most carriers open one incident and send one message each", async () => {
    const world = await makeWorld();
    const first = world.tick();
    const alert = world.alert();
    alert.start();
    await world.pass({ ct: "UDDDUU", cnc: "UDDDUU", cmcc: "UUUUUU" });
    assert.equal(await storyFrom(world, first), "down 1-4");
    assert.deepEqual(await world.messages(), ["opened down", "ended down"]);
    await alert.stop();
    assert.deepEqual(world.log.errors, []);
  });

  it("degraded, slow and escalation are told once each", async () => {
    const world = await makeWorld();
    const alert = world.alert();
    alert.start();
    await world.pass({ ct: "DDDDUU", cnc: "UUDDUU", cmcc: "UUUUUU" });
    assert.deepEqual(await world.messages(), ["opened degraded", "escalated down", "ended down"]);
    await world.pass({ ct: "SSUU", cnc: "SSUU", cmcc: "UUUU" });
    assert.deepEqual(await world.messages(), ["opened slow", "ended slow"]);
    await alert.stop();
  });

  it("is sure of a majority before the last carrier has reported", async () => {
    const world = await makeWorld();
    const alert = world.alert();
    alert.start();
    await world.pass({ ct: "UD", cnc: "UD", cmcc: "UU" });
    await world.contacts();
    await world.clock.advance(3_000);
    await world.report({ ct: "D" });
    await world.clock.advance(250);
    assert.deepEqual(await world.messages(), []);
    await world.report({ cnc: "D" });
    await world.clock.advance(250);
    assert.deepEqual(await world.messages(), ["opened down"]);
    await alert.stop();
  });

  it("waits for the others before it calls a carrier degraded, so that an outage is not told twice", async () => {
    const world = await makeWorld();
    const alert = world.alert();
    alert.start();
    await world.pass({ ct: "D", cnc: "D", cmcc: "D" });
    await world.contacts();
    for (const id of ["ct", "cnc", "cmcc"]) {
      await world.clock.advance(2_000);
      await world.report({ [id]: "D" });
    }
    await world.clock.advance(30_000);
    assert.deepEqual(await world.messages(), ["opened down"]);
    await alert.stop();
  });

  it("does not wait for ever: after the deadline the votes that came decide", async () => {
    const world = await makeWorld();
    const alert = world.alert();
    alert.start();
    await world.pass({ ct: "D", cnc: "U", cmcc: "U" });
    await world.contacts();
    await world.report({ ct: "D", cnc: "U" });
    await world.clock.advance(1_000);
    assert.deepEqual(await world.messages(), []);
    await world.clock.advance(59_000);
    assert.deepEqual(await world.messages(), ["opened degraded"]);
    await alert.stop();
  });

  it("a vantage that falls silent while down recovers nothing, and is told of itself", async () => {
    const world = await makeWorld({ vantages: ["ct"] });
    const first = world.tick();
    const alert = world.alert();
    alert.start();
    await world.pass({ ct: "DD....." });
    assert.equal(await storyFrom(world, first), "down 0-");
    assert.deepEqual(await world.messages(), ["opened down", "opened silent"]);
    await world.pass({ ct: "UU" });
    assert.deepEqual(await world.messages(), ["ended silent", "ended down"]);
    await alert.stop();
  });
});

describe("restarts and rivals", () => {
  it("a restart repeats nothing and goes on where it was", async () => {
    const world = await makeWorld();
    let alert = world.alert();
    alert.start();
    await world.pass({ ct: "DDD", cnc: "DDD", cmcc: "DDD" });
    await alert.stop();
    alert = world.alert();
    alert.start();
    await world.pass({ ct: "DDUU", cnc: "DDUU", cmcc: "DDUU" });
    await alert.stop();
    assert.deepEqual(await world.messages(), ["opened down", "ended down"]);
  });

  it("two evaluators at once send once", async () => {
    const world = await makeWorld();
    const both = [world.alert(), world.alert()];
    for (const alert of both) alert.start();
    await world.pass({ ct: "DDDUU", cnc: "DDDUU", cmcc: "DDDUU" });
    for (const alert of both) await alert.stop();
    assert.deepEqual(await world.messages(), ["opened down", "ended down"]);
    assert.deepEqual(world.log.errors, []);
  });

  it("what came while nobody judged is told when it is still news", async () => {
    const world = await makeWorld();
    await world.pass({ ct: "DD", cnc: "DD", cmcc: "DD" });
    const alert = world.alert();
    alert.start();
    await world.clock.advance(1_000);
    assert.deepEqual(await world.messages(), ["opened down"]);
    await alert.stop();
  });

  it("what began and ended while nobody judged is told in one message", async () => {
    const world = await makeWorld();
    await world.pass({ ct: "DDUU", cnc: "DDUU", cmcc: "DDUU" });
    const alert = world.alert();
    alert.start();
    await world.clock.advance(60_000);
    assert.deepEqual(await world.messages(), ["brief down"]);
    await alert.stop();
  });

  it("a target that is not readable stops nobody else", async () => {
    const world = await makeWorld();
    const other = await world.registry.targets.create({
      name: "other",
      url: "https://b.example.com/",
      cron: "* * * * *",
    });
    await world.store.registry.put("target", other.id, null, { name: "other" });
    const alert = world.alert();
    alert.start();
    for (let tick = 0; tick < 2; tick += 1) {
      await world.clock.advance(5_000);
      const { vantage, sample } = stored("ct", upSample(world.tick()));
      const receivedMs = world.clock.nowMs();
      const record = { vantage, epoch: "0".repeat(16), receivedMs, skewMs: 0 };
      const told = { ...record, sample: { ...sample, target: other.id } };
      await world.store.samples.put([told], receivedMs);
      await world.report({ ct: "D", cnc: "D", cmcc: "D" });
      await world.clock.advance(55_000);
    }
    assert.deepEqual(await world.messages(), ["opened down"]);
    assert.ok(world.log.errors.length > 0);
    await alert.stop();
  });

  it("a target that cannot be judged stops nobody else", async () => {
    const world = await makeWorld();
    const other = await world.registry.targets.create({
      name: "other",
      url: "https://b.example.com/",
      cron: "* * * * *",
    });
    const { states, outlines } = world.store.samples;
    const broken = {
      ...world.store,
      samples: {
        ...world.store.samples,
        outlines: (asked: Parameters<typeof outlines>[0]) =>
          asked.some(({ target }) => target === other.id)
            ? Promise.reject(new Error("broken"))
            : outlines(asked),
        states: (target: string, ticks: readonly number[]) =>
          target === other.id ? Promise.reject(new Error("broken")) : states(target, ticks),
      },
    };
    const { alertPart } = await import("../../../collector/alert/alert.ts");
    const alert = alertPart({ ...world, store: broken });
    alert.start();
    await world.clock.advance(5_000);
    const sample = { ...(await import("./ticks.ts")).upSample(world.tick()), target: other.id, seq: 9 };
    const record = {
      vantage: "ct",
      epoch: "0".repeat(16),
      receivedMs: world.clock.nowMs(),
      skewMs: 0,
      sample,
    };
    await world.store.samples.put([record], world.clock.nowMs());
    await world.clock.advance(55_000);
    await world.pass({ ct: "DD", cnc: "DD", cmcc: "DD" });
    assert.deepEqual(await world.messages(), ["opened down"]);
    assert.ok(world.log.errors.length > 0);
    await alert.stop();
  });
});

describe("late samples", () => {
  it("an hour of late failures is written into the record and told to nobody", async () => {
    const world = await makeWorld();
    const alert = world.alert();
    alert.start();
    await world.pass({ ct: "UU", cnc: "UU", cmcc: "UU" });
    const first = world.tick();
    await world.clock.advance(3_600_000);
    await world.messages();
    for (let i = 0; i < 55; i += 1) {
      const letter = i >= 10 && i < 20 ? "D" : "U";
      await world.report({ ct: letter, cnc: letter, cmcc: letter }, first + i * STEP);
    }
    await world.pass({ ct: "UUU", cnc: "UUU", cmcc: "UUU" });
    const story = await storyFrom(world, first);
    assert.ok(story.includes("down 10-20"), story);
    assert.deepEqual(
      (await world.messages()).filter((message) => !message.endsWith("silent")),
      [],
    );
    await alert.stop();
  });

  it("an outage found late that goes on live is told, with its true beginning", async () => {
    const world = await makeWorld();
    const alert = world.alert();
    alert.start();
    await world.pass({ ct: "UU", cnc: "UU", cmcc: "UU" });
    const first = world.tick();
    await world.clock.advance(1_800_000);
    for (let i = 20; i < 27; i += 1) await world.report({ ct: "D", cnc: "D", cmcc: "D" }, first + i * STEP);
    await world.messages();
    await world.pass({ ct: "D", cnc: "D", cmcc: "D" });
    assert.deepEqual(
      (await world.messages()).filter((message) => !message.endsWith("silent")),
      ["opened down"],
    );
    const down = (await world.incidents()).find((incident) => incident.class === "down");
    assert.equal(down?.fromS, first + 20 * STEP);
    await alert.stop();
  });

  it("late votes that take a down back are told as its end", async () => {
    const world = await makeWorld();
    const alert = world.alert();
    alert.start();
    const first = world.tick();
    await world.pass({ ct: "DD..", cnc: "....", cmcc: "...." });
    await world.clock.advance(60_000);
    assert.ok((await world.messages()).includes("opened down"));
    for (let i = 0; i < 4; i += 1) await world.report({ cnc: "U", cmcc: "U" }, first + i * STEP);
    await world.clock.advance(60_000);
    const said = (await world.messages()).filter((message) => !message.endsWith("silent"));
    assert.deepEqual(said, ["eased degraded"]);
    await alert.stop();
  });

  it("an incident that later samples show never was is withdrawn, and that is told", async () => {
    const world = await makeWorld({ vantages: ["ct"] });
    const alert = world.alert();
    alert.start();
    const first = world.tick();
    await world.pass({ ct: "D.D" });
    assert.ok((await world.messages()).includes("opened down"));
    await world.contacts();
    await world.clock.advance(60_000);
    await world.report({ ct: "U" }, first + STEP);
    await world.clock.advance(10_000);
    assert.equal(await storyFrom(world, first), "");
    assert.deepEqual(await world.messages(), ["ended down"]);
    await alert.stop();
  });

  it("a second judgement of the same news changes nothing", async () => {
    const world = await makeWorld();
    const alert = world.alert();
    alert.start();
    await world.pass({ ct: "DDUU", cnc: "DDUU", cmcc: "DDUU" });
    const before = await world.incidents();
    await world.messages();
    for (const incident of before) world.live.publish({ type: "target", target: incident.target });
    await alert.round();
    assert.deepEqual(await world.incidents(), before);
    assert.deepEqual(await world.messages(), []);
    await alert.stop();
  });
});

describe("targets that change", () => {
  it("a pause ends what was told, and says so", async () => {
    const world = await makeWorld();
    const alert = world.alert();
    alert.start();
    await world.pass({ ct: "DD", cnc: "DD", cmcc: "DD" });
    assert.deepEqual(await world.messages(), ["opened down"]);
    await world.registry.targets.pause(world.target.id);
    await world.clock.advance(1_000);
    assert.deepEqual(await world.messages(), ["ended down"]);
    const [incident] = await world.incidents();
    assert.equal(incident?.transitions.at(-1)?.reason, "paused");
    await alert.stop();
  });

  it("a removed target's incident ends, and that is told", async () => {
    const world = await makeWorld();
    const alert = world.alert();
    alert.start();
    await world.pass({ ct: "DD", cnc: "DD", cmcc: "DD" });
    await world.messages();
    await world.registry.targets.remove(world.target.id, null);
    await world.clock.advance(1_000);
    assert.deepEqual(await world.messages(), ["ended down"]);
    await alert.stop();
  });

  it("when the last vantage is revoked, so does every open incident", async () => {
    const world = await makeWorld({ vantages: ["ct"] });
    const alert = world.alert();
    alert.start();
    await world.pass({ ct: "DD" });
    await world.messages();
    await world.registry.vantages.revoke("ct");
    await world.clock.advance(1_000);
    assert.deepEqual(await world.messages(), ["ended down"]);
    await alert.stop();
  });

  it("only the target's own recipients are told", async () => {
    const world = await makeWorld();
    await world.store.registry.put("recipient", "boss", 0, recipientDoc("boss", "boss", "en"));
    const { version, id: _, stepS: __, phaseS: ___, createdS: ____, pauses: _____, ...input } = world.target;
    await world.registry.targets.update(world.target.id, version, { ...input, recipients: ["boss"] });
    const alert = world.alert();
    alert.start();
    await world.pass({ ct: "DD", cnc: "DD", cmcc: "DD" });
    const leased = await world.store.outbox.lease(world.clock.nowMs(), 1000, 10);
    assert.deepEqual(
      leased.map((message) => message.recipient),
      ["boss"],
    );
    await alert.stop();
  });

  it("nobody to tell, nothing told; who is added during an outage hears of it", async () => {
    const world = await makeWorld();
    await world.store.registry.put("recipient", "ops", null, null);
    const alert = world.alert();
    alert.start();
    await world.pass({ ct: "DDD", cnc: "DDD", cmcc: "DDD" });
    const [incident] = await world.incidents();
    assert.deepEqual(
      incident?.transitions.map((transition) => [transition.kind, transition.told]),
      [["opened", false]],
    );
    await world.store.registry.put("recipient", "kim", 0, recipientDoc("kim", "Kim", "en"));
    await world.pass({ ct: "D", cnc: "D", cmcc: "D" });
    assert.deepEqual(await world.messages(), ["opened down"]);
    await world.pass({ ct: "UU", cnc: "UU", cmcc: "UU" });
    assert.deepEqual(await world.messages(), ["ended down"]);
    await alert.stop();
  });
});
