/** The verb `target`: which URLs are watched, and how each is doing. */
import { readFile } from "node:fs/promises";
import { groupOf } from "../registry/url.ts";
import { coded } from "../report/coded.ts";
import { TargetPreview, TargetView } from "../wire/api-overview.ts";
import { CarrierwatchError, ConfigError } from "../wire/errors.ts";
import { fileTrouble } from "../wire/file-trouble.ts";
import { inEach, same, type Text } from "../wire/said/text.ts";
import type { Failure } from "../wire/sample.ts";
import { isPaused, Target, TargetInput } from "../wire/target.ts";
import { answered, targetBy, targetsOf } from "./answers.ts";
import { type CommonFlags, type Job, subcommand, verbOf } from "./command.ts";
import { purgeOf } from "./purge.ts";
import { bytesText } from "./show-bytes.ts";
import { isoOf, spanText } from "./show-time.ts";
import { readStdin } from "./stdin.ts";
import { type CellText, facts, table } from "./table.ts";
import type { FileTexts } from "./target-asking.ts";
import { type TargetFlags, withFlags } from "./target-flags.ts";
import { targetOptions } from "./target-options.ts";
import { askedLines } from "./target-text.ts";

const HEADING: readonly Text[] = [
  same("ID"),
  { en: "NAME", zh: "名称" },
  { en: "GROUP", zh: "分组" },
  { en: "URL", zh: "网址" },
  { en: "EVERY", zh: "步长" },
  { en: "FROM", zh: "由谁测" },
  { en: "NOW", zh: "现在" },
];
const CELLS_HEADING: readonly Text[] = [
  { en: "CARRIER", zh: "运营商" },
  { en: "NOW", zh: "现在" },
  { en: "TOTAL", zh: "总时间" },
  { en: "ANSWER", zh: "应答" },
  { en: "TICK", zh: "时刻" },
  { en: "24 H", zh: "24 小时" },
];
const NONE: Text = {
  en: "no targets: carrierwatch target add URL",
  zh: "没有目标：carrierwatch target add 网址",
};
const PAUSED: Text = { en: "paused", zh: "已暂停" };
const WATCHED: Text = { en: "watched", zh: "在测" };

const list = subcommand({
  usage: "list",
  about: { en: "every target", zh: "全部目标" },
  async act({ client, print }) {
    const targets = await targetsOf(client);
    const nowS = Date.now() / 1000;
    const rows = targets.map((target) => [
      target.id,
      target.name,
      target.group,
      target.url,
      spanText(target.stepS),
      fromText(target),
      isPaused(target, nowS) ? PAUSED : WATCHED,
    ]);
    print(targets, () => table(HEADING, rows, NONE));
  },
});

const add = subcommand<TargetFlags>({
  usage: "add [URL]",
  about: { en: "watch a URL", zh: "添加一个网址" },
  options: targetOptions,
  async act({ client, flags, note, print, say }, [url]) {
    const fromFile = await fileFields(flags.file);
    const address = url === undefined ? {} : { address: url };
    const input = withFlags(fromFile, { ...flags, ...address }, await fileTexts(flags));
    const name = input["name"] ?? hostName(url);
    const body = { ...input, name };
    const { hint, ok, space } = await answered(client, TargetPreview, "POST", "/targets/preview", body);
    if (asksForSpace(flags)) tellSpace(note, space);
    const created = await answered(client, Target, "POST", "/targets", body);
    if (ok && hint !== null) note({ en: `note: ${hint}`, zh: `提示：${say(hint)}` });
    print(created, () => createdText(created));
  },
});

const show = subcommand({
  usage: "show <TARGET>",
  about: { en: "how a target is doing, by id or name", zh: "一个目标的状况，按 ID 或名称" },
  async act({ client, print }, [wanted = ""]) {
    const { id } = await targetBy(client, wanted);
    const view = await answered(client, TargetView, "GET", `/targets/${id}`);
    print(view, () => inEach((language) => `${headText(view)[language]}\n${cellsText(view)[language]}`));
  },
});

const edit = subcommand<TargetFlags & { readonly address?: string }>({
  usage: "edit <TARGET>",
  about: { en: "change what the flags name; the rest stays", zh: "修改选项指定的，其余不变" },
  options: (options) => {
    targetOptions(options);
    options.option("--address <URL>", { en: "another URL", zh: "新的网址" });
  },
  async act({ client, flags, note, print }, [wanted = ""]) {
    const target = await targetBy(client, wanted);
    const before = { ...inputOf(target), ...(await fileFields(flags.file)) };
    const input = withFlags(before, flags, await fileTexts(flags));
    if (asksForSpace(flags)) {
      const path = `/targets/preview?id=${target.id}`;
      tellSpace(note, (await answered(client, TargetPreview, "POST", path, input)).space);
    }
    const body = { version: target.version, target: input };
    const changed = await answered(client, Target, "PUT", `/targets/${target.id}`, body);
    print(changed, () => ({ en: `${changed.id}  changed\n`, zh: `${changed.id}  已修改\n` }));
  },
});

const remove = subcommand({
  usage: "remove <TARGET>",
  about: { en: "stop watching it; its history stays", zh: "删除，不再测；历史保留" },
  async act({ client, print }, [wanted = ""]) {
    const target = await targetBy(client, wanted);
    await client.call("DELETE", `/targets/${target.id}?version=${target.version}`);
    print({ removed: target.id }, () => ({
      en: `${target.id}  removed; its history stays\n`,
      zh: `${target.id}  已删除，历史保留\n`,
    }));
  },
});

const pause = subcommand({
  usage: "pause <TARGET>",
  about: { en: "stop measuring it for now", zh: "暂停测量" },
  act: (job, args) => switched(job, args, "pause"),
});

const resume = subcommand({
  usage: "resume <TARGET>",
  about: { en: "measure it again", zh: "恢复测量" },
  act: (job, args) => switched(job, args, "resume"),
});

async function switched(
  { client, print }: Job<CommonFlags>,
  [wanted = ""]: readonly string[],
  act: "pause" | "resume",
): Promise<void> {
  const { id } = await targetBy(client, wanted);
  const target = await answered(client, Target, "POST", `/targets/${id}/${act}`);
  print(target, () =>
    act === "pause"
      ? { en: `${id}  paused\n`, zh: `${id}  已暂停\n` }
      : { en: `${id}  measured again\n`, zh: `${id}  已恢复测量\n` },
  );
}

function asksForSpace({ archives, last, ttfbPercentiles }: TargetFlags): boolean {
  return archives !== undefined || last !== undefined || ttfbPercentiles !== undefined;
}

/** What the archives will take, before they are saved. */
function tellSpace(note: Job<CommonFlags>["note"], space: TargetPreview["space"]): void {
  if (space === null) return;
  const { bytesPerSeries, series, bytes } = space;
  const [one, all] = [bytesText(bytesPerSeries), bytesText(bytes)];
  note({
    en: `${one} a series at full age, everything counted; ${series} series: ${all}`,
    zh: `每条序列满期后共 ${one}；${series} 条序列：${all}`,
  });
}

/** The fields a person may write; an automatic group is left out, so that it follows the URL. */
function inputOf(target: Target): Record<string, unknown> {
  const known = Object.keys(TargetInput.shape);
  const fields = Object.entries(target).filter(([field]) => known.includes(field));
  const automatic = target.group === groupOf(target.url);
  return Object.fromEntries(fields.filter(([field]) => !(automatic && field === "group")));
}

async function fileTexts({ body, bodyFile, caFile, clientCert }: TargetFlags): Promise<FileTexts> {
  if (body !== undefined && bodyFile !== undefined) {
    throw new CarrierwatchError("usage", "--body and --body-file: give one of the two");
  }
  return {
    ...(bodyFile === undefined ? {} : { body: await textOf(bodyFile, "body file") }),
    ...(caFile === undefined ? {} : { ca: await textOf(caFile, "CA file") }),
    ...(clientCert === undefined ? {} : { certificate: await textOf(clientCert, "client certificate") }),
  };
}

async function textOf(file: string, what: string): Promise<string> {
  try {
    return file === "-" ? await readStdin() : await readFile(file, "utf8");
  } catch (cause) {
    throw new ConfigError(`the ${what} ${file} cannot be read: ${fileTrouble(cause)}`, { cause });
  }
}

async function fileFields(file: string | undefined): Promise<Record<string, unknown>> {
  if (file === undefined) return {};
  const text = await textOf(file, "target file");
  try {
    const value: unknown = JSON.parse(text);
    if (typeof value === "object" && value !== null && !Array.isArray(value)) return { ...value };
  } catch (cause) {
    throw new CarrierwatchError("usage", `the target in ${file} is not JSON`, { cause });
  }
  throw new CarrierwatchError("usage", `the target in ${file} is not a JSON object`);
}

function hostName(url: string | undefined): string | undefined {
  return url !== undefined && URL.canParse(url) ? new URL(url).hostname : undefined;
}

function createdText(target: Target): Text {
  const [every, from] = [spanText(target.stepS), fromText(target)];
  return {
    en: `${target.id}  watched every ${every.en} from ${from.en}\n`,
    zh: `${target.id}  每 ${every.zh}测一次，由${from.zh}\n`,
  };
}

function everyText({ stepS, cron, timeZone }: Target): Text {
  const { en, zh } = spanText(stepS);
  return { en: `${en} (${cron}, ${timeZone})`, zh: `${zh}（${cron}，${timeZone}）` };
}

/** As --from takes it. */
function fromText({ from }: Pick<Target, "from">): Text {
  if (from.all) return { en: "all vantages", zh: "全部探测点" };
  return same(
    [
      ...from.carriers.map((id) => `carrier:${id}`),
      ...from.tags.map((tag) => `tag:${tag}`),
      ...from.vantages.map((id) => `vantage:${id}`),
    ].join(" "),
  );
}

function headText({ row, availability30d, p50Ms30d, p95Ms30d, certificateNotAfterS }: TargetView): Text {
  const { target } = row;
  return facts([
    [{ en: "name", zh: "名称" }, target.name],
    [same("id"), target.id],
    [{ en: "url", zh: "网址" }, target.url],
    [{ en: "status", zh: "状态" }, coded(row.status, `status.${row.status}`)],
    [{ en: "every", zh: "步长" }, everyText(target)],
    [{ en: "from", zh: "由谁测" }, fromText(target)],
    ...askedLines(target),
    [{ en: "next", zh: "下一次" }, isoOf(row.nextTickMs / 1000)],
    [{ en: "30 days", zh: "30 天" }, thirtyDays(availability30d)],
    [same("p50 / p95"), p50Ms30d === null ? null : `${msText(p50Ms30d)} / ${msText(p95Ms30d)}`],
    [
      { en: "certificate until", zh: "证书有效到" },
      certificateNotAfterS === null ? null : isoOf(certificateNotAfterS),
    ],
  ]);
}

function thirtyDays({ share, coverage }: TargetView["availability30d"]): CellText {
  if (share === null) return null;
  const [available, measured] = [percentText(share), percentText(coverage)];
  return { en: `${available} available, ${measured} measured`, zh: `可用率 ${available}，已测 ${measured}` };
}

function cellsText({ row }: TargetView): Text {
  const rows = row.cells
    .filter((cell) => cell.state !== "none")
    .map((cell) => {
      const sample = cell.latest?.sample;
      return [
        cell.carrier,
        stateText(cell),
        msText(sample?.timings.total == null ? null : sample.timings.total / 1000),
        sample?.failure ? failureText(sample.failure) : (sample?.detail.status ?? null),
        sample ? isoOf(sample.tick) : null,
        percentText(cell.availability24h.share),
      ];
    });
  return table(CELLS_HEADING, rows, { en: "no vantage measures it yet", zh: "还没有探测点测它" });
}

function stateText({ state, slow }: Pick<TargetView["row"]["cells"][number], "state" | "slow">): Text {
  const { en, zh } = coded(state, `state.${state}`);
  return slow ? { en: `${en}, slow`, zh: `${zh}，偏慢` } : { en, zh };
}

function failureText({ phase, cause }: Failure): Text {
  const [where, why] = [coded(phase, `phase.${phase}`), coded(cause, `cause.${cause}`)];
  return { en: `${where.en}: ${why.en}`, zh: `${where.zh}：${why.zh}` };
}

function msText(ms: number | null): string | null {
  return ms === null ? null : `${ms.toFixed(1)} ms`;
}

function percentText(share: number | null): string {
  return share === null ? "—" : `${(share * 100).toFixed(2)} %`;
}

const ABOUT: Text = { en: "the URLs that are watched", zh: "要测的网址，即目标" };

export const verb = verbOf("target", ABOUT, [
  list,
  add,
  show,
  edit,
  remove,
  pause,
  resume,
  purgeOf("target"),
]);
