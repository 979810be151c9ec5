/**
 * Case 4: HTTP measurements while the other core and a collector are busy.
 *
 * The collector is the product and takes 5,000 samples a second, which is what 1.5 million series at 300 s send; a loop
 * that never rests is pinned to core 1. Neither the subjects nor the target are pinned: the kernel gives them what is left.
 */
import { type ChildProcess, fork, spawn } from "node:child_process";
import { availableParallelism } from "node:os";
import { join } from "node:path";
import type { JoinCommand } from "../../../collector/wire/api-settings.ts";
import { parseJoinToken } from "../../../collector/wire/probe-protocol.ts";
import { setUp } from "../../support/api.ts";
import { product } from "../../support/product.ts";
import { capture } from "./capture.ts";
import { answerOf } from "./child.ts";
import { addErrors, cell, type Errors, noErrors, overRuns, spreadOf, table, verdict } from "./figures.ts";
import { PORTS, urlOf } from "./scene.ts";
import type { Stage } from "./stage.ts";
import { truthOf } from "./truth.ts";

export type FeederSetup = { readonly url: string; readonly key: string; readonly targets: readonly string[] };

/** Ours without those it calls disturbed itself. */
const ARCHIVED = "carrierwatch, archived";
const TARGETS = 200;
const RATE = 20;

export async function busy(stage: Stage): Promise<string[]> {
  const dir = join(stage.dir, "collector");
  const collector = product("collector", ["--listen", "127.0.0.1:0"], { dir });
  const started: ChildProcess[] = [];
  try {
    const client = await setUp((await collector.says(/set up\s+(http\S+)/))[1] ?? "");
    const made = await client.call<JoinCommand>("POST", "/vantages", {
      id: "sh-ct-1",
      name: "sh",
      carrier: "ct",
    });
    const { key } = await client.call<{ key: string }>("POST", "/probe/join", {
      secret: parseJoinToken(made.token)?.secret,
      hostname: "bench",
      probeVersion: "0",
    });
    const targets: string[] = [];
    for (let at = 0; at < TARGETS; at += 1) {
      const { id } = await client.call<{ id: string }>("POST", "/targets", {
        name: `t${at}`,
        url: `https://t${at}.example.com/`,
      });
      targets.push(id);
    }
    const setup: FeederSetup = { url: client.base, key, targets };
    const feeder = fork(new URL("./feeder.ts", import.meta.url), [JSON.stringify(setup)]);
    started.push(feeder);
    await answerOf(feeder);
    const last = availableParallelism() - 1;
    started.push(spawn("taskset", ["-c", String(last), process.execPath, "-e", "for (;;) {}"]));
    const lines = await beside(stage);
    const told = answerOf(feeder);
    feeder.send("count");
    return [...lines, `meanwhile the collector took ${await told} samples`];
  } finally {
    for (const child of started) child.kill("SIGKILL");
    await collector.stop();
  }
}

async function beside(stage: Stage): Promise<string[]> {
  const { plan } = stage;
  const subjects = stage.subjects.filter(({ name }) => name !== "curl");
  const runs = new Map([ARCHIVED, ...subjects.map(({ name }) => name)].map((name) => [name, [] as Errors[]]));
  let lost = 0;
  let suspect = 0;
  for (let run = 0; run < plan.runs; run += 1) {
    for (const subject of subjects) {
      const shots = Array.from({ length: plan.busy }, (_shot, at) => {
        const id = stage.nextId();
        return { id, url: urlOf("http", id), startMs: (at * 1000) / RATE };
      });
      const packets = await capture(Object.values(PORTS));
      const reported = await subject.run(shots);
      const errors = noErrors();
      const truths = truthOf(await packets.packets(), PORTS);
      lost += addErrors(errors, reported, truths);
      runs.get(subject.name)?.push(errors);
      if (subject.name !== "carrierwatch") continue;
      const archived = noErrors();
      const kept = reported.filter(({ suspect }) => suspect !== true);
      addErrors(archived, kept, truths);
      runs.get(ARCHIVED)?.push(archived);
      suspect += reported.length - kept.length;
    }
    stage.progress(`busy ${run + 1}/${plan.runs}`);
  }
  const columns = ["dns", "connect", "wait", "transfer", "total", "lead", "tail"] as const;
  const figure = (name: string, column: (typeof columns)[number]) =>
    overRuns((runs.get(name) ?? []).map((errors) => spreadOf(errors[column])));
  return [
    `4 the other core and a collector busy, http, ${RATE} a second: error, ms, median / p90 / p99 of ${plan.busy}, median of ${plan.runs} runs${lost > 0 ? `; ${lost} lost` : ""}`,
    ...table([
      ["", ...columns],
      ...[...runs.keys()].map((name) => [name, ...columns.map((column) => cell(figure(name, column)))]),
    ]),
    `${suspect} of ${plan.busy * plan.runs} would be suspect, or measured once more, and not archived`,
    verdict("p90 error of total", figure("carrierwatch", "total").p90, 1),
    verdict("p90 error of total, archived", figure(ARCHIVED, "total").p90, 1),
  ];
}
