/**
 * What a network on the way does to answers, as servers on loopback: resets by the name in the ClientHello, and pages
 * that are not the target's. A resolver that answers every name is dnsServer({ "*": ... }).
 */
import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import type { Behaviour } from "./hostile-server.ts";
import type { Leaf } from "./test-ca.ts";

export type SniResetter = { readonly port: number; close(): Promise<void> };

/**
 * A TLS server behind a box that reads the ClientHello: one that asks for a blocked name is reset at once (RST).
 *
 * @param blocked As it stands in the server name extension, in the clear.
 */
export async function sniResetter(blocked: string, leaf: Leaf): Promise<SniResetter> {
  const sockets = new Set<net.Socket>();
  const inner = tls.createServer({ ...leaf }, (socket) => socket.on("error", () => undefined));
  inner.on("tlsClientError", () => undefined);
  const box = net.createServer((socket) => {
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => sockets.delete(socket));
    socket.once("data", (hello) => {
      if (hello.includes(blocked)) return void socket.resetAndDestroy();
      socket.pause();
      socket.unshift(hello);
      inner.emit("connection", socket);
    });
  });
  box.listen(0, "127.0.0.1");
  await once(box, "listening");
  return {
    port: (box.address() as net.AddressInfo).port,
    async close() {
      for (const socket of sockets) socket.destroy();
      box.close();
      await once(box, "close");
    },
  };
}

/** Sends visitors elsewhere, in the place of the target. */
export function injectsRedirect(to: string): Behaviour {
  return (socket) => {
    socket.end(`HTTP/1.1 302 Found\r\nLocation: ${to}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n`);
  };
}

/** Answers from a store that has not looked at the target for a day, or for as long as is said. */
export function staleCache(body: string, ageS = 86_400): Behaviour {
  const length = Buffer.byteLength(body);
  return (socket) => {
    socket.end(
      `HTTP/1.1 200 OK\r\nAge: ${ageS}\r\nVia: 1.1 cache.carrier\r\nContent-Length: ${length}\r\n\r\n${body}`,
    );
  };
}
