/** Late news gives way to batches that are under way, for a while; live news never waits for them. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { downSample } from "./ticks.ts";
import { makeWorld, VANTAGES, type World } from "./world.ts";

/** Reports an outage of an hour ago, all of it late. */
async function lateOutage(world: World, ageS: number): Promise<void> {
  for (let back = ageS; back > ageS - 300; back -= 60)
    await world.report({ ct: "D", cnc: "D", cmcc: "D" }, world.tick() - back);
  await world.report({ ct: "U", cnc: "U", cmcc: "U" }, world.tick() - ageS + 300);
  await world.report({ ct: "U", cnc: "U", cmcc: "U" }, world.tick() - ageS + 360);
}

/** Another target fails now, seen by all, and says so. */
async function failNow({ store, clock, live, tick }: World, target: string): Promise<void> {
  const receivedMs = clock.nowMs();
  const records = Object.keys(VANTAGES).flatMap((vantage) =>
    [tick() - 60, tick()].map((at, i) => {
      const sample = { ...downSample(at), target, seq: 10_000 + i };
      return { vantage, epoch: "0".repeat(16), receivedMs, skewMs: 0, sample };
    }),
  );
  await store.samples.put(records, receivedMs);
  for (const { vantage, sample } of records)
    live.publish({ type: "sample", sample: { vantage, carrier: vantage, receivedMs, live: true, sample } });
}

describe("late news", () => {
  it("is judged when the batches under way are answered, not before", async () => {
    const world = await makeWorld();
    await lateOutage(world, 7_200);
    const { promise, resolve } = Promise.withResolvers<void>();
    const waits: number[] = [];
    const alert = world.alert((mostMs) => {
      waits.push(mostMs);
      return promise;
    });
    const round = alert.round();
    while (waits.length === 0) await new Promise(setImmediate);
    assert.deepEqual(await world.incidents(), []);
    resolve();
    await round;
    assert.equal((await world.incidents()).length, 1);
    assert.deepEqual(waits, [100]);
    assert.deepEqual(await world.store.claims.due(world.clock.nowMs() + 60_000, 1, 10), [], "all settled");
  });

  it("lets live news pass while it waits", async () => {
    const world = await makeWorld();
    await lateOutage(world, 7_200);
    let turns = 0;
    const alert = world.alert(async () => {
      turns += 1;
      if (turns > 1) return;
      await world.report({ ct: "D", cnc: "D", cmcc: "D" }, world.tick() - 60);
      await world.report({ ct: "D", cnc: "D", cmcc: "D" });
    });
    alert.start();
    await world.clock.advance(1);
    await alert.stop();
    assert.equal(turns, 1);
    assert.deepEqual(await world.messages(), ["opened down"]);
    assert.equal((await world.incidents()).length, 2, "the live one and the late one");
    assert.deepEqual(world.log.errors, []);
  });

  it("is judged once with all that came while it waited", async () => {
    const world = await makeWorld();
    const last = world.tick() - 7_200;
    const down = (tick: number) => world.report({ ct: "D", cnc: "D", cmcc: "D" }, tick);
    for (let i = 0; i < 3; i += 1) await down(last - i * 60);
    let batches = 4;
    const reads: number[] = [];
    const { outlines } = world.store.samples;
    Object.assign(world.store.samples, {
      outlines(asked: Parameters<typeof outlines>[0]) {
        reads.push(...asked.filter(({ values }) => values).map(({ fromS, toS }) => (toS - fromS) / 60 + 1));
        return outlines(asked);
      },
    });
    const alert = world.alert(async () => {
      if (batches === 0) return;
      batches -= 1;
      // The votes of a tick that was claimed already, and ticks before it; the probe sends one when the last is answered.
      await world.clock.advance(10);
      await down(last - (6 - batches) * 60);
    });
    await alert.round();
    const [incident, ...others] = await world.incidents();
    assert.equal(incident?.fromS, last - 6 * 60);
    assert.equal(others.length, 0);
    assert.ok(reads.length > 0 && reads.length < 4, `${reads.length} reads`);
    assert.deepEqual(await world.store.claims.due(world.clock.nowMs() + 60_000, 1, 10), [], "all settled");
    assert.deepEqual(world.log.errors, []);
  });

  it("is judged by another evaluator when the one that waited is gone, and by that one alone", async () => {
    const world = await makeWorld();
    await lateOutage(world, 7_200);
    const { promise, resolve } = Promise.withResolvers<void>();
    let asked = 0;
    const gone = world.alert(() => {
      asked += 1;
      return promise;
    });
    const round = gone.round();
    while (asked === 0) await new Promise(setImmediate);
    await lateOutage(world, 10_800);
    await world.clock.advance(31_000);
    const next = world.alert(() => Promise.resolve());
    await next.round();
    const incidents = await world.incidents();
    assert.equal(incidents.length, 2);
    resolve();
    await round;
    assert.deepEqual(await world.incidents(), incidents);
    assert.deepEqual(await world.store.claims.due(world.clock.nowMs() + 60_000, 1, 10), [], "all settled");
    assert.deepEqual(world.log.errors, []);
  });

  it("waits for nobody once a round has waited for ten seconds", async () => {
    const world = await makeWorld();
    // Further apart than marks that are judged together.
    const ages = Array.from({ length: 6 }, (_, i) => 7_200 * (i + 1));
    for (const age of ages) await lateOutage(world, age);
    const waits: number[] = [];
    const alert = world.alert(async (mostMs) => {
      waits.push(mostMs);
      await world.clock.advance(4_000);
    });
    await alert.round();
    assert.deepEqual(waits, [100, 100, 100]);
    assert.equal((await world.incidents()).length, 6);
  });

  it("goes on waiting when a timer ends a little early, as those of this machine do", async () => {
    const world = await makeWorld();
    await lateOutage(world, 7_200);
    let batches = 3;
    const alert = world.alert(async (mostMs) => {
      if (batches === 0) return;
      assert.deepEqual(await world.incidents(), []);
      batches -= 1;
      await world.clock.advance(mostMs - 0.75);
    });
    await alert.round();
    assert.equal(batches, 0);
    assert.equal((await world.incidents()).length, 1);
  });

  it("is passed by live news when it waits for nobody any more, and not again within 200 ms", async () => {
    const world = await makeWorld();
    const { create } = world.registry.targets;
    const other = await create({ name: "b", url: "https://b.example.com/", cron: "* * * * *" });
    const third = await create({ name: "c", url: "https://c.example.com/", cron: "* * * * *" });
    await world.clock.advance(120_000);
    // Further apart than marks that are judged together: one job each.
    for (let i = 1; i <= 6; i += 1) await lateOutage(world, 7_200 * i);
    const { samples } = world.store;
    const { latest } = samples;
    const judged: string[] = [];
    Object.assign(samples, {
      async latest(asked: Parameters<typeof latest>[0]) {
        judged.push(asked[0]?.target ?? "");
        if (judged.length === 2) await failNow(world, other.id);
        if (judged.length === 5) await failNow(world, third.id);
        return latest(asked);
      },
    });
    const alert = world.alert(() => world.clock.advance(10_000));
    alert.start();
    await alert.round();
    const late = world.target.id;
    assert.deepEqual(judged.slice(0, 7), [late, late, other.id, late, late, late, late]);
    await alert.round();
    await alert.stop();
    assert.equal(judged.includes(third.id), true);
    assert.deepEqual(await world.messages(), ["opened down", "opened down"]);
    assert.deepEqual(world.log.errors, []);
  });

  it("does not wait when it came in time", async () => {
    const world = await makeWorld();
    await world.report({ ct: "D", cnc: "D", cmcc: "D" }, world.tick() - 60);
    await world.report({ ct: "D", cnc: "D", cmcc: "D" });
    const alert = world.alert(() => Promise.reject(new Error("it asked to wait")));
    await alert.round();
    assert.equal((await world.incidents()).length, 1);
    assert.deepEqual(world.log.errors, []);
  });
});
