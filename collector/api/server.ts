/**
 * The HTTP server of a collector: limits, headers, who may call what, the API, the pages, the metrics.
 *
 * Composes only; each concern has its file. Does not listen: the caller does, and closes it.
 */
import { randomBytes } from "node:crypto";
import cookie from "@fastify/cookie";
import fastify, { type FastifyRequest } from "fastify";
import { serializerCompiler, validatorCompiler, type ZodTypeProvider } from "fastify-type-provider-zod";
import { admit } from "./access.ts";
import type { App, RouteModule } from "./app.ts";
import { compressed } from "./compress.ts";
import type { ApiDeps, HttpLimits } from "./deps.ts";
import { secure } from "./headers.ts";
import { acceptJsonOnly } from "./json-body.ts";
import { DEFAULT_LIMITS, listener } from "./listener.ts";
import { type MethodsOf, noteMethods } from "./methods.ts";
import { pages } from "./pages.ts";
import { noRoute, refuseRaw, sendProblem } from "./problems.ts";
import { carrierRoutes } from "./routes/carriers.ts";
import { eventLogRoutes } from "./routes/event-log.ts";
import { eventRoutes } from "./routes/events.ts";
import { evidenceRoutes } from "./routes/evidence.ts";
import { fetchRoutes } from "./routes/fetch.ts";
import { healthRoutes } from "./routes/health.ts";
import { historyRoutes } from "./routes/history.ts";
import { importRoutes } from "./routes/import.ts";
import { incidentRoutes } from "./routes/incidents.ts";
import { mailRoutes } from "./routes/mail.ts";
import { measurementRoutes } from "./routes/measurements.ts";
import { metricsRoutes } from "./routes/metrics.ts";
import { describeApi, openapiRoutes } from "./routes/openapi.ts";
import { operationRoutes } from "./routes/operations.ts";
import { overviewRoutes } from "./routes/overview.ts";
import { probeRoutes } from "./routes/probe.ts";
import { queryRoutes } from "./routes/query.ts";
import { secretRoutes } from "./routes/secrets.ts";
import { sessionRoutes } from "./routes/session.ts";
import { storageRoutes } from "./routes/storage.ts";
import { targetRoutes } from "./routes/targets.ts";
import { tokenRoutes } from "./routes/tokens.ts";
import { userRoutes } from "./routes/users.ts";
import { vantageRoutes } from "./routes/vantages.ts";
import { type Certificate, certificate } from "./tls.ts";

declare module "fastify" {
  interface FastifyInstance {
    /** The certificate in use; null = plain http. `reload()` reads its files now (SIGHUP). */
    readonly certificate: Certificate | null;
  }
}

const MODULES: readonly RouteModule[] = [
  sessionRoutes,
  overviewRoutes,
  targetRoutes,
  secretRoutes,
  fetchRoutes,
  queryRoutes,
  importRoutes,
  measurementRoutes,
  incidentRoutes,
  vantageRoutes,
  carrierRoutes,
  mailRoutes,
  userRoutes,
  tokenRoutes,
  storageRoutes,
  operationRoutes,
  eventRoutes,
  eventLogRoutes,
  historyRoutes,
  probeRoutes,
  evidenceRoutes,
  openapiRoutes,
];

/**
 * @param deps See deps.ts; every part already open.
 * @returns Ready to `listen`; `close` ends held polls and event streams.
 * @throws ConfigError when the certificate cannot be used.
 */
export async function buildServer(deps: ApiDeps): Promise<App> {
  const limits: HttpLimits = { ...DEFAULT_LIMITS, ...deps.http.limits };
  const { basePath } = deps.http;
  const app = bare(deps, limits);
  app.decorateRequest("caller", null);
  app.decorateRequest("receivedMs", 0);
  acceptJsonOnly(app, limits.decodedLimitBytes);
  const methodsOf = noteMethods(app);
  everyAnswer(app, deps, methodsOf);
  await app.register(cookie);
  await describeApi(app, deps);
  await app.register(
    (scope, _options, done) => {
      const api = scope.withTypeProvider<ZodTypeProvider>();
      api.addHook("onRequest", (request) => admit(request, deps));
      api.addHook("onSend", compressed);
      for (const routes of MODULES) routes(api, deps);
      done();
    },
    { prefix: `${basePath}/api/v1` },
  );
  for (const prefix of new Set(["", basePath])) {
    await app.register(
      (scope, _options, done) => {
        const root = scope.withTypeProvider<ZodTypeProvider>();
        healthRoutes(root, deps);
        metricsRoutes(root, deps);
        done();
      },
      { prefix },
    );
  }
  app.get(`${basePath}/join/probe.mjs`, { schema: { hide: true } }, async (_request, reply) =>
    reply
      .headers({ "content-type": "text/javascript; charset=utf-8", "cache-control": "no-cache" })
      .send(deps.probeProgram.bytes),
  );
  pages(app, deps, methodsOf);
  await app.ready();
  return app;
}

/** Fastify over our own listener, without a route. */
function bare(deps: ApiDeps, limits: HttpLimits): App {
  const { tls, trustedProxies } = deps.http;
  let renew: Certificate | null = null;
  const app: App = fastify({
    serverFactory: (handler) => {
      if (!tls) return listener(handler, limits, null);
      renew = certificate(tls, deps.log, (pair) => {
        if ("setSecureContext" in server && typeof server.setSecureContext === "function") {
          server.setSecureContext({ cert: pair.cert, key: pair.key, minVersion: "TLSv1.2" });
        }
      });
      const server = listener(handler, limits, renew.current());
      return server;
    },
    bodyLimit: limits.bodyLimitBytes,
    forceCloseConnections: true,
    genReqId: () => randomBytes(6).toString("hex"),
    trustProxy: trustedProxies.length > 0 ? [...trustedProxies] : false,
    clientErrorHandler: refuseRaw,
    frameworkErrors: (error, request, reply) => {
      // No hook has run for an address that is none.
      secure(reply, request.protocol === "https");
      void sendProblem(error, request, reply, deps.log);
    },
  }).withTypeProvider<ZodTypeProvider>();
  app.decorate("certificate", renew);
  app.addHook("onClose", async () => app.certificate?.close());
  app.setValidatorCompiler(validatorCompiler);
  app.setSerializerCompiler(serializerCompiler);
  return app;
}

/** What holds for every path, found or not: headers, a request id, problems instead of stack traces, a line in the log. */
function everyAnswer(app: App, { log, clock }: ApiDeps, methodsOf: MethodsOf): void {
  app.addHook("onRequest", async (request, reply) => {
    request.receivedMs = clock.nowMs();
    secure(reply, request.protocol === "https");
    void reply.header("x-request-id", request.id);
    if (request.url.includes("/api/")) void reply.header("cache-control", "no-store");
  });
  app.addHook("onResponse", async (request, reply) =>
    log.debug(lineOf(request, reply.statusCode), "answered"),
  );
  app.setErrorHandler((error, request, reply) => sendProblem(error, request, reply, log));
  app.setNotFoundHandler((request, reply) => {
    const path = request.url.split("?")[0] ?? "";
    return sendProblem(noRoute(request.method, path, methodsOf(path)), request, reply, log);
  });
}

/** The route's pattern, never the address with its query: nothing secret can get into the log by this line. */
function lineOf(request: FastifyRequest, status: number): Record<string, unknown> {
  return { requestId: request.id, method: request.method, route: request.routeOptions.url ?? null, status };
}
