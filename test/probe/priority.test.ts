/** A probe puts itself before others, unless somebody chose a priority. Each case is a process of its own. */
import assert from "node:assert/strict";
import { spawnSync } from "node:child_process";
import { test } from "node:test";

const PRIORITY = new URL("../../probe/priority.ts", import.meta.url).href;

/** In a process of its own, begun under the priority. @returns Whether it went first, and its priority then. */
function begunAt(nice: number): { first: boolean; now: number } {
  const script = `import os from "node:os";
    import { goFirst } from ${JSON.stringify(PRIORITY)};
    os.setPriority(${nice});
    console.log(JSON.stringify({ first: goFirst(), now: os.getPriority() }));`;
  const { stdout } = spawnSync(process.execPath, ["--input-type=module", "-e", script], { encoding: "utf8" });
  return JSON.parse(stdout) as { first: boolean; now: number };
}

test("a probe that somebody gave a priority keeps it", () => {
  assert.deepEqual(begunAt(19), { first: false, now: 19 });
});

test("a probe goes first where the system allows it, and says nothing where it does not", (t) => {
  if (process.getuid?.() !== 0) return t.skip("only root begins at priority 0 whatever the tests run at");
  assert.deepEqual(begunAt(0), { first: true, now: -5 });
});
