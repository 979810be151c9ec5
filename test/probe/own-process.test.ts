/** A probe puts itself before others, unless somebody chose a priority (each case a process of its own), and takes memory by need. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";
import { memoryByNeed } from "../../probe/own-process.ts";

const PRIORITY = new URL("../../probe/own-process.ts", import.meta.url).href;

/** In a process of its own, begun under the priority. @returns Whether it went first, and its priority then. */
function begunAt(nice: number, before = ""): { first: boolean; now: number } {
  const script = `import os from "node:os";
    import { goFirst } from ${JSON.stringify(PRIORITY)};
    os.setPriority(${nice});
    ${before}
    console.log(JSON.stringify({ first: goFirst(), now: os.getPriority() }));`;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  return JSON.parse(stdout) as { first: boolean; now: number };
}

/** Whether this process may set any priority; a container's root often may not. */
function mayChoose(): boolean {
  const { status } = spawnSync(process.execPath, ["-e", "os.setPriority(-1)"], { stdio: "ignore" });
  return status === 0;
}

test("a probe that somebody gave a priority keeps it", () => {
  assert.deepEqual(begunAt(19), { first: false, now: 19 });
});

test("a probe goes first where the system allows it, and stays where it is elsewhere", () => {
  assert.deepEqual(begunAt(0), mayChoose() ? { first: true, now: -5 } : { first: false, now: 0 });
});

test("without the right to it a probe stays where it is, and starts all the same", () => {
  const isRoot = process.getuid?.() === 0;
  const giveUp = isRoot ? "process.setgid(65534); process.setuid(65534);" : "";
  const stays = isRoot || !mayChoose();
  assert.deepEqual(begunAt(0, giveUp), stays ? { first: false, now: 0 } : { first: true, now: -5 });
});

/** An engine of V8's that remembers its flags. */
function engine() {
  const flags: string[] = [];
  const known = { youngBytes: 4 * 1_048_576 };
  const started = memoryByNeed({ set: (flag) => flags.push(flag), youngBytes: () => known.youngBytes });
  let nowMs = 1_000_000;
  return {
    known,
    /** So many starts, so far apart. @returns The flags that were set by them. */
    starts(count: number, gapMs: number): string[] {
      const before = flags.length;
      for (let left = count; left > 0; left -= 1) {
        nowMs += gapMs;
        started(nowMs);
      }
      return flags.slice(before);
    },
    flags,
  };
}

const SAVE = ["--optimize-for-size", "--semi-space-growth-factor=1"];
const SPEND = ["--no-optimize-for-size", "--semi-space-growth-factor=2"];

test("a probe begins with little memory, and a thousand targets in twelve seconds leave it there", () => {
  const { flags, starts } = engine();
  assert.deepEqual(flags, SAVE);
  assert.deepEqual(starts(1_000, 12), []);
});

test("more than 200 starts a second are given memory within a quarter of a second, and exactly 200 are not", () => {
  assert.deepEqual(engine().starts(1_000, 5), []);
  const { starts } = engine();
  assert.deepEqual(starts(1, 0), []);
  assert.deepEqual(starts(101, 2.5), SPEND);
});

test("once something is measured the young generation grows to four megabytes and no further", () => {
  const flags: string[] = [];
  let bytes = 4 * 1_048_576 - 1;
  const started = memoryByNeed({ set: (flag) => flags.push(flag), youngBytes: () => bytes });
  assert.deepEqual(flags, SAVE);
  for (let nowMs = 0; nowMs < 1_000; nowMs += 12) started(nowMs);
  assert.deepEqual(flags.slice(2), ["--semi-space-growth-factor=2"]);
  bytes += 1;
  for (let nowMs = 1_000; nowMs < 2_000; nowMs += 12) started(nowMs);
  assert.deepEqual(flags.slice(3), ["--semi-space-growth-factor=1"]);
});

test("the young generation grows to its limit and no further, and shrinks to nothing less than V8 likes", () => {
  const { known, starts } = engine();
  starts(200, 2.5);
  known.youngBytes = 32 * 1_048_576;
  assert.deepEqual(starts(200, 2.5), ["--semi-space-growth-factor=1"]);
  known.youngBytes -= 1;
  assert.deepEqual(starts(200, 2.5), ["--semi-space-growth-factor=2"]);
});

test("what was needed before a pause is needed after it, until it shows; two pauses are quiet", () => {
  const { starts } = engine();
  starts(200, 2.5);
  assert.deepEqual(starts(1, 50_000), []);
  assert.deepEqual(starts(400, 2.5), []);
  assert.deepEqual(starts(1, 50_000), []);
  assert.deepEqual(starts(1, 50_000), SAVE);
  starts(400, 2.5);
  assert.deepEqual(starts(100, 12), SAVE);
});

test("V8 takes the flags while it runs", () => {
  const script = `import { beSmallAndPrompt } from ${JSON.stringify(PRIORITY)};
    const started = beSmallAndPrompt();
    for (let at = 0; at < 1_000; at += 1) started(at);
    for (let at = 0; at < 1_000; at += 1) started(1_000 + at * 20);`;
  const ended = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  assert.deepEqual([ended.status, ended.stderr], [0, ""]);
});
