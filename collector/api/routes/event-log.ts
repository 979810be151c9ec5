/** Events that are kept: changed addresses, routes, altered answers. The live stream is another route, /events. */
import * as z from "zod";
import { EventsAnswer } from "../../wire/api-addresses.ts";
import { EVENT_KINDS } from "../../wire/event.ts";
import { Id } from "../../wire/ids.ts";
import type { App } from "../app.ts";
import type { ApiDeps } from "../deps.ts";
import { countText, given, SecondsText } from "../query-fields.ts";

const Kinds = z
  .string()
  .max(64)
  .transform((text) => text.split(","))
  .pipe(z.array(z.enum(EVENT_KINDS)));

const Query = z.strictObject({
  /** Events of that target, and those of no target. */
  target: Id.optional(),
  vantage: Id.optional(),
  kinds: Kinds.optional(),
  from: SecondsText.optional(),
  to: SecondsText.optional(),
  limit: countText(1, 500).optional(),
});

export function eventLogRoutes(app: App, { query }: ApiDeps): void {
  app.get(
    "/event-log",
    {
      schema: {
        tags: ["incidents"],
        summary: "What happened around the samples, newest first; kinds separated by commas",
        querystring: Query,
        response: { 200: EventsAnswer },
      },
    },
    async (request) => {
      const { from, to, ...rest } = request.query;
      return { events: await query.events(given({ ...rest, fromS: from, toS: to })) };
    },
  );
}
