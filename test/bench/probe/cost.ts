/**
 * Case 5: processor time of one measurement, at a steady rate, subjects taking turns.
 *
 * Beside the plain ratio stands one divided by what the target used meanwhile, which cancels a core whose speed drifts;
 * a client with a larger ClientHello makes the target work more, so neither ratio alone is the truth.
 */
import { median, shown, table, verdict } from "./figures.ts";
import { urlOf } from "./scene.ts";
import type { Stage } from "./stage.ts";
import type { Subject } from "./subject.ts";

/** Starts a second: a small installation, and the most a probe would start on such a machine. What counts is the latter. */
const LOADS = [
  { scheme: "http", rate: 100, counts: false },
  { scheme: "http", rate: 400, counts: true },
  { scheme: "https", rate: 40, counts: false },
  { scheme: "https", rate: 100, counts: true },
] as const;
type Load = (typeof LOADS)[number];

type Cost = { mine: number; target: number };

export async function cost(stage: Stage): Promise<string[]> {
  const lines: string[] = [];
  for (const load of LOADS) lines.push(...(await under(stage, load)));
  return lines;
}

async function under(stage: Stage, load: Load): Promise<string[]> {
  const { plan, subjects } = stage;
  const { scheme, rate } = load;
  const measured = subjects.filter(({ name }) => name !== "curl");
  const runs = new Map(measured.map(({ name }) => [name, [] as Cost[]]));
  for (const subject of measured) await block(stage, subject, load, plan.runInSeconds);
  for (let run = 0; run < plan.runs; run += 1) {
    for (const subject of measured) {
      runs.get(subject.name)?.push(await block(stage, subject, load, plan.costSeconds));
    }
    stage.progress(`cost ${scheme} ${rate}/s ${run + 1}/${plan.runs}`);
  }
  const of = (name: string, pick: (cost: Cost) => number) => median((runs.get(name) ?? []).map(pick));
  const against = (peer: string, pick: (cost: Cost) => number) =>
    median((runs.get("carrierwatch") ?? []).map((one, at) => pick(one) / pick(runs.get(peer)?.[at] ?? one)));
  const plain = (cost: Cost) => cost.mine;
  const normal = (cost: Cost) => cost.mine / cost.target;
  const rows = measured.map(({ name }) => [
    name,
    shown(of(name, plain)),
    shown(of(name, (cost) => cost.target)),
    ...(name === "carrierwatch" ? ["", ""] : [shown(against(name, plain)), shown(against(name, normal))]),
  ]);
  const peers = new Set(measured.map(({ name }) => name));
  return [
    `5 processor time of one ${scheme} measurement, ms; ${rate * plan.costSeconds} at ${rate} a second, median of ${plan.runs} runs`,
    ...table([["", "CPU ms", "target's", "ours / its", "normalised"], ...rows]),
    ...(load.counts && peers.has("libcurl multi")
      ? [
          verdict(
            `${scheme}, ours / libcurl multi`,
            against("libcurl multi", plain),
            scheme === "http" ? 1.2 : 1.3,
            "times",
          ),
        ]
      : []),
    ...(load.counts && scheme === "http" && peers.has("blackbox")
      ? [verdict("http, ours / blackbox", against("blackbox", plain), 0.75, "times")]
      : []),
  ];
}

async function block(stage: Stage, subject: Subject, { scheme, rate }: Load, seconds: number): Promise<Cost> {
  const gapMs = 1000 / rate;
  const count = rate * seconds;
  const shots = Array.from({ length: count }, (_shot, at) => {
    const id = stage.nextId();
    return { id, url: urlOf(scheme, id), startMs: at * gapMs };
  });
  const before = await stage.scene.cpuMs();
  const reported = await subject.run(shots);
  const target = ((await stage.scene.cpuMs()) - before) / count;
  const failed = reported.filter(({ ok }) => !ok).length;
  if (failed > count / 50) throw new Error(`${failed} of ${count} measurements of ${subject.name} failed`);
  return { mine: (subject.cpuMs() ?? Number.NaN) / count, target };
}
