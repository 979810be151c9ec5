/**
 * The verb `probe`: measures at this vantage until it is told to stop, or until the process it serves is gone.
 *
 * `probe` runs, `probe join` trades a join text for a key. Loads no native module and nothing of the collector but wire.
 */
import { resolve } from "node:path";
import { parseArgs } from "node:util";
import { systemClock } from "../collector/wire/clock.ts";
import { CarrierwatchError } from "../collector/wire/errors.ts";
import { languageOf } from "../collector/wire/said/language.ts";
import type { Text } from "../collector/wire/said/text.ts";
import type { Verb } from "../main.ts";
import type { ProbeFlags } from "./config.ts";
import { joinOnce, joinVerb } from "./join.ts";
import { type RunContext, runUntilAsked } from "./run-until-asked.ts";

const HELP: Text = {
  en: `usage: carrierwatch probe [options]
       carrierwatch probe join [FILE|-] [options]   (probe join --help)

Measures what its collector assigns and delivers the samples. Its settings are
in DIR/probe/config.yaml. With several vantages there, one for each carrier's
line of this machine, it runs all of them.

  --data DIR             data folder (default ./data, or CARRIERWATCH_DATA)
  --url URL              the collector, instead of collector.url in the file
  --certificate SHA256   trust the collector by its certificate's SHA-256 alone
  --allow CIDR           measure this network although it is private; may be
                         repeated
  --resolver ADDRESS     ask this resolver; may be repeated
  --local-address IP     measure and deliver from this address of the machine
  --join-file FILE       join with the join text in FILE first, unless this
                         folder has a key
  --lang zh|en           language of what is said; default: from LC_ALL,
                         LC_MESSAGES or LANG
  -h, --help             show this help
`,
  zh: `用法：carrierwatch probe [选项]
      carrierwatch probe join [文件|-] [选项]   （见 probe join --help）

按采集端的分配测量，并上报样本。设置写在 目录/probe/config.yaml；其中可以写多个
探测点，对应本机的每条运营商线路，这时全部一起运行。

  --data 目录            数据目录（默认 ./data，或 CARRIERWATCH_DATA）
  --url 网址             采集端，代替文件里的 collector.url
  --certificate SHA256   只按证书的 SHA-256 信任采集端
  --allow CIDR           允许测这个内网网段；可重复
  --resolver 地址        改用这个解析服务器；可重复
  --local-address IP     从本机的这个地址测量和上报
  --join-file 文件       先用文件里的加入口令加入；目录里已有钥匙时不用
  --lang zh|en           显示的语言；默认按 LC_ALL、LC_MESSAGES 或 LANG
  -h, --help             显示本帮助
`,
};

/** Runs the probe. @throws CarrierwatchError for a command line or file it cannot start with. */
export const verb: Verb = async ({ argv, env, log }) => {
  const clock = systemClock();
  const dir = env["CARRIERWATCH_DATA"] ?? "data";
  if (argv[0] === "join") return joinVerb(argv.slice(1), dir, { clock, log, env });
  return runVerb(argv, dir, { clock, log, env });
};

/** `probe` without `join`. @param dir Data folder when --data does not name one. */
export async function runVerb(argv: readonly string[], dir: string, context: RunContext): Promise<number> {
  const values = flagsOf(argv);
  if (values.help) {
    process.stdout.write(HELP[languageOf(values.lang, context.env)]);
    return 0;
  }
  const folder = resolve(values.data ?? dir);
  if (values["join-file"] !== undefined) await joinOnce(values["join-file"], folder, context);
  const flags: ProbeFlags = {
    ...(values.url === undefined ? {} : { url: values.url }),
    ...(values.certificate === undefined ? {} : { certificateSha256: values.certificate }),
    ...(values["local-address"] === undefined ? {} : { localAddress: values["local-address"] }),
    allow: values.allow ?? [],
    resolvers: values.resolver ?? [],
  };
  return runUntilAsked(folder, flags, context);
}

function flagsOf(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      strict: true,
      options: {
        data: { type: "string" },
        url: { type: "string" },
        certificate: { type: "string" },
        allow: { type: "string", multiple: true },
        resolver: { type: "string", multiple: true },
        "local-address": { type: "string" },
        "join-file": { type: "string" },
        lang: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    }).values;
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new CarrierwatchError("usage", message, { hint: "carrierwatch probe --help", cause });
  }
}
