/**
 * Case 3: fifty names under four zones whose servers say nothing, and fifty living names meanwhile: the dns error of
 * those. Beside them Node's own way, getaddrinfo in its thread pool.
 */
import { fork } from "node:child_process";
import { capture } from "./capture.ts";
import { answerOf } from "./child.ts";
import { addErrors, cell, noErrors, overRuns, type Spread, spreadOf, table, verdict } from "./figures.ts";
import { DEAD_ZONES, DNS_MS, PORTS, urlOf } from "./scene.ts";
import type { Stage } from "./stage.ts";
import type { Shot } from "./subject.ts";
import { truthOf } from "./truth.ts";

const NAMES = 50;
/** The living are measured while the dead are waited for. */
const GAP_MS = 60;

export async function deadZones(stage: Stage): Promise<string[]> {
  const subjects = stage.subjects.filter(({ name }) => name !== "curl");
  const runs = new Map<string, Spread[]>(subjects.map(({ name }) => [name, []]));
  let lost = 0;
  for (let run = 0; run < stage.plan.runs; run += 1) {
    for (const subject of subjects) {
      const { shots, living } = scenario(stage);
      const packets = await capture(Object.values(PORTS));
      const reported = (await subject.run(shots)).filter(({ id }) => living.has(id));
      const errors = noErrors();
      lost += addErrors(errors, reported, truthOf(await packets.packets(), PORTS));
      runs.get(subject.name)?.push(spreadOf(errors.dns));
    }
    stage.progress(`dead zones ${run + 1}/${stage.plan.runs}`);
  }
  const node = await lookups(stage);
  const mine = overRuns(runs.get("carrierwatch") ?? []);
  return [
    `3 ${NAMES} names under ${DEAD_ZONES} dead zones and ${NAMES} living ones: dns error of the living, ms, median / p90 / p99, median of ${stage.plan.runs} runs${lost > 0 ? `; ${lost} lost` : ""}`,
    ...table([
      ...[...runs].map(([name, spreads]) => [name, cell(overRuns(spreads))]),
      ["getaddrinfo in Node (one run)", cell(node)],
    ]),
    verdict("median dns error of the living", mine.median, 2),
    verdict("p99 dns error of the living", mine.p99, 2),
  ];
}

function scenario(stage: Stage): { shots: Shot[]; living: Set<string> } {
  const dead = Array.from({ length: NAMES }, (_shot, at) => {
    const id = stage.nextId();
    return { id, url: `http://${id}.dead${at % DEAD_ZONES}.test:${PORTS.http}/`, startMs: at * 5 };
  });
  const alive = Array.from({ length: NAMES }, (_shot, at) => {
    const id = stage.nextId();
    return { id, url: urlOf("http", id), startMs: 300 + at * GAP_MS };
  });
  return { shots: [...dead, ...alive], living: new Set(alive.map(({ id }) => id)) };
}

/** What dns.lookup says, less what the server holds: its questions wait before they are asked, so packets do not tell. */
async function lookups(stage: Stage): Promise<Spread> {
  const { shots, living } = scenario(stage);
  const child = fork(new URL("./lookups.ts", import.meta.url));
  try {
    await answerOf(child);
    const answered = answerOf(child);
    child.send(shots.map(({ id, url, startMs }) => ({ id, host: new URL(url).hostname, startMs })));
    const took = (await answered) as Record<string, number>;
    return spreadOf([...living].map((id) => (took[id] ?? Number.NaN) - DNS_MS));
  } finally {
    child.kill();
  }
}
