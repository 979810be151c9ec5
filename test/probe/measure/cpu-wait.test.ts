/** The wait for a processor: how it is read, whose event it belongs to, and that it counts as lateness all the same. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type CpuWait, cpuWaitReader, parseCpuWait } from "../../../probe/measure/cpu-wait.ts";
import { loopWatch, waitOf } from "../../../probe/measure/loop-watch.ts";

const parsed = (text: string) => parseCpuWait(Buffer.from(text), text.length);

test("the kernel's line is read as time waited and turns; anything else says nothing", () => {
  assert.deepEqual(parsed("388662419 2500000 174\n"), { waitedMs: 2.5, turns: 174 });
  assert.deepEqual(parsed("1 0 1"), { waitedMs: 0, turns: 1 });
  for (const text of ["0 0 0\n", "", "\n", "1 2\n", "1 x 2\n", "nothing", "1,5 2 3"])
    assert.equal(parsed(text), null, text);
});

test("a system without the file says nothing, and closing it is no fault", () => {
  const reader = cpuWaitReader("/nowhere/schedstat");
  assert.equal(reader.read(), null);
  reader.close();
});

test("the wait of an event is that since the loop slept, and unknown after several sleeps", () => {
  const cases = [
    { name: "one sleep", turns: 1, waitedMs: 3, sleptMs: 9, want: 3 },
    { name: "put off before the sleep, or after", turns: 2, waitedMs: 3, sleptMs: 9, want: 0 },
    { name: "put off, and it was there at once", turns: 1, waitedMs: 3, sleptMs: 0.01, want: 0.01 },
    { name: "it was there at once", turns: 0, waitedMs: 0, sleptMs: 0, want: 0 },
  ];
  for (const { name, want, ...between } of cases) assert.equal(waitOf(between), want, name);
});

/** A watch on clocks that stand where the test puts them. */
function watched() {
  const at = { nowMs: 0, idleMs: 0, round: 0 };
  let cpu: CpuWait = { waitedMs: 0, turns: 1 };
  let closed = 0;
  let asked = 0;
  const watch = loopWatch({
    monoMs: () => at.nowMs,
    idleMs: () => at.idleMs,
    rounds: () => at.round,
    openCpuWait: () => ({
      read: () => {
        asked += 1;
        return cpu;
      },
      close: () => {
        closed += 1;
      },
    }),
  });
  return {
    watch,
    closed: () => closed,
    /** How often the kernel was asked. */
    asked: () => asked,
    /** The loop sleeps, is woken, waits for a processor and reads. */
    wakes(sleptMs: number, waitedMs: number, readMs: number) {
      at.nowMs += sleptMs + waitedMs + readMs;
      at.idleMs += sleptMs + waitedMs;
      at.round += 1;
      cpu = { waitedMs: cpu.waitedMs + waitedMs, turns: cpu.turns + 1 };
    },
    /** The process has to wait in the middle of its work. */
    putOff(waitedMs: number) {
      at.nowMs += waitedMs;
      cpu = { waitedMs: cpu.waitedMs + waitedMs, turns: cpu.turns + 1 };
    },
    reads(readMs: number) {
      at.nowMs += readMs;
    },
  };
}

test("what came is stamped when the process was woken, and what is read with it counts from there too", () => {
  const { watch, wakes, reads, closed } = watched();
  const leave = watch.enter();
  wakes(2, 1.5, 0.25);
  assert.equal(watch.cameMs(leave), 2.25);
  assert.equal(watch.lastDelayMs, 1.5);
  reads(0.5);
  assert.equal(watch.cameMs(leave), 2.75);
  leave();
  assert.equal(closed(), 1);
});

test("only the reader whose event woke the process is told when it came, and nobody where the beat may have", () => {
  const { watch, wakes, reads } = watched();
  const leave = watch.enter();
  const [one, other] = [{}, {}];
  wakes(2, 1, 0);
  assert.equal(watch.cameMs(one), 2);
  reads(0.5);
  assert.equal(watch.cameMs(other), 3.5, "it may have come meanwhile");
  wakes(2, 1, 0);
  assert.equal(watch.cameMs(other), 5.5);
  wakes(9, 4, 0);
  assert.equal(watch.cameMs(one), 19.5, "the beat was due before the process was woken");
  leave();
});

test("what the process waited before it asked is not taken off the answer", () => {
  const { watch, wakes, putOff } = watched();
  const leave = watch.enter();
  putOff(4);
  const askedMs = 4;
  wakes(1, 0.5, 0);
  const cameMs = watch.cameMs(leave);
  assert.equal(cameMs, 5.5);
  assert.ok(cameMs > askedMs);
  putOff(3);
  // Found at once: the loop asked the kernel and did not sleep.
  wakes(0.01, 0, 0);
  assert.ok(watch.cameMs(leave) >= 8.5);
  leave();
});

test("a wait for a processor makes the loop late although it is taken off the mark", () => {
  const { watch, wakes, reads } = watched();
  const leave = watch.enter();
  wakes(1, 8, 0);
  assert.ok(watch.delayMs() >= 8);
  reads(1);
  assert.ok(watch.delayMs() >= 9, "until the loop sleeps again");
  wakes(1, 0, 0);
  assert.ok(watch.delayMs() < 1);
  leave();
});

/** A watch on a machine that has kept nothing waiting for as long as it takes to believe it. */
function calm() {
  const known = watched();
  const leave = known.watch.enter();
  for (let left = 20; left > 0; left -= 1) {
    known.wakes(0.05, 0.04, 0.01);
    known.watch.passed(leave);
  }
  return { ...known, leave };
}

test("what passes on a machine that keeps nothing waiting does not ask the kernel, what counts does", () => {
  const { watch, wakes, asked, leave } = calm();
  const before = asked();
  for (let left = 9; left > 0; left -= 1) {
    wakes(0.1, 0, 0.2);
    watch.passed(leave);
  }
  assert.equal(asked(), before);
  assert.ok(watch.lastDelayMs < 0.3, "what was done for one event is not added to that for another");
  wakes(0.1, 0, 0);
  watch.cameMs(leave);
  assert.equal(asked(), before + 1);
  leave();
});

test("what passes is looked at each time where one wait was more than a twentieth of a millisecond", () => {
  const { watch, wakes, asked, leave } = calm();
  wakes(1, 0.06, 0);
  watch.cameMs(leave);
  const before = asked();
  wakes(1, 0, 0);
  watch.passed(leave);
  assert.equal(asked(), before + 1);
  leave();
});

test("a wait while things passed unasked makes the loop late, and is taken off nobody's mark", () => {
  const { watch, wakes, leave } = calm();
  wakes(1, 8, 0);
  watch.passed(leave);
  wakes(1, 0, 0);
  const cameMs = watch.cameMs(leave);
  assert.equal(cameMs, watch.passed(leave), "now");
  assert.ok(watch.lastDelayMs >= 8);
  leave();
});

test("what passed unasked woke the process: it is told its wait, and what was found with it is not", () => {
  const { watch, wakes, reads, leave } = calm();
  wakes(1, 2, 0.25);
  const readMs = watch.passed(leave);
  reads(0.5);
  assert.equal(watch.cameMs({}), readMs + 0.5);
  assert.equal(watch.cameMs(leave, readMs), readMs - 2);
  leave();
});

test("each of several that watch leaves once, and the last one closes the counters", () => {
  const { watch, closed } = watched();
  const first = watch.enter();
  const second = watch.enter();
  first();
  first();
  assert.equal(closed(), 0);
  second();
  assert.equal(closed(), 1);
});
