/**
 * Lets everything a measurement needs load and compile, against a server of our own on loopback.
 *
 * TLS 1.3 is warmed by a pre-shared key: no certificate has to be made or shipped for it.
 */

import { once } from "node:events";
import http from "node:http";
import type { AddressInfo } from "node:net";
import tls from "node:tls";
import { type HopTools, runHop } from "./hop.ts";

const ROUNDS = 3;
const TIMEOUT_MS = 2_000;

/** Runs a few throw-away measurements; what goes wrong here is seen in the first real one. */
export async function warmUp(tools: HopTools): Promise<void> {
  const server = http.createServer((_request, response) => response.end("warm"));
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  try {
    const open = { ...tools, guard: { url: () => null, address: () => null }, localAddress: undefined };
    const url = new URL(`http://127.0.0.1:${portOf(server.address())}/`);
    for (let round = 0; round < ROUNDS; round += 1) {
      await runHop(open, {
        url,
        asking: { method: "GET", body: null, home: true },
        assignment: {
          expect: { status: ["200-299"] },
          timeouts: { connectMs: TIMEOUT_MS, totalMs: TIMEOUT_MS },
          redirects: 0,
          bodyCapBytes: 1_000,
        },
        families: [4],
        stop: new AbortController(),
        arrived: () => undefined,
        marked: () => undefined,
      });
      await handshake();
    }
  } finally {
    server.close();
  }
}

/** One TLS handshake with ourselves. */
async function handshake(): Promise<void> {
  // Not a secret: both ends are here, and nothing is said.
  const key = Buffer.alloc(32, 1);
  const server = tls.createServer({ pskCallback: () => key });
  server.on("tlsClientError", () => undefined);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const client = tls.connect({
    host: "127.0.0.1",
    port: portOf(server.address()),
    pskCallback: () => ({ psk: key, identity: "warm-up" }),
    checkServerIdentity: () => undefined,
  });
  await Promise.race([once(client, "secureConnect"), once(client, "close")]).catch(() => undefined);
  client.destroy();
  server.close();
}

function portOf(address: AddressInfo | string | null): number {
  return typeof address === "object" && address !== null ? address.port : 0;
}
