/** Carriers: names, colours, order. */
import * as z from "zod";
import { Carrier } from "../../wire/carrier.ts";
import { InvalidInputError } from "../../wire/errors.ts";
import type { App } from "../app.ts";
import type { ApiDeps } from "../deps.ts";
import { IdParams } from "../query-fields.ts";

const tags = ["carriers"];

export function carrierRoutes(app: App, { registry }: ApiDeps): void {
  const { carriers } = registry;
  app.get(
    "/carriers",
    {
      schema: {
        tags,
        summary: "Carriers, in display order",
        response: { 200: z.strictObject({ carriers: z.array(Carrier) }) },
      },
    },
    async () => ({ carriers: await carriers.list() }),
  );
  app.put(
    "/carriers/:id",
    {
      schema: {
        tags,
        summary: "Create or change a carrier",
        params: IdParams,
        body: Carrier,
        response: { 200: Carrier },
      },
    },
    async (request) => {
      const { id } = request.params;
      if (request.body.id !== id) {
        throw new InvalidInputError("carrier", [
          {
            path: "id",
            message: `is ${JSON.stringify(request.body.id)}, the address says ${JSON.stringify(id)}`,
          },
        ]);
      }
      return await carriers.put(request.body);
    },
  );
  app.delete(
    "/carriers/:id",
    {
      schema: {
        tags,
        summary: "Remove a carrier nobody uses",
        params: IdParams,
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      await carriers.remove(request.params.id);
      return await reply.status(204).send(null);
    },
  );
}
