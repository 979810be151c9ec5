/**
 * Which function of its rows a chart draws: AVERAGE, MAX, MIN, LAST, or percentiles of each row's ticks.
 *
 * Pure. The first three are in every ChartData; LAST and percentiles are asked for with `GET /query`, whose columns
 * become rows here. Values are ms or bytes per second; null is "no value in that row".
 */
import type { ChartData } from "../../collector/wire/api-chart.ts";
import type { QueryColumns } from "../../collector/wire/api-query.ts";
import type { AnyFunction, Metric } from "../../collector/wire/metric.ts";
import type { Target } from "../../collector/wire/target.ts";
import { columnsOf } from "./lines.ts";

/** p95 is the 95th percentile of the ticks of a row. */
export type Drawn = AnyFunction | `p${number}`;

type Values = readonly (number | null)[];

export type DrawnRows = {
  /** What is drawn of each carrier, the first most visibly. */
  readonly of: readonly Drawn[];
  /** UTC seconds, ascending. */
  readonly labels: readonly number[];
  /** Seconds between labels. */
  readonly rowS: number;
  /** By carrier and function; MAX and MIN are there beside what is drawn. */
  readonly columns: ReadonlyMap<string, ReadonlyMap<string, Values>>;
  /** The same over the whole range, where it is known. */
  readonly whole: ReadonlyMap<string, ReadonlyMap<string, number | null>>;
};

const KEPT = ["AVERAGE", "MAX", "MIN"] as const;

/** Percentiles that pages offer. */
const OFFERED: readonly Drawn[] = ["p50", "p95", "p99"];

/** A percentile of fewer ticks is their largest, for p95. */
const TICKS = 20;
/** Rows a chart has at least, as far as there are ticks. */
const LEAST_ROWS = 12;

/** Whether percentiles of a metric are kept: of total always. */
export function hasPercentiles(metric: Metric, { percentiles = [] }: Pick<Target, "percentiles">): boolean {
  return metric === "total" || percentiles.some((one) => one === metric);
}

/** What a chart of a metric may be drawn of, by what the target keeps. */
export function drawnFor(metric: Metric, target: Pick<Target, "last" | "percentiles">): readonly Drawn[] {
  return [
    ...KEPT,
    ...(target.last ? (["LAST"] as const) : []),
    ...(hasPercentiles(metric, target) ? OFFERED : []),
  ];
}

export function isPercentile(one: Drawn): boolean {
  return one.startsWith("p");
}

/** Whether every one of them is in ChartData itself. */
export function isKept(of: readonly Drawn[]): boolean {
  return of.every((one) => KEPT.some((kept) => kept === one));
}

/** The rows of a chart as it came. */
export function keptRows(data: ChartData, metric: Metric, of: readonly Drawn[] = ["AVERAGE"]): DrawnRows {
  const columns = data.series.map(
    (series) => [series.carrier, new Map(Object.entries(columnsOf(series, metric)))] as const,
  );
  return { of, labels: data.labels, rowS: data.rowS, columns: new Map(columns), whole: new Map() };
}

/**
 * What to ask `GET /query` for.
 *
 * @param points Most rows wanted. Rows of percentiles are wider: about 20 ticks each, but a dozen rows at least.
 */
export function drawnQuestion(
  data: Pick<ChartData, "target" | "address" | "fromS" | "toS" | "stepS">,
  metric: Metric,
  of: readonly Drawn[],
  points: number,
): Readonly<Record<string, string>> {
  const percentiles = of.filter(isPercentile);
  const ticks = (data.toS - data.fromS) / data.stepS;
  const most = percentiles.length === 0 ? points : Math.max(LEAST_ROWS, Math.floor(ticks / TICKS));
  return {
    ...{ target: data.target, metric, form: "columns" },
    cf: [...KEPT, ...of.filter((one) => one === "LAST")].join(","),
    ...(percentiles.length === 0 ? {} : { percentile: percentiles.map((one) => one.slice(1)).join(",") }),
    ...(data.address === undefined ? {} : { address: data.address }),
    ...{ from: String(data.fromS), to: String(data.toS), points: String(Math.min(points, most)) },
  };
}

/** The rows of an answer to that. */
export function answeredRows(answer: QueryColumns, of: readonly Drawn[]): DrawnRows {
  const columns = new Map<string, Map<string, Values>>();
  const whole = new Map<string, Map<string, number | null>>();
  for (const column of answer.columns) {
    columns.set(column.carrier, (columns.get(column.carrier) ?? new Map()).set(column.of, column.values));
    whole.set(column.carrier, (whole.get(column.carrier) ?? new Map()).set(column.of, column.whole));
  }
  return { of, labels: answer.t, rowS: answer.rowS, columns, whole };
}

/** One column; empty where a carrier has none. */
export function drawnColumn(rows: DrawnRows, carrier: string, one: Drawn): Values {
  return rows.columns.get(carrier)?.get(one) ?? [];
}
