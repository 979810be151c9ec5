/** Vantages: how each is doing, the command that joins a machine, new keys, and their end. */
import * as z from "zod";
import { JoinCommand, VantageCreate, VantageView } from "../../wire/api-settings.ts";
import { CarrierwatchError } from "../../wire/errors.ts";
import { joinCommand } from "../../wire/join-command.ts";
import { JOIN_PREFIX, JoinAnswer, JoinToken } from "../../wire/probe-protocol.ts";
import { Vantage, VantageInput } from "../../wire/vantage.ts";
import type { App } from "../app.ts";
import type { ApiDeps } from "../deps.ts";
import { IdParams } from "../query-fields.ts";

const tags = ["vantages"];

export function vantageRoutes(app: App, deps: ApiDeps): void {
  definitions(app, deps);
  keys(app, deps);
}

function definitions(app: App, deps: ApiDeps): void {
  const { vantages } = deps.registry;
  app.get(
    "/vantages",
    {
      schema: {
        tags,
        summary: "Every vantage and how it is doing",
        response: { 200: z.strictObject({ vantages: z.array(VantageView) }) },
      },
    },
    async () => ({ vantages: await vantages.views() }),
  );
  app.post(
    "/vantages",
    {
      schema: {
        tags,
        summary: "Add a vantage; answers the command that joins a machine to it",
        body: VantageCreate,
        response: { 201: JoinCommand },
      },
    },
    async (request, reply) => {
      const { id } = await vantages.create(request.body);
      return reply.status(201).send(await newJoin(app, deps, id));
    },
  );
  app.put(
    "/vantages/:id",
    {
      schema: {
        tags,
        summary: "Change name, carrier or tags",
        params: IdParams,
        body: z.strictObject({ version: z.int().min(0), vantage: VantageInput }),
        response: { 200: Vantage },
      },
    },
    async (request) => await vantages.update(request.params.id, request.body.version, request.body.vantage),
  );
  app.delete(
    "/vantages/:id",
    {
      schema: {
        tags,
        summary: "Revoke a vantage: its key ends, its history stays",
        params: IdParams,
        response: { 204: z.null() },
      },
    },
    async (request, reply) => {
      const vantage = await vantages.get(request.params.id);
      const { id } = vantage;
      if (deps.localProbe === true) {
        refuseLocal(vantage, "to be without it run `carrierwatch collector` instead of `carrierwatch start`");
      }
      await deps.vantageKeys.revoke(id);
      await vantages.revoke(id);
      return await reply.status(204).send(null);
    },
  );
}

function keys(app: App, deps: ApiDeps): void {
  app.post(
    "/vantages/:id/join",
    {
      schema: {
        tags,
        summary: "A new join command; an older unused one stops working",
        params: IdParams,
        response: { 200: JoinCommand },
      },
    },
    async (request) => await newJoin(app, deps, request.params.id),
  );
  app.post(
    "/vantages/:id/rotate",
    {
      schema: {
        tags,
        summary: "A new key, shown once; the one before works until this one is first used",
        params: IdParams,
        response: { 200: JoinAnswer },
      },
    },
    async (request) => {
      const vantage = await standing(deps, request.params.id);
      const { id, name } = vantage;
      if (deps.localProbe === true)
        refuseLocal(vantage, "remove DIR/probe/key and start again: it gets a new one");
      return { vantage: id, name, key: await deps.vantageKeys.issue(id) };
    },
  );
}

async function newJoin(app: App, deps: ApiDeps, id: string): Promise<JoinCommand> {
  refuseLocal(await standing(deps, id), "add another vantage for another machine");
  const { secret, expiresMs } = await deps.vantageKeys.createJoin(id);
  const token = joinText({
    url: deps.publicUrl(),
    secret,
    certificateSha256: app.certificate?.pin() ?? null,
    programSha256: deps.probeProgram.sha256,
  });
  return { vantage: id, command: joinCommand(token), token, expiresMs };
}

/** @throws CarrierwatchError in_use, for the vantage of the collector's own machine. */
function refuseLocal({ id, local }: Vantage, hint: string): void {
  if (!local) return;
  throw new CarrierwatchError("in_use", `vantage ${JSON.stringify(id)} runs beside this collector`, { hint });
}

function joinText(token: JoinToken): string {
  return `${JOIN_PREFIX}${Buffer.from(JSON.stringify(JoinToken.parse(token))).toString("base64url")}`;
}

/** The vantage, when it may still be given a key. @throws NotFoundError; CarrierwatchError in_use */
async function standing({ registry }: ApiDeps, id: string): Promise<Vantage> {
  const vantage = await registry.vantages.get(id);
  if (vantage.revokedS === null) return vantage;
  throw new CarrierwatchError(
    "in_use",
    `vantage ${JSON.stringify(id)} was revoked; its id stays with its history`,
    {
      hint: "add a new vantage",
    },
  );
}
