/** Set-up, login, logout, and who is asking. The session travels in a cookie; no answer holds it. */
import type { FastifyRequest } from "fastify";
import * as z from "zod";
import { LoginInput, SessionView, SetupInput } from "../../wire/api-account.ts";
import { InvalidInputError } from "../../wire/errors.ts";
import type { App } from "../app.ts";
import { clearCookie, setCookie } from "../cookie.ts";
import type { ApiDeps } from "../deps.ts";

const tags = ["session"];

export function sessionRoutes(app: App, deps: ApiDeps): void {
  const { accounts } = deps;
  const view = (caller: FastifyRequest["caller"], setupNeeded: boolean): SessionView => ({
    user: caller?.kind === "session" ? caller.user : null,
    csrf: caller?.kind === "session" ? caller.csrf : null,
    setupNeeded,
    version: deps.version,
    demo: deps.demo,
    publicUrl: deps.publicUrl(),
  });
  app.get(
    "/session",
    {
      schema: { tags, summary: "Who is asking", response: { 200: SessionView } },
      config: { access: "public" },
    },
    async (request) => view(request.caller, request.caller === null && (await accounts.setupNeeded())),
  );
  app.post(
    "/setup",
    {
      schema: {
        tags,
        summary: "Make the first account with the one-time token",
        body: SetupInput,
        response: { 200: SessionView },
      },
      config: { access: "public" },
    },
    async (request, reply) => {
      await refuseUnknownCarrier(deps, request.body);
      const { token, username, password, language, timeZone } = request.body;
      const session = await accounts.setup({ token, username, password, language, timeZone });
      // Before what may still fail: the account stands now, and the token works no second time.
      setCookie(request, reply, session.cookie);
      await placeThisMachine(deps, request.body);
      return view(session.caller, false);
    },
  );
  app.post(
    "/session",
    {
      schema: { tags, summary: "Sign in", body: LoginInput, response: { 200: SessionView } },
      config: { access: "public" },
    },
    async (request, reply) => {
      const session = await accounts.login(request.body, request.ip);
      setCookie(request, reply, session.cookie);
      return view(session.caller, false);
    },
  );
  app.delete(
    "/session",
    { schema: { tags, summary: "Sign out", response: { 204: z.null() } }, config: { access: "read" } },
    async (request, reply) => {
      if (request.caller?.kind === "session") await accounts.logout(request.caller.session);
      clearCookie(request, reply);
      return await reply.status(204).send(null);
    },
  );
}

const OWN_COLOR = "#6b7785";

/** Before the token is used up: a typing mistake must not cost the only link. */
async function refuseUnknownCarrier({ accounts, registry }: ApiDeps, input: SetupInput): Promise<void> {
  if (!(await accounts.setupNeeded()) || input.carrierName !== undefined) return;
  if (await registry.carriers.find(input.carrier)) return;
  throw new InvalidInputError("the set-up", [
    {
      path: "carrier",
      message: `there is no carrier ${JSON.stringify(input.carrier)}; give carrierName to make it`,
    },
  ]);
}

/** Says where the vantage beside this collector stands; without one (verb `collector`) only the carrier is made. */
async function placeThisMachine({ registry }: ApiDeps, input: SetupInput): Promise<void> {
  const { carrier, carrierName: name } = input;
  if (name !== undefined && !(await registry.carriers.find(carrier))) {
    await registry.carriers.put({ id: carrier, name: { zh: name, en: name }, color: OWN_COLOR });
  }
  const here = (await registry.vantages.list()).find((vantage) => vantage.local && vantage.revokedS === null);
  if (!here) return;
  await registry.vantages.update(here.id, here.version, {
    name: input.vantageName ?? here.name,
    carrier,
    tags: here.tags,
  });
}
