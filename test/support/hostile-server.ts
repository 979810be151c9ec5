/**
 * Servers that break the rules, each in its own way: raw TCP or TLS on loopback, port 0.
 *
 * A behaviour is a function of the socket once the request's first bytes have come (or at once, for those that
 * misbehave before). Sends go on until the peer has had enough; nothing is kept after close().
 */
import { once } from "node:events";
import net from "node:net";
import tls from "node:tls";
import type { Leaf } from "./test-ca.ts";

export type HostileServer = {
  readonly port: number;
  readonly connections: number;
  /** Bytes written to all peers. */
  readonly sent: number;
  close(): Promise<void>;
};

export type Behaviour = (socket: net.Socket) => void;

export type HostileOptions = {
  readonly leaf?: Leaf | undefined;
  /** Act when the connection stands, without waiting for a request. */
  readonly atOnce?: boolean;
};

export async function hostileServer(
  behaviour: Behaviour,
  options: HostileOptions = {},
): Promise<HostileServer> {
  const sockets = new Set<net.Socket>();
  const state = { connections: 0, sent: 0 };
  const begin = (socket: net.Socket) => {
    socket.on("error", () => undefined);
    if (options.atOnce) behaviour(socket);
    else socket.once("data", () => behaviour(socket));
  };
  const server = options.leaf ? tls.createServer({ ...options.leaf }, begin) : net.createServer(begin);
  server.on("tlsClientError", () => undefined);
  server.on("connection", (socket: net.Socket) => {
    state.connections += 1;
    sockets.add(socket);
    socket.on("error", () => undefined);
    socket.on("close", () => {
      state.sent += socket.bytesWritten;
      sockets.delete(socket);
    });
  });
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const address = server.address();
  return {
    port: typeof address === "object" && address !== null ? address.port : 0,
    get connections() {
      return state.connections;
    },
    get sent() {
      return state.sent;
    },
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, "close");
    },
  };
}

/** Sends a text and leaves the connection open. */
export function says(...parts: (string | Buffer)[]): Behaviour {
  return (socket) => {
    for (const part of parts) socket.write(part);
  };
}

/** Sends a text and ends the connection (FIN). */
export function saysAndEnds(...parts: (string | Buffer)[]): Behaviour {
  return (socket) => {
    for (const part of parts) socket.write(part);
    socket.end();
  };
}

/** Sends a text and resets the connection (RST) once it is out. */
export function saysAndResets(text: string): Behaviour {
  return (socket) => {
    if (text === "") {
      socket.resetAndDestroy();
      return;
    }
    // The reset must not overtake the text: it goes when the peer has taken it, which on loopback is at once.
    socket.write(text, () => setTimeout(() => socket.resetAndDestroy(), 20));
  };
}

/** Sends a head, then a chunk again and again, as fast as the peer takes it or every `everyMs`. */
export function neverEnds(head: string, chunk: string | Buffer, everyMs = 0): Behaviour {
  return (socket) => {
    socket.write(head);
    const pump = () => {
      if (socket.destroyed) return;
      if (everyMs > 0) {
        socket.write(chunk);
        setTimeout(pump, everyMs);
      } else if (socket.write(chunk)) setImmediate(pump);
      else socket.once("drain", pump);
    };
    pump();
  };
}
