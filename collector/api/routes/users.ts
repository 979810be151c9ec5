/** The people who may sign in. Everybody who may is equal; an API token may not change them. */
import * as z from "zod";
import { User, UserInput, UserPatch } from "../../wire/api-account.ts";
import type { App } from "../app.ts";
import { setCookie } from "../cookie.ts";
import type { ApiDeps } from "../deps.ts";
import { IdParams } from "../query-fields.ts";

const tags = ["users"];

export function userRoutes(app: App, { accounts: { users } }: ApiDeps): void {
  app.get(
    "/users",
    { schema: { tags, summary: "Everybody", response: { 200: z.strictObject({ users: z.array(User) }) } } },
    async () => ({ users: await users.list() }),
  );
  app.post(
    "/users",
    {
      schema: { tags, summary: "Add somebody", body: UserInput, response: { 201: User } },
      config: { access: "user" },
    },
    async (request, reply) => reply.status(201).send(await users.create(request.body)),
  );
  app.patch(
    "/users/:id",
    {
      schema: {
        tags,
        summary:
          "Change language, time zone or password; one's own password needs the current one and begins a new session",
        params: IdParams,
        body: UserPatch,
        response: { 200: User },
      },
      config: { access: "user" },
    },
    async (request, reply) => {
      const { caller } = request;
      const { id } = request.params;
      const own = caller?.kind === "session" && caller.user.id === id;
      const { user, session } = await users.patch(id, request.body, { own });
      if (session) {
        setCookie(request, reply, session.cookie);
        void reply.header("x-csrf-token", session.caller.csrf);
      }
      return user;
    },
  );
  app.delete(
    "/users/:id",
    {
      schema: {
        tags,
        summary: "Remove somebody, sessions included",
        params: IdParams,
        response: { 204: z.null() },
      },
      config: { access: "user" },
    },
    async (request, reply) => {
      await users.remove(request.params.id);
      return await reply.status(204).send(null);
    },
  );
}
