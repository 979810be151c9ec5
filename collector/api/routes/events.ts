/**
 * The live stream: server-sent events of what just happened, for pages that are open.
 *
 * A comment every 15 s keeps it alive. A reader that falls behind is cut off: it comes back and reads anew. The stream
 * ends with the session it was opened by.
 */
import type { ServerResponse } from "node:http";
import type { FastifyRequest } from "fastify";
import { LiveEvent } from "../../wire/api-overview.ts";
import { UnavailableError } from "../../wire/errors.ts";
import { requireUser } from "../access.ts";
import type { App } from "../app.ts";
import type { ApiDeps } from "../deps.ts";
import { askerOf } from "./measurements.ts";

const ALIVE_EVERY_MS = 15_000;
/** Bytes that may wait for one reader. */
const BEHIND_BYTES = 256 * 1024;
const MOST_STREAMS = 256;

export function eventRoutes(app: App, deps: ApiDeps): void {
  const open = new Set<() => void>();
  const endAll = () => {
    for (const end of open) end();
  };
  app.addHook("preClose", async () => endAll());
  const stopWatching = deps.registry.onChange(({ kind, id }) => {
    if (kind === "target") deps.live.publish({ type: "target", target: id });
    if (kind === "vantage") deps.live.publish({ type: "vantage", vantage: id });
  });
  app.addHook("onClose", async () => stopWatching());
  app.get(
    "/events",
    {
      exposeHeadRoute: false,
      schema: {
        tags: ["live"],
        summary: "text/event-stream: event = type, data = one LiveEvent as JSON",
        response: {
          200: {
            description: "Until the session ends",
            content: { "text/event-stream": { schema: LiveEvent } },
          },
        },
      },
    },
    (request, reply) => {
      requireUser(request);
      if (open.size >= MOST_STREAMS) {
        throw new UnavailableError(
          "busy",
          `${open.size} live streams are open; the limit is ${MOST_STREAMS}`,
        );
      }
      void reply.hijack();
      for (const [name, value] of Object.entries(reply.getHeaders())) {
        if (value !== undefined) reply.raw.setHeader(name, value);
      }
      reply.raw.writeHead(200, {
        "content-type": "text/event-stream; charset=utf-8",
        "cache-control": "no-store",
        "x-accel-buffering": "no",
      });
      stream(request, reply.raw, deps, open);
    },
  );
}

function stream(request: FastifyRequest, raw: ServerResponse, deps: ApiDeps, open: Set<() => void>): void {
  const caller = requireUser(request);
  const asker = askerOf(caller);
  const session = caller.kind === "session" ? caller.session : null;
  let cancelTimer = () => {};
  const end = () => {
    if (!open.delete(end)) return;
    cancelTimer();
    for (const stop of stops) stop();
    raw.end();
  };
  const write = (text: string) => {
    if (raw.writableLength > BEHIND_BYTES) raw.destroy();
    else raw.write(text);
  };
  const tell = (event: LiveEvent) => write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
  const stops = [
    deps.live.subscribe(tell),
    deps.ingest.onDemand.subscribe(asker, (change) => tell({ type: "once", ...change })),
    deps.accounts.onSessionEnd((ended) => {
      if (ended === session) end();
    }),
  ];
  const alive = async () => {
    // A session also ends by time, or by another process.
    if (session !== null && !(await deps.accounts.sessionAlive(session))) return end();
    write(": alive\n\n");
    cancelTimer = deps.clock.after(ALIVE_EVERY_MS, tick);
  };
  const tick = () => {
    alive().catch(end);
  };
  open.add(end);
  raw.once("close", end);
  write("retry: 2000\n\n");
  cancelTimer = deps.clock.after(ALIVE_EVERY_MS, tick);
}
