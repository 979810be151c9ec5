/**
 * The verb `fetch`: rows of exactly one archive of one series, as they are stored; or with more flags, columns of several
 * carriers, metrics and functions, with percentiles and states.
 */
import { FetchedRows } from "../wire/api-overview.ts";
import { REDUCTIONS } from "../wire/api-query.ts";
import { ALL_CFS, METRICS } from "../wire/metric.ts";
import { answered } from "./answers.ts";
import { plainVerb, repeated } from "./command.ts";
import { csvLine } from "./csv.ts";
import {
  asksColumns,
  columnsJson,
  columnsText,
  type FetchFlags,
  fetchedColumns,
  listed,
  oneOf,
} from "./fetch-columns.ts";
import { targetNamed, vantageNamed } from "./series.ts";
import { instantOf, isoOf } from "./show-time.ts";
import { table } from "./table.ts";

export const verb = plainVerb<FetchFlags>("fetch", {
  args: "<TARGET>",
  about:
    "rows of one archive, or columns of several: time in UTC, ms or bytes per second, empty where UNKNOWN",
  options: (command) => {
    command
      .option("--vantage <VANTAGE>", "where from; may be left out when there is only one", repeated)
      .option(
        "--carrier <CARRIER>",
        "a carrier's vantages merged; may be given several times, as all below; with neither: every carrier",
        repeated,
      )
      .option("--address <ADDRESS>", "of one address that is measured apart, or of ipv4 or ipv6")
      .option("--metric <METRIC>", `${METRICS.join(", ")} (default total)`, repeated)
      .option("--cf <CF>", `${ALL_CFS.join(", ")} (default AVERAGE)`, repeated)
      .option(
        "--percentile <P>",
        "of the ticks of each row: 50,95,99; of total, or of ttfb with --metric ttfb",
        repeated,
      )
      .option("--below <MS>", "the share of such values that are at most so long", repeated)
      .option("--states", "ticks up, down, suspect and unknown in each row, and the availability")
      .option("--exclude <FROM..TO>", "ticks that are in no percentile, share or state", repeated)
      .option("--steps <N>", "ticks per row, which names the archive (default: the finest that reaches back)")
      .option("--points <N>", "most rows wanted; wider rows, or fewer that keep every spike (default 700)")
      .option(
        "--reduce <HOW>",
        `which rows stay when there are more: ${REDUCTIONS.join(", ")} (default minmax)`,
      )
      .option("--from <TIME>", "UTC seconds, 2026-11-21T08:00Z, or how long ago: 90m, 2h, 7d (default 1d)")
      .option("--to <TIME>", "the same; default now")
      .option("--csv", "print lines of t (UTC seconds) and value, empty where UNKNOWN")
      .option("--columns", "with --json: one time axis and an array per column");
  },
  async act({ client, flags, print }, [wanted = ""]) {
    const nowS = Math.floor(Date.now() / 1000);
    const target = (await targetNamed(client, wanted)).id;
    if (asksColumns(flags)) {
      const data = await fetchedColumns(client, target, flags, nowS);
      print(columnsJson(data, flags), () => columnsText(data, flags));
      return;
    }
    const [vantage] = flags.vantage ?? [];
    const [metric = "total"] = listed(flags.metric);
    const [cf = "AVERAGE"] = listed(flags.cf);
    const search = new URLSearchParams({
      target,
      vantage: (await vantageNamed(client, vantage)).id,
      metric: oneOf("--metric", metric.toLowerCase(), METRICS),
      cf: oneOf("--cf", cf.toUpperCase(), ALL_CFS),
      ...(flags.address === undefined ? {} : { address: flags.address }),
      ...(flags.steps === undefined ? {} : { steps: flags.steps }),
      ...(flags.from === undefined ? {} : { from: String(instantOf("--from", flags.from, nowS)) }),
      ...(flags.to === undefined ? {} : { to: String(instantOf("--to", flags.to, nowS)) }),
    });
    const fetched = await answered(client, FetchedRows, "GET", `/fetch?${search}`);
    print(fetched, () => (flags.csv ? rowsCsv(fetched) : rowsText(fetched)));
  },
});

function rowsText({ rows, metric, cf, rowS }: FetchedRows): string {
  const unit = metric === "speed" ? "bytes/s" : "ms";
  const heading = ["TIME (UTC)", `${metric} ${cf} per ${rowS} s, ${unit}`];
  const lines = rows.map(({ t, value }) => [isoOf(t), value === null ? null : Number(value.toFixed(3))]);
  return table(heading, lines, "no rows in that time");
}

function rowsCsv({ rows }: FetchedRows): string {
  return [["t", "value"], ...rows.map(({ t, value }) => [t, value])].map(csvLine).join("");
}
