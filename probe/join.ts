/**
 * Joining: a single-use join text becomes this vantage's own key and its file, DIR/probe/key and DIR/probe/config.yaml.
 *
 * The text comes from a file or stdin, never from the command line, which every user of the machine can read. The folder
 * is proved writable before the text is spent. The collector is trusted by the certificate the text names.
 */
import { existsSync, readFileSync } from "node:fs";
import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { hostname } from "node:os";
import { join, resolve } from "node:path";
import { text } from "node:stream/consumers";
import { parseArgs } from "node:util";
import { CarrierwatchError, ConfigError, UnavailableError } from "../collector/wire/errors.ts";
import { fileTrouble } from "../collector/wire/file-trouble.ts";
import { JoinAnswer, type JoinToken, parseJoinToken } from "../collector/wire/probe-protocol.ts";
import { Problem } from "../collector/wire/problem.ts";
import { languageOf } from "../collector/wire/said/language.ts";
import type { Text } from "../collector/wire/said/text.ts";
import { VERSION } from "../collector/wire/version.ts";
import { Address, VantageFolder } from "./file.ts";
import { joinedFile, type Place } from "./joined-file.ts";
import { KEY } from "./key.ts";
import { makeFolder } from "./make-folder.ts";
import { type RunContext, runUntilAsked } from "./run-until-asked.ts";
import { clientOf } from "./ship/client.ts";
import { codeOf } from "./spool/files.ts";

const HELP: Text = {
  en: `usage: carrierwatch probe join [FILE|-] [options]

Reads a join text (cwj1_...) from FILE, or from standard input, and makes this
machine the vantage it was issued for.

  --data DIR             data folder (default ./data, or CARRIERWATCH_DATA)
  --run                  measure at once, until stopped
  --vantage-folder NAME  one vantage more in the same probe; its files go into
                         DIR/probe/NAME
  --local-address IP     the vantage's own way out: join by it, and measure from
                         it
  --lang zh|en           language of what is said; default: from LC_ALL,
                         LC_MESSAGES or LANG
  -h, --help             show this help
`,
  zh: `用法：carrierwatch probe join [文件|-] [选项]

从文件或标准输入读取加入口令（cwj1_...），让这台机器成为口令所属的探测点。

  --data 目录            数据目录（默认 ./data，或 CARRIERWATCH_DATA）
  --run                  立即开始测量，直到停止
  --vantage-folder 名称  在同一个探针里再加一个探测点；它的文件放在
                         目录/probe/名称
  --local-address IP     这个探测点自己的出口：从它加入，也从它测量
  --lang zh|en           显示的语言；默认按 LC_ALL、LC_MESSAGES 或 LANG
  -h, --help             显示本帮助
`,
};

/** `probe join`. @param dir Data folder when --data does not name one. */
export async function joinVerb(argv: readonly string[], dir: string, context: RunContext): Promise<number> {
  const { values, positionals } = argumentsOf(argv);
  const language = languageOf(values.lang, context.env);
  if (values.help) {
    process.stdout.write(HELP[language]);
    return 0;
  }
  const folder = resolve(values.data ?? dir);
  const source = positionals[0] ?? "-";
  if (source.startsWith("cwj1_")) {
    throw new CarrierwatchError(
      "usage",
      "a join text does not belong on the command line, where others can read it",
      {
        hint: "give it on stdin, or in a file",
      },
    );
  }
  const place = placeOf(values["vantage-folder"], values["local-address"]);
  const answer = await joinWith(await joinText(source), folder, place);
  const command = `${process.argv[1]?.endsWith(".mjs") ? `node ${process.argv[1]} run` : "carrierwatch probe"} --data ${folder}`;
  const told = [joined(answer.name, folder), ...(place.folder === null ? [] : [ONE_MORE])];
  told.push(values.run ? running(command) : stopped(command));
  process.stdout.write(told.map((text) => `${text[language]}\n`).join(""));
  if (!values.run) return 0;
  return runUntilAsked(folder, {}, context);
}

function joined(name: string, folder: string): Text {
  return {
    en: `This machine is now the vantage ${JSON.stringify(name)}; its files are in ${folder}`,
    zh: `这台机器现在是探测点 ${JSON.stringify(name)}；它的文件在 ${folder}`,
  };
}

const ONE_MORE: Text = {
  en: "A probe that runs here measures for it once it is started again",
  zh: "在这里运行的探针重启以后就为它测量",
};

function stopped(command: string): Text {
  return { en: `Start it with: ${command}`, zh: `启动：${command}` };
}

function running(command: string): Text {
  return {
    en: `It measures until this command is stopped. To start it again: ${command}`,
    zh: `正在测量，直到停止这个命令。再次启动：${command}`,
  };
}

/** Joins with the text in a file unless the folder has a key already. @throws CarrierwatchError as `joinWith` does. */
export async function joinOnce(file: string, dir: string, { log }: RunContext): Promise<void> {
  if (existsSync(join(dir, "probe", "key"))) return;
  const { vantage, name } = await joinWith(await joinText(file), dir);
  log.info({ vantage, name }, "joined");
}

function placeOf(folder: string | undefined, localAddress: string | undefined): Place {
  const usage = (flag: string, message: string) =>
    new CarrierwatchError("usage", `${flag}: ${message}`, { hint: "carrierwatch probe join --help" });
  const name = VantageFolder.optional().safeParse(folder);
  if (!name.success) throw usage("--vantage-folder", name.error.issues[0]?.message ?? "");
  const address = Address.optional().safeParse(localAddress);
  if (!address.success) throw usage("--local-address", address.error.issues[0]?.message ?? "");
  return { folder: name.data ?? null, localAddress: address.data ?? null };
}

/**
 * Trades a join text for a key and writes both files. The file that names a new vantage takes effect after it has its key:
 * a probe would not start with a vantage that has none.
 *
 * @param place Which vantage of the folder's probe; absent = its only one.
 * @throws ConfigError for a text that is none or a folder that cannot be written; CarrierwatchError "join_refused" when the
 *   collector refuses it, UnavailableError when it cannot be reached.
 */
export async function joinWith(
  joinText: string,
  dir: string,
  place: Place = { folder: null, localAddress: null },
): Promise<JoinAnswer> {
  const token = parseJoinToken(joinText);
  if (!token) {
    throw new ConfigError("this is no join text: it begins with cwj1_ and is copied whole", {
      hint: "make a new one on the collector's page Vantages",
    });
  }
  const ready = await prepare(token, join(dir, "probe"), place);
  const { folder, file, keyFile } = ready;
  try {
    const answer = await exchange(token, ready.localAddress);
    await setAsideForeignSpool(folder, keyFile, answer.vantage);
    await draft(keyFile, `${answer.key}\n`, 0o600);
    await rename(draftOf(keyFile), keyFile);
    await rename(draftOf(file), file);
    return answer;
  } finally {
    await rm(draftOf(file), { force: true });
  }
}

/** Proves that the folder can be written before the text is spent: the probe's file is drafted. */
async function prepare(token: JoinToken, probe: string, place: Place) {
  const folder = join(probe, place.folder ?? ".");
  const file = join(probe, "config.yaml");
  try {
    makeFolder(folder);
    const before = existsSync(file) ? await readFile(file, "utf8") : null;
    const after = joinedFile(before, token, place, (name) => existsSync(resolve(probe, name)));
    await draft(file, after.text, 0o644);
    return { folder, file, keyFile: resolve(folder, after.keyFile), localAddress: after.localAddress };
  } catch (cause) {
    if (cause instanceof CarrierwatchError) throw cause;
    throw new ConfigError(`${folder} cannot be written (${fileTrouble(cause)}); nothing was sent`, { cause });
  }
}

async function exchange(token: JoinToken, localAddress: string | null): Promise<JoinAnswer> {
  const client = clientOf({
    url: token.url,
    certificateSha256: token.certificateSha256,
    key: null,
    userAgent: `carrierwatch/${VERSION}`,
    localAddress: localAddress ?? undefined,
  });
  const request = { secret: token.secret, hostname: hostname().slice(0, 255), probeVersion: VERSION };
  const answer = await client
    .exchange({
      method: "POST",
      path: "/api/v1/probe/join",
      headers: { "content-type": "application/json" },
      body: Buffer.from(JSON.stringify(request)),
      timeoutMs: 30_000,
    })
    .catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new UnavailableError("collector_unreachable", `${token.url} cannot be reached: ${why}`, {
        cause,
      });
    })
    .finally(() => client.close());
  const body = jsonOf(answer.body);
  if (answer.status === 200 || answer.status === 201) {
    const parsed = JoinAnswer.safeParse(body);
    if (parsed.success && KEY.test(parsed.data.key)) return parsed.data;
    throw new CarrierwatchError("join_refused", `${token.url} answered, but not as a collector does`);
  }
  const problem = Problem.safeParse(body).data;
  const why = problem?.detail ?? problem?.title ?? `status ${answer.status}`;
  throw new CarrierwatchError("join_refused", `the collector refuses the join text: ${why}`, {
    hint: problem?.hint ?? "a join text works once and for an hour: make a new one on the page Vantages",
    retryable: answer.status >= 500 || answer.status === 429,
  });
}

/** Samples measured for another vantage must not be delivered as this one's: they are set aside, not lost. */
async function setAsideForeignSpool(folder: string, keyFile: string, vantage: string): Promise<void> {
  if (!existsSync(keyFile)) return;
  const before = KEY.exec(readFileSync(keyFile, "utf8").trim())?.[1];
  if (before === vantage) return;
  await rm(join(folder, "assignments.json"), { force: true });
  const spool = join(folder, "spool");
  if (existsSync(spool)) await rename(spool, join(folder, `spool-of-${before ?? "before"}-${Date.now()}`));
}

/** Written whole beside the file; renaming it takes effect. */
async function draft(file: string, content: string, mode: number): Promise<void> {
  await rm(draftOf(file), { force: true });
  await writeFile(draftOf(file), content, { mode, flush: true });
}

const draftOf = (file: string) => `${file}.new`;

async function joinText(source: string): Promise<string> {
  if (source === "-") return text(process.stdin);
  try {
    return await readFile(source, "utf8");
  } catch (cause) {
    throw new ConfigError(`the join text cannot be read from ${source} (${codeOf(cause)})`, { cause });
  }
}

function argumentsOf(argv: readonly string[]) {
  try {
    return parseArgs({
      args: [...argv],
      strict: true,
      allowPositionals: true,
      options: {
        data: { type: "string" },
        run: { type: "boolean" },
        "vantage-folder": { type: "string" },
        "local-address": { type: "string" },
        lang: { type: "string" },
        help: { type: "boolean", short: "h" },
      },
    });
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    throw new CarrierwatchError("usage", message, { hint: "carrierwatch probe join --help", cause });
  }
}

function jsonOf(bytes: Buffer): unknown {
  try {
    return JSON.parse(bytes.toString("utf8"));
  } catch {
    return null;
  }
}
