/** The verb `fetch`: rows of exactly one archive of one series, as they are stored. */
import { FetchedRows } from "../wire/api-overview.ts";
import { CarrierwatchError } from "../wire/errors.ts";
import { CFS, METRICS } from "../wire/metric.ts";
import { answered, targetsOf, vantagesOf } from "./answers.ts";
import { type CommonFlags, type Job, plainVerb } from "./command.ts";
import { instantOf, isoOf } from "./show-time.ts";
import { table } from "./table.ts";

type FetchFlags = {
  readonly vantage?: string;
  readonly metric: string;
  readonly cf: string;
  readonly steps?: string;
  readonly from?: string;
  readonly to?: string;
};

export const verb = plainVerb<FetchFlags>("fetch", {
  args: "<TARGET>",
  about: "rows of one archive: time in UTC, ms or bytes per second, empty where UNKNOWN",
  options: (command) => {
    command
      .option("--vantage <VANTAGE>", "where from; may be left out when there is only one")
      .option("--metric <METRIC>", METRICS.join(", "), "total")
      .option("--cf <CF>", CFS.join(", "), "AVERAGE")
      .option("--steps <N>", "ticks per row, which names the archive (default: the finest that reaches back)")
      .option("--from <TIME>", "UTC seconds, 2026-11-21T08:00Z, or how long ago: 90m, 2h, 7d (default 1d)")
      .option("--to <TIME>", "the same; default now");
  },
  async act({ client, flags, print }, [wanted = ""]) {
    const nowS = Math.floor(Date.now() / 1000);
    const search = new URLSearchParams({
      target: await targetId(client, wanted),
      vantage: await vantageId(client, flags.vantage),
      metric: oneOf("--metric", flags.metric.toLowerCase(), METRICS),
      cf: oneOf("--cf", flags.cf.toUpperCase(), CFS),
      ...(flags.steps === undefined ? {} : { steps: flags.steps }),
      ...(flags.from === undefined ? {} : { from: String(instantOf("--from", flags.from, nowS)) }),
      ...(flags.to === undefined ? {} : { to: String(instantOf("--to", flags.to, nowS)) }),
    });
    const fetched = await answered(client, FetchedRows, "GET", `/fetch?${search}`);
    print(fetched, () => rowsText(fetched));
  },
});

/** A removed target is in no list, but its history can still be fetched by id. */
async function targetId(client: Job<CommonFlags>["client"], wanted: string): Promise<string> {
  const found = (await targetsOf(client)).find((one) => one.id === wanted || one.name === wanted);
  return found?.id ?? wanted;
}

async function vantageId(client: Job<CommonFlags>["client"], wanted: string | undefined): Promise<string> {
  const all = (await vantagesOf(client)).map((view) => view.vantage);
  if (wanted !== undefined) return all.find((one) => one.name === wanted)?.id ?? wanted;
  const [only, ...others] = all;
  if (only && others.length === 0) return only.id;
  throw new CarrierwatchError("usage", "from which vantage?", {
    hint: only ? `--vantage takes one of: ${all.map((one) => one.id).join(", ")}` : "there is no vantage yet",
  });
}

function oneOf<T extends string>(option: string, text: string, all: readonly T[]): T {
  const found = all.find((one) => one === text);
  if (found !== undefined) return found;
  throw new CarrierwatchError("usage", `${option} ${JSON.stringify(text)} is none of ${all.join(", ")}`);
}

function rowsText({ rows, metric, cf, rowS }: FetchedRows): string {
  const unit = metric === "speed" ? "bytes/s" : "ms";
  const heading = ["TIME (UTC)", `${metric} ${cf} per ${rowS} s, ${unit}`];
  const lines = rows.map(({ t, value }) => [isoOf(t), value === null ? null : Number(value.toFixed(3))]);
  return table(heading, lines, "no rows in that time");
}
