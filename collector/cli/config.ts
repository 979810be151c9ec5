/** The verb `config`: whether flags and environment of `start` and `collector` can work, and which there are. */
import type { Verb } from "../../main.ts";
import { Answered, type CollectorOptions, collectorOptions } from "../options.ts";
import { CarrierwatchError } from "../wire/errors.ts";
import { langFlag, languageOf } from "../wire/said/language.ts";
import { same, type Text } from "../wire/said/text.ts";
import { type CellText, facts } from "./table.ts";

const HELP: Text = {
  en: `usage: carrierwatch config check [options of start]
       carrierwatch config reference

  check      what these options and the environment mean, or what is wrong
  reference  every option and environment variable, with its default
`,
  zh: `用法：carrierwatch config check [start 的选项]
      carrierwatch config reference

  check      说明这些选项和环境变量的含义，或哪里不对
  reference  列出全部选项和环境变量，以及默认值
`,
};

const DEFAULTS = { dir: "data", listen: "127.0.0.1:8080", withProbe: true };

const FROM_LISTEN: Text = { en: "from the address it listens on", zh: "按监听地址" };
const NOBODY: Text = { en: "nobody's headers", zh: "没有" };
const PUBLIC_ONLY: Text = { en: "public addresses only", zh: "没有，只测公网地址" };

function tlsText(tls: CollectorOptions["tls"]): Text {
  if (tls === null) return { en: "off", zh: "未启用" };
  return { en: `${tls.certFile}, key ${tls.keyFile}`, zh: `${tls.certFile}，私钥 ${tls.keyFile}` };
}

const check: Verb = async ({ argv, env }) => {
  const json = argv.includes("--json");
  const flags = argv.filter((arg) => arg !== "--json");
  const options = collectorOptions(
    "config check",
    { en: "whether a collector could start with these", zh: "采集端能否以这些选项启动" },
    flags,
    env,
    DEFAULTS,
  );
  const lines: [Text, CellText][] = [
    [{ en: "data", zh: "数据目录" }, options.dir],
    [{ en: "listen", zh: "监听" }, `${options.host}:${options.port}`],
    [{ en: "public url", zh: "对外网址" }, options.publicUrl ?? FROM_LISTEN],
    [{ en: "base path", zh: "路径前缀" }, options.basePath || null],
    [same("tls"), tlsText(options.tls)],
    [{ en: "trusted proxies", zh: "可信代理" }, options.trustedProxies.join(", ") || NOBODY],
    [{ en: "may measure", zh: "允许测的内网" }, options.allow.join(", ") || PUBLIC_ONLY],
  ];
  process.stdout.write(
    json ? `${JSON.stringify(options, null, 2)}\n` : facts(lines)[languageOf(langFlag(argv), env)],
  );
  return 0;
};

const reference: Verb = async ({ argv, env }) => {
  const lang = langFlag(argv);
  const help = lang === undefined ? ["--help"] : ["--lang", lang, "--help"];
  collectorOptions(
    "start",
    { en: "what start, collector and demo take", zh: "start、collector、demo 的全部设置" },
    help,
    env,
    DEFAULTS,
  );
  return 0;
};

export const verb: Verb = async (context) => {
  const { argv, env } = context;
  const language = languageOf(langFlag(argv), env);
  const at = argv.findIndex((arg, i) => !arg.startsWith("-") && argv[i - 1] !== "--lang");
  const name = argv[at] ?? "";
  const rest = argv.filter((_, i) => i !== at);
  try {
    if (name === "check") return await check({ ...context, argv: rest });
    if (name === "reference") return await reference({ ...context, argv: rest });
  } catch (error) {
    if (error instanceof Answered) return error.exitCode;
    throw error;
  }
  if (name === "" && argv.some((arg) => arg === "--help" || arg === "-h")) {
    process.stdout.write(HELP[language]);
    return 0;
  }
  throw new CarrierwatchError(
    "usage",
    name === "" ? "check or reference?" : `config cannot ${JSON.stringify(name)}`,
    {
      hint: "carrierwatch config --help says what it takes",
    },
  );
};
