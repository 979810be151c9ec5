/** The fastify instance as route modules see it: schemas are zod, so bodies, queries and answers are typed by them. */
import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { FastifyBaseLogger, FastifyInstance } from "fastify";
import type { ZodTypeProvider } from "fastify-type-provider-zod";
import type { ApiDeps } from "./deps.ts";

export type App = FastifyInstance<
  Server,
  IncomingMessage,
  ServerResponse,
  FastifyBaseLogger,
  ZodTypeProvider
>;

/** Paths are relative to {basePath}/api/v1. Access: see access.ts; a tag and a summary make its place in the OpenAPI document. */
export type RouteModule = (app: App, deps: ApiDeps) => void;
