/** kill -9 of a probe while it spools, again and again: what was kept is there, once, under a number of its own. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { until } from "../support/fake-collector.ts";
import { started } from "../support/probe-process.ts";
import { drain, scratchFolder, spoolIn, TICK0 } from "../support/spool.ts";

const ROUNDS = process.env["CARRIERWATCH_FULL"] === "1" ? 200 : 12;
const WRITER = new URL("../support/spool-writer.ts", import.meta.url).pathname;
const PER_ROUND = 100_000;

test(`what a probe kept survives ${ROUNDS} kills, and no number is used twice`, async (t) => {
  const folder = scratchFolder(t);
  const kept = new Set<number>();
  for (let round = 0; round < ROUNDS; round += 1) {
    const first = round * PER_ROUND;
    const writer = started(t, [WRITER, folder, String(first)]);
    await until(() => writer.output().includes(`kept ${first + 1 + ((round * 13) % 90)}\n`), "samples kept");
    writer.child.kill("SIGKILL");
    assert.equal(await writer.ended, "SIGKILL");
    assert.doesNotMatch(writer.output(), /dropped/);
    for (const [, n] of writer.output().matchAll(/^kept (\d+)\n/gm)) kept.add(Number(n));
  }
  const before = process.cpuUsage();
  const spool = await spoolIn(folder, { segmentBytes: 4_000 });
  const { user, system } = process.cpuUsage(before);
  // Of a processor, not on the clock: others may be using this one.
  assert.ok(user + system < 2_000_000, `it starts within 2 s of a processor: ${user + system} us`);
  const records = await drain(spool);
  const there = new Set(records.map(({ tick }) => (tick - TICK0) / 300));
  const lost = [...kept].filter((n) => !there.has(n));
  assert.deepEqual(lost, [], `${kept.size} kept, ${records.length} found`);
  assert.ok(kept.size >= ROUNDS);
  assert.equal(there.size, records.length, "no sample twice");
  const seqs = records.map(({ seq }) => seq);
  assert.equal(new Set(seqs).size, seqs.length, "no number twice");
  assert.deepEqual(
    seqs,
    [...seqs].sort((a, b) => a - b),
  );
  assert.equal(spool.figures().dropped, 0);
});
