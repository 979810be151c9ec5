/**
 * kill -9 at any moment: what was acknowledged is there, nothing is half there, and the file is sound.
 *
 * A real process, killed at a random moment of its work, again and again on one folder; with --full 200 times.
 */
import assert from "node:assert/strict";
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { openSqliteStore } from "../../collector/store/sqlite/sqlite-store.ts";
import type { Store } from "../../collector/store/store.ts";
import { silentLog } from "../../collector/wire/log.ts";
import { SERIES_COUNT, seriesOf, ticksOf } from "./store-batches.ts";

const ROUNDS = process.env["CARRIERWATCH_FULL"] === "1" ? 200 : 6;
/** Side by side, one for each of two cores. */
const FOLDERS = 2;
/** Recomputing every row takes longer as the folder fills. */
const VERIFY_EVERY = ROUNDS > 50 ? 20 : 1;
const CHILD = new URL("./store-child.ts", import.meta.url).pathname;

type Round = { readonly acked: number[]; readonly next: number };

/** Lets a child write from batch `first` on, kills it after a random number of acknowledgements and some time. */
async function killOnce(dir: string, first: number, patience: number): Promise<Round> {
  const child: ChildProcess = spawn(process.execPath, [CHILD, dir, "write", String(first)], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  assert.ok(child.stdout);
  const acked: number[] = [];
  let delayed = false;
  for await (const line of createInterface({ input: child.stdout })) {
    if (line.startsWith("ack ")) acked.push(Number(line.slice(4)));
    if (delayed || acked.length < patience) continue;
    delayed = true;
    setTimeout(() => child.kill("SIGKILL"), Math.random() * 30);
  }
  if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
  assert.equal(child.signalCode, "SIGKILL");
  return { acked, next: Math.max(first, ...acked) + 4 };
}

/** How many samples of a batch are stored, over all series. */
async function countBatch(store: Store, n: number): Promise<number> {
  const states = await Promise.all(
    Array.from({ length: SERIES_COUNT }, (_, i) => store.samples.states(seriesOf(i).target, ticksOf(n))),
  );
  return states.flat().length;
}

/** Kills one folder's writer again and again; @returns how many batches were acknowledged in all. */
async function killAgainAndAgain(rounds: number): Promise<number> {
  const dir = mkdtempSync(join(tmpdir(), "carrierwatch-kill-"));
  const whole = SERIES_COUNT * ticksOf(0).length;
  let first = 0;
  let acknowledged = 0;
  try {
    for (let round = 0; round < rounds; round += 1) {
      const { acked, next } = await killOnce(dir, first, round % 7);
      acknowledged += acked.length;
      const store = await openSqliteStore({ dir, log: silentLog, reserveBytes: 64 * 1024 });
      for (let n = first; n <= next; n += 1) {
        const found = await countBatch(store, n);
        if (acked.includes(n)) assert.equal(found, whole, `batch ${n} was acknowledged`);
        else assert.ok(found === 0 || found === whole, `batch ${n} has ${found} of ${whole} samples`);
      }
      if (round % VERIFY_EVERY === 0 || round === rounds - 1)
        assert.deepEqual(await store.ops.verify(), { ok: true, problems: [] });
      await store.close();
      first = next;
    }
    return acknowledged;
  } finally {
    rmSync(dir, { recursive: true });
  }
}

test(`${ROUNDS} times killed, no acknowledged sample is lost and no batch is half there`, async () => {
  const lanes = Array.from({ length: FOLDERS }, () => killAgainAndAgain(ROUNDS / FOLDERS));
  const acknowledged = (await Promise.all(lanes)).reduce((sum, n) => sum + n, 0);
  assert.ok(acknowledged >= ROUNDS, `${acknowledged} batches were acknowledged`);
});
