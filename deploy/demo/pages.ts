/**
 * The demo's own web sites: every carrier reaches a node of its own, which answers as that carrier's conditions say.
 *
 * Real sockets, real TLS, real HTTP on loopback: what the probes measure is measured. A TCP handshake on loopback cannot
 * be held back, so the carrier's connect delay is added before the TLS handshake, or before the answer of plain http.
 */
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import { type AddressInfo, createServer, type Server, type Socket } from "node:net";
import type { Certified } from "./certificate.ts";
import type { Conditions } from "./conditions.ts";
import type { DemoCarrier, DemoTarget } from "./scene.ts";

export type PagesOptions = {
  readonly carriers: readonly DemoCarrier[];
  readonly targets: readonly DemoTarget[];
  readonly certificate: Certified;
  /** Ports of an earlier start, tried first; 0 = any. */
  readonly ports: Ports;
  readonly conditions: (target: DemoTarget, carrier: DemoCarrier) => Conditions;
};

export type Ports = { readonly https: number; readonly http: number };

export type Pages = { readonly ports: Ports; close(): Promise<void> };

const CHUNKS = 8;

/**
 * Starts two https and two http nodes per carrier, all on the same two ports.
 *
 * @throws the system's error when an address or port cannot be listened on.
 */
export async function startPages(options: PagesOptions): Promise<Pages> {
  const open: Server[] = [];
  const sockets = new Set<Socket>();
  const close = async () => {
    for (const socket of sockets) socket.destroy();
    await Promise.all(open.map((server) => new Promise((resolve) => server.close(resolve))));
  };
  const ports = { ...options.ports };
  try {
    for (const carrier of options.carriers) {
      for (const scheme of ["https", "http"] as const) {
        for (const address of [carrier.address, carrier.spare]) {
          const server = node(options, carrier, scheme);
          server.on("connection", (socket) => {
            sockets.add(socket);
            socket.on("close", () => sockets.delete(socket));
          });
          ports[scheme] = await listen(server, address, ports[scheme]);
          open.push(server);
        }
      }
    }
  } catch (error) {
    await close();
    throw error;
  }
  return { ports, close };
}

/** Accepts, waits as long as the carrier's network takes, then hands the connection to TLS or HTTP. */
function node(options: PagesOptions, carrier: DemoCarrier, scheme: "https" | "http"): Server {
  const answer = (request: IncomingMessage, response: ServerResponse) =>
    void respond(options, carrier, request, response).catch(() => response.destroy());
  const inner =
    scheme === "https"
      ? createHttpsServer({ cert: options.certificate.cert, key: options.certificate.key }, answer)
      : createHttpServer(answer);
  inner.on("tlsClientError", (_error, socket) => socket.destroy());
  const any = options.targets.find((target) => target.scheme === scheme);
  return createServer((socket) => {
    socket.on("error", () => socket.destroy());
    if (!any) {
      socket.destroy();
      return;
    }
    const { connectMs, tlsMs, fault } = options.conditions(any, carrier);
    if (fault?.kind === "connect") {
      socket.resetAndDestroy();
      return;
    }
    setTimeout(() => inner.emit("connection", socket), connectMs + tlsMs);
  });
}

async function respond(
  options: PagesOptions,
  carrier: DemoCarrier,
  request: IncomingMessage,
  response: ServerResponse,
): Promise<void> {
  const host = (request.headers.host ?? "").replace(/:\d+$/, "");
  const target = options.targets.find((one) => one.host === host && one.path === request.url);
  if (!target) {
    response.writeHead(404).end();
    return;
  }
  const { waitMs, transferMs, fault } = options.conditions(target, carrier);
  await delay(waitMs);
  if (fault?.kind === "lost") {
    response.socket?.resetAndDestroy();
    return;
  }
  const status = fault?.kind === "status" ? fault.status : 200;
  const body = Buffer.alloc(target.bodyBytes, `<!-- ${target.id} -->\n`);
  response.writeHead(status, { "content-type": "text/html; charset=utf-8", "content-length": body.length });
  response.flushHeaders();
  const size = Math.ceil(body.length / CHUNKS);
  for (let i = 0; i < CHUNKS && !response.destroyed; i += 1) {
    await delay(transferMs / CHUNKS);
    response.write(body.subarray(i * size, (i + 1) * size));
  }
  response.end();
}

function delay(ms: number): Promise<void> {
  return new Promise((resolve) => {
    setTimeout(resolve, ms);
  });
}

function listen(server: Server, host: string, port: number): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once("error", reject);
    server.listen(port, host, () => resolve((server.address() as AddressInfo).port));
  });
}
