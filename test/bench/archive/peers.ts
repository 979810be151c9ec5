/**
 * Debian's rrdtool, librrd and rrdcached on the samples of this bench. What is not installed is named, not fatal.
 *
 * The files have our default archives and were dropped from the page cache once, so that they come back as small pages:
 * of a large one, as a copy leaves many, an update dirties all. None of the three syncs an update: what they
 * acknowledge, a power cut takes along.
 */
import { type ChildProcess, execFile, execFileSync, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { copyFileSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createConnection, type Socket } from "node:net";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import { BATCH, FIRST_TICK, STEP_S, valuesOf } from "./samples.ts";

/** Files are dropped and read by so many at a time. */
const READERS = 8;

export const HAS_TASKSET = spawnSync("taskset", ["-V"]).status === 0 && availableParallelism() > 1;

/** A command held to the first core, where that can be done. */
export function onOneCore(command: string, args: readonly string[]): [string, string[]] {
  return HAS_TASKSET ? ["taskset", ["-c", "0", command, ...args]] : [command, [...args]];
}

/** What a side left to the kernel is written before the next one's clock starts. */
export function writeOut(): void {
  spawnSync("sync");
}

export type Peers = {
  /** Null = not installed. */
  readonly rrdcached: string | null;
  readonly librrd: string | null;
};

/** What there is; compiles the librrd program. */
export function findPeers(scratch: string): Peers {
  const has = (name: string) => spawnSync("sh", ["-c", `command -v ${name}`]).status === 0;
  const program = join(scratch, "rrd-peer");
  const source = new URL("rrd-peer.c", import.meta.url).pathname;
  const compiled =
    has("gcc") &&
    has("rrdtool") &&
    spawnSync("gcc", ["-O2", "-o", program, source, "-lrrd"], { stdio: "ignore" }).status === 0;
  return {
    rrdcached: has("rrdcached") && has("rrdtool") ? "rrdcached" : null,
    librrd: compiled ? program : null,
  };
}

/** A folder of one .rrd per series with our default archives. @param program That of librrd; null = their pages stay as a copy left them. */
export async function rrdFolder(series: number, program: string | null): Promise<string> {
  const dir = mkdtempSync(join(tmpdir(), "carrierwatch-rrd-"));
  const first = join(dir, "s0.rrd");
  const sources = Array.from({ length: 8 }, (_, i) => `DS:d${i}:GAUGE:600:0:U`);
  const archives = ["AVERAGE", "MAX", "MIN"].flatMap((cf) =>
    ["1:600", "6:700", "24:775", "288:797"].map((rows) => `RRA:${cf}:0.5:${rows}`),
  );
  const start = ["--start", String(FIRST_TICK - STEP_S), "--step", String(STEP_S)];
  execFileSync("rrdtool", ["create", first, ...start, ...sources, ...archives]);
  for (let i = 1; i < series; i += 1) copyFileSync(first, join(dir, `s${i}.rrd`));
  if (program) await eachPart(program, "evict", series, dir);
  return dir;
}

/** Every page of the files is in memory, each by itself. */
export function loadFiles(program: string, series: number, dir: string): Promise<void> {
  return eachPart(program, "load", series, dir);
}

async function eachPart(program: string, what: "evict" | "load", series: number, dir: string): Promise<void> {
  const run = promisify(execFile);
  const place = (part: number) => String(Math.floor((series * part) / READERS));
  await Promise.all(
    Array.from({ length: READERS }, (_, i) => run(program, [what, place(i), place(i + 1), dir])),
  );
}

/** Updates per second of librrd, one call per sample. */
export function librrdRun(
  program: string,
  dir: string,
  series: number,
  fromRound: number,
  rounds: number,
): number {
  const at = (round: number) => String(FIRST_TICK + round * STEP_S);
  const [command, args] = onOneCore(program, [
    "update",
    String(series),
    dir,
    at(fromRound),
    at(fromRound + rounds),
    String(STEP_S),
  ]);
  const seconds = Number(execFileSync(command, args, { encoding: "utf8" }));
  return (series * rounds) / seconds;
}

/** A connection to rrdcached that waits for each answer: a status line with the number of lines that follow it. */
function speaker(socket: Socket) {
  let text = "";
  let wake = () => {};
  socket.setEncoding("utf8");
  socket.on("data", (part: string) => {
    text += part;
    wake();
  });
  const line = async (): Promise<string> => {
    for (;;) {
      const end = text.indexOf("\n");
      if (end >= 0) {
        const found = text.slice(0, end);
        text = text.slice(end + 1);
        return found;
      }
      await new Promise<void>((resolve) => {
        wake = resolve;
      });
    }
  };
  return async (words: string): Promise<string[]> => {
    socket.write(words);
    const status = await line();
    const lines = [status];
    for (let left = Number.parseInt(status, 10); left > 0; left -= 1) lines.push(await line());
    return lines;
  };
}

type Daemon = { readonly pid: number; say(words: string): Promise<string[]>; end(): Promise<void> };

async function startDaemon(dir: string): Promise<Daemon> {
  const socket = join(dir, "sock");
  const journal = join(dir, "journal");
  mkdirSync(journal, { recursive: true });
  const options = [
    "-g",
    "-l",
    `unix:${socket}`,
    "-b",
    dir,
    "-w",
    "36000",
    "-f",
    "72000",
    "-t",
    "1",
    "-j",
    journal,
  ];
  const [command, args] = onOneCore("rrdcached", [...options, "-p", join(dir, "pid")]);
  const child: ChildProcess = spawn(command, args, { stdio: "ignore" });
  while (!existsSync(socket) && child.exitCode === null)
    await new Promise((resolve) => setTimeout(resolve, 20));
  const connection = createConnection(socket);
  await once(connection, "connect");
  return {
    pid: child.pid ?? 0,
    say: speaker(connection),
    async end() {
      connection.destroy();
      child.kill("SIGTERM");
      if (child.exitCode === null) await once(child, "exit");
      rmSync(journal, { recursive: true });
      rmSync(socket, { force: true });
    },
  };
}

/** All rounds in batches of 500, texts made before the clock starts. */
function batchesOf(dir: string, series: number, fromRound: number, rounds: number): string[] {
  const batches: string[] = [];
  for (let round = fromRound; round < fromRound + rounds; round += 1) {
    const tick = FIRST_TICK + round * STEP_S;
    for (let at = 0; at < series; at += BATCH) {
      const lines = Array.from({ length: Math.min(BATCH, series - at) }, (_, i) => {
        const one = at + i;
        return `update ${join(dir, `s${one}.rrd`)} ${tick}:${valuesOf(one, tick).join(":")}\n`;
      });
      batches.push(`${lines.join("")}.\n`);
    }
  }
  return batches;
}

/** Processor time of a process and all its threads so far, us; NaN where the kernel does not say. */
export function processorUs(pid: number): number {
  try {
    const tasks = readdirSync(`/proc/${pid}/task`);
    const ran = tasks.map(
      (task) => readFileSync(`/proc/${pid}/task/${task}/schedstat`, "utf8").split(" ")[0],
    );
    return ran.reduce((sum, ns) => sum + Number(ns) / 1_000, 0);
  } catch {
    return Number.NaN;
  }
}

/**
 * Updates per second of rrdcached with its journal, and its processor time for all of them, us: so many rounds by BATCH,
 * then everything written to the files.
 */
export async function rrdcachedRun(
  dir: string,
  series: number,
  fromRound: number,
  rounds: number,
): Promise<{ perSecond: number; us: number }> {
  const daemon = await startDaemon(dir);
  try {
    const batches = batchesOf(dir, series, fromRound, rounds);
    const startMs = performance.now();
    for (const batch of batches) {
      await daemon.say("BATCH\n");
      const [status = ""] = await daemon.say(batch);
      if (!status.startsWith("0 ")) throw new Error(`rrdcached: ${status}`);
    }
    await daemon.say("FLUSHALL\n");
    for (;;) {
      const stats = await daemon.say("STATS\n");
      if (stats.some((line) => line === "QueueLength: 0")) break;
      await new Promise((resolve) => setTimeout(resolve, 5));
    }
    const perSecond = (series * rounds * 1_000) / (performance.now() - startMs);
    return { perSecond, us: processorUs(daemon.pid) };
  } finally {
    await daemon.end();
  }
}
