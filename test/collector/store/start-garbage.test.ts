/** What loading left behind is given back in every thread, also where several do it at once. */
import assert from "node:assert/strict";
import { once } from "node:events";
import { test } from "node:test";
import { Worker } from "node:worker_threads";

/** Makes garbage that is old by then, gives it back, and tells how much of its heap is room for nothing. */
const PROGRAM = `
  const { parentPort } = require("node:worker_threads");
  const { getHeapStatistics } = require("node:v8");
  const kept = Array.from({ length: 300_000 }, (_, i) => ({ i, text: "text " + i }));
  const before = getHeapStatistics().total_physical_size;
  import(${JSON.stringify(new URL("../../../collector/store/start-garbage.ts", import.meta.url).href)}).then((part) => {
    const alive = setInterval(() => {}, 1_000);
    part.giveBackStartGarbage(() => {
      clearInterval(alive);
      parentPort.postMessage([before, getHeapStatistics().total_physical_size]);
    });
    kept.length = 0;
  });
`;

test("threads that give back what loading left at the same moment all do", async () => {
  const threads = Array.from({ length: 4 }, () => new Worker(PROGRAM, { eval: true }));
  const told = await Promise.all(threads.map(async (thread) => (await once(thread, "message"))[0]));
  for (const [before, after] of told)
    assert.ok(after < before / 2, `${before} bytes of heap before, ${after} after`);
});
