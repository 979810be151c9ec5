/**
 * The command: one verb per line, each a dynamic import from its folder, so that a probe loads no collector.
 *
 * The only place that reads `process.env`, writes to the terminal through console, and turns errors into exit codes.
 */
import { systemClock } from "./collector/wire/clock.ts";
import { CarrierwatchError } from "./collector/wire/errors.ts";
import type { Language } from "./collector/wire/ids.ts";
import { type Log, limitRepeats, logTo, readableLine } from "./collector/wire/log.ts";
import { errorText, langFlag, languageOf, speechIn } from "./collector/wire/said/language.ts";

/** What a verb is given. It answers the exit code; its own output goes to stdout, the log and progress to stderr. */
export type Verb = (context: VerbContext) => Promise<number>;
export type VerbContext = {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
};

type VerbEntry = {
  readonly about: string;
  readonly load: (argv: readonly string[]) => Promise<{ verb: Verb }>;
};

const VERBS: Readonly<Record<string, VerbEntry>> = {
  start: {
    about: "collector, dashboard and a local probe on this machine",
    load: () => import("./collector/start.ts"),
  },
  demo: {
    about: "the same with three simulated carriers and a year of history",
    load: () => import("./deploy/demo/demo.ts"),
  },
  collector: { about: "collector and dashboard only", load: () => import("./collector/collector-verb.ts") },
  probe: {
    about: "measure at this vantage and deliver to a collector",
    load: () => import("./probe/main.ts"),
  },
  check: {
    about: "measure a URL now, print where the time went",
    load: (argv) =>
      argv.some((arg) => /^--from(?:=|$)/.test(arg))
        ? import("./collector/cli/check-from.ts")
        : import("./probe/check.ts"),
  },
  target: { about: "the URLs that are watched", load: () => import("./collector/cli/target.ts") },
  secret: {
    about: "passwords, tokens and keys that targets use by name",
    load: () => import("./collector/cli/secret.ts"),
  },
  vantage: { about: "the places that measure", load: () => import("./collector/cli/vantage.ts") },
  carrier: { about: "the ISPs that vantages stand for", load: () => import("./collector/cli/carrier.ts") },
  user: { about: "who may sign in", load: () => import("./collector/cli/user.ts") },
  token: { about: "API tokens for programs", load: () => import("./collector/cli/token.ts") },
  fetch: { about: "rows of one archive of one series", load: () => import("./collector/cli/fetch.ts") },
  graph: { about: "the chart of a target as PNG or SVG", load: () => import("./collector/cli/graph.ts") },
  export: {
    about: "a series as RRD XML for rrdtool, its samples as CSV or JSON lines",
    load: () => import("./collector/cli/export.ts"),
  },
  import: {
    about: "history from RRD XML, CSV or JSON lines",
    load: () => import("./collector/cli/import.ts"),
  },
  db: { about: "the store: copies, checks, space", load: () => import("./collector/cli/db.ts") },
  config: {
    about: "check flags and environment, list them",
    load: () => import("./collector/cli/config.ts"),
  },
};

const EXIT_USAGE = 64;
const EXIT_DATA = 65;
const EXIT_INTERNAL = 70;
/** What a shell says of a program that SIGPIPE has ended. */
const EXIT_UNREAD = 141;
const EXIT_TRY_LATER = 75;
const EXIT_CONFIG = 78;

/** Exit code of an operator error. @see sysexits.h */
export function exitCodeOf(error: CarrierwatchError): number {
  if (error.code === "usage") return EXIT_USAGE;
  if (error.code === "config") return EXIT_CONFIG;
  if (error.code === "refused_data") return EXIT_DATA;
  return error.retryable ? EXIT_TRY_LATER : 1;
}

/** Runs one command line; sets the exit code, never throws an operator error. */
export async function main(args: readonly string[]): Promise<void> {
  const [name = "", ...argv] = args;
  const entry = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (!entry) {
    const wanted = name === "" || name === "help" || name === "--help" || name === "-h";
    const say = await speechIn(languageFor(argv));
    const problem = say(`there is no verb ${JSON.stringify(name)}`);
    (wanted ? process.stdout : process.stderr).write(
      `${wanted ? "" : `carrierwatch: ${problem}\n`}${usage()}`,
    );
    process.exitCode = wanted ? 0 : EXIT_USAGE;
    return;
  }
  endUnread(SERVICES.has(name));
  try {
    const { verb } = await entry.load(argv);
    process.exitCode = await verb({ argv, env: process.env, log: terminalLog() });
  } catch (error) {
    if (!(error instanceof CarrierwatchError)) return broken(name, error);
    process.stderr.write(`carrierwatch ${name}: ${await errorText(error, languageFor(argv))}\n`);
    process.exitCode = exitCodeOf(error);
  }
}

/** What is refused is said in the language of --lang, else of the environment. */
function languageFor(argv: readonly string[]): Language {
  return languageOf(langFlag(argv), process.env);
}

const SERVICES: ReadonlySet<string> = new Set(["start", "demo", "collector", "probe"]);

/** Nobody reads on, or the log's disk is full: a service goes on all the same, anything else has nothing left to do. */
function endUnread(isService: boolean): void {
  for (const stream of [process.stdout, process.stderr]) {
    stream.on("error", () => {
      if (!isService) process.exit(EXIT_UNREAD);
    });
  }
}

/** A fault of ours: never an exit code that says something about a target. */
function broken(name: string, error: unknown): never {
  const what = error instanceof Error ? (error.stack ?? error.message) : String(error);
  process.stderr.write(`carrierwatch ${name}: something nobody expected\n${what}\n`);
  process.exit(EXIT_INTERNAL);
}

/** Readable lines on a terminal, JSON lines otherwise; debug only with CARRIERWATCH_DEBUG. */
function terminalLog(): Log {
  const clock = systemClock();
  const readable = process.stderr.isTTY === true;
  const withDebug = process.env["CARRIERWATCH_DEBUG"] !== undefined;
  const sink = logTo((level, fields, message) => {
    if (level === "debug" && !withDebug) return;
    const atMs = clock.nowMs();
    process.stderr.write(
      readable
        ? readableLine(atMs, level, fields, message)
        : `${JSON.stringify({ time: new Date(atMs).toISOString(), level, msg: message, ...plain(fields) })}\n`,
    );
  });
  return limitRepeats(sink, clock);
}

function plain(fields: Readonly<Record<string, unknown>>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(fields).map(([k, v]) => [k, v instanceof Error ? v.message : v]));
}

function usage(): string {
  const width = Math.max(...Object.keys(VERBS).map((name) => name.length));
  const lines = Object.entries(VERBS).map(([name, entry]) => `  ${name.padEnd(width)}  ${entry.about}`);
  return `usage: carrierwatch VERB [options]   (each verb: --help)\n\n${lines.join("\n")}\n`;
}
