/**
 * Flags and environment of `start`, `collector` and `demo` -> one checked options object; every problem in one sentence.
 *
 * Reads no environment itself: main hands it over. Next stop: `collector.ts`, which opens the parts.
 */
import { readFileSync } from "node:fs";
import { resolve } from "node:path";
import { CommanderError } from "commander";
import * as z from "zod";
import { describedCommand, LANG_ABOUT, type Options, optionsOf, refusedLine } from "./cli/described.ts";
import { CarrierwatchError, ConfigError } from "./wire/errors.ts";
import { fileTrouble } from "./wire/file-trouble.ts";
import { langFlag, languageOf } from "./wire/said/language.ts";
import type { Text } from "./wire/said/text.ts";

export type CollectorOptions = {
  /** Absolute data folder. */
  readonly dir: string;
  readonly host: string;
  /** 0 = any free port. */
  readonly port: number;
  /** Without trailing slash; null = derived from the address listened on. */
  readonly publicUrl: string | null;
  /** "" or "/watch". */
  readonly basePath: string;
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  /** Addresses or CIDRs whose X-Forwarded-* headers are believed. */
  readonly trustedProxies: readonly string[];
  /** Networks the local probe may measure although they are private. */
  readonly allow: readonly string[];
};

type Flags = {
  data?: string;
  listen?: string;
  publicUrl?: string;
  basePath?: string;
  tlsCert?: string;
  tlsKey?: string;
  trustProxy?: string[];
  allow?: string[];
};

type Environment = Readonly<Record<string, string | undefined>>;
type Defaults = { readonly dir: string; readonly listen: string; readonly withProbe: boolean };

/** A command line that asked for help, already answered: exit with this code. */
export class Answered extends Error {
  readonly exitCode: number;
  constructor(exitCode: number) {
    super("answered");
    this.exitCode = exitCode;
  }
}

/**
 * Reads the command line of a verb that runs a collector.
 *
 * @param about One line for --help.
 * @param defaults Where data lies and what is listened on when neither flag nor environment says so.
 * @throws CarrierwatchError code "usage" for unknown flags, ConfigError for values that cannot work; Answered after --help.
 */
export function collectorOptions(
  name: string,
  about: Text,
  argv: readonly string[],
  env: Environment,
  defaults: Defaults,
): CollectorOptions {
  const flags = parse(name, about, argv, env, defaults);
  const dir = resolve(flags.data ?? env["CARRIERWATCH_DATA"] ?? defaults.dir);
  const { host, port } = hostPort(flags.listen ?? env["CARRIERWATCH_LISTEN"] ?? defaults.listen);
  const basePath = basePathOf(flags.basePath ?? env["CARRIERWATCH_BASE_PATH"] ?? "");
  return {
    dir,
    host,
    port,
    basePath,
    publicUrl: publicUrlOf(flags.publicUrl ?? env["CARRIERWATCH_PUBLIC_URL"] ?? null, basePath),
    tls: tlsOf(flags.tlsCert ?? env["CARRIERWATCH_TLS_CERT"], flags.tlsKey ?? env["CARRIERWATCH_TLS_KEY"]),
    trustedProxies: (flags.trustProxy ?? []).map((text) => network("--trust-proxy", text)),
    allow: (flags.allow ?? []).map((text) => network("--allow", text)),
  };
}

function parse(
  name: string,
  about: Text,
  argv: readonly string[],
  env: Environment,
  defaults: Defaults,
): Flags {
  const language = languageOf(langFlag(argv), env);
  const command = describedCommand(`carrierwatch ${name}`, about, language).allowExcessArguments(true);
  describe(optionsOf(command, language), defaults);
  try {
    command.parse([...argv], { from: "user" });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) throw new Answered(0);
    throw refusedLine(error, `carrierwatch ${name} --help lists the options`);
  }
  if (command.args.length > 0) {
    throw new CarrierwatchError("usage", `${name} takes no ${JSON.stringify(command.args[0])}`);
  }
  return command.opts<Flags>();
}

function describe(options: Options, { dir, listen, withProbe }: Defaults): void {
  options
    .option("--data <DIR>", {
      en: `where everything is kept (default ${dir}, or CARRIERWATCH_DATA)`,
      zh: `全部数据存放的目录（默认 ${dir}，或 CARRIERWATCH_DATA）`,
    })
    .option("--listen <HOST:PORT>", {
      en: `address of the dashboard (default ${listen}, or CARRIERWATCH_LISTEN)`,
      zh: `控制台的监听地址（默认 ${listen}，或 CARRIERWATCH_LISTEN）`,
    })
    .option("--public-url <URL>", {
      en: "how others reach it: used in join commands, mails and the set-up link; or CARRIERWATCH_PUBLIC_URL",
      zh: "别人访问它的网址：用于加入命令、邮件和设置链接；或 CARRIERWATCH_PUBLIC_URL",
    })
    .option("--base-path <PATH>", {
      en: "when a proxy serves it below a path, for example /watch; or CARRIERWATCH_BASE_PATH",
      zh: "代理把它放在某个路径下时的前缀，例如 /watch；或 CARRIERWATCH_BASE_PATH",
    })
    .option("--tls-cert <FILE>", {
      en: "certificate chain, PEM; read again when the file changes; or CARRIERWATCH_TLS_CERT",
      zh: "证书链，PEM；文件变了会重新读取；或 CARRIERWATCH_TLS_CERT",
    })
    .option("--tls-key <FILE>", {
      en: "its private key, PEM; or CARRIERWATCH_TLS_KEY",
      zh: "它的私钥，PEM；或 CARRIERWATCH_TLS_KEY",
    })
    .option(
      "--trust-proxy <CIDR>",
      {
        en: "proxy whose X-Forwarded headers are believed; may be repeated",
        zh: "相信这个代理的 X-Forwarded 头；可重复",
      },
      { repeated: true },
    )
    .option(
      "--allow <CIDR>",
      {
        en: "private network this machine's probe may measure; may be repeated",
        zh: "允许本机探针测的内网；可重复",
      },
      { repeated: true, hidden: !withProbe },
    )
    .option("--lang <zh|en>", LANG_ABOUT);
}

/** `8080`, `:8080`, `0.0.0.0:8080`, `[::]:8080` -> host and port. */
export function hostPort(text: string): { host: string; port: number } {
  const match = /^(?:(\[[0-9a-fA-F:.]+\]|[^:[\]]*):)?(\d{1,5})$/.exec(text);
  const port = Number(match?.[2]);
  if (!match || port > 65_535) {
    throw new ConfigError(`--listen ${JSON.stringify(text)} is no address and port`, {
      hint: "for example 127.0.0.1:8080, or 0.0.0.0:8080 for every network",
    });
  }
  return { host: (match[1] ?? "").replace(/^\[|\]$/g, "") || "127.0.0.1", port };
}

function basePathOf(text: string): string {
  const path = text.replace(/\/+$/, "");
  if (path !== "" && !/^(?:\/[A-Za-z0-9._~-]+)+$/.test(path)) {
    throw new ConfigError(`--base-path ${JSON.stringify(text)} is no path`, { hint: "for example /watch" });
  }
  return path;
}

function publicUrlOf(text: string | null, basePath: string): string | null {
  if (text === null) return null;
  const url = URL.parse(text);
  if (!url || !/^https?:$/.test(url.protocol) || url.username || url.search || url.hash) {
    throw new ConfigError(`--public-url ${JSON.stringify(text)} is no http or https address`, {
      hint: "for example https://watch.example.com",
    });
  }
  const whole = url.href.replace(/\/+$/, "");
  return basePath === "" || whole.endsWith(basePath) ? whole : whole + basePath;
}

function tlsOf(certFile: string | undefined, keyFile: string | undefined): CollectorOptions["tls"] {
  if (certFile === undefined && keyFile === undefined) return null;
  if (certFile === undefined || keyFile === undefined) {
    throw new ConfigError("TLS needs both --tls-cert and --tls-key");
  }
  for (const file of [certFile, keyFile]) {
    try {
      readFileSync(file);
    } catch (cause) {
      throw new ConfigError(`the TLS file ${file} cannot be read: ${fileTrouble(cause)}`, { cause });
    }
  }
  return { certFile: resolve(certFile), keyFile: resolve(keyFile) };
}

function network(flag: string, text: string): string {
  const known = z
    .union([z.cidrv4(), z.cidrv6()])
    .safeParse(text.includes("/") ? text : `${text}/${text.includes(":") ? 128 : 32}`);
  if (!known.success)
    throw new ConfigError(`${flag} ${JSON.stringify(text)} is no network`, {
      hint: "an address or CIDR, for example 10.0.0.0/8",
    });
  return known.data;
}
