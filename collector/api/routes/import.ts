/** History from elsewhere, a chunk of one series at a time: what `carrierwatch import` sends. */
import * as z from "zod";
import { importRows, importSamples } from "../../ingest/import.ts";
import { Id, Seconds } from "../../wire/ids.ts";
import { METRICS } from "../../wire/metric.ts";
import { BATCH_MAX_SAMPLES, BatchAnswer, SeriesAddress } from "../../wire/sample.ts";
import type { App } from "../app.ts";
import type { ApiDeps } from "../deps.ts";
import { given } from "../query-fields.ts";

const Chunk = z.strictObject({
  target: Id,
  vantage: Id,
  /** Wire samples; judged one by one. */
  samples: z.array(z.unknown()).max(BATCH_MAX_SAMPLES),
});

const Whole = z.int().min(0);
const Cell = z.strictObject({ n: Whole, sum: Whole, min: Whole, max: Whole });
const Rows = z.strictObject({
  target: Id,
  vantage: Id,
  address: SeriesAddress.optional(),
  stepS: z.int().positive(),
  /** Seconds a row covers: those of an archive of several ticks per row. */
  rowS: z.int().positive(),
  /** Microseconds and bytes per second, as rows are stored; metrics that are absent have no value. */
  rows: z
    .array(
      z.strictObject({
        labelS: Seconds,
        values: z.partialRecord(z.enum(METRICS), Cell),
        /** Of the row's last tick; kept where the target keeps LAST. */
        lasts: z.partialRecord(z.enum(METRICS), Whole).optional(),
      }),
    )
    .max(BATCH_MAX_SAMPLES),
});

export function importRoutes(app: App, deps: ApiDeps): void {
  app.post(
    "/import",
    {
      schema: {
        tags: ["targets"],
        summary: "Store samples of the past, of any tick the longest archive covers; what is held stands",
        body: Chunk,
        response: { 200: BatchAnswer.pick({ outcomes: true }) },
      },
    },
    async (request) => ({ outcomes: await importSamples(deps, request.body) }),
  );
  app.post(
    "/import/rows",
    {
      schema: {
        tags: ["targets"],
        summary: "Lay whole rows of an archive where nobody measured; what is held stands",
        body: Rows,
        response: { 200: BatchAnswer.pick({ outcomes: true }) },
      },
    },
    async (request) => ({ outcomes: await importRows(deps, given(request.body)) }),
  );
}
