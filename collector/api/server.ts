/**
 * The HTTP server of a collector: limits, headers, who may call what, the API, the pages, the metrics.
 *
 * Composes only; each concern has its file. Does not listen: the caller does, and closes it.
 */
import http from "node:http";
import cookie from "@fastify/cookie";
import fastify from "fastify";
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import { NotFoundError } from "../wire/errors.ts";
import { admit } from "./access.ts";
import type { App, RouteModule } from "./app.ts";
import type { ApiDeps, HttpLimits } from "./deps.ts";
import { sendProblem } from "./problems.ts";
import { carrierRoutes } from "./routes/carriers.ts";
import { fetchRoutes } from "./routes/fetch.ts";
import { incidentRoutes } from "./routes/incidents.ts";
import { mailRoutes } from "./routes/mail.ts";
import { overviewRoutes } from "./routes/overview.ts";
import { targetRoutes } from "./routes/targets.ts";

export const DEFAULT_LIMITS: HttpLimits = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 65_000,
  connectionsCheckingIntervalMs: 2_000,
  maxConnections: 2_000,
  maxConnectionsPerAddress: 64,
  bodyLimitBytes: 1024 * 1024,
  decodedLimitBytes: 8 * 1024 * 1024,
};

const MODULES: readonly RouteModule[] = [
  overviewRoutes,
  targetRoutes,
  fetchRoutes,
  carrierRoutes,
  incidentRoutes,
  mailRoutes,
];

/**
 * @param deps See deps.ts; every part already open.
 * @returns Ready to `listen`; `close` ends held polls and event streams.
 */
export async function buildServer(deps: ApiDeps): Promise<App> {
  const limits = { ...DEFAULT_LIMITS, ...deps.http.limits };
  const app: App = fastify({
    serverFactory: (handler) => {
      const server = http.createServer(
        {
          headersTimeout: limits.headersTimeoutMs,
          requestTimeout: limits.requestTimeoutMs,
          keepAliveTimeout: limits.keepAliveTimeoutMs,
          connectionsCheckingInterval: limits.connectionsCheckingIntervalMs,
          maxHeaderSize: 16 * 1024,
        },
        handler,
      );
      server.maxConnections = limits.maxConnections;
      return server;
    },
    bodyLimit: limits.bodyLimitBytes,
    forceCloseConnections: true,
    trustProxy: deps.http.trustedProxies.length > 0 ? [...deps.http.trustedProxies] : false,
  }).withTypeProvider<ZodTypeProvider>();
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  app.removeContentTypeParser("text/plain");
  app.decorateRequest("caller", null);
  app.decorateRequest("receivedMs", 0);
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply, deps.log));
  app.setNotFoundHandler((request, reply) =>
    sendProblem(new NotFoundError("page", request.url), request, reply, deps.log),
  );
  await app.register(cookie);
  await app.register(
    async (api) => {
      api.addHook("onRequest", async (request) => {
        request.receivedMs = deps.clock.nowMs();
        await admit(request, deps);
      });
      for (const routes of MODULES) routes(api as App, deps);
    },
    { prefix: `${deps.http.basePath}/api/v1` },
  );
  return app;
}
