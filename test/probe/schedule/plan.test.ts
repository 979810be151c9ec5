/** When a tick is due, when it is lost, and that no clock can make it come twice. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { spreadMsOf } from "../../../collector/wire/spread.ts";
import {
  type Due,
  type Instant,
  type Plan,
  planOf,
  UNKEPT_MAX,
  UNKEPT_PER_TARGET,
} from "../../../probe/schedule/plan.ts";
import { assignmentOf } from "../../support/assignments.ts";
import { fc } from "../../support/property.ts";

const T0 = 1_795_248_000;
const HOUR_MS = 3_600_000;
const YEARS_MS = 10 * 365 * 86_400_000;

/** A plan and its clocks, looked at every second. */
function watched(plan: Plan, startS = T0 + 5) {
  const now = { wallMs: startS * 1000, monoMs: 0, bootMs: 0 };
  const ticks: number[] = [];
  const unkept: Due["unkept"][number][] = [];
  let unreported = 0;
  const look = () => {
    const due = plan.due({ ...now });
    ticks.push(...due.measure.map(({ tick }) => tick));
    unkept.push(...due.unkept);
    unreported += due.unreported;
    return due;
  };
  const pass = (wallMs: number, monoMs = wallMs, bootMs = wallMs) => {
    now.wallMs += wallMs;
    now.monoMs += monoMs;
    now.bootMs += bootMs;
  };
  return {
    ticks,
    unkept,
    unreported: () => unreported,
    look,
    pass,
    run(seconds: number) {
      for (let s = 0; s < seconds; s += 1) {
        look();
        pass(1000);
      }
    },
    now: (): Instant => ({ ...now }),
  };
}

const KNOWN = new Map([["shop", 1]]);

test("a target is measured at tick + phase + spread, every step", () => {
  for (const { stepS, phaseS } of [
    { stepS: 10, phaseS: 0 },
    { stepS: 300, phaseS: 0 },
    { stepS: 300, phaseS: 120 },
    { stepS: 3600, phaseS: 1800 },
  ]) {
    const plan = planOf(new Map(), KNOWN);
    plan.assign([assignmentOf({ stepS, phaseS })]);
    let wallMs = T0 * 1000;
    const seen: number[] = [];
    for (let i = 0; i < 5; ) {
      const due = plan.due({ wallMs, monoMs: wallMs, bootMs: wallMs });
      for (const { tick, dueMs } of due.measure) {
        assert.equal(dueMs, (tick + phaseS) * 1000 + spreadMsOf("shop", stepS));
        // The first is the tick that was running when the probe began.
        if (i > 0) assert.ok(wallMs - dueMs < 1, `${wallMs - dueMs} ms late`);
        seen.push(tick);
        i += 1;
      }
      wallMs += Math.max(1, plan.waitMs({ wallMs, monoMs: wallMs, bootMs: wallMs }));
    }
    assert.deepEqual(
      seen.map((tick, i) => tick - (seen[0] ?? 0) - i * stepS),
      [0, 0, 0, 0, 0],
    );
  }
});

test("what becomes due between the look and the question how long to wait is not waited for", () => {
  const plan = planOf(new Map(), KNOWN);
  plan.assign([assignmentOf()]);
  const dueMs = T0 * 1000 + spreadMsOf("shop", 300);
  const at = (wallMs: number) => ({ wallMs, monoMs: wallMs, bootMs: wallMs });
  plan.due(at(dueMs - 300_000));
  assert.deepEqual(plan.due(at(dueMs - 1)).measure, []);
  assert.equal(plan.waitMs(at(dueMs - 1)), 1);
  assert.equal(plan.waitMs(at(dueMs)), 0);
  assert.equal(plan.waitMs(at(dueMs + 5)), 0);
  assert.deepEqual(
    plan.due(at(dueMs + 5)).measure.map(({ tick }) => tick),
    [T0],
  );
  assert.equal(plan.waitMs(at(dueMs + 5)), 299_995);
});

test("a new target is measured at once, fills the running tick, and that tick is not measured again", () => {
  const plan = planOf();
  const w = watched(plan);
  w.look();
  plan.assign([assignmentOf()]);
  assert.equal(plan.waitMs(w.now()), 0);
  const [first] = w.look().measure;
  assert.equal(first?.tick, T0);
  assert.equal(first?.first, true);
  w.run(700);
  assert.deepEqual(w.ticks, [T0, T0 + 300, T0 + 600]);
});

test("a changed revision is measured at once unless its tick has a sample", () => {
  const plan = planOf(new Map(), KNOWN);
  const w = watched(plan, T0 + 200);
  plan.assign([assignmentOf()]);
  w.look();
  assert.deepEqual(w.ticks, [T0], "a restart measures the running tick");
  plan.assign([assignmentOf({ revision: 2 })]);
  w.run(50);
  assert.deepEqual(w.ticks, [T0]);
  w.pass(60_000);
  plan.assign([assignmentOf({ revision: 3 })]);
  w.look();
  assert.deepEqual(w.ticks, [T0, T0 + 300]);
});

test("a tick that an earlier run left in the spool is not measured again after a restart", () => {
  const plan = planOf(new Map([["shop", T0]]), KNOWN);
  plan.assign([assignmentOf()]);
  const w = watched(plan, T0 + 100);
  w.run(400);
  assert.deepEqual(w.ticks, [T0 + 300]);
});

test("a target that is taken away and comes back is measured at once, but never twice for a tick", () => {
  const plan = planOf();
  plan.assign([assignmentOf()]);
  const w = watched(plan);
  w.look();
  plan.assign([]);
  w.run(20);
  plan.assign([assignmentOf()]);
  w.run(20);
  assert.deepEqual(w.ticks, [T0]);
});

test("a suspended machine reports the newest ticks it slept through, and counts the rest", () => {
  const plan = planOf();
  plan.assign([assignmentOf({ stepS: 60 })]);
  const w = watched(plan);
  w.run(120);
  const before = w.ticks.length;
  w.pass(8 * HOUR_MS, 500, 8 * HOUR_MS);
  w.look();
  assert.equal(w.unkept.length, UNKEPT_PER_TARGET);
  assert.deepEqual(new Set(w.unkept.map(({ reason }) => reason)), new Set(["suspended"]));
  assert.ok(w.unreported() >= 8 * 60 - UNKEPT_PER_TARGET - 2 && w.unreported() <= 8 * 60);
  w.run(300);
  assert.ok(w.ticks.length - before >= 5, "it measures on");
  assert.equal(
    new Set([...w.ticks, ...w.unkept.map(({ tick }) => tick)]).size,
    w.ticks.length + w.unkept.length,
  );
});

test("a probe that was stopped for a while says suspended, one that fell behind says overload", () => {
  for (const [pauseMs, reason] of [
    [400_000, "suspended"],
    [25_000, "overload"],
  ] as const) {
    const plan = planOf();
    plan.assign([assignmentOf({ stepS: 10 })]);
    const w = watched(plan);
    w.run(30);
    w.pass(pauseMs);
    w.look();
    assert.ok(w.unkept.length > 0);
    assert.deepEqual(new Set(w.unkept.map((tick) => tick.reason)), new Set([reason]));
  }
});

for (const [name, leapMs] of [
  ["an hour ahead", HOUR_MS],
  ["an hour back", -HOUR_MS],
  ["ten years ahead", YEARS_MS],
  ["ten years back", -YEARS_MS],
  ["back to 1970", -(T0 * 1000) + 60_000],
  ["beyond 2038", 2_200_000_000_000 - T0 * 1000],
] as const) {
  test(`a wall clock that leaps ${name} makes no storm and no tick twice`, () => {
    const plan = planOf();
    plan.assign([assignmentOf({ stepS: 60 }), assignmentOf({ id: "blog", stepS: 60 })]);
    const w = watched(plan);
    w.run(1_800);
    w.pass(leapMs, 0, 0);
    w.run(1_800);
    w.pass(-leapMs, 0, 0);
    w.run(7_200);
    const perTarget = w.ticks.length / 2;
    assert.ok(perTarget <= 10_800 / 60 + 3, `${perTarget} measurements in 10,800 s`);
    assert.ok(perTarget >= 7_200 / 60 - 2, `${perTarget} measurements in 10,800 s`);
    assert.ok(w.unkept.length <= 4 * UNKEPT_PER_TARGET);
    for (const { tick, reason } of w.unkept) {
      assert.equal(reason, "clock");
      assert.ok(tick >= 0);
    }
  });
}

test("after a leap ahead the cadence goes on within a step", () => {
  for (const leapMs of [HOUR_MS, YEARS_MS, HOUR_MS + 17_000, -YEARS_MS]) {
    const plan = planOf();
    plan.assign([assignmentOf({ stepS: 60 })]);
    const w = watched(plan);
    w.run(600);
    const before = w.ticks.length;
    w.pass(leapMs, 0, 0);
    w.run(600);
    const made = w.ticks.length - before;
    assert.ok(made >= 9 && made <= 11, `${made} in 600 s after ${leapMs} ms`);
  }
});

test("ticks refused as lying in the future are measured when they really come", () => {
  const plan = planOf();
  plan.assign([assignmentOf({ stepS: 60 })]);
  const w = watched(plan, T0 + 3_600);
  w.run(600);
  const early = w.ticks.slice(1);
  for (const tick of w.ticks) plan.forget("shop", tick);
  w.pass(-HOUR_MS, 0, 0);
  w.run(4_500);
  for (const tick of early) assert.equal(w.ticks.filter((t) => t === tick).length, 2, `tick ${tick}`);
});

test("small corrections of the clock neither skip nor repeat a tick", () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -1_500, max: 1_500 }), { maxLength: 40 }), (corrections) => {
      const plan = planOf();
      plan.assign([assignmentOf({ stepS: 10 })]);
      const w = watched(plan);
      for (const ms of corrections) {
        w.run(7);
        w.pass(ms, 0, 0);
      }
      w.run(30);
      const all = [...w.ticks, ...w.unkept.map(({ tick }) => tick)].sort((a, b) => a - b);
      assert.deepEqual(
        all,
        all.map((_, i) => (all[0] ?? 0) + i * 10),
      );
    }),
    { numRuns: 60 },
  );
});

test("however many targets sleep, what is reported stays bounded", () => {
  const plan = planOf();
  plan.assign(Array.from({ length: 2_000 }, (_, i) => assignmentOf({ id: `t${i}`, stepS: 10 })));
  const w = watched(plan);
  w.run(20);
  w.pass(8 * HOUR_MS, 0, 8 * HOUR_MS);
  const due = w.look();
  assert.ok(due.unkept.length <= UNKEPT_MAX);
  assert.ok(due.unreported > 2_000_000);
});
