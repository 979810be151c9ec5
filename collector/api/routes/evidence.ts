/** Evidence of a probe: the route to a target that turned bad, and what it answered. Small, and not often. */
import * as z from "zod";
import { PathReport } from "../../wire/path-evidence.ts";
import { requireVantage } from "../access.ts";
import type { App } from "../app.ts";
import type { ApiDeps } from "../deps.ts";

/** The largest report there can be has about half of it. */
const REPORT_MAX_BYTES = 65_536;

export function evidenceRoutes(app: App, { ingest }: ApiDeps): void {
  app.post(
    "/probe/evidence",
    {
      bodyLimit: REPORT_MAX_BYTES,
      schema: {
        tags: ["probe"],
        summary: "Route, answers, certificates and head of a target that turned bad; sent twice, kept once",
        body: PathReport,
        response: { 204: z.null() },
      },
      config: { access: "vantage" },
    },
    async (request, reply) => {
      await ingest.paths.take(requireVantage(request).vantage, request.body);
      return await reply.status(204).send(null);
    },
  );
}
