/**
 * The probe's side: assignments by held poll, batches of samples, phases of a first measurement, joining.
 *
 * The vantage is the key's. Nothing here sends a probe anything it would run.
 */
import type { FastifyRequest } from "fastify";
import * as z from "zod";
import type { BatchMeta } from "../../ingest/ingest.ts";
import { secretsOf } from "../../registry/secrets.ts";
import { COLUMNS, COLUMNS_TYPE, UNKNOWN_TEXTS } from "../../wire/columns.ts";
import { CarrierwatchError } from "../../wire/errors.ts";
import { type Once, OnceNews, UNDERSTANDS } from "../../wire/on-demand.ts";
import {
  JoinAnswer,
  JoinRequest,
  POLL_WAIT_MAX_S,
  ProbeConfig,
  Progress,
} from "../../wire/probe-protocol.ts";
import { BatchAnswer, BatchEnvelope } from "../../wire/sample.ts";
import { requireVantage } from "../access.ts";
import type { App } from "../app.ts";
import { configTexts } from "../config-text.ts";
import type { ApiDeps } from "../deps.ts";
import { waiting } from "../held-poll.ts";
import { acceptColumns } from "../json-body.ts";
import { DEFAULT_LIMITS } from "../listener.ts";
import { pollPace } from "../poll-pace.ts";
import { countText, judgedLater } from "../query-fields.ts";

const tags = ["probe"];
const SAMPLES = `JSON as described, or the same in columns (content type ${COLUMNS_TYPE}, described in docs/architecture.md), which is \
what the header ${UNDERSTANDS.header}: ${COLUMNS} of every answer says. The answer to columns may say \`stored\` in place of \
outcomes; a 409 with the code ${UNKNOWN_TEXTS} asks for the same batch with its certificates whole.`;
const config = { access: "vantage" } as const;

export function probeRoutes(app: App, deps: ApiDeps): void {
  assignments(app, deps);
  // Apart: no other route takes columns.
  void app.register((scope, _options, done) => {
    acceptColumns(scope, { ...DEFAULT_LIMITS, ...deps.http.limits }.decodedLimitBytes);
    deliveries(scope, deps);
    done();
  });
  reports(app, deps);
  joining(app, deps);
}

function assignments(app: App, deps: ApiDeps): void {
  const held = new Set<() => void>();
  const textOf = configTexts();
  const pace = pollPace(deps.clock);
  app.addHook("preClose", async () => {
    for (const leave of held) leave();
  });
  app.get(
    "/probe/config",
    {
      exposeHeadRoute: false,
      schema: {
        tags,
        summary: "What to measure; held until it changes, at most ?wait seconds",
        querystring: z.strictObject({ wait: countText(0, POLL_WAIT_MAX_S).optional() }),
        response: { 200: ProbeConfig, 304: z.null() },
      },
      config,
    },
    async (request, reply) => {
      const { vantage } = requireVantage(request);
      const known = request.headers["if-none-match"];
      const { onDemand } = deps.ingest;
      const understands = request.headers[UNDERSTANDS.header] === UNDERSTANDS.once;
      const poll = waiting(deps.clock, (request.query.wait ?? 0) * 1000, (changed) => {
        const ends = [deps.registry.onChange(changed), onDemand.onWaiting(vantage, changed)];
        return () => {
          for (const end of ends) end();
        };
      });
      // Not waited for: a changed target must reach the probe before any disk has turned.
      const heard = (given: string[]) => {
        deps.ingest
          .contact(vantage, { ...metaOf(request), receivedMs: deps.clock.nowMs() }, given)
          .catch((error: unknown) => deps.log.warn({ vantage, error }, "a contact was not written"));
      };
      held.add(poll.leave);
      request.raw.socket.once("close", poll.leave);
      try {
        for (;;) {
          await poll.rest(pace.restMs(vantage));
          const { etag, ...assigned } = await deps.registry.assignmentsFor(vantage);
          void reply.header("etag", etag).header("cache-control", "no-store");
          const once = onDemand.handOut(vantage, understands);
          if (etag !== known || once.length > 0) {
            pace.given(vantage, assigned.assignments.length);
            heard(assigned.assignments.map(({ id }) => id));
            // Made here a moment ago, of thousands of targets perhaps: it is not held against its schema again.
            void reply.type("application/json; charset=utf-8").serializer(textOf);
            return await reply.send(once.length > 0 ? await withOnce(deps, assigned, once) : assigned);
          }
          heard([]);
          if ((await poll.next()) !== "changed") return await reply.status(304).send(null);
        }
      } finally {
        held.delete(poll.leave);
        request.raw.socket.off("close", poll.leave);
        poll.leave();
      }
    },
  );
}

/** What is measured once may name secrets that nothing assigned does. */
async function withOnce(
  { registry }: ApiDeps,
  assigned: ProbeConfig,
  once: readonly Once[],
): Promise<ProbeConfig> {
  const values = await registry.secrets.values(once.flatMap(secretsOf));
  const secrets = { ...assigned.secrets, ...values };
  return { ...assigned, ...(Object.keys(secrets).length > 0 ? { secrets } : {}), once: [...once] };
}

function deliveries(app: App, deps: ApiDeps): void {
  app.post(
    "/probe/samples",
    {
      schema: {
        tags,
        summary: "A batch of samples, gzip allowed; every record is settled in the answer",
        description: SAMPLES,
        body: judgedLater(BatchEnvelope),
        response: { 200: BatchAnswer },
      },
      config,
    },
    async (request, reply) => {
      const answer = await deps.ingest.batch(
        requireVantage(request).vantage,
        takenFrom(request),
        metaOf(request),
      );
      // Made here a moment ago, with five hundred outcomes: it is not held against its schema again.
      void reply.type("application/json; charset=utf-8").serializer(JSON.stringify);
      void reply.header(UNDERSTANDS.header, COLUMNS);
      return answer;
    },
  );
}

function reports(app: App, deps: ApiDeps): void {
  app.post(
    "/probe/progress",
    {
      schema: {
        tags,
        summary: "Phases of a measurement under way",
        body: Progress,
        response: { 204: z.null() },
      },
      config,
    },
    async (request, reply) => {
      await deps.ingest.progress(requireVantage(request).vantage, request.body);
      return await reply.status(204).send(null);
    },
  );
  app.post(
    "/probe/once",
    {
      schema: {
        tags,
        summary: "How a measurement that was asked for is going, or its result; stored nowhere",
        body: OnceNews,
        response: { 204: z.null() },
      },
      config,
    },
    async (request, reply) => {
      deps.ingest.onDemand.news(requireVantage(request).vantage, request.body);
      return await reply.status(204).send(null);
    },
  );
}

/** A body that the request does not hold until it is answered. */
function takenFrom(request: FastifyRequest): unknown {
  const { body } = request;
  request.body = null;
  return body;
}

function joining(app: App, { vantageKeys, registry, live, log }: ApiDeps): void {
  app.post(
    "/probe/join",
    {
      schema: {
        tags,
        summary: "Exchange a join secret for the vantage's own key",
        body: JoinRequest,
        response: { 200: JoinAnswer },
      },
      config: { access: "public" },
    },
    async (request) => {
      const id = await vantageKeys.redeemJoin(request.body.secret);
      const vantage = id === null ? null : await registry.vantages.find(id);
      if (!vantage || vantage.revokedS !== null) {
        throw new CarrierwatchError(
          "join_secret",
          "this join command was used already, or is older than an hour",
          {
            hint: "make a new one on the vantages page, or with: carrierwatch vantage join ID",
          },
        );
      }
      const key = await vantageKeys.issue(vantage.id);
      log.info({ vantage: vantage.id, hostname: request.body.hostname }, "a machine joined");
      live.publish({ type: "vantage", vantage: vantage.id });
      return { vantage: vantage.id, name: vantage.name, key };
    },
  );
}

function metaOf(request: FastifyRequest): BatchMeta {
  return { receivedMs: request.receivedMs, address: request.ip };
}
