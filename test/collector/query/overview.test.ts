/** The overview: who is shown as what now, what is bad first, and whether anybody would be told. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { nextStartMs, startDelayS } from "../../../collector/query/subject.ts";
import { Overview, TargetView } from "../../../collector/wire/api-overview.ts";
import { overviewShown } from "../../../dashboard/charts/overview-shown.ts";
import { down, MIDNIGHT_S, suspect, ticksOf, up, type World, world } from "../world.ts";

const NOON_S = MIDNIGHT_S + 12 * 3600;

/** Noon and a bit, so that every target of step 300 has started the tick of noon. */
async function noon(): Promise<World> {
  const at = await world({ startS: NOON_S - 86_400 });
  for (const [id, carrier] of [
    ["ct-1", "ct"],
    ["ct-2", "ct"],
    ["cnc-1", "cnc"],
  ] as const) {
    await at.vantage(id, carrier);
  }
  at.clock.jump(86_400_000 + 100_000);
  return at;
}

async function heard(at: World, vantage: string, agoMs: number, skewMs = 0): Promise<void> {
  const rest = {
    probeVersion: "1",
    spoolRecords: 0,
    spoolBytes: 0,
    dropped: 0,
    quarantined: 0,
    address: null,
  };
  await at.store.registry.put("contact", vantage, null, { atMs: at.clock.nowMs() - agoMs, skewMs, ...rest });
}

async function onlyRow(at: World) {
  const overview = Overview.parse(JSON.parse(JSON.stringify(await at.query.overview())));
  const { rows } = overviewShown(overview);
  const [row, ...others] = rows;
  assert.ok(row && others.length === 0);
  return { row, overview, states: row.cells.map((cell) => cell.state) };
}

test("columns are the carriers that have a vantage, in order; one that measures nothing here says so", async () => {
  const at = await noon();
  await at.vantage("spare", "cmcc");
  await at.registry.vantages.revoke("spare");
  await at.target({ from: { carriers: ["cnc"] } });
  const { overview, states, row } = await onlyRow(at);
  assert.deepEqual(
    overview.carriers.map((one) => one.id),
    ["ct", "cnc"],
  );
  assert.deepEqual(states, ["none", "waiting"]);
  assert.equal(row.status, "waiting");
});

test("a carrier now is the majority of its vantages' newest samples", async (t) => {
  const tick = NOON_S;
  const rows: {
    name: string;
    act: (at: World, id: string) => Promise<void>;
    states: string[];
    status: string;
  }[] = [];
  const row = (name: string, states: string[], status: string, letters: string) =>
    rows.push({
      name,
      states,
      status,
      act: async (at, id) => {
        const target = { id, stepS: 300 };
        const make = {
          u: (v: string) => up(target, v, tick, 5000),
          d: (v: string) => down(target, v, tick),
          s: (v: string) => suspect(target, v, tick),
        };
        const all = ["ct-1", "ct-2", "cnc-1"].flatMap((vantage, i) => {
          const letter = letters[i];
          return letter === "u" || letter === "d" || letter === "s" ? [make[letter](vantage)] : [];
        });
        await at.history(all);
      },
    });
  row("all up", ["up", "up"], "up", "uuu");
  row("a tie is down", ["down", "up"], "degraded", "udu");
  row("both carriers", ["down", "down"], "down", "ddd");
  row("one carrier says nothing", ["up", "waiting"], "up", "uu-");
  row("the only one that reports is down", ["down", "waiting"], "down", "d--");
  row("suspect", ["suspect", "up"], "up", "s-u");
  for (const { name, act, states, status } of rows) {
    await t.test(name, async () => {
      const at = await noon();
      await act(at, (await at.target()).id);
      const found = await onlyRow(at);
      assert.deepEqual([found.states, found.row.status], [states, status]);
    });
  }
});

test("a carrier whose newest sample is old, or whose vantages are silent or skewed, is UNKNOWN", async () => {
  const at = await noon();
  const target = await at.target({ from: { carriers: ["cnc"] } });
  await at.history([up(target, "cnc-1", NOON_S, 5000)]);
  const state = async () => (await onlyRow(at)).row.cells[1];
  assert.equal((await state())?.state, "up", "nothing was ever heard of it but the sample");
  await heard(at, "cnc-1", 89_999);
  assert.deepEqual([(await state())?.state, (await state())?.silentSinceMs], ["up", null]);
  await heard(at, "cnc-1", 90_000);
  assert.deepEqual(
    [(await state())?.state, (await state())?.silentSinceMs],
    ["unknown", at.clock.nowMs() - 90_000],
  );
  await heard(at, "cnc-1", 0, 60_001);
  assert.equal((await state())?.state, "unknown");
  await heard(at, "cnc-1", 0);
  // Two starts later, and ten seconds to measure and thirty to arrive after that, its absence means something.
  const freshMs = (2 * 300 + startDelayS(target) + 40) * 1000 - (at.clock.nowMs() - NOON_S * 1000);
  at.clock.jump(freshMs - 1);
  await heard(at, "cnc-1", 0);
  assert.equal((await state())?.state, "up");
  at.clock.jump(2);
  assert.equal((await state())?.state, "unknown");
  assert.equal((await onlyRow(at)).row.status, "unknown");
});

test("slow is beyond the line, exactly on it is not; a carrier's own line wins", async () => {
  const at = await noon();
  const lines = { total: { limit: 5, carriers: { cnc: 10 } }, speed: { limit: 100 } };
  const target = await at.target({ alarm: { lines } });
  await at.history([
    up(target, "ct-1", NOON_S, 5000, { speed: 100 }),
    up(target, "ct-2", NOON_S, 5000, { speed: 100 }),
    up(target, "cnc-1", NOON_S, 9000, { speed: 100 }),
  ]);
  const slow = async () => (await onlyRow(at)).row.cells.map((cell) => cell.slow);
  assert.deepEqual(await slow(), [false, false]);
  at.clock.jump(300_000);
  await at.history([
    up(target, "ct-1", NOON_S + 300, 5002, { speed: 100 }),
    up(target, "ct-2", NOON_S + 300, 5000, { speed: 100 }),
    up(target, "cnc-1", NOON_S + 300, 9000, { speed: 99 }),
  ]);
  assert.deepEqual(await slow(), [true, true]);
  assert.equal((await onlyRow(at)).row.status, "slow");
});

test("the spark has one value per tick of three hours, the mean of the carrier's vantages against the largest", async () => {
  const at = await noon();
  const target = await at.target({ from: { carriers: ["ct"] } });
  const ticks = ticksOf(300, NOON_S - 4 * 3600, NOON_S);
  await at.history(
    ticks.flatMap((tick, i) =>
      i === ticks.length - 2
        ? []
        : [up(target, "ct-1", tick, i % 2 === 0 ? 2000 : 8000), up(target, "ct-2", tick, 4000)],
    ),
  );
  const { row } = await onlyRow(at);
  const spark = row.cells[0]?.spark ?? [];
  assert.equal(spark.length, 36);
  // Means of 3 and 6 ms: of 64 levels the 32nd and the last.
  assert.deepEqual([spark.at(-1), spark.at(-2), spark.at(-3)], [63, null, 63]);
  assert.deepEqual([spark[0], spark[1]], [32, 63]);
  const { row: whole } = await at.query.targetView(target.id);
  assert.deepEqual(whole.cells[0]?.spark.slice(0, 2), [3, 6], "the target's page has the numbers");
});

test("the last day counts by carrier and for the service, pauses left out", async () => {
  const at = await noon();
  const target = await at.target();
  const ticks = ticksOf(300, NOON_S - 86_400 + 300, NOON_S);
  await at.history(
    ticks.flatMap((tick, i) => [
      i % 4 === 0 ? down(target, "ct-1", tick) : up(target, "ct-1", tick, 1000),
      i % 8 === 0 ? down(target, "cnc-1", tick) : up(target, "cnc-1", tick, 1000),
    ]),
  );
  const before = (await onlyRow(at)).row;
  assert.deepEqual(
    before.cells.map((cell) => cell.availability24h.share?.toFixed(2)),
    ["0.75", "0.87"],
  );
  assert.equal(before.availability24h.share, before.cells[1]?.availability24h.share, "down where both are");
  await at.registry.targets.pause(target.id);
  const paused = (await onlyRow(at)).row;
  assert.deepEqual([paused.status, paused.cells[0]?.state], ["paused", "paused"]);
  at.clock.jump(86_400_000);
  const later = (await onlyRow(at)).row;
  assert.deepEqual(later.availability24h.counts.unknown, 0, "a day of pause is a day of nothing");
});

test("an open incident decides when it is worse than what the newest samples show", async () => {
  const at = await noon();
  const target = await at.target();
  await at.history(["ct-1", "cnc-1"].map((vantage) => up(target, vantage, NOON_S, 1000)));
  const incident = {
    target: target.id,
    subject: "target",
    fromS: NOON_S - 600,
    toS: null,
    transitions: [],
  } as const;
  const open = (id: string, kind: "down" | "slow") =>
    at.store.incidents.transition({ ...incident, transitions: [], id, class: kind }, 0, []);
  await open("a", "slow");
  assert.deepEqual([(await onlyRow(at)).row.status, (await onlyRow(at)).row.incident?.id], ["slow", "a"]);
  await open("b", "down");
  const { row, overview } = await onlyRow(at);
  assert.deepEqual([row.status, row.incident?.id, overview.openIncidents.length], ["down", "b", 2]);
});

test("bad targets stand first, then by group and name", async () => {
  const at = await noon();
  const names = [
    ["up b", "g2", "u"],
    ["up a", "g2", "u"],
    ["paused", "g1", "u"],
    ["waiting", "g3", "-"],
    ["degraded", "z", "x"],
    ["down", "z", "d"],
  ] as const;
  for (const [name, group, letter] of names) {
    const target = await at.target({ name, group });
    if (letter === "-") continue;
    const [ct, cnc] = letter === "u" ? [up, up] : letter === "d" ? [down, down] : [down, up];
    await at.history([ct(target, "ct-1", NOON_S, 1), cnc(target, "cnc-1", NOON_S, 1)]);
    if (name === "paused") await at.registry.targets.pause(target.id);
  }
  const { rows } = await at.query.overview();
  assert.deepEqual(
    rows.map((row) => row.target.name),
    ["down", "degraded", "paused", "up a", "up b", "waiting"],
  );
});

test("the next start is the target's own second of the next tick", async () => {
  const target = { id: "site", stepS: 300, phaseS: 120 };
  const startMs = startDelayS(target) * 1000;
  assert.ok(startMs >= 120_000 && startMs < 180_000);
  const atMs = 3_000_000 + startMs;
  assert.equal(nextStartMs(target, atMs - 1), atMs);
  assert.equal(nextStartMs(target, atMs), atMs + 300_000);
});

test("nobody would be told while there is no mail server, no recipient, or mail fails", async () => {
  const at = await noon();
  const untold = async () => (await at.query.overview()).untold;
  assert.equal(await untold(), "no-smtp");
  await at.store.registry.put("setting", "smtp", null, { host: "mail" });
  assert.equal(await untold(), "no-recipient");
  await at.store.registry.put("recipient", "me", null, { name: "me" });
  assert.equal(await untold(), null);
  const message = { id: "m", channel: "mail", recipient: "me", payload: {}, createdMs: 0 } as const;
  const incident = {
    id: "i",
    target: "t",
    subject: "target",
    class: "down",
    fromS: 1,
    toS: null,
    transitions: [],
  };
  await at.store.incidents.transition({ ...incident, subject: "target", class: "down" }, 0, [message]);
  const [leased] = await at.store.outbox.lease(at.clock.nowMs(), 1000, 1);
  assert.equal(await untold(), null, "not tried yet");
  await at.store.outbox.settle("m", leased?.lease ?? "", {
    kind: "retry",
    atMs: at.clock.nowMs() + 1000,
    error: "refused",
  });
  assert.equal(await untold(), "smtp-failing");
});

test("the head of a target's page has thirty days behind it", async () => {
  const at = await noon();
  const target = await at.target();
  const records = ticksOf(300, NOON_S - 3000, NOON_S).map((tick, i) =>
    up(target, "ct-1", tick, (i + 1) * 1000),
  );
  const last = records.at(-1);
  assert.ok(last);
  const certificate = { subject: "s", issuer: "i", notAfterS: NOON_S + 1000, fingerprint256: "AA" };
  await at.history([
    ...records.slice(0, -1),
    { ...last, sample: { ...last.sample, detail: { certificate } } },
  ]);
  const view = TargetView.parse(await at.query.targetView(target.id));
  assert.deepEqual(
    view.carriers.map((one) => one.id),
    ["ct", "cnc"],
  );
  assert.deepEqual([view.p50Ms30d, view.certificateNotAfterS], [5, NOON_S + 1000]);
  assert.equal(view.p95Ms30d?.toFixed(1), "10.0");
  assert.equal(view.latest[0]?.sample.tick, NOON_S);
  await assert.rejects(at.query.targetView("nobody"), { code: "not_found" });
});
