/** The verb `graph`: the chart of a target's page as a PNG or SVG file, in either language. */
import { writeFile } from "node:fs/promises";
import * as z from "zod";
import type { PictureOptions } from "../report/picture.ts";
import { ChartData, Range } from "../wire/api-chart.ts";
import { CarrierwatchError } from "../wire/errors.ts";
import { Language } from "../wire/ids.ts";
import { Target } from "../wire/target.ts";
import { answered, carriersOf } from "./answers.ts";
import { type Job, plainVerb, repeated } from "./command.ts";
import { targetNamed } from "./series.ts";
import { instantOf } from "./show-time.ts";

type GraphFlags = {
  readonly range: string;
  readonly from?: string;
  readonly to?: string;
  readonly metric: string;
  readonly carrier?: readonly string[];
  readonly out?: string;
  readonly svg?: boolean;
  readonly width: string;
  readonly height: string;
  readonly scale: string;
  readonly dark?: boolean;
  readonly lang: string;
  readonly timeZone?: string;
};

const METRICS = ["total", "speed", "phases"] as const;

export const verb = plainVerb<GraphFlags>("graph", {
  args: "<TARGET>",
  about: "the chart of a target as the page draws it, as PNG or SVG",
  options: (command) => {
    command
      .option("--out <FILE>", "write there; .svg writes SVG (default: the standard output)")
      .option("--svg", "SVG instead of PNG")
      .option("--range <RANGE>", Range.options.filter((range) => range !== "custom").join(", "), "day")
      .option(
        "--from <TIME>",
        "UTC seconds, 2026-11-21T08:00Z, or how long ago: 90m, 2h, 7d; instead of --range",
      )
      .option("--to <TIME>", "the same; default now")
      .option("--metric <METRIC>", "total, speed, or phases of one carrier", "total")
      .option("--carrier <ID>", "only this carrier; may be repeated", repeated)
      .option("--width <PX>", "300 to 4000", "900")
      .option("--height <PX>", "of the chart, 120 to 2000", "300")
      .option("--scale <N>", "device pixels per pixel of a PNG, 1 to 4", "2")
      .option("--dark", "on dark ground")
      .option("--lang <LANGUAGE>", "zh or en", "zh")
      .option("--time-zone <ZONE>", "IANA name (default: this machine's)");
  },
  act: draw,
});

async function draw(job: Job<GraphFlags>, [wanted = ""]: readonly string[]): Promise<void> {
  const { client, flags } = job;
  const options = settingsOf(flags);
  if (flags.out === undefined && process.stdout.isTTY) {
    throw new CarrierwatchError("usage", "a picture is no text for a terminal", {
      hint: "name a file: --out chart.png",
    });
  }
  const { id } = await targetNamed(client, wanted);
  const data = await answered(
    client,
    ChartData,
    "GET",
    `/targets/${encodeURIComponent(id)}/chart?${rangeOf(flags)}`,
  );
  const target = await answered(client, Target, "GET", `/targets/${encodeURIComponent(id)}/definition`);
  const carriers = await carriersOf(client);
  const only = flags.carrier ?? null;
  const unknown = only?.find((wantedId) => !data.series.some((series) => series.carrier === wantedId));
  if (unknown !== undefined) {
    const there = data.series.map((series) => series.carrier).join(", ");
    throw new CarrierwatchError("usage", `no carrier ${JSON.stringify(unknown)} measures ${target.name}`, {
      hint: there === "" ? "nobody has measured it yet" : `there are: ${there}`,
    });
  }
  const { pictureOf } = await import("../report/picture.ts");
  const bytes = await pictureOf({ ...options, data, target, carriers, only });
  if (flags.out === undefined) {
    await new Promise<void>((done, fail) => {
      process.stdout.write(bytes, (error) => (error ? fail(error) : done()));
    });
    return;
  }
  try {
    await writeFile(flags.out, bytes);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new CarrierwatchError("usage", `${flags.out} cannot be written: ${why}`, { cause });
  }
}

function rangeOf({ range, from, to }: GraphFlags): URLSearchParams {
  const nowS = Math.floor(Date.now() / 1000);
  if (from === undefined && to === undefined) {
    const named = Range.exclude(["custom"]).safeParse(range);
    if (!named.success)
      throw new CarrierwatchError(
        "usage",
        `--range ${JSON.stringify(range)} is none of 3h, day, week, month, year`,
      );
    return new URLSearchParams({ range: named.data });
  }
  if (from === undefined) throw new CarrierwatchError("usage", "--to goes with --from");
  return new URLSearchParams({
    range: "custom",
    from: String(instantOf("--from", from, nowS)),
    to: String(to === undefined ? nowS : instantOf("--to", to, nowS)),
  });
}

type Settings = Omit<PictureOptions, "data" | "target" | "carriers" | "only">;

function settingsOf(flags: GraphFlags): Settings {
  const metric = METRICS.find((one) => one === flags.metric);
  if (!metric)
    throw new CarrierwatchError(
      "usage",
      `--metric ${JSON.stringify(flags.metric)} is none of ${METRICS.join(", ")}`,
    );
  const language = Language.safeParse(flags.lang);
  if (!language.success)
    throw new CarrierwatchError("usage", `--lang ${JSON.stringify(flags.lang)} is neither zh nor en`);
  return {
    metric,
    form: flags.svg === true || /\.svg$/i.test(flags.out ?? "") ? "svg" : "png",
    width: pixels("--width", flags.width, 300, 4_000),
    height: pixels("--height", flags.height, 120, 2_000),
    scale: pixels("--scale", flags.scale, 1, 4),
    dark: flags.dark === true,
    language: language.data,
    timeZone: zoneOf(flags.timeZone),
  };
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
