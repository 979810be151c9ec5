/**
 * End to end: a real collector is sent wire batches over HTTP, gzip as probes ship them, beside rrdcached over its socket.
 *
 * Both are held to one core, the sender is not. Bodies are made before the clock starts; eight are on their way at a time.
 * An acknowledgement here is of what is on the disk, after schema, ingest and all marks; rrdcached syncs nothing. The first
 * pair is not counted: V8 has compiled then, and series and files are there. We get as many rounds as a tile has ticks,
 * so that each run pays for full tiles once; the peer holds an hour of updates back, as beside the engine alone. Alarms
 * of late ticks are judged beside it, mostly afterwards: how long that goes on and what it costs is said, and the peer
 * waits for it.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import Database from "better-sqlite3";
import { TICKS_PER_TILE } from "../../../collector/store/sqlite/bands.ts";
import { type Product, product, scratch } from "../../support/product.ts";
import { HAS_TASKSET, type Peers, processorUs, rrdcachedRun, rrdFolder } from "./peers.ts";
import { BATCH, recordOf, STEP_S } from "./samples.ts";

const LANES = 8;
const ROUNDS = TICKS_PER_TILE;
const PEER_ROUNDS = 12;

type Sent = { readonly key: string; readonly body: Buffer };

type Collector = {
  readonly process: Product;
  ask<T>(method: string, path: string, body?: unknown): Promise<T>;
  send(one: Sent): Promise<void>;
};

/** @param vantages Each ships 500 series a round. */
export async function endToEnd(peers: Peers, vantages: number, pairs: number): Promise<string[]> {
  const { dir, remove } = scratch("bench-http");
  const files = peers.rrdcached ? rrdFolder(vantages * BATCH, null) : null;
  const collector = await started(dir);
  try {
    const targets = await targetsOf(collector);
    const keys = await keysOf(collector, vantages);
    // Before the tick under way, whose votes may still come.
    const lastTick = Math.floor(Date.now() / 1_000 / STEP_S - 1) * STEP_S;
    const series = vantages * BATCH;
    const ratios: number[] = [];
    const lines: string[] = [];
    const each = (us: number, rounds: number) => `${(us / (series * rounds)).toFixed(1)} us`;
    for (let pair = 0; pair <= pairs; pair += 1) {
      const firstTick = lastTick - (pairs + 1 - pair) * ROUNDS * STEP_S;
      const { perSecond: ours, us } = await run(collector, bodies(keys, targets, firstTick));
      const { seconds, us: judgedUs } = await judged(collector);
      const theirs = files && (await rrdcachedRun(files, series, pair * PEER_ROUNDS, PEER_ROUNDS));
      if (pair === 0) continue;
      const told = [
        `over HTTP ${rate(ours)}/s (${each(us, ROUNDS)} of processor each)`,
        `judged for alarms after ${seconds.toFixed(1)} s (${each(judgedUs, ROUNDS)})`,
      ];
      if (theirs) {
        ratios.push(ours / theirs.perSecond);
        const ratio = `x${(ours / theirs.perSecond).toFixed(2)}`;
        told.push(`rrdcached ${rate(theirs.perSecond)}/s (${each(theirs.us, PEER_ROUNDS)}, ${ratio})`);
      }
      lines.push(told.join("; "));
    }
    const median = ratios.toSorted((a, b) => a - b)[Math.floor(ratios.length / 2)];
    return [
      `end to end, ${rate(vantages * BATCH)} series of ${vantages} vantages, ${HAS_TASKSET ? "one core each" : "no taskset: not held to one core"}:`,
      ...lines,
      ...(median === undefined
        ? []
        : [`x${median.toFixed(2)} rrdcached over its socket, median of ${ratios.length}`]),
    ];
  } finally {
    await collector.process.stop();
    if (files) rmSync(files, { recursive: true, force: true });
    remove();
  }
}

const rate = (value: number): string => Math.round(value).toLocaleString("en");

async function started(dir: string): Promise<Collector> {
  const child = product("collector", ["--listen", "127.0.0.1:0"], { dir });
  const url = (await child.says(/dashboard\s+(http\S+)/))[1] ?? "";
  const { token } = JSON.parse(readFileSync(join(dir, "run.json"), "utf8")) as { token: string };
  if (HAS_TASKSET) execFileSync("taskset", ["-acp", "0", String(child.pid)], { stdio: "ignore" });
  const request = async (path: string, key: string, options: RequestInit): Promise<unknown> => {
    const headers = {
      authorization: `Bearer ${key}`,
      "content-type": "application/json",
      ...options.headers,
    };
    const answer = await fetch(`${url}/api/v1${path}`, { ...options, headers });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
    return JSON.parse(text);
  };
  return {
    process: child,
    ask: async <T>(method: string, path: string, body: unknown = {}) =>
      (await request(path, token, { method, body: JSON.stringify(body) })) as T,
    async send({ key, body }) {
      const options = { method: "POST", body: new Uint8Array(body), headers: { "content-encoding": "gzip" } };
      const { outcomes } = (await request("/probe/samples", key, options)) as {
        outcomes: { outcome: string }[];
      };
      const odd = outcomes.find(({ outcome }) => outcome !== "stored");
      if (odd || outcomes.length !== BATCH) throw new Error(`a sample was ${odd?.outcome}`);
    },
  };
}

async function targetsOf({ ask }: Collector): Promise<string[]> {
  const ids: string[] = [];
  for (let i = 0; i < BATCH; i += 1) {
    const url = `https://shop-${i}.example.com/`;
    ids.push((await ask<{ id: string }>("POST", "/targets", { name: `Shop ${i}`, url })).id);
  }
  return ids;
}

async function keysOf({ ask }: Collector, vantages: number): Promise<string[]> {
  const keys: string[] = [];
  for (let i = 0; i < vantages; i += 1) {
    const carrier = ["ct", "cnc", "cmcc"][i % 3];
    const { vantage } = await ask<{ vantage: string }>("POST", "/vantages", { name: `bench ${i}`, carrier });
    keys.push((await ask<{ key: string }>("POST", `/vantages/${vantage}/rotate`)).key);
  }
  return keys;
}

/** Rounds one after the other: of each vantage a batch, its targets in the order of the spool. */
function bodies(keys: readonly string[], targets: readonly string[], firstTick: number): Sent[] {
  return Array.from({ length: ROUNDS }, (_, round) => firstTick + (round + 1) * STEP_S).flatMap((tick) =>
    keys.map((key, v) => {
      const samples = targets.map((target, i) => {
        const { sample } = recordOf(v * BATCH + i, tick);
        return { ...sample, target, seq: (tick / STEP_S) * BATCH + i };
      });
      const envelope = {
        wire: 1,
        epoch: String(v).padStart(16, "0"),
        sentMs: Date.now(),
        probeVersion: "0.0.0",
        knownMark: 0,
        rttMs: null,
        spool: { records: 0, bytes: 0, dropped: 0, quarantined: 0 },
        samples,
      };
      return { key, body: gzipSync(JSON.stringify(envelope), { level: 6 }) };
    }),
  );
}

/**
 * Waits until the evaluator has judged every tick: its work must not fall on the peer's run. Marks of what was added
 * directly are made when somebody asks for them, from the journal.
 */
async function judged({ process }: Collector): Promise<{ seconds: number; us: number }> {
  const startMs = performance.now();
  const startUs = processorUs(process.pid);
  const db = new Database(join(process.dir, "carrierwatch.db"), { readonly: true });
  const isLeft = db
    .prepare(
      `SELECT EXISTS (SELECT 1 FROM due) OR coalesce((SELECT max(id) FROM journal), 0) >
       coalesce((SELECT CAST(value AS INTEGER) FROM meta WHERE name = 'marked'), 0)`,
    )
    .pluck();
  try {
    while (isLeft.get() !== 0) await wait(50);
  } finally {
    db.close();
  }
  return { seconds: (performance.now() - startMs) / 1_000, us: processorUs(process.pid) - startUs };
}

/** @returns Samples acknowledged per second, and the collector's processor time. */
async function run(
  { process, send }: Collector,
  sent: readonly Sent[],
): Promise<{ perSecond: number; us: number }> {
  const startUs = processorUs(process.pid);
  const startMs = performance.now();
  let next = 0;
  const lane = async () => {
    for (let one = sent[next]; one; one = sent[next]) {
      next += 1;
      await send(one);
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
  const perSecond = (sent.length * BATCH * 1_000) / (performance.now() - startMs);
  return { perSecond, us: processorUs(process.pid) - startUs };
}
