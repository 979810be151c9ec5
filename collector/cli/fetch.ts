/** The verb `fetch`: rows of exactly one archive of one series, as they are stored. */
import { FetchedRows } from "../wire/api-overview.ts";
import { CarrierwatchError } from "../wire/errors.ts";
import { CFS, METRICS } from "../wire/metric.ts";
import { answered } from "./answers.ts";
import { plainVerb } from "./command.ts";
import { csvLine } from "./csv.ts";
import { targetNamed, vantageNamed } from "./series.ts";
import { instantOf, isoOf } from "./show-time.ts";
import { table } from "./table.ts";

type FetchFlags = {
  readonly vantage?: string;
  readonly address?: string;
  readonly metric: string;
  readonly cf: string;
  readonly steps?: string;
  readonly from?: string;
  readonly to?: string;
  readonly csv?: boolean;
};

export const verb = plainVerb<FetchFlags>("fetch", {
  args: "<TARGET>",
  about: "rows of one archive: time in UTC, ms or bytes per second, empty where UNKNOWN",
  options: (command) => {
    command
      .option("--vantage <VANTAGE>", "where from; may be left out when there is only one")
      .option("--address <ADDRESS>", "of one address that is measured apart, or of ipv4 or ipv6")
      .option("--metric <METRIC>", METRICS.join(", "), "total")
      .option("--cf <CF>", CFS.join(", "), "AVERAGE")
      .option("--steps <N>", "ticks per row, which names the archive (default: the finest that reaches back)")
      .option("--from <TIME>", "UTC seconds, 2026-11-21T08:00Z, or how long ago: 90m, 2h, 7d (default 1d)")
      .option("--to <TIME>", "the same; default now")
      .option("--csv", "print lines of t (UTC seconds) and value, empty where UNKNOWN");
  },
  async act({ client, flags, print }, [wanted = ""]) {
    const nowS = Math.floor(Date.now() / 1000);
    const search = new URLSearchParams({
      target: (await targetNamed(client, wanted)).id,
      vantage: (await vantageNamed(client, flags.vantage)).id,
      metric: oneOf("--metric", flags.metric.toLowerCase(), METRICS),
      cf: oneOf("--cf", flags.cf.toUpperCase(), CFS),
      ...(flags.address === undefined ? {} : { address: flags.address }),
      ...(flags.steps === undefined ? {} : { steps: flags.steps }),
      ...(flags.from === undefined ? {} : { from: String(instantOf("--from", flags.from, nowS)) }),
      ...(flags.to === undefined ? {} : { to: String(instantOf("--to", flags.to, nowS)) }),
    });
    const fetched = await answered(client, FetchedRows, "GET", `/fetch?${search}`);
    print(fetched, () => (flags.csv ? rowsCsv(fetched) : rowsText(fetched)));
  },
});

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

function rowsCsv({ rows }: FetchedRows): string {
  return [["t", "value"], ...rows.map(({ t, value }) => [t, value])].map(csvLine).join("");
}
