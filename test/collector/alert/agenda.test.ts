/** What an evaluator looks at next: live news, ticks that waited, and due marks in clusters. */
import assert from "node:assert/strict";
import { describe, it } from "node:test";
import { agenda, jobsOf } from "../../../collector/alert/agenda.ts";

describe("the agenda", () => {
  it("gives one job per target, over all its news, once", () => {
    const todo = agenda();
    for (const tick of [120, 60, 180]) todo.sample("a", tick);
    todo.changed("a");
    todo.changed("b");
    assert.deepEqual(todo.take(0), [
      { target: "a", news: { fromTick: 60, toTick: 180 } },
      { target: "b", news: null },
    ]);
    assert.deepEqual(todo.take(0), []);
  });

  it("brings a waiting tick back when its time is over, not before, and only once", () => {
    const todo = agenda();
    todo.wait("a", 60, 1000);
    assert.equal(todo.nextMs(), 1000);
    assert.deepEqual(todo.take(999), []);
    assert.deepEqual(todo.take(1000), [{ target: "a", news: { fromTick: 60, toTick: 60 } }]);
    assert.deepEqual([todo.take(2000), todo.nextMs()], [[], null]);
  });

  it("judges a waiting tick together with what came for its target", () => {
    const todo = agenda();
    todo.wait("a", 60, 1000);
    todo.sample("a", 120);
    assert.deepEqual(todo.take(0), [{ target: "a", news: { fromTick: 60, toTick: 120 } }]);
    todo.judged("a");
    assert.equal(todo.nextMs(), null);
  });
});

describe("due marks", () => {
  const mark = (target: string, tick: number) => ({ target, tick, live: true, token: tick });

  it("make one job per target and cluster, however they are mixed", () => {
    const jobs = jobsOf([mark("b", 60), mark("a", 120), mark("a", 60), mark("a", 90_000)], 3600);
    assert.deepEqual(
      jobs.map(({ job, marks }) => [job.target, job.news, marks.length]),
      [
        ["b", { fromTick: 60, toTick: 60 }, 1],
        ["a", { fromTick: 60, toTick: 120 }, 2],
        ["a", { fromTick: 90_000, toTick: 90_000 }, 1],
      ],
    );
  });

  it("a gap of exactly the limit is one cluster", () => {
    assert.equal(jobsOf([mark("a", 0), mark("a", 3600)], 3600).length, 1);
    assert.equal(jobsOf([mark("a", 0), mark("a", 3601)], 3600).length, 2);
  });
});
