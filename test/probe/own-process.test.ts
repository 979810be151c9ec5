/** A probe puts itself before others, unless somebody chose a priority. Each case is a process of its own. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

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
