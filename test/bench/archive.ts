/**
 * The archive engine beside Debian's rrdtool on the same samples: `npm run bench -- archive [--quick]`.
 *
 * Pairs in turn, so that what else the machine does falls on both; medians of the ratios. Every figure of ours is for
 * the whole commit (rows, PDPs, strip, log, duplicate test, due marks), synchronous=FULL. The peers sync nothing.
 */
import { execFileSync } from "node:child_process";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { TICKS_PER_TILE } from "../../collector/store/sqlite/bands.ts";
import { costLines } from "./archive/costs.ts";
import { endToEnd } from "./archive/http.ts";
import {
  findPeers,
  HAS_TASKSET,
  librrdRun,
  loadFiles,
  onOneCore,
  type Peers,
  rrdcachedRun,
  rrdFolder,
  writeOut,
} from "./archive/peers.ts";
import { restartLine } from "./archive/restart.ts";
import { BATCH, LANES } from "./archive/samples.ts";
import { sizeLines } from "./archive/sizes.ts";

const QUICK = process.argv.includes("--quick");
const PAIRS = QUICK ? 2 : 5;
const SERIES = QUICK ? 1_000 : 10_000;
const ROUNDS = QUICK ? 48 : 64;
/** Of each peer and pair, so that over all pairs rows of all but the coarsest archive close in proportion. */
const PEER_ROUNDS = 12;
const MOST_OUTPUT_BYTES = 16 * 1024 * 1024;

type Ingest = {
  readonly samples: number;
  readonly perSecond: number;
  readonly cpuUs: number;
  /** In the first rounds, while V8 compiles. */
  readonly coldPerSecond: number;
  readonly rssMiB: number;
  readonly startMs: number;
};
type Memory = { readonly rssMiB: number; readonly startMs: number };
type Reads = {
  readonly readMs: Record<string, number>;
  readonly idleMs: Record<string, number>;
  readonly backlog: { readonly samples: number; readonly seconds: number; readonly liveWorstMs: number };
  readonly late: { readonly spool: number; readonly random: number };
  readonly startMs: number;
};

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

const round = (value: number): string => Math.round(value).toLocaleString("en");

/** Runs a child program on a fresh folder; the answer is its last line. @param compiled Where compiled code is kept. */
function child<T>(program: string, args: readonly string[], isHeld: boolean, compiled = ""): T {
  const dir = mkdtempSync(join(tmpdir(), "carrierwatch-archive-"));
  const path = new URL(`./archive/${program}`, import.meta.url).pathname;
  const [command, all] = isHeld
    ? onOneCore(process.execPath, [path, dir, ...args])
    : ([process.execPath, [path, dir, ...args]] as const);
  try {
    const env = { ...process.env, ...(compiled === "" ? {} : { NODE_COMPILE_CACHE: compiled }) };
    const said = execFileSync(command, [...all], { encoding: "utf8", maxBuffer: MOST_OUTPUT_BYTES, env });
    return JSON.parse(said.trim().split("\n").at(-1) ?? "") as T;
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

type Form = "columns" | "objects" | "real";

const ingest = (series: number, rounds: number, isHeld: boolean, form: Form = "columns"): Ingest =>
  child<Ingest>(
    "ingest-child.ts",
    [String(series), String(rounds), String(LANES), form, ...(QUICK ? ["quick"] : [])],
    isHeld,
  );

/** How batches come: as the probes of this version ship them, and as JSON of older ones and imports becomes. */
const COMPARED = ["columns", "objects"] as const satisfies Form[];

/** Rates, by form. */
type Rates = Record<(typeof COMPARED)[number], number[]>;

async function pairs(peers: Peers): Promise<string[]> {
  const dir = await rrdFolder(SERIES, peers.librrd);
  const lines: string[] = [];
  const ours: Rates = { columns: [], objects: [] };
  const theirs: Record<Updates["name"], number[]> = { rrdcached: [], librrd: [] };
  const updates = updatesIn(dir, peers);
  try {
    for (let pair = 1; pair <= PAIRS; pair += 1) {
      writeOut();
      const runs = COMPARED.map((form) => ({ form, ...ingest(SERIES, ROUNDS, true, form) }));
      for (const { form, perSecond } of runs) ours[form].push(perSecond);
      const told = runs.map(oursLine);
      for (const { name, run } of updates) {
        const perSecond = await run();
        theirs[name].push(perSecond);
        const ratios = runs.map((one) => `x${(one.perSecond / perSecond).toFixed(2)}`);
        told.push(`${name} ${round(perSecond)}/s (${ratios.join(" and ")})`);
      }
      lines.push(`pair ${pair}: ${told.join("; ")}`);
    }
    for (const { name, title } of updates) lines.push(...medianLines(title, ours, theirs[name]));
    if (peers.librrd) lines.push(...(await atTheirBest(peers.librrd, dir, updates, ours)));
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
  return lines;
}

type Updates = {
  readonly name: "rrdcached" | "librrd";
  readonly title: string;
  /** The next rounds of each series; per second. */
  run(): Promise<number>;
};

/** Of the peers there are, on the same files in turn. */
function updatesIn(dir: string, { rrdcached, librrd }: Peers): Updates[] {
  let at = 0;
  const next = (): number => {
    writeOut();
    at += PEER_ROUNDS;
    return at - PEER_ROUNDS;
  };
  const found: Updates[] = [];
  if (rrdcached)
    found.push({
      name: "rrdcached",
      title: "rrdcached -j with an hour's delay",
      run: async () => (await rrdcachedRun(dir, SERIES, next(), PEER_ROUNDS)).perSecond,
    });
  if (librrd)
    found.push({
      name: "librrd",
      title: "librrd per update",
      run: async () => librrdRun(librrd, dir, SERIES, next(), PEER_ROUNDS),
    });
  return found;
}

/**
 * A kernel drops pages of files that nobody reads for a while, the sooner the more others need, and peers read them from
 * the disk again. Here all are in memory when they begin, and nobody runs between them.
 */
async function atTheirBest(
  program: string,
  dir: string,
  updates: readonly Updates[],
  ours: Rates,
): Promise<string[]> {
  await loadFiles(program, SERIES, dir);
  const rates = updates.map(({ name }) => ({ name, found: [] as number[] }));
  for (let i = 0; i < PAIRS; i += 1)
    for (const [peer, { run }] of updates.entries()) rates[peer]?.found.push(await run());
  return rates.map(({ name, found }) => {
    const theirs = median(found);
    const over = COMPARED.map((form) => `as ${form} x${(median(ours[form]) / theirs).toFixed(2)}`);
    return `${name} with every page of its files in memory before: ${round(theirs)}/s (${round(Math.min(...found))} to ${round(Math.max(...found))}); ${over.join(", ")}`;
  });
}

function oursLine({ form, perSecond, cpuUs, coldPerSecond }: Ingest & { readonly form: Form }): string {
  return `as ${form} ${round(perSecond)}/s (${cpuUs.toFixed(2)} us of processor a sample; ${round(coldPerSecond)}/s while V8 compiles)`;
}

function medianLines(peer: string, ours: Rates, theirs: readonly number[]): string[] {
  return COMPARED.map((form) => {
    const ratios = theirs.map((rate, pair) => (ours[form][pair] ?? Number.NaN) / rate);
    return `as ${form}: x${median(ratios).toFixed(2)} ${peer}, median of ${ratios.length}`;
  });
}

/** What the details of real probes cost where no HTTP is. */
function realLine(): string {
  const { perSecond, cpuUs } = ingest(SERIES, TICKS_PER_TILE * 2, true, "real");
  return `with the details of real probes, in columns: ${round(perSecond)}/s (${cpuUs.toFixed(1)} us of processor a sample)`;
}

function scale(): string[] {
  const few = ingest(1_000, QUICK ? 64 : 400, false);
  const many = QUICK ? ingest(10_000, 12, false) : ingest(100_000, 16, false);
  const series = QUICK ? "10,000" : "100,000";
  const [base, memory, real] = resident(1_000, QUICK ? 10_000 : 100_000);
  return [
    `both cores: ${round(few.perSecond)}/s at 1,000 series, ${round(many.perSecond)}/s at ${series}`,
    `processor a sample: ${few.cpuUs.toFixed(1)} us at 1,000 series, ${many.cpuUs.toFixed(1)} us at ${series} (x${(many.cpuUs / few.cpuUs).toFixed(2)})`,
    `resident with ${series} series after ${MEMORY_ROUNDS.plain} ticks: ${round(memory.rssMiB)} MiB (${round(base.rssMiB)} with 1,000; ${round(real.rssMiB)} with the details of real probes, ${MEMORY_ROUNDS.real} ticks); opened after a clean end in ${round(memory.startMs)} ms`,
  ];
}

/** More ticks than a tile has: every series has left one. With the details of real probes few, as making them takes long. */
const MEMORY_ROUNDS = { plain: QUICK ? 4 : TICKS_PER_TILE + 4, real: 4 };
/** Runs until no thread compiles anything anew: each start keeps the code of one of them. */
const STARTS = 3;
/** So many that the WAL is folded in by its own thread, which is one of them. */
const STARTED_SERIES = 10_000;

/** As the command runs once it was started some times: with code that was compiled before (deploy/bin.js). */
function resident(few: number, many: number): [Memory, Memory, Memory] {
  const compiled = mkdtempSync(join(tmpdir(), "carrierwatch-compiled-"));
  try {
    const run = (series: number, details: keyof typeof MEMORY_ROUNDS = "plain") =>
      child<Memory>(
        "memory-child.ts",
        [String(series), String(MEMORY_ROUNDS[details]), details],
        false,
        compiled,
      );
    for (let start = 0; start < STARTS; start += 1) run(STARTED_SERIES);
    return [run(few), run(many), run(many, "real")];
  } finally {
    rmSync(compiled, { recursive: true, force: true });
  }
}

function reading(): string[] {
  const found = child<Reads>("reads-child.ts", QUICK ? ["quick"] : [], false);
  const { backlog, late } = found;
  return [
    ...Object.entries(found.readMs).map(
      ([name, ms]) =>
        `${ms.toFixed(2)} ms while the writer is busy, ${found.idleMs[name]?.toFixed(2)} idle: ${name}`,
    ),
    `a backlog of ${round(backlog.samples)} samples of 50 targets at 60 s in ${backlog.seconds.toFixed(1)} s; a live batch beside it waited ${round(backlog.liveWorstMs)} ms at most`,
    `late data in the order of a spool ${round(late.spool)}/s, in no order ${round(late.random)}/s`,
    `opened with 10,000 series and a year of one in ${round(found.startMs)} ms`,
  ];
}

/** Lines to print. */
export async function bench(): Promise<string[]> {
  const scratch = mkdtempSync(join(tmpdir(), "carrierwatch-peers-"));
  try {
    const peers = findPeers(scratch);
    const missing = [
      ...(peers.rrdcached ? [] : ["rrdcached (apt-get install rrdtool rrdcached)"]),
      ...(peers.librrd ? [] : ["librrd (apt-get install gcc librrd-dev rrdtool)"]),
    ].map((name) => `not compared: ${name} is not installed`);
    const held = HAS_TASKSET ? "each side held to one core" : "no taskset: not held to one core";
    return [
      `${round(SERIES)} series, batches of 500, ${LANES} on their way, ${held}; rings hold the lap before; the peers sync nothing`,
      ...missing,
      ...(await pairs(peers)),
      realLine(),
      ...scale(),
      ...reading(),
      ...(await endToEnd(peers, SERIES / BATCH, PAIRS, QUICK)),
      await restartLine(10_000),
      ...costLines(SERIES, QUICK ? 48 : 32),
      ...sizeLines(),
    ];
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}
