/**
 * A process of its own: an HTTP, an HTTPS and a DNS server that hold every step for a known time and say how long
 * it really was. Forked by the bench of the probe; speaks over IPC.
 *
 * In: "take" -> out: what the last measurement was held for, ms. Out first: the ports and the authority.
 */
import { once } from "node:events";
import http from "node:http";
import https from "node:https";
import type { AddressInfo, Socket } from "node:net";
import { dnsServer } from "./dns-server.ts";
import { testCa } from "./test-ca.ts";

export const HELD_MS = { dns: 20, tls: 30, wait: 50, transfer: 100 } as const;
export const BODY_BYTES = 10_240;
const PARTS = 10;

export type Held = { dns: number; tls: number; wait: number; transfer: number };
export type Ready = { http: number; https: number; dns: string; ca: string; name: string };

const NAME = "timed.test";

async function main(send: (message: Ready | Held) => void): Promise<void> {
  const held: Held = { dns: 0, tls: 0, wait: 0, transfer: 0 };
  const handler: http.RequestListener = (_request, response) => {
    const askedMs = performance.now();
    const part = Buffer.alloc(BODY_BYTES / PARTS, 120);
    setTimeout(() => {
      response.writeHead(200, { "content-length": BODY_BYTES });
      response.write(part);
      const headMs = performance.now();
      held.wait = headMs - askedMs;
      let sent = 1;
      const next = () => {
        sent += 1;
        if (sent < PARTS) {
          response.write(part);
          later();
        } else {
          response.end(part);
          held.transfer = performance.now() - headMs;
        }
      };
      const later = () => {
        const dueMs = headMs + (HELD_MS.transfer * sent) / (PARTS - 1);
        setTimeout(next, Math.max(1, dueMs - performance.now()));
      };
      later();
    }, HELD_MS.wait);
  };
  const plain = http.createServer(handler);
  const secure = https.createServer({ ...testCa().leaf({ names: [NAME] }) }, handler);
  const listeners = secure.listeners("connection");
  secure.removeAllListeners("connection");
  secure.on("connection", (socket: Socket) => {
    const openedMs = performance.now();
    setTimeout(() => {
      held.tls = performance.now() - openedMs;
      for (const listener of listeners) Reflect.apply(listener, secure, [socket]);
    }, HELD_MS.tls);
  });
  for (const server of [plain, secure]) {
    server.on("connection", (socket: Socket) => socket.setNoDelay(true));
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
  }
  const dns = await dnsServer({ [NAME]: { a: ["127.0.0.1"], delayMs: HELD_MS.dns } });
  process.on("message", () => {
    held.dns = dns.questions.findLast((question) => question.type === "A")?.heldMs ?? 0;
    send({ ...held });
  });
  const portOf = (server: http.Server) => (server.address() as AddressInfo).port;
  send({ http: portOf(plain), https: portOf(secure), dns: dns.address, ca: testCa().cert, name: NAME });
}

if (process.send) await main((message) => process.send?.(message));
