/** Mail: who is told, where it goes out, and the button that tries it. The password comes in and never goes out. */
import * as z from "zod";
import { recipientsPart } from "../../alert/recipients.ts";
import { smtpDesk } from "../../alert/smtp-settings.ts";
import {
  Recipient,
  RecipientInput,
  SmtpInput,
  SmtpTestAnswer,
  SmtpTestInput,
  SmtpView,
} from "../../wire/api-settings.ts";
import type { Language } from "../../wire/ids.ts";
import { requireUser } from "../access.ts";
import type { App } from "../app.ts";
import type { ApiDeps } from "../deps.ts";
import { IdParams } from "../query-fields.ts";

const tags = ["mail"];
const Change = z.strictObject({ version: z.int().min(0), recipient: RecipientInput });

export function mailRoutes(app: App, deps: ApiDeps): void {
  recipientRoutes(app, deps);
  smtpRoutes(app, deps);
}

function recipientRoutes(app: App, { store }: ApiDeps): void {
  const recipients = recipientsPart(store);
  app.get(
    "/recipients",
    {
      schema: {
        tags,
        summary: "Who is told",
        response: { 200: z.strictObject({ recipients: z.array(Recipient) }) },
      },
    },
    async () => ({ recipients: await recipients.list() }),
  );
  app.post(
    "/recipients",
    { schema: { tags, summary: "Tell somebody more", body: RecipientInput, response: { 201: Recipient } } },
    async (request, reply) => reply.status(201).send(await recipients.create(request.body)),
  );
  app.put(
    "/recipients/:id",
    {
      schema: {
        tags,
        summary: "Change a recipient",
        params: IdParams,
        body: Change,
        response: { 200: Recipient },
      },
    },
    async (request) =>
      await recipients.update(request.params.id, request.body.version, request.body.recipient),
  );
  app.delete(
    "/recipients/:id",
    { schema: { tags, summary: "Tell somebody no more", params: IdParams } },
    async (request, reply) => {
      await recipients.remove(request.params.id);
      return reply.status(204).send();
    },
  );
}

function smtpRoutes(app: App, deps: ApiDeps): void {
  const desk = smtpDesk(deps);
  app.get(
    "/settings/smtp",
    { schema: { tags, summary: "Where mail goes out, and how it goes", response: { 200: SmtpView } } },
    async () => await desk.view(),
  );
  app.put(
    "/settings/smtp",
    { schema: { tags, summary: "Set where mail goes out", body: SmtpInput, response: { 200: SmtpView } } },
    async (request) => {
      await desk.write(request.body);
      return await desk.view();
    },
  );
  app.post(
    "/settings/smtp/test",
    {
      schema: {
        tags,
        summary: "Send a test mail now",
        body: SmtpTestInput,
        response: { 200: SmtpTestAnswer },
      },
    },
    async (request) => {
      const caller = requireUser(request);
      const language: Language = caller.kind === "session" ? caller.user.language : "en";
      return await deps.mail.test(request.body.to, request.body.smtp, language);
    },
  );
}
