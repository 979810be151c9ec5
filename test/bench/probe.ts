/**
 * Each phase's error against a target whose delays are known, beside curl -w for the same target in the same run;
 * and what one measurement costs.
 *
 * The target holds DNS 20 ms, the ClientHello 30, the head 50, the body 100, in a process of its own, and says how
 * long it really held. Error = reported - held, so it contains the real work of the step too (the handshake's
 * arithmetic on both sides). Measurements and curl take turns.
 */
import { execFile, fork } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { systemClock } from "../../collector/wire/clock.ts";
import { type Measurer, measurer } from "../../probe/measure/measure.ts";
import { assignmentFor } from "../support/probe-bench.ts";
import type { Held, Ready } from "../support/timed-target.ts";

const ROUNDS = 30;
const COST_COUNT = { http: 300, https: 120 } as const;
const WIDTH = 5;

type Times = Record<"dns" | "connect" | "tls" | "wait" | "transfer" | "total", number | null>;
type Errors = Record<keyof Times, number[]>;

const run = promisify(execFile);

export async function bench(): Promise<string[]> {
  const child = fork(new URL("../support/timed-target.ts", import.meta.url));
  const dir = mkdtempSync(join(tmpdir(), "carrierwatch-bench-"));
  try {
    const [ready]: Ready[] = (await once(child, "message")) as Ready[];
    if (!ready) throw new Error("the target did not start");
    const ca = join(dir, "ca.pem");
    writeFileSync(ca, ready.ca);
    const engine = measurer({
      clock: systemClock(),
      allow: ["127.0.0.0/8"],
      allowFile: "--allow",
      random: () => 0,
      resolvers: [ready.dns],
      ca: [ready.ca],
      limits: { loopDelayMs: 1e6, lateMs: 1e6 },
    });
    await engine.warmUp();
    const held = async (): Promise<Held> => {
      const answer = once(child, "message");
      child.send("take");
      return ((await answer) as Held[])[0] ?? { dns: 0, tls: 0, wait: 0, transfer: 0 };
    };
    const lines = await accuracy(engine, ready, ca, held);
    lines.push(...(await costs(engine, ready)));
    engine.close();
    return lines;
  } finally {
    child.kill();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function accuracy(
  engine: Measurer,
  ready: Ready,
  ca: string,
  held: () => Promise<Held>,
): Promise<string[]> {
  const ours = emptyErrors();
  const curls = emptyErrors();
  const url = `https://${ready.name}:${ready.https}/`;
  const hasCurl = await run("curl", ["--version"]).then(
    () => true,
    () => false,
  );
  for (let round = -1; round < ROUNDS; round += 1) {
    const mine = await timesOf(engine, url);
    const truth = await held();
    if (round >= 0) add(ours, mine, truth);
    if (!hasCurl) continue;
    const theirs = await curl(url, ready, ca);
    const held2 = await held();
    if (round >= 0) add(curls, theirs, held2);
  }
  const columns = ["dns", "connect", "tls", "wait", "transfer", "total"] as const;
  const row = (name: string, errors: Errors) =>
    `${name.padEnd(14)}${columns.map((column) => cell(errors[column]).padStart(16)).join("")}`;
  return [
    `error of each phase against the time the target held it, ms: median / p90 of ${ROUNDS}, taking turns`,
    `${"".padEnd(14)}${columns.map((column) => column.padStart(16)).join("")}`,
    row("carrierwatch", ours),
    hasCurl ? row("curl -w", curls) : "curl is not installed: apt-get install curl",
    "connect was not held: what is shown is the connect itself. curl -w was given the address (--resolve).",
  ];
}

async function timesOf(engine: Measurer, url: string): Promise<Times> {
  const sample = await engine.measure(assignmentFor(url));
  if (sample.state !== "up")
    throw new Error(`the target is ${JSON.stringify(sample.failure ?? sample.detail)}`);
  const ms = (us: number | null) => (us === null ? null : us / 1000);
  const { dns, connect, tls, wait, transfer, total } = sample.timings;
  return {
    dns: ms(dns),
    connect: ms(connect),
    tls: ms(tls),
    wait: ms(wait),
    transfer: ms(transfer),
    total: ms(total),
  };
}

/** curl's cumulative times as phases: STARTTRANSFER - PRETRANSFER is wait. */
async function curl(url: string, ready: Ready, ca: string): Promise<Times> {
  const { stdout } = await run("curl", [
    ...["--silent", "--output", "/dev/null", "--http1.1", "--cacert", ca],
    ...["--resolve", `${ready.name}:${ready.https}:127.0.0.1`, "--write-out", "%{json}", url],
  ]);
  const said: Record<string, number> = JSON.parse(stdout);
  const at = (name: string) => (said[`time_${name}`] ?? 0) * 1000;
  return {
    dns: null,
    connect: at("connect") - at("namelookup"),
    tls: at("appconnect") - at("connect"),
    wait: at("starttransfer") - at("pretransfer"),
    transfer: at("total") - at("starttransfer"),
    total: at("total"),
  };
}

function emptyErrors(): Errors {
  return { dns: [], connect: [], tls: [], wait: [], transfer: [], total: [] };
}

function add(errors: Errors, times: Times, truth: Held): void {
  const heldAll = (times.dns === null ? 0 : truth.dns) + truth.tls + truth.wait + truth.transfer;
  const held = { ...truth, connect: 0, total: heldAll };
  for (const [name, ms] of Object.entries(times)) {
    const key = name as keyof Times;
    if (ms !== null) errors[key].push(ms - held[key]);
  }
}

function cell(errors: readonly number[]): string {
  if (errors.length === 0) return "-";
  const sorted = [...errors].sort((a, b) => a - b);
  const at = (share: number) => sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? 0;
  return `${at(0.5).toFixed(2)} / ${at(0.9).toFixed(2)}`;
}

/** CPU of this process per measurement, a few at a time. */
async function costs(engine: Measurer, ready: Ready): Promise<string[]> {
  const lines: string[] = [];
  for (const scheme of ["http", "https"] as const) {
    const count = COST_COUNT[scheme];
    const url = `${scheme}://${ready.name}:${ready[scheme]}/`;
    let left = count;
    const startMs = performance.now();
    const cpu = process.cpuUsage();
    await Promise.all(
      Array.from({ length: WIDTH }, async () => {
        while (left > 0) {
          left -= 1;
          await timesOf(engine, url);
        }
      }),
    );
    const used = process.cpuUsage(cpu);
    const cpuMs = (used.user + used.system) / 1000 / count;
    const seconds = ((performance.now() - startMs) / 1000).toFixed(1);
    lines.push(
      `${scheme}: ${cpuMs.toFixed(2)} ms of CPU a measurement (${count} in ${seconds} s, ${WIDTH} at a time)`,
    );
  }
  return lines;
}
