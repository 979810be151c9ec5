/** Named secrets of targets: a value only ever goes in. The probes that need it get it with their assignments. */
import * as z from "zod";
import { SecretName } from "../../wire/request.ts";
import { SecretInput, SecretView } from "../../wire/secret.ts";
import type { App } from "../app.ts";
import type { ApiDeps } from "../deps.ts";
import { judgedLater } from "../query-fields.ts";

const tags = ["secrets"];
const NameParams = z.strictObject({ name: SecretName });
const Change = z.strictObject({ value: SecretInput.shape.value });

export function secretRoutes(app: App, { registry: { secrets } }: ApiDeps): void {
  app.get(
    "/secrets",
    {
      schema: {
        tags,
        summary: "Names of secrets, never their values",
        response: { 200: z.strictObject({ secrets: z.array(SecretView) }) },
      },
    },
    async () => ({ secrets: await secrets.list() }),
  );
  app.post(
    "/secrets",
    {
      schema: {
        tags,
        summary: "Keep a secret that targets can name",
        body: judgedLater(SecretInput),
        response: { 201: SecretView },
      },
    },
    async (request, reply) => reply.status(201).send(await secrets.create(request.body)),
  );
  app.put(
    "/secrets/:name",
    {
      schema: {
        tags,
        summary: "Give a secret another value",
        params: NameParams,
        body: judgedLater(Change),
        response: { 200: SecretView },
      },
    },
    async (request) => await secrets.change(request.params.name, request.body),
  );
  app.delete(
    "/secrets/:name",
    {
      schema: {
        tags,
        summary: "Forget a secret that no target names",
        params: NameParams,
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      await secrets.remove(request.params.name);
      return await reply.status(204).send(null);
    },
  );
}
