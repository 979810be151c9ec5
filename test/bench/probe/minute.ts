/**
 * Case 2: a thousand targets due at the same minute, over HTTP.
 *
 * Ours is the product: the single-file probe that a joined host runs, with its schedule, pace, spool and shipping, given its
 * targets by a collector; what it ships is compared with the packets. Between its ticks the peers measure the same targets, all at
 * once (as whoever fires at the minute) and spread as ours are (as Prometheus spreads its scrapes).
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bundleProbeProgram } from "../../../collector/api/probe-program.ts";
import type { Sample } from "../../../collector/wire/sample.ts";
import { spreadMsOf, spreadWindowMs } from "../../../collector/wire/spread.ts";
import { assignmentOf, probeConfigOf } from "../../support/assignments.ts";
import { fakeCollector } from "../../support/fake-collector.ts";
import { joinedFolder, type Started, started } from "../../support/probe-process.ts";
import { capture } from "./capture.ts";
import {
  addErrors,
  addTimes,
  cell,
  type Errors,
  median,
  noErrors,
  overRuns,
  quantile,
  shown,
  spreadOf,
  table,
  verdict,
} from "./figures.ts";
import { PORTS, urlOf } from "./scene.ts";
import type { Stage } from "./stage.ts";
import type { Subject } from "./subject.ts";
import { NO_TIMES, type Times, type Truth, truthOf } from "./truth.ts";

type Tick = {
  errors: Errors;
  /** Not shipped, not up, or without packets. */
  lost: number;
  suspect: number;
  lateMs: number[];
  /** Started after the end of the spread window, ms after it. */
  afterMs: number[];
};

export async function minute(stage: Stage): Promise<string[]> {
  const { plan } = stage;
  const ids = Array.from({ length: plan.targets }, () => stage.nextId());
  const cleanups: (() => unknown)[] = [];
  const cleaning = {
    after(act: unknown) {
      cleanups.unshift(act as () => unknown);
    },
  };
  const fake = await fakeCollector(cleaning);
  fake.setConfig(
    probeConfigOf(
      ids.map((id) =>
        assignmentOf({
          id,
          url: urlOf("http", id),
          family: "ipv4",
          stepS: plan.stepS,
          timeouts: { connectMs: 5_000, totalMs: 10_000 },
        }),
      ),
    ),
  );
  const dir = joinedFolder(
    join(stage.dir, "probe"),
    `collector: { url: "${fake.url}" }\nallow: [127.0.0.0/8]\nresolvers: ["127.0.0.1:${PORTS.dns}"]\n`,
  );
  const samplesOf = (tick: number): Sample[] =>
    [...fake.stored.values()].map(({ sample }) => sample).filter((sample) => sample.tick === tick);
  const program = join(stage.dir, "probe.mjs");
  writeFileSync(program, await bundleProbeProgram());
  const probe = started(cleaning, [program, "run", "--data", dir]);
  try {
    return await ticks(stage, ids, probe, samplesOf);
  } finally {
    for (const clean of cleanups) await clean();
  }
}

async function ticks(
  stage: Stage,
  ids: readonly string[],
  probe: Started,
  samplesOf: (tick: number) => Sample[],
): Promise<string[]> {
  const { plan } = stage;
  const windowMs = spreadWindowMs(plan.stepS);
  const peers = stage.subjects.filter(({ name }) => name !== "carrierwatch" && name !== "curl");
  const mine: Tick[] = [];
  const theirs = new Map<string, { errors: Errors[]; lost: number }>();
  const rss: number[] = [];
  let tick = nextTick(plan.stepS, windowMs + 10_000);
  for (let run = 0; run < plan.runs; run += 1) {
    await sleepUntil(tick * 1000 - 600);
    const packets = await capture(Object.values(PORTS));
    const endMs = tick * 1000 + windowMs + 8_000;
    while (samplesOf(tick).length < ids.length && Date.now() < endMs) await sleep(200);
    mine.push(tickOf(samplesOf(tick), ids.length, tick, truthOf(await packets.packets(), PORTS), windowMs));
    rss.push(residentMb(probe.pid));
    for (const subject of peers) {
      for (const way of ["at once", "spread"] as const) {
        const name = `${subject.name}, ${way}`;
        const known = theirs.get(name) ?? { errors: [], lost: 0 };
        theirs.set(name, known);
        const { errors, lost } = await together(stage, subject, way, ids.length);
        known.errors.push(errors);
        known.lost += lost;
      }
    }
    stage.progress(`minute ${run + 1}/${plan.runs}`);
    tick = nextTick(plan.stepS, 2_000);
  }
  return told(stage, peers, mine, theirs, rss, windowMs);
}

function told(
  { plan }: Stage,
  peers: readonly Subject[],
  mine: readonly Tick[],
  theirs: ReadonlyMap<string, { errors: Errors[]; lost: number }>,
  rss: readonly number[],
  windowMs: number,
): string[] {
  const columns = ["dns", "connect", "wait", "transfer", "total"] as const;
  const row = (name: string, runs: readonly Errors[], lost: number) => [
    name,
    ...columns.map((column) => cell(overRuns(runs.map((errors) => spreadOf(errors[column]))))),
    String(lost),
  ];
  const sum = (pick: (tick: Tick) => number) => mine.reduce((all, one) => all + pick(one), 0);
  const total = overRuns(mine.map(({ errors }) => spreadOf(errors.total)));
  const late = mine.flatMap(({ lateMs }) => lateMs);
  const after = mine.flatMap(({ afterMs }) => afterMs);
  const memory = median(rss);
  return [
    `2 ${plan.targets} targets due at the same minute, http, spread over ${windowMs / 1000} s: error, ms, median / p90 / p99, median of ${plan.runs} runs`,
    ...table([
      ["", ...columns, "lost"],
      row(
        "carrierwatch probe",
        mine.map(({ errors }) => errors),
        sum(({ lost }) => lost),
      ),
      ...[...theirs].map(([name, { errors, lost }]) => row(name, errors, lost)),
    ]),
    `suspect (told, not archived): ${sum(({ suspect }) => suspect)} of ${plan.targets * plan.runs}`,
    `start after the due instant, ms: median ${shown(median(late))}, p99 ${shown(quantile(late, 0.99))}, worst ${shown(quantile(late, 1))}; ${after.length} of ${late.length} started after their window, by at most ${shown(after.length === 0 ? 0 : quantile(after, 1))} ms`,
    verdict("p90 error of total", total.p90, 1),
    verdict("p99 error of total", total.p99, 10),
    verdict("starts more than 10 ms after the spread window", after.filter((ms) => ms > 10).length, 0, ""),
    `resident memory of the peers, MB: ${peers.map(({ name, pid }) => `${name} ${pid === null ? "-" : shown(residentMb(pid))}`).join(", ")}`,
    verdict(`resident memory of the probe with ${plan.targets} targets`, memory, 110, "MB"),
  ];
}

function tickOf(
  samples: readonly Sample[],
  expected: number,
  tick: number,
  truths: ReadonlyMap<string, readonly Truth[]>,
  windowMs: number,
): Tick {
  const errors = noErrors();
  const lateMs: number[] = [];
  const afterMs: number[] = [];
  let lost = expected - samples.length;
  let suspect = 0;
  for (const sample of samples) {
    lateMs.push(sample.detail.lateMs ?? 0);
    const overMs = sample.startedMs - (tick * 1000 + windowMs);
    if (overMs > 0) afterMs.push(overMs);
    if (sample.state === "suspect") suspect += 1;
    // A disturbed measurement is made once more: which of the two the sample tells shows in its start.
    const truth = truths
      .get(sample.target)
      ?.toSorted(
        (a, b) => Math.abs(a.startMs - sample.startedMs) - Math.abs(b.startMs - sample.startedMs),
      )[0];
    if (!truth || (sample.state !== "up" && sample.state !== "suspect")) lost += 1;
    else addTimes(errors, timesOf(sample), truth.times);
  }
  return { errors, lost, suspect, lateMs, afterMs };
}

function timesOf({ timings }: Sample): Times {
  const ms = (us: number | null) => (us === null ? null : us / 1000);
  const { dns, connect, wait, transfer, total } = timings;
  return {
    ...NO_TIMES,
    dns: ms(dns),
    connect: ms(connect),
    wait: ms(wait),
    transfer: ms(transfer),
    total: ms(total),
  };
}

async function together(
  stage: Stage,
  subject: Subject,
  way: "at once" | "spread",
  count: number,
): Promise<{ errors: Errors; lost: number }> {
  const shots = Array.from({ length: count }, () => {
    const id = stage.nextId();
    const startMs = way === "spread" ? spreadMsOf(id, stage.plan.stepS) : 0;
    return { id, url: urlOf("http", id), startMs };
  }).sort((a, b) => a.startMs - b.startMs);
  const packets = await capture(Object.values(PORTS));
  const reported = await subject.run(shots);
  const errors = noErrors();
  const lost = addErrors(errors, reported, truthOf(await packets.packets(), PORTS));
  return { errors, lost };
}

/** The first tick that begins at least so far from now, s. */
function nextTick(stepS: number, fromNowMs: number): number {
  return Math.ceil((Date.now() + fromNowMs) / (stepS * 1000)) * stepS;
}

/** Resident memory, MB of 10^6 bytes. */
function residentMb(pid: number): number {
  const kib = /^VmRSS:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, "utf8"))?.[1];
  return (Number(kib) * 1024) / 1e6;
}

function sleep(ms: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function sleepUntil(wallMs: number): Promise<void> {
  return sleep(Math.max(0, wallMs - Date.now()));
}
