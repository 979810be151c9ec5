/**
 * The verb `check`: measures a URL from here and now, and prints the waterfall. Needs no collector and keeps nothing.
 *
 * Exit 0 up, 1 down, 75 when this machine could not measure, 78 when the address is not allowed.
 */
import { readFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { systemClock } from "../collector/wire/clock.ts";
import { CarrierwatchError, ConfigError } from "../collector/wire/errors.ts";
import { TargetInput } from "../collector/wire/target.ts";
import { VERSION } from "../collector/wire/version.ts";
import type { Verb } from "../main.ts";
import { type Look, shortLine, summary, waterfall } from "./check/waterfall.ts";
import { languageOf, WORDS, type Words } from "./check/words.ts";
import { type Measurer, measurer } from "./measure/measure.ts";
import type { Measurable, Measured } from "./measure/measured.ts";

const HELP = `usage: carrierwatch check URL [options]

Measures the URL now, from this machine, and prints where the time went.

  -n N                   measure N times (1 to 100), then average, smallest and largest
  --json                 one JSON object per measurement and line
  --allow CIDR           measure this network although it is private; repeatable
  --resolver IP[:PORT]   ask this resolver instead of the machine's own; repeatable
  --local-address IP     measure from this address of the machine
  -4, -6                 IPv4 or IPv6 only
  --method HEAD          default GET
  --contains TEXT        the body must contain this text
  --timeout SECONDS      for the whole measurement, default 10; connecting gets half of it
  --ca FILE              trust these certificates (PEM) too
  --lang zh|en           default: from LC_ALL, LC_MESSAGES or LANG
  --help

carrierwatch check --from ct,cnc URL asks vantages of a collector instead; check --from all --help.
`;

const EXIT_UNKNOWN = 75;
const EXIT_REFUSED = 78;
const SHOW_PROGRESS_MS = 1_000;

/** Measures and prints. @throws CarrierwatchError (code "usage") or ConfigError for a command line it cannot use. */
export const verb: Verb = async ({ argv, env }) => {
  const { values, positionals } = flagsOf(argv);
  if (values.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const assignment = assignmentOf(positionals, values);
  const count = countOf(values.n);
  const words = WORDS[languageOf(values.lang, env)];
  const clock = systemClock();
  const colour = process.stdout.isTTY === true && (env["NO_COLOR"] ?? "") === "";
  const look: Look = { words, colour, nowMs: clock.nowMs() };
  const engine = measurer({
    clock,
    random: Math.random,
    allow: values.allow ?? [],
    allowFile: "--allow",
    resolvers: values.resolver ?? [],
    ...(values["local-address"] === undefined ? {} : { localAddress: values["local-address"] }),
    ca: values.ca === undefined ? [] : [readCa(values.ca)],
    version: VERSION,
  });
  try {
    await engine.warmUp();
    const all: Measured[] = [];
    for (let index = 1; index <= count; index += 1) {
      const measured = await withProgress(engine, assignment, words);
      all.push(measured);
      const text = values.json ? json(assignment, measured) : said(index, count, assignment, measured, look);
      process.stdout.write(`${text}\n`);
      if (measured.unknownReason === "guard")
        return refused(measured, words, values.json === true || count > 1);
    }
    if (count > 1 && !values.json) process.stdout.write(`\n${summary(all, look)}\n`);
    return exitOf(all);
  } finally {
    engine.close();
  }
};

function flagsOf(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      allowPositionals: true,
      options: {
        n: { type: "string", short: "n" },
        json: { type: "boolean" },
        allow: { type: "string", multiple: true },
        resolver: { type: "string", multiple: true },
        "local-address": { type: "string" },
        ipv4: { type: "boolean", short: "4" },
        ipv6: { type: "boolean", short: "6" },
        method: { type: "string" },
        contains: { type: "string" },
        timeout: { type: "string" },
        ca: { type: "string" },
        lang: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (error) {
    throw usage(error instanceof Error ? error.message : String(error));
  }
}

type Flags = ReturnType<typeof flagsOf>["values"];

/** The command line as a target with its defaults: what is allowed for one is allowed here. */
function assignmentOf(positionals: readonly string[], values: Flags): Measurable {
  const [given = "", ...rest] = positionals;
  if (given === "" || rest.length > 0) throw usage("give exactly one URL");
  if (values.ipv4 && values.ipv6) throw usage("-4 and -6 exclude each other");
  const url = /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `https://${given}`;
  if (!URL.canParse(url)) throw usage(`${JSON.stringify(given.slice(0, 200))} is not a URL`);
  const totalMs = Math.round(Number(values.timeout ?? "10") * 1000);
  const parsed = TargetInput.safeParse({
    name: "check",
    url,
    method: values.method?.toUpperCase() ?? "GET",
    family: values.ipv4 ? "ipv4" : values.ipv6 ? "ipv6" : "any",
    expect: {
      status: ["200-399"],
      ...(values.contains === undefined ? {} : { bodyContains: values.contains }),
    },
    timeouts: { connectMs: Math.max(100, Math.round(totalMs / 2)), totalMs },
  });
  if (!parsed.success) {
    const issues = parsed.error.issues.map((issue) => `${issue.path.join(".")}: ${issue.message}`);
    throw usage(issues.join("; "));
  }
  const { method, family, expect, timeouts, redirects, bodyCapBytes } = parsed.data;
  return { url, method, family, expect, timeouts, redirects, bodyCapBytes };
}

function countOf(text: string | undefined): number {
  const count = Number(text ?? "1");
  if (!Number.isInteger(count) || count < 1 || count > 100) throw usage(`-n ${text}: give 1 to 100`);
  return count;
}

function usage(message: string): CarrierwatchError {
  return new CarrierwatchError("usage", message, { hint: "carrierwatch check --help" });
}

function readCa(file: string): string {
  try {
    return readFileSync(file, "utf8");
  } catch (cause) {
    throw new ConfigError(`--ca ${file} cannot be read`, { cause });
  }
}

/** Measures; on the terminal, what takes longer than a second says how far it is. */
async function withProgress(engine: Measurer, assignment: Measurable, words: Words): Promise<Measured> {
  let reached = "";
  let shown = false;
  const show = () => {
    shown = true;
    const end = process.stderr.isTTY ? "\r" : "\n";
    process.stderr.write(`${words.measuring} ${assignment.url.slice(0, 60)} ... ${reached}${end}`);
  };
  const cancel = systemClock().after(SHOW_PROGRESS_MS, show);
  try {
    return await engine.measure(assignment, {
      onProgress(done) {
        reached = done
          .map(({ metric, us }) => `${words.metrics[metric]} ${Math.round(us / 1000)} ms`)
          .join(", ");
        if (shown && process.stderr.isTTY) show();
      },
    });
  } finally {
    cancel();
    if (shown && process.stderr.isTTY) process.stderr.write("\u001b[2K\r");
  }
}

function said(index: number, count: number, assignment: Measurable, measured: Measured, look: Look): string {
  return count === 1 ? waterfall(assignment.url, measured, look) : shortLine(index, measured, look);
}

function json(assignment: Measurable, measured: Measured): string {
  return JSON.stringify({ url: assignment.url, ...measured });
}

/** @param silent Standard output did not say why. */
function refused(measured: Measured, words: Words, silent: boolean): number {
  if (silent) process.stderr.write(`${words.notMeasured}: ${measured.detail.note ?? ""}\n`);
  return EXIT_REFUSED;
}

function exitOf(all: readonly Measured[]): number {
  if (all.some((one) => one.state === "down")) return 1;
  return all.some((one) => one.state === "unknown") ? EXIT_UNKNOWN : 0;
}
