/** The one query over rows and strips, as objects, columns or comma-separated values: what `carrierwatch fetch` asks. */
import * as z from "zod";
import { csvOf, objectsOf } from "../../query/forms.ts";
import { POINTS_MAX, QueryColumns, QueryObjects, REDUCTIONS, WANTED_MAX } from "../../wire/api-query.ts";
import { Id } from "../../wire/ids.ts";
import { ALL_CFS, METRICS } from "../../wire/metric.ts";
import { SeriesAddress } from "../../wire/sample.ts";
import type { App } from "../app.ts";
import type { ApiDeps } from "../deps.ts";
import { countText, given, listText, RangeText, SecondsText } from "../query-fields.ts";

const LINES_MAX = 100;
const EXCLUDED_MAX = 1_000;

const numberText = (min: number, max: number) =>
  z
    .string()
    .regex(/^\d{1,9}(?:\.\d{1,6})?$/, "a number")
    .transform(Number)
    .pipe(z.number().gt(min).max(max));

const Query = z.strictObject({
  target: Id,
  /** A line each; with neither vantage nor carrier every carrier is one. */
  vantage: listText(Id, LINES_MAX).optional(),
  /** A line each, of the carrier's vantages merged. */
  carrier: listText(Id, LINES_MAX).optional(),
  address: SeriesAddress.optional(),
  /** Default total. */
  metric: listText(z.enum(METRICS), METRICS.length).optional(),
  /** Default AVERAGE, or none where only percentiles, shares or states are asked for. */
  cf: listText(z.enum(ALL_CFS), ALL_CFS.length).optional(),
  /** Per cent: 50,95,99.9; of total, and of ttfb where `metric` names it. */
  percentile: listText(numberText(0, 100), WANTED_MAX).optional(),
  /** Of the same, ms: the share of values that are at most so long. */
  below: listText(numberText(0, 5_000_000), WANTED_MAX).optional(),
  /** Ticks by state, and the availability. */
  states: z.enum(["true", "false"]).optional(),
  from: SecondsText.optional(),
  to: SecondsText.optional(),
  /** Most rows wanted. */
  points: countText(1, POINTS_MAX).optional(),
  /** Ticks of the current step per row; absent = the finest rows that fit the points. */
  steps: countText(1, 8640).optional(),
  reduce: z.enum(REDUCTIONS).optional(),
  /** FROM-TO in UTC seconds, from <= tick < to: in no percentile, share, count or availability. */
  exclude: listText(RangeText, EXCLUDED_MAX).optional(),
  form: z.enum(["objects", "columns", "csv"]).default("objects"),
});

export function queryRoutes(app: App, { query }: ApiDeps): void {
  app.get(
    "/query",
    {
      schema: {
        tags: ["targets"],
        summary: "Rows, percentiles, shares and states of a range, of several carriers and metrics at once",
        querystring: Query,
        response: {
          200: {
            description: "In the form asked for",
            content: {
              "application/json": { schema: z.union([QueryObjects, QueryColumns]) },
              "text/csv": { schema: z.string() },
            },
          },
        },
      },
    },
    async (request, reply) => {
      const { target, form, ...rest } = request.query;
      const data = await query.columns(target, questionOf(rest));
      if (form === "csv") return await reply.type("text/csv").send(csvOf(data));
      return form === "columns" ? data : objectsOf(data);
    },
  );
}

function questionOf(asked: Omit<z.infer<typeof Query>, "target" | "form">) {
  const { vantage, carrier, metric, cf, percentile, below, states, from, to, reduce, ...rest } = asked;
  const fromStrip = percentile !== undefined || below !== undefined || states === "true";
  const rows = metric !== undefined || cf !== undefined || !fromStrip;
  return {
    metrics: metric ?? (["total"] as const),
    cfs: cf ?? (rows ? (["AVERAGE"] as const) : []),
    states: states === "true",
    ...given({
      ...rest,
      vantages: vantage,
      carriers: carrier,
      percentiles: percentile,
      below,
      fromS: from,
      toS: to,
      reduction: reduce,
    }),
  };
}
