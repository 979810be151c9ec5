/**
 * A set-up of many targets in a collector of its own process: what a create costs, what the process takes, and what the
 * overview of a full day is. `npm run bench -- setup [--targets=N] [--quick]`, 1,000 by default, at three vantages;
 * quick leaves the day out.
 *
 * Driven over HTTP as people and probes do it: three held polls are open while targets are made one by one, each probe
 * delivers a tick of all of them, and a page listens. Then a day of history is put into the stopped collector's files.
 */
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { openSqliteStore } from "../../collector/store/sqlite/sqlite-store.ts";
import { silentLog } from "../../collector/wire/log.ts";
import { BATCH_MAX_SAMPLES, type Sample } from "../../collector/wire/sample.ts";
import { type Product, product, scratch } from "../support/product.ts";
import { recordOf } from "./archive/samples.ts";

const STEP_S = 300;
const DAY_TICKS = 288;
const OVERVIEWS = 9;
/** Creates at either end that are compared. */
const EDGE = 100;
const SETTLE_MS = 10_000;
const CARRIERS = ["ct", "cnc", "cmcc"] as const;
const MIB = 1024 * 1024;

type Running = {
  readonly process: Product;
  ask(
    method: string,
    path: string,
    body?: unknown,
    token?: string,
    headers?: Record<string, string>,
  ): Promise<Response>;
};

export async function bench(options: readonly string[]): Promise<string[]> {
  const targets = Number(options.map((one) => /^--targets=(\d+)$/.exec(one)?.[1]).find(Boolean) ?? 1_000);
  const { dir, remove } = scratch("bench-setup");
  const lines: string[] = [];
  let running = await started(dir);
  try {
    lines.push(`${rssMib(running)} MiB resident, nothing in it yet`);
    const keys = await vantages(running);
    const polls = new AbortController();
    for (const key of keys.values()) void hold(running, key, polls.signal);
    const ids: string[] = [];
    const createMs: number[] = [];
    const usedMs = [cpuMs(running.process.pid)];
    for (let i = 0; i < targets; i += 1) {
      const beforeMs = performance.now();
      const answer = await running.ask("POST", "/targets", targetOf(i));
      createMs.push(performance.now() - beforeMs);
      ids.push(((await answer.json()) as { id: string }).id);
      if ([EDGE, targets - EDGE, targets].includes(i + 1)) usedMs.push(cpuMs(running.process.pid));
    }
    const [atStart = 0, afterFirst = 0, beforeLast = 0, atEnd = 0] = usedMs;
    const [first, last] = [createMs.slice(0, EDGE), createMs.slice(-EDGE)].map(median);
    lines.push(
      `${first?.toFixed(1)} ms a create among the first hundred, ${last?.toFixed(1)} among the last, three polls held`,
      `${((afterFirst - atStart) / EDGE).toFixed(1)} ms of processor time a create among the first, ${((atEnd - beforeLast) / EDGE).toFixed(1)} among the last`,
      `${rssMib(running)} MiB resident after ${targets} targets at three vantages were made`,
    );
    const tick = Math.floor(Date.now() / 1000 / STEP_S) * STEP_S;
    for (const [vantage, key] of keys) await deliver(running, key, vantage, ids, tick);
    await overviews(running);
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    lines.push(
      `${rssMib(running)} MiB resident after a tick of each, ${OVERVIEWS} overviews and ten seconds`,
    );
    polls.abort();
    if (options.includes("--quick")) return lines;
    await running.process.stop();
    await fillDay(dir, [...keys.keys()], ids, tick);
    running = await started(dir);
    lines.push(...(await overviews(running)), `${rssMib(running)} MiB resident after those`);
    return lines;
  } finally {
    await running.process.stop();
    remove();
  }
}

async function started(dir: string): Promise<Running> {
  const child = product("collector", ["--listen", "127.0.0.1:0"], { dir });
  const url = (await child.says(/dashboard\s+(http\S+)/))[1] ?? "";
  const run = JSON.parse(readFileSync(join(dir, "run.json"), "utf8")) as { token: string };
  return {
    process: child,
    async ask(method, path, body, token = run.token, headers = {}) {
      const answer = await fetch(`${url}/api/v1${path}`, {
        method,
        headers: {
          ...headers,
          authorization: `Bearer ${token}`,
          // A probe asks for nothing packed, a page does.
          "accept-encoding": token === run.token ? "gzip" : "identity",
          ...(body === undefined ? {} : { "content-type": "application/json" }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      });
      if (answer.status >= 400) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
      return answer;
    },
  };
}

/** A vantage in each carrier, and its key. */
async function vantages({ ask }: Running): Promise<Map<string, string>> {
  const keys = new Map<string, string>();
  for (const carrier of CARRIERS) {
    const made = await ask("POST", "/vantages", { name: `bench ${carrier}`, carrier });
    const { vantage } = (await made.json()) as { vantage: string };
    const { key } = (await (await ask("POST", `/vantages/${vantage}/rotate`)).json()) as { key: string };
    keys.set(vantage, key);
  }
  return keys;
}

const targetOf = (i: number) => ({
  name: `Shop ${i} of the bench`,
  url: `https://shop-${i}.example.com/some/path`,
  group: `Group ${i % 20}`,
});

/** As a probe does it: asks again at once with what it has, for as long as the bench lasts. */
async function hold({ ask }: Running, key: string, signal: AbortSignal): Promise<void> {
  let known: Record<string, string> = {};
  while (!signal.aborted) {
    const answer = await ask("GET", "/probe/config?wait=1", undefined, key, known).catch(() => null);
    const etag = answer?.headers.get("etag");
    if (etag) known = { "if-none-match": etag };
    await answer?.arrayBuffer().catch(() => null);
  }
}

function sampleOf(target: string, i: number, tick: number, receivedMs: number): Sample {
  return { ...recordOf(i, tick, receivedMs).sample, target, tick, stepS: STEP_S, seq: tick / STEP_S };
}

async function deliver(
  { ask }: Running,
  key: string,
  vantage: string,
  ids: readonly string[],
  tick: number,
): Promise<void> {
  for (let at = 0; at < ids.length; at += BATCH_MAX_SAMPLES) {
    const samples = ids
      .slice(at, at + BATCH_MAX_SAMPLES)
      .map((id, i) => ({ ...sampleOf(id, at + i, tick, Date.now()), seq: at + i + 1 }));
    await ask("POST", "/probe/samples", envelope(vantage, samples), key);
  }
}

function envelope(vantage: string, samples: readonly Sample[]) {
  return {
    wire: 1,
    epoch: Buffer.from(vantage.padEnd(8)).toString("hex").slice(0, 16),
    sentMs: Date.now(),
    probeVersion: "0.0.0",
    knownMark: 0,
    rttMs: null,
    spool: { records: 0, bytes: 0, dropped: 0, quarantined: 0 },
    samples,
  };
}

/** The day before the tick that was delivered, every series up at every tick but a few. */
async function fillDay(
  dir: string,
  ids: readonly string[],
  targets: readonly string[],
  tick: number,
): Promise<void> {
  const store = await openSqliteStore({ dir, log: silentLog });
  for (let back = DAY_TICKS; back > 0; back -= 1) {
    const at = tick - back * STEP_S;
    for (const vantage of ids) {
      const records = targets.map((target, i) => ({
        ...recordOf(i, at, at * 1000 + 5_000),
        vantage,
        epoch: "00000000000000aa",
        sample: faulty(sampleOf(target, i, at, at * 1000), i, back),
      }));
      await store.samples.load(records, tick * 1000 + 60_000);
    }
  }
  await store.close();
}

/** One series in twenty failed for an hour of the day. */
function faulty(sample: Sample, i: number, back: number): Sample {
  if (i % 20 !== 0 || back < 100 || back >= 112) return sample;
  const failure = { phase: "connect", cause: "connect-timeout", source: "network", elapsedUs: 1 } as const;
  return { ...sample, state: "down", failure };
}

async function overviews({ ask, process: { pid } }: Running): Promise<string[]> {
  const ms: number[] = [];
  let bytes = 0;
  const beforeMs = cpuMs(pid);
  for (let i = 0; i < OVERVIEWS; i += 1) {
    const startMs = performance.now();
    bytes = (await (await ask("GET", "/overview")).arrayBuffer()).byteLength;
    ms.push(performance.now() - startMs);
  }
  const each = (cpuMs(pid) - beforeMs) / OVERVIEWS;
  return [
    `${median(ms).toFixed(0)} ms an overview, ${each.toFixed(0)} ms of processor time, ${(bytes / 1e6).toFixed(2)} MB of JSON`,
  ];
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function rssMib({ process: { pid } }: Running): string {
  const kib = Number(/^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1]);
  return ((kib * 1024) / MIB).toFixed(0);
}

/** Of all its threads, ms; the kernel counts in hundredths of a second. */
function cpuMs(pid: number): number {
  const fields = readFileSync(`/proc/${pid}/stat`, "utf8").split(") ")[1]?.split(" ") ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}
