/** Starts are spaced by what a measurement costs; when there is too much, all take their turn at being left out. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { costsOf } from "../../../probe/schedule/cost.ts";
import { type Limits, paceOf } from "../../../probe/schedule/pace.ts";
import { type FakeClock, fakeClock } from "../../support/fake-clock.ts";

/** A pace whose every start uses processor time. */
function paced(costMs: (url: string) => number, limits: Partial<Limits> = {}) {
  const clock = fakeClock();
  let usedMs = 0;
  const pace = paceOf({ clock, limits: { concurrent: 1_000, ...limits }, cpuMs: () => usedMs });
  const starts: { key: string; atMs: number }[] = [];
  const left: string[] = [];
  const ask = (url: string, { key = url, patient = false, foundLateMs = 0, graceMs = 60_000 } = {}) =>
    pace.ask({
      url,
      key,
      patient,
      foundLateMs,
      graceMs,
      sinceMonoMs: clock.monoMs(),
      start: () => {
        usedMs += costMs(url);
        starts.push({ key, atMs: clock.monoMs() });
        return Promise.resolve();
      },
      overdue: () => left.push(key),
    });
  return { clock, ask, starts, left };
}

/** Keeps something waiting all the time, so that every distance is the pace's own. */
async function fill(s: ReturnType<typeof paced>, url: string, seconds: number): Promise<number[]> {
  for (let second = 0; second < seconds; second += 1) {
    for (let i = 0; i < 200; i += 1) s.ask(url, { patient: true, graceMs: 1e9 });
    await s.clock.advance(1_000);
  }
  return s.starts.slice(1).map(({ atMs }, i) => atMs - (s.starts[i]?.atMs ?? 0));
}

for (const [url, costMs, limits, wantMs] of [
  ["http://x.test/", 1, {}, 1 / 0.6],
  ["http://x.test/", 6, {}, 10],
  ["https://x.test/", 3, {}, 5],
  ["http://x.test/", 1, { gapHttpMs: 4 }, 4],
  ["https://x.test/", 3, { gapHttpsMs: 4 }, 5],
] as const) {
  test(`a measurement of ${url} that costs ${costMs} ms, with ${JSON.stringify(limits)}, starts every ${wantMs.toFixed(1)} ms`, async () => {
    const gaps = await fill(
      paced(() => costMs, limits),
      url,
      60,
    );
    const last = gaps.slice(-50);
    const mean = last.reduce((sum, gap) => sum + gap, 0) / last.length;
    assert.ok(Math.abs(mean - wantMs) < wantMs * 0.1, `${mean} ms`);
  });
}

test("of two classes each learns its own cost", () => {
  let usedMs = 0;
  const costs = costsOf(() => usedMs);
  for (let second = 0; second < 400; second += 1) {
    costs.look(second * 1_000);
    const plain = second % 3 === 0 ? 10 : 60;
    for (let i = 0; i < 100; i += 1) {
      const kind = i < plain ? "plain" : "encrypted";
      costs.count(kind);
      usedMs += kind === "plain" ? 0.8 : 4;
    }
  }
  assert.ok(Math.abs(costs.ofMs("plain") - 0.8) < 0.15, `plain ${costs.ofMs("plain")} ms`);
  assert.ok(Math.abs(costs.ofMs("encrypted") - 4) < 0.4, `encrypted ${costs.ofMs("encrypted")} ms`);
});

test("the first window, few measurements and a window that slept teach nothing", () => {
  let usedMs = 0;
  const costs = costsOf(() => usedMs);
  const before = costs.ofMs("plain");
  const window = (atMs: number, starts: number) => {
    costs.look(atMs);
    for (let i = 0; i < starts; i += 1) costs.count("plain");
    usedMs += 5_000;
  };
  window(0, 100);
  window(1_000, 10);
  window(2_500, 5);
  window(20_000, 100);
  costs.look(40_000);
  assert.equal(costs.ofMs("plain"), before);
});

test("an estimate stays within bounds, whatever the processor clock says", () => {
  for (const stepMs of [0, 1e9]) {
    let usedMs = 0;
    const costs = costsOf(() => usedMs);
    for (let second = 0; second < 100; second += 1) {
      costs.look(second * 1_000);
      for (let i = 0; i < 50; i += 1) costs.count("encrypted");
      usedMs += stepMs;
    }
    assert.equal(costs.ofMs("encrypted"), stepMs === 0 ? 0.5 : 100);
  }
});

test("twice as much as fits: each tick half is left out, and never the same twice in a row", async () => {
  // 3.3 ms apart until measured, and what is measured says the same: 3,000 of 6,000 fit in ten seconds.
  const s = paced(() => 2);
  const perTick = 6_000;
  const leftAt: Set<string>[] = [];
  for (let tick = 0; tick < 6; tick += 1) {
    const from = s.left.length;
    for (let slice = 0; slice < 100; slice += 1) {
      for (let i = slice; i < perTick; i += 100) s.ask("http://x.test/", { key: `t${i}` });
      await s.clock.advance(100);
    }
    leftAt.push(new Set(s.left.slice(from)));
  }
  const counts = leftAt.map(({ size }) => size);
  assert.ok(
    counts.slice(1).every((count) => count > 2_500 && count < 3_500),
    `left out ${counts}`,
  );
  for (const [tick, left] of leftAt.entries()) {
    const again = [...left].filter((key) => leftAt[tick + 1]?.has(key)).length;
    assert.ok(again <= left.size * 0.05, `${again} of ${left.size} were left out again`);
  }
  const waiting = perTick * leftAt.length - s.starts.length - s.left.length;
  assert.ok(waiting >= 0 && waiting <= 5_000 / (2 / 0.6) + 1, `${waiting} wait`);
});

test("nothing starts more than five seconds late because of the machine's limits", async () => {
  const s = paced(() => 2);
  for (let i = 0; i < 4_000; i += 1) s.ask("http://x.test/", { key: `t${i}` });
  const fromMs = s.clock.monoMs();
  await s.clock.advance(60_000);
  const latest = Math.max(...s.starts.map(({ atMs }) => atMs - fromMs));
  assert.ok(latest <= 5_010, `${latest} ms`);
  assert.equal(s.starts.length + s.left.length, 4_000);
});

test("first looks are never left out for want of room, and begin at once", async () => {
  const s = paced(() => 2);
  for (let i = 0; i < 3_000; i += 1) s.ask("http://x.test/", { key: `t${i}`, patient: true });
  assert.equal(s.starts.length, 1);
  await s.clock.advance(30_000);
  assert.deepEqual([s.starts.length, s.left.length], [3_000, 0]);
});

test("what was found late because the loop was busy waits until a timer is on time, a first look does not", async () => {
  for (const [patient, wait] of [
    [false, 3],
    [true, 0],
  ] as const) {
    const s = paced(() => 2);
    const fromMs = s.clock.monoMs();
    s.ask("http://x.test/", { foundLateMs: 50, patient });
    await s.clock.advance(100);
    assert.equal((s.starts[0]?.atMs ?? 0) - fromMs, wait);
  }
});

test("while timers fire late starts are held, but not for ever", async () => {
  const inner = fakeClock();
  const lateBy = { ms: 0 };
  const clock: FakeClock = { ...inner, after: (ms, act) => inner.after(ms + lateBy.ms, act) };
  const starts: number[] = [];
  const pace = paceOf({ clock, limits: { concurrent: 10, gapHttpMs: 5 } });
  const ask = () =>
    pace.ask({
      url: "http://x.test/",
      sinceMonoMs: clock.monoMs(),
      graceMs: 60_000,
      start: () => {
        starts.push(clock.monoMs());
        return Promise.resolve();
      },
      overdue: () => assert.fail("left out"),
    });
  ask();
  lateBy.ms = 20;
  ask();
  await inner.advance(100);
  assert.equal(starts.length, 1);
  await inner.advance(1_000);
  assert.equal(starts.length, 2);
  assert.ok((starts[1] ?? 0) - (starts[0] ?? 0) <= 25 + 10 * 23 + 1);
  lateBy.ms = 0;
  ask();
  await inner.advance(5);
  assert.equal(starts.length, 3);
});
