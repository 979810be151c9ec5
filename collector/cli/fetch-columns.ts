/**
 * `fetch` beyond one archive of one series: several carriers, vantages, metrics and functions, percentiles, shares, states.
 *
 * Flags to one question to the collector, its answer to a table or CSV. Next stop: collector/query/series-query.
 */
import { csvOf, objectsOf } from "../query/forms.ts";
import { QueryColumns } from "../wire/api-query.ts";
import type { Carrier } from "../wire/carrier.ts";
import { CarrierwatchError } from "../wire/errors.ts";
import { ALL_CFS, METRICS } from "../wire/metric.ts";
import { same, type Text } from "../wire/said/text.ts";
import { answered, carriersOf, vantagesOf } from "./answers.ts";
import type { Client } from "./client.ts";
import { instantOf, isoOf, spanOf } from "./show-time.ts";
import { table } from "./table.ts";

export type FetchFlags = {
  readonly vantage?: readonly string[];
  readonly carrier?: readonly string[];
  readonly address?: string;
  readonly metric?: readonly string[];
  readonly cf?: readonly string[];
  readonly percentile?: readonly string[];
  readonly below?: readonly string[];
  readonly states?: boolean;
  readonly exclude?: readonly string[];
  readonly steps?: string;
  readonly points?: string;
  readonly reduce?: string;
  readonly from?: string;
  readonly to?: string;
  readonly csv?: boolean;
  readonly columns?: boolean;
};

/** Longest that values can be asked to stay below, ms. */
const BELOW_MAX_MS = 5_000_000;

/** Values of an option that may be given several times, and with commas. */
export function listed(values: readonly string[] | undefined): string[] {
  return (values ?? []).flatMap((value) => value.split(",")).map((value) => value.trim());
}

/** Whether the flags ask for more than one archive of one series. */
export function asksColumns(flags: FetchFlags): boolean {
  const more = [flags.carrier, flags.percentile, flags.below, flags.exclude, flags.points, flags.reduce];
  const several = [flags.vantage ?? [], listed(flags.metric), listed(flags.cf)].some(
    ({ length }) => length > 1,
  );
  return several || flags.states === true || flags.columns === true || more.some((one) => one !== undefined);
}

/** @param target Id. */
export async function fetchedColumns(
  client: Client,
  target: string,
  flags: FetchFlags,
  nowS: number,
): Promise<QueryColumns> {
  const search = new URLSearchParams({ target, form: "columns" });
  const put = (name: string, values: readonly string[]) => {
    if (values.length > 0) search.set(name, values.join(","));
  };
  put("vantage", await vantageIds(client, flags.vantage ?? []));
  const { carrier = [] } = flags;
  put("carrier", carrier.length === 0 ? [] : carrierIds(carrier, await carriersOf(client)));
  put(
    "metric",
    listed(flags.metric).map((one) => oneOf("--metric", one.toLowerCase(), METRICS)),
  );
  put(
    "cf",
    listed(flags.cf).map((one) => oneOf("--cf", one.toUpperCase(), ALL_CFS)),
  );
  put(
    "percentile",
    listed(flags.percentile).map((one) => String(percentOf(one))),
  );
  put("below", listed(flags.below).map(msOf));
  put(
    "exclude",
    (flags.exclude ?? []).map((pair) => rangeOf(pair, nowS)),
  );
  if (flags.states === true) search.set("states", "true");
  for (const name of ["address", "steps", "points", "reduce"] as const) {
    const value = flags[name];
    if (value !== undefined) search.set(name, value);
  }
  const { fromS, toS } = spanOf(flags, nowS);
  if (fromS !== null) search.set("from", String(fromS));
  if (toS !== null) search.set("to", String(toS));
  return await answered(client, QueryColumns, "GET", `/query?${search}`);
}

/** What `--json` prints: objects, or with `--columns` the columns. */
export function columnsJson(data: QueryColumns, flags: FetchFlags): unknown {
  return flags.columns === true ? data : objectsOf(data);
}

export function columnsText(data: QueryColumns, flags: FetchFlags): Text {
  if (flags.csv === true) return same(csvOf(data));
  const shown = (value: number | null) => (value === null ? null : Number(value.toFixed(3)));
  const lines = data.t.map((t, i) => [
    isoOf(t),
    ...data.columns.map(({ values }) => shown(values[i] ?? null)),
  ]);
  const whole = [
    { en: "whole range", zh: "整个时间段" },
    ...data.columns.map((column) => shown(column.whole)),
  ];
  const heading = [
    { en: `TIME (UTC), ${data.rowS} s`, zh: `时间（UTC），每行 ${data.rowS} 秒` },
    ...data.columns.map(({ name, unit }) => same(unit === "ticks" ? name : `${name}, ${unit}`)),
  ];
  return table(heading, lines.length === 0 ? [] : [...lines, whole], NO_ROWS);
}

/** What a table without rows says. */
export const NO_ROWS: Text = { en: "no rows in that time", zh: "这段时间没有数据" };

export function oneOf<T extends string>(option: string, text: string, all: readonly T[]): T {
  const found = all.find((one) => one === text);
  if (found !== undefined) return found;
  throw new CarrierwatchError("usage", `${option} ${JSON.stringify(text)} is none of ${all.join(", ")}`);
}

/** What --percentile names: 95 or p95. @throws CarrierwatchError code usage */
export function percentOf(text: string): number {
  const percent = Number(/^p?(\d{1,3}(?:\.\d{1,6})?)$/i.exec(text)?.[1] ?? 0);
  if (percent > 0 && percent <= 100) return percent;
  throw new CarrierwatchError(
    "usage",
    `--percentile ${JSON.stringify(text)} is no number above 0 and up to 100`,
  );
}

function msOf(text: string): string {
  if (/^\d{1,7}(?:\.\d{1,6})?$/.test(text) && Number(text) > 0 && Number(text) <= BELOW_MAX_MS) return text;
  throw new CarrierwatchError(
    "usage",
    `--below ${JSON.stringify(text)} is no number of ms above 0 and up to ${BELOW_MAX_MS}`,
  );
}

async function vantageIds(client: Client, wanted: readonly string[]): Promise<string[]> {
  if (wanted.length === 0) return [];
  const all = (await vantagesOf(client)).map(({ vantage }) => vantage);
  return wanted.map((one) => all.find(({ id, name }) => id === one || name === one)?.id ?? one);
}

/** By id or name in either language; what no carrier is called stays as it is, for whoever refuses it. */
export function carrierIds(wanted: readonly string[], all: readonly Carrier[]): string[] {
  return wanted.map((one) => all.find(({ id, name }) => [id, name.zh, name.en].includes(one))?.id ?? one);
}

/** FROM..TO, each as --from takes it. */
function rangeOf(pair: string, nowS: number): string {
  const [from, to, ...others] = pair.split("..");
  if (from === undefined || to === undefined || others.length > 0) {
    throw new CarrierwatchError("usage", `--exclude ${JSON.stringify(pair)} is not FROM..TO`, {
      hint: "for instance --exclude 2026-11-21T01:00Z..2026-11-21T03:30Z",
    });
  }
  return `${instantOf("--exclude", from, nowS)}-${instantOf("--exclude", to, nowS)}`;
}
