/** Measure now: asked for by a user, answered by the vantages as they come, kept nowhere. Judged by the registry. */
import * as z from "zod";
import type { UserCaller } from "../../auth/caller.ts";
import { measureNow } from "../../registry/measure-now.ts";
import { MeasurementInput, MeasurementView, OnceId } from "../../wire/on-demand.ts";
import { requireUser } from "../access.ts";
import type { App } from "../app.ts";
import type { ApiDeps } from "../deps.ts";
import { waiting } from "../held-poll.ts";
import { countText, judgedLater } from "../query-fields.ts";

const tags = ["measurements"];
const WAIT_MAX_S = 30;

/** Whose measurement it is: a user's in all of that user's browsers, an API token's, or this machine's verbs'. */
export function askerOf(caller: UserCaller): string {
  if (caller.kind === "session") return `user:${caller.user.id}`;
  return caller.kind === "token" ? `token:${caller.token}` : "local";
}

export function measurementRoutes(app: App, { ingest: { onDemand }, registry, clock }: ApiDeps): void {
  const held = new Set<() => void>();
  app.addHook("preClose", async () => {
    for (const leave of held) leave();
  });
  app.post(
    "/measurements",
    {
      schema: {
        tags,
        summary: "Measure a target or a URL now, from the vantages named; nothing of it is stored",
        body: judgedLater(MeasurementInput),
        response: { 202: MeasurementView },
      },
    },
    async (request, reply) => {
      const asker = askerOf(requireUser(request));
      const chosen = await measureNow(registry, request.body);
      return await reply.status(202).send(onDemand.ask({ asker, ...chosen }));
    },
  );
  app.get(
    "/measurements/:id",
    {
      exposeHeadRoute: false,
      schema: {
        tags,
        summary: "What has come so far, for whoever asked; with ?known, held until there is more than that",
        params: z.strictObject({ id: OnceId }),
        querystring: z.strictObject({
          known: countText(0, 999_999).optional(),
          wait: countText(0, WAIT_MAX_S).optional(),
        }),
        response: { 200: MeasurementView },
      },
    },
    async (request) => {
      const asker = askerOf(requireUser(request));
      const { id } = request.params;
      const { known, wait = 0 } = request.query;
      const poll = waiting(clock, wait * 1000, (changed) => onDemand.subscribe(asker, changed));
      held.add(poll.leave);
      request.raw.socket.once("close", poll.leave);
      try {
        for (;;) {
          const view = onDemand.view(asker, id);
          if (view.revision !== known || view.over) return view;
          if ((await poll.next()) !== "changed") return onDemand.view(asker, id);
        }
      } finally {
        held.delete(poll.leave);
        request.raw.socket.off("close", poll.leave);
        poll.leave();
      }
    },
  );
}
