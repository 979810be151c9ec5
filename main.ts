/**
 * The command: one verb per line, each a dynamic import from its folder, so that a probe loads no collector.
 *
 * The only place that reads `process.env`, writes to the terminal through console, and turns errors into exit codes.
 */
import { systemClock } from "./collector/wire/clock.ts";
import { CarrierwatchError } from "./collector/wire/errors.ts";
import type { Language } from "./collector/wire/ids.ts";
import { type Log, limitRepeats, logTo, readableLine } from "./collector/wire/log.ts";
import { mustBeLanguage } from "./collector/wire/must-be-language.ts";
import { errorText, langFlag, languageOf, speechIn } from "./collector/wire/said/language.ts";
import { inEach, type Text } from "./collector/wire/said/text.ts";

/** What a verb is given. It answers the exit code; its own output goes to stdout, the log and progress to stderr. */
export type Verb = (context: VerbContext) => Promise<number>;
export type VerbContext = {
  readonly argv: readonly string[];
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly log: Log;
};

type VerbEntry = {
  readonly about: Text;
  readonly load: (argv: readonly string[]) => Promise<{ verb: Verb }>;
};

const VERBS: Readonly<Record<string, VerbEntry>> = {
  start: {
    about: {
      en: "collector, dashboard and a local probe on this machine",
      zh: "本机的采集端、控制台和一个探针",
    },
    load: () => import("./collector/start.ts"),
  },
  demo: {
    about: {
      en: "the same with three simulated carriers and a year of history",
      zh: "同上，但有三个模拟运营商和一年的历史",
    },
    load: () => import("./deploy/demo/demo.ts"),
  },
  collector: {
    about: { en: "collector and dashboard only", zh: "只有采集端和控制台" },
    load: () => import("./collector/collector-verb.ts"),
  },
  probe: {
    about: {
      en: "measure at this vantage and deliver to a collector",
      zh: "在这个探测点测量，并上报给采集端",
    },
    load: () => import("./probe/main.ts"),
  },
  check: {
    about: { en: "measure a URL now, print where the time went", zh: "现在测一次网址，显示时间花在哪里" },
    load: (argv) =>
      argv.some((arg) => /^--from(?:=|$)/.test(arg))
        ? import("./collector/cli/check-from.ts")
        : import("./probe/check.ts"),
  },
  target: {
    about: { en: "the URLs that are watched", zh: "要测的网址，即目标" },
    load: () => import("./collector/cli/target.ts"),
  },
  secret: {
    about: {
      en: "passwords, tokens and keys that targets use by name",
      zh: "目标按名称使用的密码、令牌和私钥",
    },
    load: () => import("./collector/cli/secret.ts"),
  },
  vantage: {
    about: { en: "the places that measure", zh: "探测点，即从哪里测量" },
    load: () => import("./collector/cli/vantage.ts"),
  },
  carrier: {
    about: { en: "the ISPs that vantages stand for", zh: "探测点所属的运营商" },
    load: () => import("./collector/cli/carrier.ts"),
  },
  user: {
    about: { en: "who may sign in", zh: "可以登录的人" },
    load: () => import("./collector/cli/user.ts"),
  },
  token: {
    about: { en: "API tokens for programs", zh: "供程序使用的 API 令牌" },
    load: () => import("./collector/cli/token.ts"),
  },
  fetch: {
    about: { en: "measured numbers as a table, CSV or JSON", zh: "取出测得的数字：表格、CSV 或 JSON" },
    load: () => import("./collector/cli/fetch.ts"),
  },
  graph: {
    about: { en: "the chart of a target as PNG or SVG", zh: "目标的图表，存为 PNG 或 SVG" },
    load: () => import("./collector/cli/graph.ts"),
  },
  export: {
    about: {
      en: "a series as RRD XML for rrdtool, its samples as CSV or JSON lines",
      zh: "把序列存为 rrdtool 的 RRD XML，或把样本存为 CSV、JSON 行",
    },
    load: () => import("./collector/cli/export.ts"),
  },
  import: {
    about: { en: "history from RRD XML, CSV or JSON lines", zh: "从 RRD XML、CSV 或 JSON 行导入历史" },
    load: () => import("./collector/cli/import.ts"),
  },
  db: {
    about: {
      en: "the database: back up, restore, verify, its space",
      zh: "数据库：备份、恢复、核对、占用空间",
    },
    load: () => import("./collector/cli/db.ts"),
  },
  config: {
    about: {
      en: "check the options and environment of start, or list them",
      zh: "检查或列出 start 的选项和环境变量",
    },
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
  const [name = "", ...argv] = verbFirst(args);
  const entry = Object.hasOwn(VERBS, name) ? VERBS[name] : undefined;
  if (!entry) {
    const wanted = /^(?:|help|--help|-h|--lang(?:=.*)?)$/.test(name);
    const language = languageFor(args);
    const problem = (await speechIn(language))(`there is no verb ${JSON.stringify(name)}`);
    (wanted ? process.stdout : process.stderr).write(
      `${wanted ? "" : `carrierwatch: ${problem}\n`}${usage()[language]}`,
    );
    process.exitCode = wanted ? 0 : EXIT_USAGE;
    return;
  }
  endUnread(SERVICES.has(name));
  try {
    mustBeLanguage(langFlag(argv));
    const { verb } = await entry.load(argv);
    process.exitCode = await verb({ argv, env: process.env, log: terminalLog() });
  } catch (error) {
    if (!(error instanceof CarrierwatchError)) return broken(name, error);
    process.stderr.write(`carrierwatch ${name}: ${await errorText(error, languageFor(argv))}\n`);
    process.exitCode = exitCodeOf(error);
  }
}

/** The language may be said before the verb too. */
function verbFirst(args: readonly string[]): readonly string[] {
  const [first = ""] = args;
  const words = first === "--lang" ? 2 : Number(first.startsWith("--lang="));
  return args.length > words ? [...args.slice(words), ...args.slice(0, words)] : args;
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

const USAGE: Text = {
  en: "usage: carrierwatch VERB [options]   (each verb: --help; --lang zh|en)",
  zh: "用法：carrierwatch 命令 [选项]   （各命令的用法：--help；--lang zh|en 选择语言）",
};

function usage(): Text {
  const width = Math.max(...Object.keys(VERBS).map((name) => name.length));
  return inEach((language) => {
    const lines = Object.entries(VERBS).map(
      ([name, { about }]) => `  ${name.padEnd(width)}  ${about[language]}`,
    );
    return `${USAGE[language]}\n\n${lines.join("\n")}\n`;
  });
}
