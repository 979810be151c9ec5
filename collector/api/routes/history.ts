/** What is stored, series by series, and the way to free it: a removal keeps history until somebody purges it. */
import * as z from "zod";
import { purgeHistory } from "../../ingest/purge.ts";
import { SeriesList } from "../../wire/api-addresses.ts";
import { Id } from "../../wire/ids.ts";
import { SeriesAddress } from "../../wire/sample.ts";
import type { App } from "../app.ts";
import type { ApiDeps } from "../deps.ts";
import { given } from "../query-fields.ts";

const tags = ["storage"];
const Which = z.strictObject({ target: Id.optional(), vantage: Id.optional() });
const Purge = z
  .strictObject({
    target: Id.optional(),
    vantage: Id.optional(),
    address: SeriesAddress.optional(),
  })
  .refine((which) => which.target !== undefined || which.vantage !== undefined, {
    message: "of which target or vantage?",
  });

export function historyRoutes(app: App, deps: ApiDeps): void {
  app.get(
    "/history",
    {
      schema: {
        tags,
        summary: "The series that hold anything, of removed targets and vantages too",
        querystring: Which,
        response: { 200: SeriesList },
      },
    },
    async (request) => await deps.query.series(given(request.query)),
  );
  app.post(
    "/history/purge",
    {
      schema: {
        tags,
        summary: "Forget every series that all of the fields given name; there is no way back",
        body: Purge,
        response: { 200: SeriesList },
      },
    },
    async (request) => {
      const { store, log, ingest, query } = deps;
      const { series } = await query.series({});
      return {
        series: await purgeHistory({ store, log, addresses: ingest.addresses }, series, request.body),
      };
    },
  );
}
