/** One pace for a whole process: whoever asks, starts keep their distance, and the longest waiting goes first. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type Limits, paceOf, type Turn } from "../../../probe/schedule/pace.ts";
import { planOf } from "../../../probe/schedule/plan.ts";
import { schedulerOf } from "../../../probe/schedule/scheduler.ts";
import { assignmentOf } from "../../support/assignments.ts";
import { fakeClock } from "../../support/fake-clock.ts";

function paced(limits: Partial<Limits> = {}) {
  const clock = fakeClock();
  const pace = paceOf({ clock, limits: { concurrent: 50, gapHttpMs: 5, gapHttpsMs: 20, ...limits } });
  const starts: { name: string; atMs: number }[] = [];
  const overdue: string[] = [];
  const ask = (name: string, over: Partial<Turn> = {}) =>
    pace.ask({
      url: "http://x.test/",
      sinceMonoMs: clock.monoMs(),
      graceMs: 60_000,
      start: async () => {
        starts.push({ name, atMs: clock.monoMs() });
      },
      overdue: () => overdue.push(name),
      ...over,
    });
  return { clock, pace, ask, starts, overdue, order: () => starts.map(({ name }) => name) };
}

test("two schedulers at one pace never start together, and share the limit of what runs", async () => {
  const clock = fakeClock();
  const pace = paceOf({ clock, limits: { concurrent: 4, gapHttpMs: 3, gapHttpsMs: 10 } });
  const starts: number[] = [];
  let runs = 0;
  let most = 0;
  const scheduler = () =>
    schedulerOf({
      ...{ clock, pace, plan: planOf(), bootMs: clock.monoMs, unkept: () => {} },
      measure: async () => {
        starts.push(clock.monoMs());
        runs += 1;
        most = Math.max(most, runs);
        await new Promise<void>((resolve) => {
          clock.after(40, resolve);
        });
        runs -= 1;
      },
    });
  const both = [scheduler(), scheduler()];
  for (const [i, one] of both.entries()) {
    one.assign(Array.from({ length: 10 }, (_, n) => assignmentOf({ id: `t${i}-${n}` })));
    one.start();
  }
  await clock.advance(5_000);
  assert.equal(starts.length, 20);
  assert.equal(most, 4);
  const gaps = starts.slice(1).map((atMs, i) => atMs - (starts[i] ?? 0));
  assert.ok(Math.min(...gaps) >= 3 - 1e-6, `least gap ${Math.min(...gaps)}`);
  for (const one of both) await one.stop(0);
});

test("one scheduler that stops takes its own turns back and leaves the other's", async () => {
  const clock = fakeClock();
  const pace = paceOf({ clock, limits: { concurrent: 1, gapHttpMs: 0, gapHttpsMs: 0 } });
  const started: string[] = [];
  const scheduler = () =>
    schedulerOf({
      ...{ clock, pace, plan: planOf(), bootMs: clock.monoMs, unkept: () => {} },
      measure: ({ measurement }) => {
        started.push(measurement.assignment.id);
        return new Promise<void>((resolve) => {
          clock.after(100, resolve);
        });
      },
    });
  const [first, second] = [scheduler(), scheduler()];
  first.assign(["a1", "a2", "a3"].map((id) => assignmentOf({ id })));
  first.start();
  second.assign(["b1", "b2"].map((id) => assignmentOf({ id })));
  second.start();
  const stopping = first.stop(1_000);
  await clock.advance(1_000);
  await stopping;
  assert.deepEqual(started, ["a1", "b1", "b2"]);
  await second.stop(0);
});

test("who has waited longest goes first, whenever it asked; equals in the order they asked", async () => {
  const p = paced();
  p.ask("now");
  p.ask("second", { sinceMonoMs: 500 });
  p.ask("third", { sinceMonoMs: 500 });
  p.ask("first", { sinceMonoMs: 400 });
  await p.clock.advance(100);
  assert.deepEqual(p.order(), ["now", "first", "second", "third"]);
});

test("https keeps the next start further away than http does", async () => {
  const p = paced();
  p.ask("a", { url: "https://x.test/" });
  p.ask("b");
  p.ask("c");
  await p.clock.advance(100);
  const [a, b, c] = p.starts.map(({ atMs }) => atMs);
  assert.equal((b ?? 0) - (a ?? 0), 20);
  assert.equal((c ?? 0) - (b ?? 0), 5);
});

test("a place given back early is the next one's, and is not given back twice", async () => {
  const p = paced({ concurrent: 1 });
  const over: (() => void)[] = [];
  p.ask("parent", {
    start: (giveBack) => {
      p.starts.push({ name: "parent", atMs: p.clock.monoMs() });
      giveBack();
      return new Promise((resolve) => over.push(resolve));
    },
  });
  for (const name of ["x", "y"]) {
    p.ask(name, {
      start: () => {
        p.starts.push({ name, atMs: p.clock.monoMs() });
        return new Promise((resolve) => over.push(resolve));
      },
    });
  }
  await p.clock.advance(100);
  assert.deepEqual(p.order(), ["parent", "x"]);
  over[0]?.();
  await p.clock.advance(100);
  assert.deepEqual(p.order(), ["parent", "x"], "the parent's end frees no second place");
  over[1]?.();
  await p.clock.advance(100);
  assert.deepEqual(p.order(), ["parent", "x", "y"]);
});

test("what waits longer than its grace is given back once and never starts; withdrawn it is neither", async () => {
  const p = paced({ concurrent: 1 });
  p.ask("long", {
    start: () =>
      new Promise((resolve) => {
        p.clock.after(1_000, resolve);
      }),
  });
  p.ask("late", { graceMs: 999 });
  p.ask("in time", { graceMs: 1_100 });
  p.ask("withdrawn", { graceMs: 10 })();
  await p.clock.advance(3_000);
  assert.deepEqual(p.overdue, ["late"]);
  assert.deepEqual(p.order(), ["in time"]);
});
