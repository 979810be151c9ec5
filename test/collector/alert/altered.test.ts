/** Altered answers through the evaluator: stored as events, announced, evidence of an incident, ended, and corrected. */
import assert from "node:assert/strict";
import { test } from "node:test";
import type { LiveEvent } from "../../../collector/wire/api-overview.ts";
import type { AlteredEvent } from "../../../collector/wire/event.ts";
import { type Answers, FINE, type Said, sampleSaying, URL_OF } from "./altered-ticks.ts";
import { STEP } from "./ticks.ts";
import { makeWorld, type World } from "./world.ts";

const MOVED: Said = { ...FINE, finalUrl: "http://portal.carrier.test/", redirects: 1 };
const NXDOMAIN: Said = { failure: { phase: "dns", cause: "nxdomain", source: "target" } };
const CUT: Said = { failure: { phase: "tls", cause: "tls-reset", source: "target" } };
const ALL: Answers = { ct: FINE, cnc: FINE, cmcc: FINE };

/** Whole ticks pass, each answered 5 s after it began. */
async function pass(world: World, ...ticks: Answers[]): Promise<void> {
  for (const answers of ticks) {
    await world.clock.advance(5_000);
    await answer(world, answers);
    await world.clock.advance(STEP * 1000 - 5_000);
  }
}

async function answer(world: World, answers: Answers, tick = world.tick()): Promise<void> {
  await world.reportSamples(
    Object.fromEntries(Object.entries(answers).map(([id, said]) => [id, sampleSaying(tick, said)])),
  );
}

async function eventsOf(world: World): Promise<AlteredEvent[]> {
  const found = await world.store.events.list({ kinds: ["altered"], limit: 100 });
  return found.filter((event) => event.kind === "altered").sort((a, b) => a.atS - b.atS);
}

function started(world: World) {
  const alert = world.alert();
  alert.start();
  const heard: LiveEvent[] = [];
  world.live.subscribe((event) => event.type === "event" && heard.push(event));
  return { alert, heard };
}

test("up, but sent elsewhere at one carrier: an event after two ticks, no incident, no mail, and an end", async () => {
  const world = await makeWorld({ url: URL_OF });
  const { alert, heard } = started(world);
  const firstTick = world.tick();
  await pass(world, ALL, { ...ALL, cnc: MOVED });
  assert.deepEqual(await eventsOf(world), []);
  await pass(world, { ...ALL, cnc: MOVED });
  const [event, ...others] = await eventsOf(world);
  assert.equal(others.length, 0);
  assert.equal(event?.id, `altered/${world.target.id}/cnc/${firstTick + STEP}`);
  assert.deepEqual([event?.toS, event?.vantage, event?.carrier], [null, null, "cnc"]);
  assert.deepEqual(event?.differs, [
    { what: "redirect", here: "portal.carrier.test", elsewhere: "www.example.com" },
  ]);
  assert.deepEqual(heard, [{ type: "event", kind: "altered", target: world.target.id, vantage: null }]);
  await pass(world, ALL);
  assert.equal((await eventsOf(world))[0]?.toS, null);
  await pass(world, ALL);
  assert.equal((await eventsOf(world))[0]?.toS, firstTick + 3 * STEP);
  assert.equal(heard.length, 2);
  assert.deepEqual(await world.incidents(), []);
  await alert.stop();
});

test("what goes on for long is one event, written when it begins and when it ends", async () => {
  const world = await makeWorld({ url: URL_OF });
  const { alert, heard } = started(world);
  await pass(world, ...Array.from({ length: 12 }, () => ({ ...ALL, cnc: MOVED })), ALL, ALL);
  assert.equal((await eventsOf(world)).length, 1);
  assert.equal(heard.length, 2);
  await alert.stop();
});

test("a carrier that fails by it: the incident names what differs, and whose side it is", async () => {
  for (const [said, source, what] of [
    [CUT, "network", "reset"],
    [NXDOMAIN, "resolver", "answers"],
  ] as const) {
    const world = await makeWorld({ url: URL_OF });
    const { alert } = started(world);
    await pass(world, ALL, { ...ALL, cnc: said }, { ...ALL, cnc: said });
    const [incident] = await world.incidents();
    const evidence = incident?.transitions[0]?.evidence.find((one) => one.carrier === "cnc");
    assert.equal(evidence?.failure?.source, source);
    assert.deepEqual(
      evidence?.altered?.map((one) => one.what),
      [what],
    );
    const fine = incident?.transitions[0]?.evidence.find((one) => one.carrier === "ct");
    assert.equal(fine?.altered, undefined);
    await alert.stop();
  }
});

test("the same failure at every carrier is nobody's doing on the way", async () => {
  const world = await makeWorld({ url: URL_OF });
  const { alert } = started(world);
  const all = { ct: CUT, cnc: CUT, cmcc: CUT };
  await pass(world, ALL, all, all);
  const [incident] = await world.incidents();
  const [opened] = incident?.transitions ?? [];
  assert.deepEqual(
    opened?.evidence.map((one) => [one.failure?.source, one.altered]),
    [1, 2, 3].map(() => ["target", undefined]),
  );
  assert.deepEqual(await eventsOf(world), []);
  await alert.stop();
});

test("late samples open, move and withdraw an event, and page nobody", async () => {
  const world = await makeWorld({ url: URL_OF });
  const { alert } = started(world);
  const first = world.tick();
  const { cnc, ...others } = ALL;
  assert.ok(cnc);
  for (let i = 0; i < 8; i += 1) await pass(world, others);
  assert.deepEqual(await eventsOf(world), []);
  await world.messages();
  const spans = async () =>
    (await eventsOf(world))
      .filter((event) => event.toS === null || event.toS > event.atS)
      .map(({ atS, toS }) => [(atS - first) / STEP, toS === null ? null : (toS - first) / STEP]);
  const late = async (i: number, said: Said) => {
    await answer(world, { cnc: said }, first + i * STEP);
    await alert.round();
  };
  for (const i of [2, 3]) await late(i, MOVED);
  assert.deepEqual(await spans(), [[2, null]]);
  for (const i of [4, 5]) await late(i, FINE);
  assert.deepEqual(await spans(), [[2, 4]]);
  await late(1, MOVED);
  assert.deepEqual(await spans(), [[1, 4]]);
  for (const i of [0, 6, 7]) await late(i, FINE);
  assert.deepEqual(await spans(), [[1, 4]]);
  assert.deepEqual(await world.messages(), []);
  await alert.stop();
});

test("a pause and a removal end it", async () => {
  const world = await makeWorld({ url: URL_OF });
  const { alert } = started(world);
  await pass(world, { ...ALL, cnc: MOVED }, { ...ALL, cnc: MOVED });
  assert.equal((await eventsOf(world))[0]?.toS, null);
  await world.registry.targets.pause(world.target.id);
  await world.clock.advance(60_000);
  const [paused] = await eventsOf(world);
  assert.ok(paused && paused.toS !== null && paused.toS > paused.atS);
  await world.registry.targets.resume(world.target.id);
  await pass(world, { ...ALL, cnc: MOVED }, { ...ALL, cnc: MOVED });
  assert.equal((await eventsOf(world)).length, 2);
  const { version } = (await world.registry.targets.find(world.target.id)) ?? { version: 0 };
  await world.registry.targets.remove(world.target.id, version);
  await world.clock.advance(10_000);
  assert.ok((await eventsOf(world)).every((event) => event.toS !== null));
  await alert.stop();
});
