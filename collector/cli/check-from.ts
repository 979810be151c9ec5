/**
 * The verb `check` with --from: asks vantages of a collector to measure a URL now, and prints each answer as it comes.
 *
 * Nothing is stored anywhere. Exit 0 up at each vantage, 1 down at any, 75 when one could not measure or did not answer.
 */
import type { Verb } from "../../main.ts";
import type { Look } from "../../probe/check/look.ts";
import { waterfall } from "../../probe/check/waterfall.ts";
import { WORDS, type Words } from "../../probe/check/words.ts";
import { showPath } from "../../probe/path/show.ts";
import { systemClock } from "../wire/clock.ts";
import { UnavailableError } from "../wire/errors.ts";
import type { Language } from "../wire/ids.ts";
import { MeasurementView, type OnceLane } from "../wire/on-demand.ts";
import { type FromFlags, fromOptions, inputOf } from "./check-from-flags.ts";
import { FROM_HELP } from "./check-from-help.ts";
import type { Client } from "./client.ts";
import { plainVerb } from "./command.ts";

const EXIT_DOWN = 1;
const EXIT_UNKNOWN = 75;
const WAIT_S = 20;
const SHOW_PROGRESS_MS = 1_000;

/** Measures from elsewhere and prints. @throws CarrierwatchError as any verb that speaks to a collector. */
export const verb: Verb = async (around) => {
  let lanes: readonly OnceLane[] = [];
  const code = await plainVerb<FromFlags>("check", {
    args: "<URL>",
    about: {
      en: "measure a URL now from vantages of a collector; nothing of it is stored",
      zh: "让采集端的探测点现在就测一个网址；什么都不保存",
    },
    help: FROM_HELP,
    options: fromOptions,
    async act({ client, flags, language, say }, [url = ""]) {
      if (!client.running) throw nobodyMeasures();
      const words = WORDS[language];
      const colour = process.stdout.isTTY === true && (around.env["NO_COLOR"] ?? "") === "";
      const look: Look = { words, say, colour, nowMs: systemClock().nowMs() };
      const shown = flags.json
        ? asJson
        : (view: MeasurementView, lane: OnceLane) => asText(view, lane, look, language);
      lanes = await follow(client, inputOf(url, flags), words, shown);
    },
  })(around);
  return code === 0 ? exitOf(lanes) : code;
};

function nobodyMeasures(): UnavailableError {
  return new UnavailableError(
    "not_running",
    "no collector runs on this data folder, so no vantage can be asked",
    {
      hint: "start it, or name one that runs with --url; without --from this machine measures itself",
    },
  );
}

/** Asks, then waits for one piece of news after the other. @returns The lanes as they ended. */
async function follow(
  client: Client,
  input: Record<string, unknown>,
  words: Words,
  say: (view: MeasurementView, lane: OnceLane) => string,
): Promise<readonly OnceLane[]> {
  const said = new Set<string>();
  const startedMs = performance.now();
  let view = MeasurementView.parse(await client.call("POST", "/measurements", input));
  for (;;) {
    for (const lane of view.lanes) {
      if (said.has(lane.vantage) || lane.state === "waiting" || lane.state === "measuring") continue;
      said.add(lane.vantage);
      process.stdout.write(say(view, lane));
    }
    if (view.over) return view.lanes;
    if (performance.now() - startedMs > SHOW_PROGRESS_MS) progress(view, words);
    const next = `/measurements/${view.id}?known=${view.revision}&wait=${WAIT_S}`;
    view = MeasurementView.parse(await client.call("GET", next));
  }
}

/** Who is still at it, and how far. */
function progress({ lanes }: MeasurementView, words: Words): void {
  const open = lanes.filter(({ state }) => state === "waiting" || state === "measuring");
  const parts = open.map(({ name, done }) => {
    const last = done.at(-1);
    return last ? `${name} (${words.metrics[last.metric]} ${Math.round(last.us / 1000)} ms)` : name;
  });
  process.stderr.write(`${words.measuring}: ${parts.join(", ")}\n`);
}

function asJson({ url }: MeasurementView, { vantage, name, carrier, state, result }: OnceLane): string {
  const answer = result ?? { state: "unknown" };
  return `${JSON.stringify({ url, vantage, name, carrier, answer: state, ...answer })}\n`;
}

function asText({ url }: MeasurementView, lane: OnceLane, look: Look, language: Language): string {
  const { words } = look;
  const from = `${lane.name} (${lane.carrier})`;
  if (lane.result) {
    const { path } = lane.result;
    const route = path === undefined ? "" : `${showPath(path, language, look.say)}\n\n`;
    return `${from}  ${waterfall(url, lane.result, look)}\n\n${route}`;
  }
  const why = lane.state === "no-answer" || lane.state === "old" ? lane.state : "busy";
  return `${from}  ${words.notMeasured}: ${words.unanswered[why]}\n\n`;
}

function exitOf(lanes: readonly OnceLane[]): number {
  if (lanes.some(({ result }) => result?.state === "down")) return EXIT_DOWN;
  return lanes.some(({ result }) => !result || result.state === "unknown") ? EXIT_UNKNOWN : 0;
}
