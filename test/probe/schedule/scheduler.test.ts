/** Starts are spaced and bounded; what cannot start in time is reported, not measured late. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { spreadMsOf } from "../../../collector/wire/spread.ts";
import { type Limits, paceOf } from "../../../probe/schedule/pace.ts";
import { type Measurement, planOf, type Unkept } from "../../../probe/schedule/plan.ts";
import { schedulerOf } from "../../../probe/schedule/scheduler.ts";
import { assignmentOf } from "../../support/assignments.ts";
import { fakeClock } from "../../support/fake-clock.ts";

type Start = { atMs: number; lateMs: number; measurement: Measurement };

function scheduled(limits: Limits, takesMs: (measurement: Measurement) => number) {
  const clock = fakeClock();
  const starts: Start[] = [];
  const unkept: Unkept[] = [];
  let most = 0;
  const scheduler = schedulerOf({
    plan: planOf(),
    clock,
    pace: paceOf({ clock, limits }),
    bootMs: clock.monoMs,
    measure: ({ measurement, lateMs }) => {
      starts.push({ atMs: clock.monoMs(), lateMs, measurement });
      most = Math.max(most, scheduler.running() + 1);
      return new Promise((resolve) => {
        clock.after(takesMs(measurement), resolve);
      });
    },
    unkept: (ticks) => unkept.push(...ticks),
  });
  return { clock, scheduler, starts, unkept, most: () => most };
}

const targets = (count: number, over = {}) =>
  Array.from({ length: count }, (_, i) => assignmentOf({ id: `t${i}`, ...over }));

test("a hundred new targets start one after another, encrypted ones further apart", async () => {
  for (const [url, gapMs] of [
    ["http://x.test/", 3],
    ["https://x.test/", 10],
  ] as const) {
    const s = scheduled({ concurrent: 200, gapHttpMs: 3, gapHttpsMs: 10 }, () => 50);
    s.scheduler.assign(targets(100, { url }));
    s.scheduler.start();
    await s.clock.advance(2_000);
    assert.equal(s.starts.length, 100);
    const gaps = s.starts.slice(1).map(({ atMs }, i) => atMs - (s.starts[i]?.atMs ?? 0));
    assert.ok(Math.min(...gaps) >= gapMs - 1e-6, `least gap ${Math.min(...gaps)}`);
    assert.ok(Math.max(...s.starts.map(({ lateMs }) => lateMs)) <= 100 * gapMs + 1);
    await s.scheduler.stop(0);
  }
});

test("a target that becomes due while another is being started waits for no look but its own", async () => {
  const spread = (id: string) => spreadMsOf(id, 300);
  const ids = Array.from({ length: 5_000 }, (_, i) => `t${i}`).sort((a, b) => spread(a) - spread(b));
  // The second is due one millisecond after the first, and nothing is after it.
  const at = ids.findIndex((id, i) => spread(ids[i + 1] ?? id) === spread(id) + 1);
  const pair = [ids[at] ?? "", ids[at + 1] ?? ""].map((id) => assignmentOf({ id }));
  const clock = fakeClock();
  let workedMs = 0;
  const busy = { ...clock, nowMs: () => clock.nowMs() + workedMs, monoMs: () => clock.monoMs() + workedMs };
  const lateMs: number[] = [];
  const scheduler = schedulerOf({
    plan: planOf(new Map(), new Map(pair.map(({ id, revision }) => [id, revision]))),
    clock: busy,
    pace: paceOf({ clock: busy, limits: { concurrent: 9 } }),
    bootMs: busy.monoMs,
    measure: async (started) => {
      lateMs.push(started.lateMs);
      workedMs += 2;
    },
    unkept: () => {},
  });
  scheduler.assign(pair);
  scheduler.start();
  await clock.advance(700_000);
  await scheduler.stop(0);
  // The running tick and three more, of each.
  assert.equal(lateMs.length, 8);
  assert.ok(Math.max(...lateMs.slice(2)) < 50, `${lateMs}`);
});

test("no more run together than the limit, and the next starts when one ends", async () => {
  const s = scheduled({ concurrent: 4, gapHttpMs: 0, gapHttpsMs: 0 }, () => 100);
  s.scheduler.assign(targets(12));
  s.scheduler.start();
  await s.clock.advance(1_000);
  assert.equal(s.starts.length, 12);
  assert.equal(s.most(), 4);
  await s.scheduler.stop(0);
});

test("what cannot start within its grace is reported as overload, once, and the probe goes on", async () => {
  const s = scheduled({ concurrent: 1, gapHttpMs: 0, gapHttpsMs: 0 }, () => 4_000);
  s.scheduler.assign(targets(6, { stepS: 10 }));
  s.scheduler.start();
  await s.clock.advance(60_000);
  assert.ok(s.unkept.length > 10);
  assert.ok(s.starts.length >= 12, `${s.starts.length} measured`);
  assert.deepEqual(new Set(s.unkept.map(({ reason }) => reason)), new Set(["overload"]));
  const said = [
    ...s.unkept.map(({ assignment, tick }) => `${assignment.id} ${tick}`),
    ...s.starts.map(({ measurement: { assignment, tick } }) => `${assignment.id} ${tick}`),
  ];
  assert.equal(new Set(said).size, said.length);
  await s.scheduler.stop(0);
});

test("a new assignment starts within the same turn", () => {
  const s = scheduled({ concurrent: 4, gapHttpMs: 3, gapHttpsMs: 10 }, () => 10);
  s.scheduler.start();
  s.scheduler.assign(targets(1));
  assert.equal(s.starts.length, 1);
  assert.equal(s.starts[0]?.measurement.first, true);
});

test("stopping waits for what runs, but not longer than it is told", async () => {
  const s = scheduled({ concurrent: 4, gapHttpMs: 0, gapHttpsMs: 0 }, () => 5_000);
  s.scheduler.assign(targets(2));
  s.scheduler.start();
  let stopped = false;
  const stopping = s.scheduler.stop(1_000).then(() => {
    stopped = true;
  });
  await s.clock.advance(900);
  assert.equal(stopped, false);
  await s.clock.advance(200);
  assert.equal(stopped, true);
  await stopping;
  await s.clock.advance(600_000);
  assert.equal(s.starts.length, 2);
});

test("however the wall clock leaps, starts keep their real distance", async () => {
  const YEARS_MS = 10 * 365 * 86_400_000;
  for (const leapMs of [3_600_000, -3_600_000, YEARS_MS, -YEARS_MS]) {
    const s = scheduled({ concurrent: 10, gapHttpMs: 3, gapHttpsMs: 10 }, () => 20);
    s.scheduler.assign(targets(3, { stepS: 60 }));
    s.scheduler.start();
    await s.clock.advance(300_000);
    s.clock.jump(leapMs);
    await s.clock.advance(600_000);
    const one = s.starts
      .filter(({ measurement }) => measurement.assignment.id === "t1")
      .map(({ atMs }) => atMs);
    const gaps = one.slice(2).map((atMs, i) => atMs - (one[i + 1] ?? 0));
    assert.ok(Math.min(...gaps) > 0 && one.length <= 17, `${one.length} starts in 15 steps`);
    // An hour back repeats ticks that have their samples; any other leap costs one step at most.
    if (leapMs !== -3_600_000)
      assert.ok(Math.max(...gaps) <= 121_000, `${Math.max(...gaps)} ms between starts`);
    for (const { lateMs } of s.starts) assert.ok(lateMs >= 0 && lateMs < 60_000, `${lateMs} ms late`);
    await s.scheduler.stop(0);
  }
});
