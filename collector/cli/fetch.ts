/**
 * The verb `fetch`: rows of exactly one archive of one series, as they are stored; or with more flags, columns of several
 * carriers, metrics and functions, with percentiles and states.
 */
import { FetchedRows } from "../wire/api-overview.ts";
import { ALL_CFS, METRICS } from "../wire/metric.ts";
import { same, type Text } from "../wire/said/text.ts";
import { answered } from "./answers.ts";
import { plainVerb } from "./command.ts";
import { csvLine } from "./csv.ts";
import {
  asksColumns,
  columnsJson,
  columnsText,
  type FetchFlags,
  fetchedColumns,
  listed,
  NO_ROWS,
  oneOf,
} from "./fetch-columns.ts";
import { fetchOptions } from "./fetch-options.ts";
import { targetNamed, vantageNamed } from "./series.ts";
import { isoOf, spanOf } from "./show-time.ts";
import { table } from "./table.ts";

export const verb = plainVerb<FetchFlags>("fetch", {
  args: "<TARGET>",
  about: {
    en: "rows of one archive, or columns of several: time in UTC, ms or bytes per second, empty where UNKNOWN",
    zh: "一个归档的行，或多个归档的列：时间为 UTC，单位毫秒或字节每秒，无数据处为空",
  },
  options: fetchOptions,
  async act({ client, flags, print }, [wanted = ""]) {
    const nowS = Math.floor(Date.now() / 1000);
    const target = (await targetNamed(client, wanted)).id;
    if (asksColumns(flags)) {
      const data = await fetchedColumns(client, target, flags, nowS);
      print(columnsJson(data, flags), () => columnsText(data, flags));
      return;
    }
    const { fromS, toS } = spanOf(flags, nowS);
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
      ...(fromS === null ? {} : { from: String(fromS) }),
      ...(toS === null ? {} : { to: String(toS) }),
    });
    const fetched = await answered(client, FetchedRows, "GET", `/fetch?${search}`);
    print(fetched, () => (flags.csv ? rowsCsv(fetched) : rowsText(fetched)));
  },
});

function rowsText({ rows, metric, cf, rowS }: FetchedRows): Text {
  const unit = metric === "speed" ? "bytes/s" : "ms";
  const heading = [
    { en: "TIME (UTC)", zh: "时间（UTC）" },
    { en: `${metric} ${cf} per ${rowS} s, ${unit}`, zh: `${metric} ${cf}，每行 ${rowS} 秒，${unit}` },
  ];
  const lines = rows.map(({ t, value }) => [isoOf(t), value === null ? null : Number(value.toFixed(3))]);
  return table(heading, lines, NO_ROWS);
}

function rowsCsv({ rows }: FetchedRows): Text {
  return same([["t", "value"], ...rows.map(({ t, value }) => [t, value])].map(csvLine).join(""));
}
