/** What `graph` draws of each row: --metric, --cf and --percentile, refused where they do not go together. */
import { type Functions, MOST_LINES, mayHavePercentiles } from "../report/picture-rows.ts";
import { CarrierwatchError } from "../wire/errors.ts";
import { ALL_CFS, METRICS, type Metric } from "../wire/metric.ts";
import { listed, oneOf, percentOf } from "./fetch-columns.ts";

export type DrawnFlags = {
  readonly metric: string;
  readonly cf?: readonly string[];
  readonly percentile?: readonly string[];
};

/** `metric` is what is drawn, `phases` of one carrier as areas. */
export type Asked = { readonly metric: Metric | "phases"; readonly of: Functions };

/** @throws CarrierwatchError code usage */
export function drawnOf(flags: DrawnFlags): Asked {
  const metric = oneOf("--metric", flags.metric.toLowerCase(), [...METRICS, "phases"] as const);
  const cfs = listed(flags.cf).map((one) => oneOf("--cf", one.toUpperCase(), ALL_CFS));
  const percentiles = listed(flags.percentile).map((one) => `p${percentOf(one)}` as const);
  const asked = [...new Set([...cfs, ...percentiles])];
  if (metric === "phases" && asked.length > 0) {
    throw new CarrierwatchError(
      "usage",
      "phases are areas of averages: --cf and --percentile are for lines",
      {
        hint: "for example --metric total --percentile 95",
      },
    );
  }
  if (metric !== "phases" && percentiles.length > 0 && !mayHavePercentiles(metric))
    throw new CarrierwatchError("usage", `--percentile is of total and of ttfb, not of ${metric}`);
  if (asked.length > MOST_LINES) {
    const said = `${asked.length} lines of each carrier cannot be told apart`;
    throw new CarrierwatchError("usage", said, {
      hint: `--cf and --percentile: ${MOST_LINES} together at most`,
    });
  }
  return { metric, of: asked.length === 0 ? ["AVERAGE"] : asked };
}
