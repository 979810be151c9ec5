/** The verb `graph`: the chart of a target's page as a PNG or SVG file, in either language. */
import { writeFile } from "node:fs/promises";
import * as z from "zod";
import type { PictureOptions } from "../report/picture.ts";
import { pictureRows } from "../report/picture-rows.ts";
import { SeriesList } from "../wire/api-addresses.ts";
import { ChartData, Range } from "../wire/api-chart.ts";
import { QueryColumns } from "../wire/api-query.ts";
import type { Carrier } from "../wire/carrier.ts";
import { CarrierwatchError } from "../wire/errors.ts";
import { ALL_CFS, METRICS } from "../wire/metric.ts";
import { languageOf } from "../wire/said/language.ts";
import { Target } from "../wire/target.ts";
import { answered, carriersOf } from "./answers.ts";
import type { Client } from "./client.ts";
import { type Job, plainVerb } from "./command.ts";
import type { Options } from "./described.ts";
import { carrierIds } from "./fetch-columns.ts";
import { addressOption } from "./fetch-options.ts";
import { type DrawnFlags, drawnOf } from "./graph-drawn.ts";
import { notWritten } from "./not-written.ts";
import { type Named, targetNamed } from "./series.ts";
import { spanOf } from "./show-time.ts";

type GraphFlags = DrawnFlags & {
  readonly range?: string;
  readonly from?: string;
  readonly to?: string;
  readonly carrier?: readonly string[];
  readonly address?: string;
  readonly out?: string;
  readonly svg?: boolean;
  readonly width: string;
  readonly height: string;
  readonly scale: string;
  readonly dark?: boolean;
  readonly lang?: string;
  readonly timeZone?: string;
};

export const verb = plainVerb<GraphFlags>("graph", {
  args: "<TARGET>",
  about: {
    en: "the chart of a target as the page draws it, as PNG or SVG",
    zh: "目标的图表，与页面所画相同，存为 PNG 或 SVG",
  },
  options: graphOptions,
  act: draw,
});

const RANGES = Range.options.filter((range) => range !== "custom").join(", ");

function graphOptions(options: Options): void {
  options
    .option("--out <FILE>", {
      en: "write there; .svg writes SVG (default: the standard output)",
      zh: "写到这个文件；.svg 写成 SVG（默认标准输出）",
    })
    .option("--svg", { en: "SVG instead of PNG", zh: "用 SVG，不用 PNG" })
    .option("--range <RANGE>", {
      en: `${RANGES}; default day`,
      zh: "3h、day（日）、week（周）、month（月）或 year（年）；默认 day",
    })
    .option("--from <TIME>", {
      en: "UTC seconds, 2026-11-21T08:00Z, or how long ago: 90m, 2h, 7d; instead of --range",
      zh: "UTC 秒、2026-11-21T08:00Z，或多久以前：90m、2h、7d；代替 --range",
    })
    .option("--to <TIME>", { en: "the same; default now", zh: "同上；默认现在" })
    .option(
      "--metric <METRIC>",
      {
        en: `${METRICS.join(", ")}, or phases of one carrier`,
        zh: `${METRICS.join("、")}，或一家运营商的 phases（各阶段）`,
      },
      { fallback: "total" },
    )
    .option(
      "--cf <CF>",
      {
        en: `what is drawn of each row: ${ALL_CFS.join(", ")} (LAST where the target keeps it); default AVERAGE`,
        zh: `每行画什么：${ALL_CFS.join("、")}（LAST 要目标保存了才有）；默认 AVERAGE`,
      },
      { repeated: true },
    )
    .option(
      "--percentile <P>",
      {
        en: "of the ticks of each row: 50,95,99; of total, and of ttfb where the target keeps them",
        zh: "每行各次测量的百分位数：50,95,99；用于 total，目标保存了的也用于 ttfb",
      },
      { repeated: true },
    )
    .option(
      "--carrier <CARRIER>",
      { en: "only this carrier; may be repeated", zh: "只画这家运营商；可重复" },
      { repeated: true },
    );
  addressOption(options);
  lookOptions(options);
}

function lookOptions(options: Options): void {
  options
    .option("--width <PX>", { en: "300 to 4000", zh: "宽，300 到 4000" }, { fallback: "900" })
    .option(
      "--height <PX>",
      { en: "of the chart, 120 to 2000", zh: "图的高，120 到 2000" },
      { fallback: "300" },
    )
    .option(
      "--scale <N>",
      { en: "device pixels per pixel of a PNG, 1 to 4", zh: "PNG 每像素的设备像素，1 到 4" },
      { fallback: "2" },
    )
    .option("--dark", { en: "on dark ground", zh: "深色背景" })
    .option("--lang <zh|en>", {
      en: "language of the picture (default zh) and of what is said",
      zh: "图（默认 zh）和提示的语言",
    })
    .option("--time-zone <ZONE>", {
      en: "IANA name (default: this machine's)",
      zh: "IANA 时区名（默认本机的）",
    });
}

async function draw(job: Job<GraphFlags>, [wanted = ""]: readonly string[]): Promise<void> {
  const { client, flags } = job;
  const options = settingsOf(flags);
  const { metric, of } = drawnOf(flags);
  if (flags.out === undefined && process.stdout.isTTY) {
    throw new CarrierwatchError("usage", "a picture is no text for a terminal", {
      hint: "name a file: --out chart.png",
    });
  }
  const { id, name } = await targetNamed(client, wanted);
  const search = rangeOf(flags);
  if (flags.address !== undefined)
    search.set("address", await addressOf(client, { id, name }, flags.address));
  const data = await answered(client, ChartData, "GET", `/targets/${encodeURIComponent(id)}/chart?${search}`);
  const target = await answered(client, Target, "GET", `/targets/${encodeURIComponent(id)}/definition`);
  const carriers = await carriersOf(client);
  const only = flags.carrier ? measuring(flags.carrier, data, carriers, target.name) : null;
  const ask = (path: string) => answered(client, QueryColumns, "GET", path);
  const drawn = metric === "phases" ? {} : { rows: await pictureRows(data, metric, of, ask) };
  const { pictureOf } = await import("../report/picture.ts");
  const bytes = await pictureOf({ ...options, ...drawn, metric, data, target, carriers, only });
  if (flags.out === undefined) {
    await new Promise<void>((done, fail) => {
      process.stdout.write(bytes, (error) => (error ? fail(error) : done()));
    });
    return;
  }
  try {
    await writeFile(flags.out, bytes);
  } catch (cause) {
    throw notWritten(flags.out, cause);
  }
}

/** Ids of carriers that were named by id or name. @throws CarrierwatchError code usage for one that does not measure the target */
function measuring(
  wanted: readonly string[],
  { series }: ChartData,
  carriers: readonly Carrier[],
  target: string,
): string[] {
  const ids = carrierIds(wanted, carriers);
  const there = series.map(({ carrier }) => carrier);
  const unknown = ids.findIndex((id) => !there.includes(id));
  if (unknown < 0) return ids;
  throw new CarrierwatchError("usage", `no carrier ${JSON.stringify(wanted[unknown])} measures ${target}`, {
    hint: there.length === 0 ? "nobody has measured it yet" : `there are: ${there.join(", ")}`,
  });
}

/** @throws CarrierwatchError code usage when nobody ever measured it apart: the chart would be an empty one */
async function addressOf(client: Client, { id, name }: Named, wanted: string): Promise<string> {
  const { series } = await answered(
    client,
    SeriesList,
    "GET",
    `/history?${new URLSearchParams({ target: id })}`,
  );
  const there = [...new Set(series.flatMap(({ address }) => address ?? []))].sort();
  const address = wanted.toLowerCase();
  if (there.includes(address)) return address;
  throw new CarrierwatchError("usage", `no address ${JSON.stringify(wanted)} of ${name} is measured apart`, {
    hint: there.length === 0 ? "it has one series, of all its addresses" : `there are: ${there.join(", ")}`,
  });
}

function rangeOf({ range, from, to }: GraphFlags): URLSearchParams {
  const nowS = Math.floor(Date.now() / 1000);
  if (from === undefined && to === undefined) {
    const named = Range.exclude(["custom"]).safeParse(range ?? "day");
    if (!named.success)
      throw new CarrierwatchError(
        "usage",
        `--range ${JSON.stringify(range)} is none of 3h, day, week, month, year`,
      );
    return new URLSearchParams({ range: named.data });
  }
  if (range !== undefined) throw new CarrierwatchError("usage", "--range does not go with --from and --to");
  if (from === undefined) throw new CarrierwatchError("usage", "--to goes with --from");
  const { fromS, toS } = spanOf({ from, to }, nowS);
  return new URLSearchParams({
    range: "custom",
    from: String(fromS),
    to: String(toS ?? nowS),
  });
}

type Settings = Omit<PictureOptions, "data" | "target" | "carriers" | "only" | "metric" | "rows">;

function settingsOf(flags: GraphFlags): Settings {
  return {
    form: formOf(flags),
    width: pixels("--width", flags.width, 300, 4_000),
    height: pixels("--height", flags.height, 120, 2_000),
    scale: pixels("--scale", flags.scale, 1, 4),
    dark: flags.dark === true,
    language: languageOf(flags.lang ?? "zh", {}),
    timeZone: zoneOf(flags.timeZone),
  };
}

function formOf({ out = "", svg }: GraphFlags): "png" | "svg" {
  if (svg === true || /\.svg$/i.test(out)) return "svg";
  if (/\.(?:jpe?g|gif|webp|pdf|bmp|tiff?)$/i.test(out))
    throw new CarrierwatchError("usage", `--out ${JSON.stringify(out)}: pictures are PNG or SVG`, {
      hint: "name a file: --out chart.png",
    });
  return "png";
}

function pixels(option: string, text: string, least: number, most: number): number {
  const parsed = z.coerce.number().int().min(least).max(most).safeParse(text);
  if (parsed.success) return parsed.data;
  throw new CarrierwatchError(
    "usage",
    `${option} ${JSON.stringify(text)} is no whole number from ${least} to ${most}`,
  );
}

function zoneOf(name: string | undefined): string {
  if (name === undefined) return Intl.DateTimeFormat().resolvedOptions().timeZone;
  try {
    return Intl.DateTimeFormat("en", { timeZone: name }).resolvedOptions().timeZone;
  } catch (cause) {
    throw new CarrierwatchError("usage", `--time-zone ${JSON.stringify(name)} is unknown here`, { cause });
  }
}
