/** An import that is killed in the middle goes on from what it said last: nothing is lost, nothing is there twice. */
import assert from "node:assert/strict";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { test } from "node:test";
import { openSqliteStore } from "../../collector/store/sqlite/sqlite-store.ts";
import { silentLog } from "../../collector/wire/log.ts";
import { carrierwatch } from "../collector/cli/command-line.ts";
import { folderWithPast } from "../collector/cli/past.ts";

const BIN = new URL("../../deploy/bin.js", import.meta.url).pathname;
const STEP_S = 300;
const LINES = process.env["CARRIERWATCH_FULL"] === "1" ? 60_000 : 12_000;

/** Totals of so many ticks before now, each its own, in an order that is none. */
function csvOf(): { csv: string; totals: Map<number, number> } {
  const newest = Math.floor(Date.now() / 1000 / STEP_S) * STEP_S - 86_400;
  const totals = new Map<number, number>();
  const lines: string[] = [];
  for (let i = 0; i < LINES; i += 1) {
    const k = (i * 7_919) % LINES;
    totals.set(newest - k * STEP_S, 1_000 + k);
    lines.push(`${newest - k * STEP_S},${(1_000 + k) / 1000}`);
  }
  return { csv: `tick,total_ms\n${lines.join("\n")}\n`, totals };
}

/** Runs the import until it has said from which chunk to go on, then kills it; the chunk. */
async function killed(args: readonly string[]): Promise<number> {
  const { CARRIERWATCH_DATA: _, ...env } = process.env;
  const child = spawn(process.execPath, [BIN, ...args], {
    env: { ...env, NODE_OPTIONS: "" },
    stdio: ["ignore", "ignore", "pipe"],
  });
  const ended = once(child, "exit");
  for await (const line of createInterface({ input: child.stderr })) {
    const chunk = /^\d+ % after a stop: --from-chunk (\d+); /.exec(line)?.[1];
    if (chunk === undefined) continue;
    child.kill("SIGKILL");
    await ended;
    assert.equal(child.signalCode, "SIGKILL", "it was not done yet");
    return Number(chunk);
  }
  throw new Error("the import ended without a word");
}

test("killed by kill -9 and run again with what it said, an import is whole", async (t) => {
  const past = await folderWithPast(1, ["by-kill"]);
  t.after(() => past.remove());
  const { csv, totals } = csvOf();
  const file = join(past.dir, "shuffled.csv");
  writeFileSync(file, csv);
  const args = ["import", file, "--csv", "--target", "首页", "--vantage", "by-kill", "--step", `${STEP_S}`];
  const chunk = await killed([...args, "--data", past.dir]);
  assert.ok(chunk > 0 && chunk < LINES / 500);
  const ran = await carrierwatch([...args, "--from-chunk", `${chunk}`, "--data", past.dir, "--json"]);
  assert.equal(ran.code, 0, ran.err);
  const { stored, duplicate } = JSON.parse(ran.out) as { stored: number; duplicate: number };
  assert.equal(stored + duplicate, LINES - chunk * 500, "those before are not sent again");

  const store = await openSqliteStore({ dir: past.dir, log: silentLog });
  t.after(() => store.close());
  const series = [{ target: past.target.id, vantage: "by-kill" }];
  const range = { fromS: 0, toS: Math.ceil(Date.now() / 1000) };
  const [strip, ...others] = await store.strip.read({ series, ...range });
  assert.ok(strip);
  assert.deepEqual(others, []);
  const ticks = [...strip.codes].flatMap((code, i) => (code === 0 ? [] : strip.fromS + i * STEP_S));
  assert.deepEqual(
    ticks,
    [...totals.keys()].sort((a, b) => a - b),
  );
  const [days] = await store.rows.read({ series, metrics: ["total"], rowS: 86_400, ...range });
  const sum = (values: Iterable<number> = []) => [...values].reduce((a, b) => a + b, 0);
  assert.equal(sum(days?.columns.total?.n), LINES);
  assert.equal(
    sum(days?.columns.total?.sum),
    [...totals.values()].reduce((a, b) => a + b, 0),
  );
});
