/** A collector's probe side over real HTTP, scripted: keeps what arrives, answers what the test says. */
import { createServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createTlsServer } from "node:https";
import type { AddressInfo } from "node:net";
import { buffer } from "node:stream/consumers";
import type { TestContext } from "node:test";
import { gunzipSync } from "node:zlib";
import type { ProbeConfig } from "../../collector/wire/probe-protocol.ts";
import { BatchEnvelope, Sample } from "../../collector/wire/sample.ts";

export type Reply = { status: number; body?: unknown; headers?: Record<string, string> };

export type FakeCollector = {
  readonly url: string;
  /** Every sample stored, by epoch/seq; values are how often it came. */
  readonly stored: Map<string, { sample: Sample; times: number }>;
  readonly batches: BatchEnvelope[];
  readonly requests: { path: string; headers: IncomingMessage["headers"]; from: string }[];
  readonly progress: unknown[];
  /** Reports of evidence. */
  readonly evidence: unknown[];
  /** Answers instead of the usual; null = the usual. */
  intercept: (
    path: string,
    batch: BatchEnvelope | null,
    headers: IncomingMessage["headers"],
  ) => Reply | "hang" | "reset" | "reset-after" | null;
  /** Fields of the answer to a batch. */
  answer: Record<string, unknown>;
  /** Headers of the answer to a batch. */
  answerHeaders: Record<string, string>;
  setConfig(config: unknown, etag?: string): void;
  close(): Promise<void>;
};

/** @param tls Key and certificate for https. @param basePath Before every path. */
export async function fakeCollector(
  t: Pick<TestContext, "after">,
  {
    tls,
    basePath = "",
    port = 0,
  }: { tls?: { key: string; cert: string }; basePath?: string; port?: number } = {},
): Promise<FakeCollector> {
  let config: { body: unknown; etag: string } = { body: null, etag: '"0"' };
  const held = new Set<() => void>();
  const fake: FakeCollector = {
    url: "",
    stored: new Map(),
    batches: [],
    requests: [],
    progress: [],
    evidence: [],
    intercept: () => null,
    answer: {},
    answerHeaders: {},
    setConfig(body, etag = `"${Math.random()}"`) {
      config = { body, etag };
      for (const wake of held) wake();
    },
    close: async () => {},
  };

  const send = (response: ServerResponse, { status, body, headers = {} }: Reply) => {
    response.writeHead(status, { "content-type": "application/json", ...headers });
    response.end(typeof body === "string" ? body : body === undefined ? undefined : JSON.stringify(body));
  };
  const store = (batch: BatchEnvelope): Reply => {
    const outcomes = batch.samples.map((raw) => {
      const parsed = Sample.safeParse(raw);
      if (!parsed.success) return { outcome: "rejected", why: parsed.error.issues[0]?.message ?? "" };
      const key = `${batch.epoch}/${parsed.data.seq}`;
      const times = (fake.stored.get(key)?.times ?? 0) + 1;
      fake.stored.set(key, { sample: parsed.data, times });
      return { outcome: times > 1 ? "duplicate" : "stored" };
    });
    fake.batches.push(batch);
    const body = {
      wire: 1,
      receivedMs: Date.now(),
      skewMs: 0,
      mark: fake.batches.length,
      outcomes,
      ...fake.answer,
    };
    return { status: 200, body };
  };
  const poll = (request: IncomingMessage, response: ServerResponse) => {
    const give = () => {
      held.delete(give);
      const { etag, body } = config;
      if (request.headers["if-none-match"] === etag) send(response, { status: 304 });
      else send(response, { status: 200, body, headers: { etag } });
    };
    if (request.headers["if-none-match"] !== config.etag) give();
    else held.add(give);
  };
  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const path = (request.url ?? "").replace(basePath, "");
    const raw = await buffer(request);
    fake.requests.push({ path, headers: request.headers, from: request.socket.remoteAddress ?? "" });
    const text = request.headers["content-encoding"] === "gzip" ? gunzipSync(raw) : raw;
    const isJson = request.headers["content-type"] === "application/json";
    const batch =
      path.endsWith("/samples") && isJson ? BatchEnvelope.parse(JSON.parse(text.toString())) : null;
    const scripted = fake.intercept(path, batch, request.headers);
    if (scripted === "hang") return;
    if (scripted === "reset-after" && batch) store(batch);
    if (scripted === "reset" || scripted === "reset-after") request.socket.destroy();
    else if (scripted) send(response, scripted);
    else usual(path, batch, text, request, response);
  };
  const usual = (
    path: string,
    batch: BatchEnvelope | null,
    text: Buffer,
    request: IncomingMessage,
    response: ServerResponse,
  ) => {
    if (batch) send(response, { ...store(batch), headers: fake.answerHeaders });
    else if (path.endsWith("/samples"))
      send(response, { status: 415, body: { code: "unsupported_media_type" } });
    else if (path.includes("/probe/config")) poll(request, response);
    else if (path.endsWith("/progress")) {
      fake.progress.push(JSON.parse(text.toString()));
      send(response, { status: 204 });
    } else if (path.endsWith("/evidence")) {
      fake.evidence.push(JSON.parse(text.toString()));
      send(response, { status: 204 });
    } else send(response, { status: 404 });
  };
  const listener = (request: IncomingMessage, response: ServerResponse) => {
    handle(request, response).catch(() => response.destroy());
  };
  const server = tls ? createTlsServer(tls, listener) : createServer(listener);
  await new Promise<void>((resolve) => {
    server.listen(port, "127.0.0.1", resolve);
  });
  fake.close = async () => {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  };
  t.after(fake.close);
  const { port: bound } = server.address() as AddressInfo;
  return Object.assign(fake, { url: `${tls ? "https" : "http"}://127.0.0.1:${bound}${basePath}` });
}

/** Assignments under an ETag of their own. */
export function assign(fake: FakeCollector, config: ProbeConfig): void {
  fake.setConfig(config);
}

/**
 * Looks again and again until something holds; a real socket answers in real time. It gives up only to name what
 * is missing: a loaded machine starts a process in many seconds.
 */
export async function until(holds: () => boolean, what = "it"): Promise<void> {
  const endMs = performance.now() + 120_000;
  while (!holds()) {
    if (performance.now() > endMs) throw new Error(`${what} never came to hold`);
    // A loop that never rests would take the processor from the process it waits for.
    await new Promise((resolve) => setTimeout(resolve, 2));
  }
}
