/** Case 1: one measurement at a time on an idle machine, subjects taking turns; the error of each phase. */
import { capture } from "./capture.ts";
import {
  addErrors,
  cell,
  type Errors,
  noErrors,
  overRuns,
  type Spread,
  spreadOf,
  table,
  verdict,
} from "./figures.ts";
import { PORTS, type Scheme, urlOf } from "./scene.ts";
import type { Stage } from "./stage.ts";
import type { Reported } from "./subject.ts";
import { truthOf } from "./truth.ts";

type Column = keyof Errors;

/** Between two measurements: what the one before left behind is over. */
const PAUSE_MS = 60;

export async function idle(stage: Stage): Promise<string[]> {
  const lines: string[] = [];
  for (const scheme of ["https", "http"] as const) lines.push(...(await ofScheme(stage, scheme)), "");
  return lines;
}

async function ofScheme(stage: Stage, scheme: Scheme): Promise<string[]> {
  const { subjects, plan } = stage;
  const columns: Column[] =
    scheme === "https"
      ? ["dns", "connect", "tls", "tlsNet", "wait", "transfer", "total", "lead", "tail"]
      : ["dns", "connect", "wait", "transfer", "total", "lead", "tail"];
  const runs = new Map(subjects.map(({ name }) => [name, [] as Errors[]]));
  let lost = 0;
  for (let run = 0; run < plan.runs; run += 1) {
    const packets = await capture(Object.values(PORTS));
    const reported = new Map(subjects.map(({ name }) => [name, [] as Reported[]]));
    // The first round is thrown away: programs are still loading.
    for (let round = -1; round < plan.idleRounds; round += 1) {
      for (const subject of subjects) {
        const id = stage.nextId();
        const answers = await subject.run([{ id, url: urlOf(scheme, id), startMs: 0 }]);
        if (round >= 0) reported.get(subject.name)?.push(...answers);
        await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
      }
    }
    const truths = truthOf(await packets.packets(), PORTS);
    for (const [name, answers] of reported) {
      const errors = noErrors();
      lost += addErrors(errors, answers, truths);
      runs.get(name)?.push(errors);
    }
    stage.progress(`idle ${scheme} ${run + 1}/${plan.runs}`);
  }
  const figure = (name: string, column: Column): Spread =>
    overRuns((runs.get(name) ?? []).map((errors) => spreadOf(errors[column])));
  const rows = subjects.map(({ name }) => [name, ...columns.map((column) => cell(figure(name, column)))]);
  return [
    `1 idle ${scheme}: error of each phase, ms, median / p90 / p99 of ${plan.idleRounds}, median of ${plan.runs} runs${lost > 0 ? `; ${lost} measurements lost` : ""}`,
    ...table([["", ...columns], ...rows]),
    ...(scheme === "https" ? verdicts(figure, runs.has("curl")) : []),
  ];
}

function verdicts(figure: (name: string, column: Column) => Spread, hasCurl: boolean): string[] {
  const mine = (column: Column) => figure("carrierwatch", column).median;
  return [
    verdict("median error of total", mine("total"), 0.45),
    ...(hasCurl ? [verdict("the same beside curl's", mine("total"), figure("curl", "total").median)] : []),
    verdict("median error of connect", mine("connect"), 0.6),
    verdict("median error of wait", mine("wait"), 0.3),
    verdict("median error of tlsNet", mine("tlsNet"), 0.5),
  ];
}
