/** What a chart says in one language: values, titles of rows, labels of alarm lines. Used by the page and by `graph`. */
import type { ChartData } from "../../collector/wire/api-chart.ts";
import type { ChartInput, LinesMetric } from "../charts/metric-chart.ts";
import type { Format } from "./format.ts";
import type { Translate } from "./translate.ts";

/** @param data Its row width decides whether a title is a day or a minute. */
export function chartText(
  t: Translate,
  f: Format,
  metric: LinesMetric,
  data: Pick<ChartData, "rowS">,
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
  };
}

/** How wide a row is: the measured values themselves, or what of them a row keeps. */
export function rowText(t: Translate, f: Format, data: Pick<ChartData, "rowS" | "stepS">): string {
  return data.rowS <= data.stepS
    ? t("target.chart.raw", { step: f.duration(data.rowS) })
    : t("target.chart.rows", { row: f.duration(data.rowS) });
}
