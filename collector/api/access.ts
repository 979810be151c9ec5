/**
 * Who may call a route. Every route under /api/v1 needs a signed-in user unless its `config.access` says otherwise:
 * reading for GET and HEAD, writing for everything else. Forgetting to say anything is therefore safe.
 *
 * Cookies are guarded against cross-site requests; bearer tokens cannot be sent by a foreign page and need no guard.
 */
import type { FastifyRequest } from "fastify";
import type { Accounts } from "../auth/accounts.ts";
import type { Caller, UserCaller, VantageCaller } from "../auth/caller.ts";
import type { VantageKeys } from "../auth/vantage-keys.ts";
import { CarrierwatchError } from "../wire/errors.ts";
import { cookieOf } from "./cookie.ts";
import { refuseCrossSite } from "./csrf.ts";

/** public: anybody. read, write: a user or a token of that scope. user: a user in a browser, or a verb here. vantage: a probe's key. */
export type Access = "public" | "read" | "write" | "user" | "vantage";

declare module "fastify" {
  interface FastifyContextConfig {
    access?: Access;
  }
  interface FastifyRequest {
    /** Set before any handler of /api/v1 runs; null only where access is public. */
    caller: Caller | null;
    /** When the request's headers had arrived, UTC ms. */
    receivedMs: number;
  }
}

/** The user or token behind a request. @throws CarrierwatchError unauthenticated */
export function requireUser(request: FastifyRequest): UserCaller {
  const { caller } = request;
  if (!caller || caller.kind === "vantage") throw unauthenticated();
  return caller;
}

/** As requireUser, and it may change things. @throws CarrierwatchError scope */
export function requireWrite(request: FastifyRequest): UserCaller {
  const caller = requireUser(request);
  if (caller.kind === "token" && caller.scope !== "write") {
    throw new CarrierwatchError("scope", "this API token may only read", {
      hint: "make one with the scope write",
    });
  }
  return caller;
}

/** The vantage whose key signed the request. @throws CarrierwatchError unauthenticated */
export function requireVantage(request: FastifyRequest): VantageCaller {
  const { caller } = request;
  if (caller?.kind !== "vantage")
    throw unauthenticated("a vantage's key is needed: Authorization: Bearer cwp_...");
  return caller;
}

/** Finds out who calls and refuses who may not; an onRequest hook, so it runs before a body is read. */
export async function admit(
  request: FastifyRequest,
  deps: { readonly accounts: Accounts; readonly vantageKeys: VantageKeys },
): Promise<void> {
  const safe = request.method === "GET" || request.method === "HEAD";
  const access = request.routeOptions.config.access ?? (safe ? "read" : "write");
  request.caller =
    access === "vantage" ? await vantageOf(request, deps.vantageKeys) : await userOf(request, deps.accounts);
  if (access === "public") {
    if (!safe) refuseCrossSite(request, null);
    return;
  }
  if (request.caller?.kind === "session" && !safe) refuseCrossSite(request, request.caller.csrf);
  if (access === "vantage") requireVantage(request);
  else if (access === "read") requireUser(request);
  else if (access === "write") requireWrite(request);
  else if (requireUser(request).kind === "token") {
    throw new CarrierwatchError("forbidden", "an API token cannot do this; sign in as a user");
  }
}

async function vantageOf(request: FastifyRequest, keys: VantageKeys): Promise<Caller | null> {
  const key = bearerOf(request);
  const vantage = key === null ? null : await keys.verify(key);
  return vantage === null ? null : { kind: "vantage", vantage };
}

async function userOf(request: FastifyRequest, accounts: Accounts): Promise<Caller | null> {
  const token = bearerOf(request);
  if (token !== null) return await accounts.bearer(token);
  const cookie = cookieOf(request);
  return cookie === null ? null : await accounts.session(cookie);
}

function bearerOf(request: FastifyRequest): string | null {
  return /^Bearer ([\w.~+/-]{1,256})$/i.exec(request.headers.authorization ?? "")?.[1] ?? null;
}

function unauthenticated(
  hint = "sign in, or send an API token: Authorization: Bearer cwt_...",
): CarrierwatchError {
  return new CarrierwatchError("unauthenticated", "this needs a signed-in user", { hint });
}
