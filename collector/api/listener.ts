/**
 * The HTTP or HTTPS server under fastify, with every time and size limit a slow or hostile peer can run into.
 *
 * All of them are set here: fastify by itself leaves requestTimeout at 0 and looks for slow connections every 30 s only.
 */
import http, { type IncomingMessage, type Server, type ServerResponse } from "node:http";
import https from "node:https";
import type { Socket } from "node:net";
import type { HttpLimits } from "./deps.ts";
import type { KeyPair } from "./tls.ts";

export const DEFAULT_LIMITS: HttpLimits = {
  headersTimeoutMs: 10_000,
  requestTimeoutMs: 30_000,
  keepAliveTimeoutMs: 65_000,
  connectionsCheckingIntervalMs: 2_000,
  idleTimeoutMs: 120_000,
  maxConnections: 2_000,
  maxConnectionsPerAddress: 64,
  bodyLimitBytes: 1024 * 1024,
  decodedLimitBytes: 8 * 1024 * 1024,
};

const MAX_HEADER_BYTES = 16 * 1024;
const MAX_HEADERS = 100;

/** @param pair null = plain http. */
export function listener(
  handler: (request: IncomingMessage, response: ServerResponse) => void,
  limits: HttpLimits,
  pair: KeyPair | null,
): Server {
  const options = {
    headersTimeout: limits.headersTimeoutMs,
    requestTimeout: limits.requestTimeoutMs,
    keepAliveTimeout: limits.keepAliveTimeoutMs,
    connectionsCheckingInterval: limits.connectionsCheckingIntervalMs,
    maxHeaderSize: MAX_HEADER_BYTES,
  };
  const server = pair
    ? https.createServer({ ...options, cert: pair.cert, key: pair.key, minVersion: "TLSv1.2" }, handler)
    : http.createServer(options, handler);
  server.maxHeadersCount = MAX_HEADERS;
  // Whoever asks for much and reads nothing would hold it in memory for ever.
  server.setTimeout(limits.idleTimeoutMs);
  server.maxConnections = limits.maxConnections;
  const admit = addressLimit(limits.maxConnectionsPerAddress);
  server.on("connection", (socket: Socket) => {
    const release = admit(socket.remoteAddress ?? "");
    if (release) socket.once("close", release);
    else socket.destroy();
  });
  return server;
}

/**
 * How many connections one address may hold.
 *
 * @returns Counts one in: its release, or null when the address has its share. This machine and private networks,
 * where a reverse proxy stands for everybody, are not counted.
 */
export function addressLimit(most: number): (address: string) => (() => void) | null {
  const held = new Map<string, number>();
  return (address) => {
    if (NEAR.test(address)) return () => {};
    const count = held.get(address) ?? 0;
    if (count >= most) return null;
    held.set(address, count + 1);
    return () => {
      const left = (held.get(address) ?? 1) - 1;
      if (left > 0) held.set(address, left);
      else held.delete(address);
    };
  };
}

const NEAR = /^(?:::ffff:)?(?:127\.|10\.|192\.168\.|172\.(?:1[6-9]|2\d|3[01])\.)|^::1$|^f[cd]|^$/;
