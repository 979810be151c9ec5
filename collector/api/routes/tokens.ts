/** API tokens for programs. The secret is in the answer that makes one, and nowhere after. */
import * as z from "zod";
import { TokenCreated, TokenInput, TokenView } from "../../wire/api-account.ts";
import type { App } from "../app.ts";
import type { ApiDeps } from "../deps.ts";
import { IdParams } from "../query-fields.ts";

const tags = ["tokens"];

export function tokenRoutes(app: App, { accounts: { tokens } }: ApiDeps): void {
  app.get(
    "/tokens",
    {
      schema: {
        tags,
        summary: "API tokens",
        response: { 200: z.strictObject({ tokens: z.array(TokenView) }) },
      },
    },
    async () => ({ tokens: await tokens.list() }),
  );
  app.post(
    "/tokens",
    {
      schema: {
        tags,
        summary: "Make an API token; shown once",
        body: TokenInput,
        response: { 201: TokenCreated },
      },
      config: { access: "user" },
    },
    async (request, reply) => reply.status(201).send(await tokens.create(request.body)),
  );
  app.delete(
    "/tokens/:id",
    {
      schema: { tags, summary: "End an API token", params: IdParams, response: { 204: z.null() } },
      config: { access: "user" },
    },
    async (request, reply) => {
      await tokens.remove(request.params.id);
      return await reply.status(204).send(null);
    },
  );
}
