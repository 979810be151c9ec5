/**
 * A power cut, imitated: the WAL of a killed writer is cut at random bytes, as if the rest had never reached the disk.
 *
 * Whatever is left opens, is sound, and holds whole batches only: a prefix of what was written, never a part of one.
 */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, mkdirSync, mkdtempSync, rmSync, statSync, truncateSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { DATABASE_NAME, openSqliteStore } from "../../collector/store/sqlite/sqlite-store.ts";
import { silentLog } from "../../collector/wire/log.ts";
import { SERIES_COUNT, seriesOf, ticksOf } from "./store-batches.ts";

const CUTS = process.env["CARRIERWATCH_FULL"] === "1" ? 200 : 6;
const BATCHES = 25;
const CHILD = new URL("./store-child.ts", import.meta.url).pathname;

/** A folder whose last batches are in the WAL only. */
async function killedFolder(root: string): Promise<string> {
  const dir = join(root, "killed");
  const child = spawn(process.execPath, [CHILD, dir, "write", "0", "Infinity", "1"], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  for await (const line of createInterface({ input: child.stdout }))
    if (line === `ack ${BATCHES - 1}`) child.kill("SIGKILL");
  if (child.signalCode === null && child.exitCode === null) await once(child, "exit");
  return dir;
}

async function batchesIn(dir: string): Promise<number[]> {
  const store = await openSqliteStore({ dir, log: silentLog, reserveBytes: 64 * 1024 });
  try {
    assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
    const counts: number[] = [];
    for (let n = 0; n < BATCHES; n += 1) {
      const states = await Promise.all(
        Array.from({ length: SERIES_COUNT }, (_, i) => store.samples.states(seriesOf(i).target, ticksOf(n))),
      );
      counts.push(states.flat().length);
    }
    return counts;
  } finally {
    await store.close();
  }
}

test(`a WAL cut at ${CUTS} places leaves a sound database with whole batches, in order`, async () => {
  const root = mkdtempSync(join(tmpdir(), "carrierwatch-cut-"));
  const whole = SERIES_COUNT * ticksOf(0).length;
  try {
    const killed = await killedFolder(root);
    const walBytes = statSync(join(killed, `${DATABASE_NAME}-wal`)).size;
    assert.ok(walBytes > 0);
    for (let i = 0; i < CUTS; i += 1) {
      const dir = join(root, `cut-${i}`);
      mkdirSync(dir);
      for (const name of [DATABASE_NAME, `${DATABASE_NAME}-wal`])
        copyFileSync(join(killed, name), join(dir, name));
      const left = i === 0 ? walBytes : Math.floor(Math.random() * walBytes);
      truncateSync(join(dir, `${DATABASE_NAME}-wal`), left);
      const counts = await batchesIn(dir);
      const stored = counts.filter((count) => count === whole).length;
      const want = counts.map((_, n) => (n < stored ? whole : 0));
      assert.deepEqual(counts, want, `cut at ${left} of ${walBytes} bytes`);
      if (i === 0) assert.equal(stored, BATCHES, "nothing cut, nothing lost");
      rmSync(dir, { recursive: true });
    }
  } finally {
    rmSync(root, { recursive: true });
  }
});
