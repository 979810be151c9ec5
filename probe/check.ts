/**
 * The verb `check`: measures a URL from here and now, and prints the waterfall. Needs no collector and keeps nothing.
 *
 * Exit 0 up, 1 down, 75 when this machine could not measure, 78 when the address is not allowed.
 */
import { systemClock } from "../collector/wire/clock.ts";
import type { Language } from "../collector/wire/ids.ts";
import type { PathEvidence } from "../collector/wire/path-evidence.ts";
import { languageOf, type Say, speechIn } from "../collector/wire/said/language.ts";
import { VERSION } from "../collector/wire/version.ts";
import type { Verb } from "../main.ts";
import { taskOf } from "./check/assignment.ts";
import { type Flags, flagsOf, usage } from "./check/flags.ts";
import { HELP } from "./check/help.ts";
import type { Look } from "./check/look.ts";
import { readText } from "./check/read.ts";
import { namedOf } from "./check/resolve.ts";
import { shortLine, summary, waterfall } from "./check/waterfall.ts";
import { WORDS, type Words } from "./check/words.ts";
import { Address, Resolver } from "./file.ts";
import type { Secrets } from "./measure/ask.ts";
import { type Measurer, measurer } from "./measure/measure.ts";
import type { Measurable, Measured } from "./measure/measured.ts";
import { certificatesIn } from "./measure/trust.ts";
import { pathFromHere } from "./path/here.ts";
import { showPath } from "./path/show.ts";

const EXIT_UNKNOWN = 75;
const EXIT_REFUSED = 78;
const SHOW_PROGRESS_MS = 1_000;

/** Measures and prints. @throws CarrierwatchError (code "usage") or ConfigError for a command line it cannot use. */
export const verb: Verb = async ({ argv, env }) => {
  const { values, positionals } = flagsOf(argv);
  const language = languageOf(values.lang, env);
  if (values.help) {
    process.stdout.write(HELP[language]);
    return 0;
  }
  const count = countOf(values.n);
  const { assignment, secrets } = taskOf(positionals, values, readText);
  const words = WORDS[language];
  const colour = process.stdout.isTTY === true && (env["NO_COLOR"] ?? "") === "";
  const say = await speechIn(language);
  const look: Look = { words, say, colour, nowMs: Date.now() };
  const engine = engineOf(values, secrets);
  // The engine's own timers keep no process alive, and between two connects of a ping there is nothing else.
  const awake = setInterval(() => undefined, 60_000);
  try {
    await engine.warmUp();
    const all: Measured[] = [];
    for (let index = 1; index <= count; index += 1) {
      const measured = await withProgress(engine, assignment, words);
      all.push(measured);
      const path = values.path && index === count ? await pathOf(values, assignment, measured) : null;
      const text = values.json
        ? json(assignment, measured, path)
        : said(index, count, assignment, measured, look);
      process.stdout.write(`${text}\n`);
      if (path !== null) process.stdout.write(routeOf(path, values, language, say));
      if (measured.unknownReason === "guard")
        return refused(measured, look, values.json === true || count > 1);
    }
    if (count > 1 && !values.json) process.stdout.write(`\n${summary(all, look)}\n`);
    return exitOf(all);
  } finally {
    clearInterval(awake);
    engine.close();
  }
};

function engineOf(values: Flags, secrets: Secrets): Measurer {
  const ca = values.ca ?? values.cacert;
  const { resolvers, localAddress } = wayOf(values);
  return measurer({
    clock: systemClock(),
    random: Math.random,
    allow: values.allow ?? [],
    allowFile: "--allow",
    resolvers,
    ...(localAddress === undefined ? {} : { localAddress }),
    ca: ca === undefined ? [] : [certificatesIn(readText(ca, "--ca"), `--ca ${ca}`)],
    named: namedOf(values.resolve ?? []),
    secrets,
    version: VERSION,
  });
}

/** @throws CarrierwatchError, code "usage". */
function wayOf(values: Flags): {
  readonly resolvers: readonly string[];
  readonly localAddress: string | undefined;
} {
  const resolvers = values.resolver ?? [];
  const wrong = resolvers.find((text) => !Resolver.safeParse(text).success);
  if (wrong !== undefined) throw usage(`--resolver ${wrong}: give an IP address, with :port if it is not 53`);
  const given = values["local-address"] ?? values.interface;
  const address = Address.optional().safeParse(given);
  if (!address.success) throw usage(`--local-address ${given}: give an IP address of this machine`);
  return { resolvers, localAddress: address.data };
}

/** null: nowhere to look, or the guard has refused the measurement already. */
async function pathOf(values: Flags, assignment: Measurable, { detail, unknownReason }: Measured) {
  if (unknownReason === "guard") return null;
  return await pathFromHere(assignment, detail, { allow: values.allow ?? [], ...wayOf(values) });
}

/** Below the waterfall; part of the object with --json. */
function routeOf(path: PathEvidence, { json }: Flags, language: Language, say: Say): string {
  return json ? "" : `\n${showPath(path, language, say)}\n`;
}

function countOf(text: string | undefined): number {
  const count = Number(text ?? "1");
  if (!Number.isInteger(count) || count < 1 || count > 100) throw usage(`-n ${text}: give 1 to 100`);
  return count;
}

/** Measures; on a terminal, what takes longer than a second says how far it is, on a line that goes away again. */
async function withProgress(engine: Measurer, assignment: Measurable, words: Words): Promise<Measured> {
  if (!process.stderr.isTTY) return engine.measure(assignment);
  let reached = "";
  let shown = false;
  const show = () => {
    shown = true;
    process.stderr.write(`\r\u001b[2K${words.measuring} ${assignment.url.slice(0, 60)} ... ${reached}`);
  };
  const cancel = systemClock().after(SHOW_PROGRESS_MS, show);
  try {
    return await engine.measure(assignment, {
      onProgress(done) {
        reached = done
          .map(({ metric, us }) => `${words.metrics[metric]} ${Math.round(us / 1000)} ms`)
          .join(", ");
        if (shown) show();
      },
    });
  } finally {
    cancel();
    if (shown) process.stderr.write("\r\u001b[2K");
  }
}

function said(index: number, count: number, assignment: Measurable, measured: Measured, look: Look): string {
  return count === 1 ? waterfall(assignment.url, measured, look) : shortLine(index, measured, look);
}

function json(assignment: Measurable, measured: Measured, path: PathEvidence | null): string {
  return JSON.stringify({ url: assignment.url, ...measured, ...(path === null ? {} : { path }) });
}

/** @param silent Standard output did not say why. */
function refused(measured: Measured, { words, say }: Look, silent: boolean): number {
  if (silent) process.stderr.write(`${words.notMeasured}: ${say(measured.detail.note ?? "")}\n`);
  return EXIT_REFUSED;
}

function exitOf(all: readonly Measured[]): number {
  if (all.some((one) => one.state === "down")) return 1;
  return all.some((one) => one.state === "unknown") ? EXIT_UNKNOWN : 0;
}
