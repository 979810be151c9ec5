/**
 * A real HTTP or HTTPS server on loopback, port 0, with scripted delays and answers.
 *
 * `httpTarget({ delayMs: 50, body: "ok" })`; change `target.script` while it runs. Counts what reached it. For
 * broken servers see hostile-server.ts.
 */
import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { type Leaf, testCa } from "./test-ca.ts";

export type Script = {
  /** Before the headers, ms. */
  readonly delayMs?: number;
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: string | Buffer;
  /** The body in this many equal parts, spread over `bodyMs`: headers and the first part leave at once. */
  readonly chunks?: number;
  readonly bodyMs?: number;
  /** Everything else: called instead of the above. */
  readonly handle?: (request: http.IncomingMessage, response: http.ServerResponse) => void;
};

export type HttpTargetOptions = Script & {
  /** true: a certificate of the test authority for localhost and 127.0.0.1; or one of your own. */
  readonly tls?: boolean | Leaf;
  /** Before the TLS handshake is answered, ms. */
  readonly tlsDelayMs?: number;
  readonly host?: string;
  /** Default 0: any that is free. */
  readonly port?: number;
  /** Script per path; the rest falls back on the options themselves. */
  readonly paths?: Readonly<Record<string, Script>>;
};

export type HttpTarget = {
  /** http://127.0.0.1:port, without a final slash. */
  readonly url: string;
  readonly port: number;
  script: Script;
  paths: Record<string, Script>;
  readonly seen: {
    connections: number;
    requests: { method: string; url: string; headers: http.IncomingHttpHeaders }[];
  };
  close(): Promise<void>;
};

export async function httpTarget(options: HttpTargetOptions = {}): Promise<HttpTarget> {
  const host = options.host ?? "127.0.0.1";
  const leaf = options.tls === true ? testCa().leaf() : options.tls === false ? undefined : options.tls;
  const handler: http.RequestListener = (request, response) => {
    target.seen.requests.push({
      method: request.method ?? "",
      url: request.url ?? "",
      headers: request.headers,
    });
    const script = target.paths[(request.url ?? "/").replace(/\?.*$/, "")] ?? target.script;
    answer(script, request, response);
  };
  const server = leaf ? https.createServer({ ...leaf }, handler) : http.createServer(handler);
  const sockets = new Set<Socket>();
  if (options.tlsDelayMs !== undefined && leaf) holdHandshake(server, options.tlsDelayMs);
  server.on("connection", (socket: Socket) => {
    target.seen.connections += 1;
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
  });
  server.on("tlsClientError", () => undefined);
  server.listen(options.port ?? 0, host);
  await once(server, "listening");
  const { port } = addressOf(server);
  const target: HttpTarget = {
    url: `${leaf ? "https" : "http"}://${host.includes(":") ? `[${host}]` : host}:${port}`,
    port,
    script: options,
    paths: { ...options.paths },
    seen: { connections: 0, requests: [] },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.closeAllConnections();
      server.close();
      await once(server, "close");
    },
  };
  return target;
}

function answer(script: Script, request: http.IncomingMessage, response: http.ServerResponse): void {
  if (script.handle) {
    script.handle(request, response);
    return;
  }
  const body = Buffer.from(script.body ?? "ok");
  const chunks = script.chunks ?? 1;
  const reply = () => {
    response.writeHead(script.status ?? 200, { "content-length": String(body.length), ...script.headers });
    if (request.method === "HEAD" || chunks <= 1) return void response.end(body);
    const size = Math.ceil(body.length / chunks);
    const gapMs = (script.bodyMs ?? 0) / Math.max(1, chunks - 1);
    let sent = 0;
    const send = () => {
      const part = body.subarray(sent * size, (sent + 1) * size);
      sent += 1;
      if (sent >= chunks) return void response.end(part);
      response.write(part);
      setTimeout(send, gapMs);
    };
    send();
  };
  if ((script.delayMs ?? 0) > 0) setTimeout(reply, script.delayMs);
  else reply();
}

/** Keeps Node's TLS server from seeing the connection for a while after the ClientHello has come. */
function holdHandshake(server: http.Server | https.Server, delayMs: number): void {
  const listeners = server.listeners("connection");
  server.removeAllListeners("connection");
  server.on("connection", (socket: Socket) => {
    // Counted from the accept, the delay would be over sooner than it looks to a client that is late to say hello.
    socket.once("readable", () => {
      setTimeout(() => {
        for (const listener of listeners) Reflect.apply(listener, server, [socket]);
      }, delayMs);
    });
  });
}

function addressOf(server: http.Server): AddressInfo {
  const address = server.address();
  if (typeof address !== "object" || address === null) throw new Error("the server is not listening");
  return address;
}
