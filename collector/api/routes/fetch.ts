/** The rows of one archive, as they are stored: what `carrierwatch fetch` prints. */
import * as z from "zod";
import { FetchedRows } from "../../wire/api-overview.ts";
import { Id } from "../../wire/ids.ts";
import { ALL_CFS, METRICS } from "../../wire/metric.ts";
import { SeriesAddress } from "../../wire/sample.ts";
import type { App } from "../app.ts";
import type { ApiDeps } from "../deps.ts";
import { countText, given, SecondsText } from "../query-fields.ts";

const Query = z.strictObject({
  target: Id,
  vantage: Id,
  /** An address or family that is measured apart; absent = the target's own series. */
  address: SeriesAddress.optional(),
  metric: z.enum(METRICS).default("total"),
  cf: z.enum(ALL_CFS).default("AVERAGE"),
  /** Of the generation with this step, seconds; absent = of the newest. */
  step: countText(10, 86_400).optional(),
  /** PDPs per row of the archive wanted; absent = the finest that covers the time. */
  steps: countText(1, 8640).optional(),
  from: SecondsText.optional(),
  to: SecondsText.optional(),
});

export function fetchRoutes(app: App, { query }: ApiDeps): void {
  app.get(
    "/fetch",
    {
      schema: {
        tags: ["targets"],
        summary: "Rows of exactly one archive",
        querystring: Query,
        response: { 200: FetchedRows },
      },
    },
    async (request) => {
      const { from, to, step, ...rest } = request.query;
      return await query.fetch(given({ ...rest, stepS: step, fromS: from, toS: to }));
    },
  );
}
