/** The pages' files under the real policy, with the fixtures behind the API: for looking at pages alone. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import type { AddressInfo } from "node:net";
import { type Assets, indexAt, loadAssets } from "../../../collector/api/assets.ts";
import type { Range } from "../../../collector/wire/api-chart.ts";
import type { LiveEvent } from "../../../collector/wire/api-overview.ts";
import { chart } from "./fixture-chart.ts";
import * as fixtures from "./fixtures.ts";
import { RECIPIENTS, SECRETS, SMTP, STORAGE, TOKENS, VANTAGES } from "./fixtures-settings.ts";

const POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; font-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'";

export type FakeCollector = {
  readonly url: string;
  /** Answers by "METHOD /path", before the fixtures; a function is called with the parsed body. */
  readonly answers: Map<string, unknown>;
  /** Changes that were asked for: method, path, body. */
  readonly asked: { readonly method: string; readonly path: string; readonly body: unknown }[];
  publish(event: LiveEvent): void;
  /** Ends the event streams, as a restarting collector does. */
  dropStreams(): void;
  close(): Promise<void>;
};

/** Serves under `basePath` on a free port. */
export async function fakeCollector(basePath = ""): Promise<FakeCollector> {
  const assets = await loadAssets();
  const answers = new Map<string, unknown>();
  const asked: { method: string; path: string; body: unknown }[] = [];
  const streams = new Set<ServerResponse>();
  const server = createServer((request, response) => {
    void answer(request, response);
  });
  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const url = new URL(request.url ?? "/", "http://fake");
    if (!url.pathname.startsWith(basePath)) return end(response, 404, { code: "not_found" });
    const path = url.pathname.slice(basePath.length);
    if (!path.startsWith("/api/v1")) return page(assets, basePath, path, response);
    const route = path.slice("/api/v1".length);
    if (route === "/events") return stream(response, streams);
    const body = await bodyOf(request);
    const method = request.method ?? "GET";
    if (method !== "GET") asked.push({ method, path: route, body });
    const own = answers.get(`${method} ${route}`);
    const data = typeof own === "function" ? own(body) : own;
    finish(response, method, data ?? fixtureFor(method, route, url.searchParams, body));
  };
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}${basePath}`,
    answers,
    asked,
    publish(event) {
      for (const open of streams) open.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
    },
    dropStreams() {
      for (const open of streams) open.destroy();
      streams.clear();
    },
    close: () =>
      new Promise((resolve) => {
        for (const open of streams) open.destroy();
        server.closeAllConnections();
        server.close(() => resolve());
      }),
  };
}

function finish(response: ServerResponse, method: string, data: unknown): void {
  if (data === undefined) end(response, 404, { code: "not_found", title: "Not found", status: 404 });
  else if (data instanceof Refusal) end(response, data.status, data.problem);
  else end(response, method === "DELETE" ? 204 : 200, data);
}

/** An answer that is a problem document. */
export class Refusal {
  readonly status: number;
  readonly problem: object;
  constructor(status: number, problem: object) {
    this.status = status;
    this.problem = { status, title: "Refused", type: "about:blank", ...problem };
  }
}

function page(assets: Assets, basePath: string, path: string, response: ServerResponse): void {
  const file = assets.files.get(path);
  response.setHeader("content-security-policy", POLICY);
  response.setHeader("content-type", file?.type ?? "text/html; charset=utf-8");
  response.end(file?.bytes ?? indexAt(assets.index, basePath));
}

function stream(response: ServerResponse, streams: Set<ServerResponse>): void {
  response.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  response.write(": hello\n\n");
  streams.add(response);
  response.on("close", () => streams.delete(response));
}

async function bodyOf(request: IncomingMessage): Promise<unknown> {
  const parts: Buffer[] = [];
  for await (const part of request) parts.push(part as Buffer);
  return parts.length === 0 ? undefined : JSON.parse(Buffer.concat(parts).toString("utf8"));
}

function end(response: ServerResponse, status: number, data: unknown): void {
  response.writeHead(status, { "content-type": "application/json" });
  response.end(status === 204 ? undefined : JSON.stringify(data));
}

function fixtureFor(method: string, route: string, query: URLSearchParams, body: unknown): unknown {
  const [, first, id, third] = route.split("/");
  const story = fixtures.STORIES.find((one) => one.id === id);
  if (method === "POST" && route === "/targets/preview") return preview(body);
  if (method !== "GET") return {};
  if (first === "targets" && story) {
    if (third === "definition") return fixtures.targetOf(story);
    if (third === "samples") return { samples: samples(story), cursor: "more" };
    if (third !== "chart") return fixtures.targetView(story);
    const range = (query.get("range") ?? "3h") as Range;
    return chart(story, range, { fromS: Number(query.get("from")), toS: Number(query.get("to")) });
  }
  if (first === "incidents" && third === "events") return { events: [] };
  const lists: Readonly<Record<string, unknown>> = {
    "/session": fixtures.SESSION,
    "/overview": fixtures.overview(),
    "/carriers": { carriers: fixtures.CARRIERS },
    "/incidents": {
      incidents: chart(fixtures.STORIES[0] as (typeof fixtures.STORIES)[number], "3h").incidents,
    },
    "/vantages": { vantages: VANTAGES },
    "/event-log": { events: [] },
    "/recipients": { recipients: RECIPIENTS },
    "/users": { users: [fixtures.SESSION.user] },
    "/tokens": { tokens: TOKENS },
    "/secrets": { secrets: SECRETS },
    "/settings/smtp": SMTP,
    "/storage": STORAGE,
  };
  return lists[route];
}

function samples(story: (typeof fixtures.STORIES)[number]) {
  return Array.from({ length: 9 }, (_, i) => {
    const carrier = fixtures.CARRIERS[i % 3]?.id ?? "ct";
    const tick = Math.floor(fixtures.NOW_S / 300) * 300 - Math.floor(i / 3) * 300;
    return fixtures.sampleOf(story, carrier, tick, 100 - i);
  });
}

function preview(body: unknown): unknown {
  const target = body as { url: string };
  return {
    ok: true,
    issues: [],
    hint: null,
    target,
    group: "example.com",
    stepS: 300,
    vantages: ["ct-1", "ct-2", "cnc-1", "cmcc-1"],
    carriers: ["ct", "cnc", "cmcc"],
    measurementsPerDay: 1152,
    space: { bytesPerSeries: 1_100_000, series: 4, bytes: 4_400_000 },
  };
}
