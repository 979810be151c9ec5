/** Incidents: what began, what ended, and what was told of it. Withdrawn ones, which never were, are left out. */
import * as z from "zod";
import { EventsAnswer } from "../../wire/api-addresses.ts";
import { Id } from "../../wire/ids.ts";
import { IncidentView } from "../../wire/incident.ts";
import type { App } from "../app.ts";
import type { ApiDeps } from "../deps.ts";
import { countText, given } from "../query-fields.ts";

const Query = z.strictObject({
  target: Id.optional(),
  open: z.enum(["true", "false"]).optional(),
  limit: countText(1, 1000).optional(),
});

export function incidentRoutes(app: App, deps: ApiDeps): void {
  app.get(
    "/incidents",
    {
      schema: {
        tags: ["incidents"],
        summary: "Incidents, newest first",
        querystring: Query,
        response: { 200: z.strictObject({ incidents: z.array(IncidentView) }) },
      },
    },
    async (request) => {
      const { target, open, limit } = request.query;
      const found = await deps.query.incidents(
        given({ target, open: open === undefined ? undefined : open === "true", limit }),
      );
      return { incidents: found.filter((one) => one.toS === null || one.toS > one.fromS) };
    },
  );
  app.get(
    "/incidents/:id/events",
    {
      schema: {
        tags: ["incidents"],
        summary: "What may explain it: routes, changed addresses, altered answers; from half an hour before",
        params: z.strictObject({ id: z.string().min(1).max(200) }),
        response: { 200: EventsAnswer },
      },
    },
    async (request) => ({ events: await deps.query.incidentEvents(request.params.id) }),
  );
}
