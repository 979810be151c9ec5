/** What a chart says in one language: values, titles of rows, labels of alarm lines. Used by the page and by `graph`. */
import type { Drawn, DrawnRows } from "../charts/drawn.ts";
import type { ChartInput, LinesMetric } from "../charts/metric-chart.ts";
import type { Shape } from "../charts/target-kind.ts";
import type { Format } from "./format.ts";
import type { Key, Translate } from "./translate.ts";

/** @param data Its row width decides whether a title is a day or a minute. */
export function chartText(
  t: Translate,
  f: Format,
  metric: LinesMetric,
  data: Pick<DrawnRows, "rowS">,
): ChartInput["text"] {
  const coarse = data.rowS >= 86_400;
  return {
    value: (value) => (metric === "speed" ? f.speed(value) : f.ms(value)),
    title: (atS) => (coarse ? f.date((atS - data.rowS) * 1000) : f.dayClock(atS * 1000)),
    alarm: (limit, carrier) => {
      const value = metric === "speed" ? f.speedLimit(limit) : f.msLimit(limit);
      return carrier === null
        ? t("target.chart.alarm", { value })
        : t("target.chart.alarmOf", { carrier, value });
    },
    worst: (carrier) => t("target.chart.worstOf", { carrier }),
    line: (carrier, of) => `${carrier} ${drawnName(t, of)}`,
  };
}

const NAMES: Readonly<Partial<Record<Drawn, Key>>> = {
  AVERAGE: "target.col.average",
  MAX: "target.col.max",
  MIN: "target.col.min",
  LAST: "target.chart.last",
};

/** What a function is called: average, p95. */
export function drawnName(t: Translate, one: Drawn): string {
  const key = NAMES[one];
  return key ? t(key) : one;
}

/** How the first, second ... line of a carrier is drawn: see charts/metric-chart. */
const STROKES: readonly Key[] = [
  "target.chart.solid",
  "target.chart.dashed",
  "target.chart.dotted",
  "target.chart.dashdotted",
];

/** What is drawn of each row, and how wide rows are; of a row of one round every function is its value. */
export function rowText(
  t: Translate,
  f: Format,
  rows: Pick<DrawnRows, "rowS" | "of">,
  stepS: number,
): string {
  const row = f.duration(rows.rowS);
  if (rows.rowS <= stepS && rows.of.every((one) => one === "AVERAGE"))
    return t("target.chart.raw", { step: row });
  const said = rows.of.map((one) => drawnName(t, one).toLowerCase());
  const told =
    said.length === 1 ? said : said.map((of, i) => t(STROKES[i] ?? "target.chart.dashdotted", { of }));
  const of = told.reduce((a, b) => t("common.pair", { a, b }));
  return t("target.chart.rows", { row, of });
}

/** What a chart of a metric is called, by the kind of its target. */
export function chartTitle(metric: LinesMetric, kind: Shape["kind"]): Key {
  if (metric === "speed") return "target.chart.speed";
  if (metric === "connect") return "chart.connect";
  if (metric !== "total") return `metric.${metric}`;
  if (kind === "tcp") return "chart.connect";
  if (kind === "dns") return "chart.query";
  return kind === "tls" ? "chart.handshake" : "target.chart.response";
}
