/**
 * No acknowledgement before the sync, seen from outside: strace shows every system call of a real writer in order.
 *
 * Between the WAL write of a batch and the `ack` on stdout there has to be a completed fsync of the WAL.
 */
import assert from "node:assert/strict";
import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { test } from "node:test";

const CHILD = new URL("./store-child.ts", import.meta.url).pathname;
const BATCHES = 30;

function canTrace(): boolean {
  try {
    execFileSync("strace", ["-f", "-o", "/dev/null", "true"], { stdio: "ignore" });
    return true;
  } catch {
    return false;
  }
}

const skip = canTrace() ? false : "needs strace and leave to use it: apt-get install strace";

test("each acknowledgement is written after a sync of the WAL that holds its samples", { skip }, () => {
  const dir = mkdtempSync(join(tmpdir(), "carrierwatch-sync-"));
  const trace = join(dir, "trace");
  try {
    const calls = "trace=pwrite64,write,fsync,fdatasync";
    const child = spawnSync(
      "strace",
      [
        "-f",
        "-y",
        "-s",
        "16",
        "-e",
        calls,
        "-o",
        trace,
        process.execPath,
        CHILD,
        dir,
        "write",
        "0",
        String(BATCHES),
        "1",
      ],
      { encoding: "utf8" },
    );
    assert.equal(child.status, 0, child.stderr);
    const { acks, early } = follow(readFileSync(trace, "utf8").split("\n"));
    assert.equal(acks, BATCHES);
    assert.deepEqual(early, []);
  } finally {
    rmSync(dir, { recursive: true });
  }
});

type Kind = "write" | "sync begins" | "sync returns" | "ack" | null;

/** What a traced line says; a call that another thread interrupted returns on a line of its own (`resumed`). */
function kindOf(line: string): Kind {
  if (/write\(1<.*"ack /.test(line)) return "ack";
  if (/f(data)?sync resumed/.test(line)) return "sync returns";
  if (!line.includes("carrierwatch.db-wal")) return null;
  if (line.includes("pwrite64(")) return "write";
  if (!/f(data)?sync\(/.test(line)) return null;
  return line.includes("<unfinished") ? "sync begins" : "sync returns";
}

/** One batch is on its way at a time: at each `ack` the WAL was written since the last one, and synced after that. */
function follow(lines: readonly string[]): { acks: number; early: string[] } {
  const early: string[] = [];
  const syncing = new Set<string>();
  let acks = 0;
  let state: "idle" | "written" | "synced" = "idle";
  for (const line of lines) {
    const kind = kindOf(line);
    const thread = line.split(" ", 1)[0] ?? "";
    if (kind === "write") state = "written";
    if (kind === "sync begins") syncing.add(thread);
    const ofWal = !line.includes("resumed") || syncing.delete(thread);
    if (kind === "sync returns" && ofWal && state === "written") state = "synced";
    if (kind !== "ack") continue;
    acks += 1;
    if (state !== "synced") early.push(`${state} at ${line}`);
    state = "idle";
  }
  return { acks, early };
}
