/**
 * End to end: a real collector is sent batches over HTTP as probes ship them, beside rrdcached over its socket.
 *
 * Samples say what those of real probes say (shipped.ts), and in columns once more what the engine's own bench says, so that
 * it shows what details cost. Bodies are made by the probe's own encoders, in columns and, for older probes, as gzipped JSON,
 * and sent by its own client, one batch of each vantage at a time. All of the collector is held to one core, as is the peer; the sender is
 * not. Bodies are made before the clock starts. An acknowledgement here is of what is on the disk, after schema, ingest and
 * all marks; rrdcached syncs nothing. Before the first pair as much is sent as beside the engine alone: V8 has
 * compiled then, series and files are there, and certificates are told. We get as many rounds as a tile has ticks, so that each run pays for full tiles once; the peer
 * holds an hour of updates back, as beside the engine alone. Alarms of late ticks are judged beside it, mostly afterwards:
 * how long that goes on and what it costs is said, and the peer waits for it.
 */
import { execFileSync } from "node:child_process";
import { readFileSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import Database from "better-sqlite3";
import { TICKS_PER_TILE } from "../../../collector/store/sqlite/bands.ts";
import { COLUMNS } from "../../../collector/wire/columns.ts";
import { UNDERSTANDS } from "../../../collector/wire/on-demand.ts";
import { BatchAnswer } from "../../../collector/wire/sample.ts";
import { type BatchHead, type Body, bodyOf, packed, packedColumns } from "../../../probe/ship/batch.ts";
import { type Client, clientOf } from "../../../probe/ship/client.ts";
import { ToldCertificates } from "../../../probe/ship/columns.ts";
import { recordOf as spooled } from "../../../probe/spool/record.ts";
import { type Product, product, scratch } from "../../support/product.ts";
import { HAS_TASKSET, type Peers, processorUs, rrdcachedRun, rrdFolder, writeOut } from "./peers.ts";
import { BATCH, recordOf, STEP_S, warmRounds } from "./samples.ts";
import { shippedOf } from "./shipped.ts";

const ROUNDS = TICKS_PER_TILE;
const PEER_ROUNDS = 12;

const POST_TIMEOUT_MS = 60_000;

/** "columns" alone: what the engine's own bench is given, which is the peer's eight numbers and little more. */
type Form = "columns, real details" | "columns" | "JSON, real details";
const FORMS: readonly Form[] = ["columns, real details", "columns", "JSON, real details"];

/** A vantage's end: what its probe holds. */
type Probe = { readonly client: Client; readonly told: ToldCertificates; readonly no: number };
type Collector = {
  readonly process: Product;
  readonly url: string;
  ask<T>(method: string, path: string, body?: unknown): Promise<T>;
};
type Run = { readonly perSecond: number; readonly us: number; readonly bytes: number };

/** @param vantages Each ships 500 series a round. */
export async function endToEnd(
  peers: Peers,
  vantages: number,
  pairs: number,
  isQuick: boolean,
): Promise<string[]> {
  const { dir, remove } = scratch("bench-http");
  const files = peers.rrdcached ? await rrdFolder(vantages * BATCH, peers.librrd) : null;
  const collector = await started(dir);
  const probes: Probe[] = [];
  try {
    const targets = await targetsOf(collector);
    for (const key of await keysOf(collector, vantages)) probes.push(probeOf(collector, key, probes.length));
    // Before the tick under way, whose votes may still come.
    const lastTick = Math.floor(Date.now() / 1_000 / STEP_S - 1) * STEP_S;
    const series = vantages * BATCH;
    const ratios: Record<Form, number[]> = {
      "columns, real details": [],
      columns: [],
      "JSON, real details": [],
    };
    const lines: string[] = [];
    const each = (us: number, rounds: number) => `${(us / (series * rounds)).toFixed(1)} us`;
    const warmRuns = Math.ceil(warmRounds(series, isQuick) / ROUNDS);
    let runsLeft = (warmRuns + pairs) * FORMS.length;
    const nextFirstTick = (): number => {
      runsLeft -= 1;
      return lastTick - (runsLeft + 1) * ROUNDS * STEP_S;
    };
    for (const form of FORMS)
      for (let i = 0; i < warmRuns; i += 1) await run(collector, probes, targets, nextFirstTick(), form);
    await judged(collector);
    if (files) await rrdcachedRun(files, series, 0, PEER_ROUNDS);
    for (let pair = 1; pair <= pairs; pair += 1) {
      const told: string[] = [];
      const rates: Record<Form, number> = { "columns, real details": 0, columns: 0, "JSON, real details": 0 };
      writeOut();
      for (const form of FORMS) {
        const firstTick = nextFirstTick();
        const { perSecond, us, bytes } = await run(collector, probes, targets, firstTick, form);
        const { seconds, us: judgedUs } = await judged(collector);
        rates[form] = perSecond;
        told.push(
          `${form} ${rate(perSecond)}/s (${each(us, ROUNDS)} of processor each, ${(bytes / (series * ROUNDS)).toFixed(0)} bytes), judged for alarms after ${seconds.toFixed(1)} s (${each(judgedUs, ROUNDS)})`,
        );
      }
      writeOut();
      const theirs = files && (await rrdcachedRun(files, series, pair * PEER_ROUNDS, PEER_ROUNDS));
      if (theirs) {
        for (const form of FORMS) ratios[form].push(rates[form] / theirs.perSecond);
        told.push(`rrdcached ${rate(theirs.perSecond)}/s (${each(theirs.us, PEER_ROUNDS)})`);
      }
      lines.push(told.join("; "));
    }
    return [headline(vantages), ...lines, ...FORMS.flatMap((form) => medianLine(form, ratios[form]))];
  } finally {
    for (const { client } of probes) client.close();
    await collector.process.stop();
    if (files) rmSync(files, { recursive: true, force: true });
    remove();
  }
}

function headline(vantages: number): string {
  const held = HAS_TASKSET ? "one core each" : "no taskset: not held to one core";
  return `end to end, ${rate(vantages * BATCH)} series of ${vantages} vantages, ${held}:`;
}

/** None without a peer. */
function medianLine(form: Form, ratios: readonly number[]): string[] {
  const median = ratios.toSorted((a, b) => a - b)[Math.floor(ratios.length / 2)];
  if (median === undefined) return [];
  return [`${form}: x${median.toFixed(2)} rrdcached over its socket, median of ${ratios.length}`];
}

const rate = (value: number): string => Math.round(value).toLocaleString("en");

async function started(dir: string): Promise<Collector> {
  const child = product("collector", ["--listen", "127.0.0.1:0"], { dir });
  const url = (await child.says(/dashboard\s+(http\S+)/))[1] ?? "";
  const { token } = JSON.parse(readFileSync(join(dir, "run.json"), "utf8")) as { token: string };
  if (HAS_TASKSET) execFileSync("taskset", ["-acp", "0", String(child.pid)], { stdio: "ignore" });
  const ask = async <T>(method: string, path: string, body: unknown = {}): Promise<T> => {
    const headers = { authorization: `Bearer ${token}`, "content-type": "application/json" };
    const answer = await fetch(`${url}/api/v1${path}`, { method, headers, body: JSON.stringify(body) });
    const text = await answer.text();
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${text}`);
    return JSON.parse(text) as T;
  };
  return { process: child, url, ask };
}

function probeOf({ url }: Collector, key: string, no: number): Probe {
  const client = clientOf({ url, certificateSha256: null, key: () => key, userAgent: "carrierwatch/bench" });
  return { client, told: new ToldCertificates(), no };
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

/** A round's batch of a vantage, its targets in the order of the spool, as its probe would send it. */
function bodyFor({ told, no }: Probe, targets: readonly string[], tick: number, form: Form): Body {
  const epoch = String(no).padStart(16, "0");
  const records = targets.map((target, i) => {
    const sample = form === "columns" ? recordOf(no * BATCH + i, tick).sample : shippedOf(no, i, tick);
    return spooled({ ...sample, target }, (tick / STEP_S) * BATCH + i);
  });
  const head: BatchHead = {
    sentMs: Date.now(),
    probeVersion: "0.0.0",
    knownMark: 0,
    rttMs: null,
    spool: { records: 0, bytes: 0, dropped: 0, quarantined: 0 },
  };
  if (form === "JSON, real details") return packed(bodyOf({ epoch, records }, head));
  const { certificates, ...body } = packedColumns({ epoch, records }, head, told);
  told.tell(certificates);
  return body;
}

async function post({ client }: Probe, { bytes, headers }: Body): Promise<void> {
  const path = "/api/v1/probe/samples";
  const answer = await client.exchange({
    method: "POST",
    path,
    headers,
    body: bytes,
    timeoutMs: POST_TIMEOUT_MS,
  });
  if (answer.status !== 200) throw new Error(`${answer.status} ${answer.body}`);
  if (answer.headers[UNDERSTANDS.header] !== COLUMNS) throw new Error("the collector does not read columns");
  const { outcomes, stored } = BatchAnswer.parse(JSON.parse(answer.body.toString("utf8")));
  const odd = outcomes.find(({ outcome }) => outcome !== "stored");
  if (odd || (stored ?? outcomes.length) !== BATCH) throw new Error(`a sample was ${odd?.outcome}`);
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

/** @returns Samples acknowledged per second, the collector's processor time, and what was sent. */
async function run(
  { process }: Collector,
  probes: readonly Probe[],
  targets: readonly string[],
  firstTick: number,
  form: Form,
): Promise<Run> {
  const ticks = Array.from({ length: ROUNDS }, (_, round) => firstTick + (round + 1) * STEP_S);
  const bodies = probes.map((probe) => ticks.map((tick) => bodyFor(probe, targets, tick, form)));
  const startUs = processorUs(process.pid);
  const startMs = performance.now();
  await Promise.all(
    probes.map(async (probe, p) => {
      for (const body of bodies[p] ?? []) await post(probe, body);
    }),
  );
  const perSecond = (probes.length * ROUNDS * BATCH * 1_000) / (performance.now() - startMs);
  const bytes = bodies.flat().reduce((sum, body) => sum + body.bytes.length, 0);
  return { perSecond, us: processorUs(process.pid) - startUs, bytes };
}
