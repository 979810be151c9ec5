/** History from elsewhere, a chunk of one series at a time: what `carrierwatch import` sends. */
import * as z from "zod";
import { importSamples } from "../../ingest/import.ts";
import { Id } from "../../wire/ids.ts";
import { BATCH_MAX_SAMPLES, BatchAnswer } from "../../wire/sample.ts";
import type { App } from "../app.ts";
import type { ApiDeps } from "../deps.ts";

const Chunk = z.strictObject({
  target: Id,
  vantage: Id,
  /** Wire samples; judged one by one. */
  samples: z.array(z.unknown()).max(BATCH_MAX_SAMPLES),
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
}
