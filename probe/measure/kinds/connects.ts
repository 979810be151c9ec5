/**
 * tcp:// and tls://: one connection, opened and closed. Nothing is sent beyond the handshakes, nothing is read.
 *
 * total is the end of the connect, or of the handshake. TCP and TLS together have the connect timeout, as in http.
 */
import type net from "node:net";
import { isIP } from "node:net";
import type tls from "node:tls";
import { certificateOf, problemOf } from "../certificate.ts";
import { openTcp, openTls } from "../connect.ts";
import { addressOf, mustAllow, type Reached } from "./reach.ts";
import { type KindTask, within } from "./task.ts";

type Held = { socket: net.Socket | null };

/** Measures a TCP connect, and with `secure` the TLS handshake over it; rejects with what stopped it. */
export async function connectOnce(
  task: KindTask,
  place: { readonly host: string; readonly port: number },
  secure: boolean,
): Promise<void> {
  const held: Held = { socket: null };
  try {
    const reached = await addressOf(task, place.host);
    task.at.phase = "connect";
    await within(task, async (signal) => {
      const socket = await tcpTo(task, reached, place.port, held, signal);
      if (secure) await tlsOver(task, socket, place.host, held, signal);
    });
    task.marks.endMs = task.marks.tlsMs ?? task.marks.connectMs;
    task.course.marked(task.marks);
  } finally {
    // Only the outermost: Node 24 dies (SIGSEGV) when the TCP socket goes before its TLS socket in the handshake.
    held.socket?.destroy();
  }
}

async function tcpTo(
  task: KindTask,
  reached: Reached,
  port: number,
  held: Held,
  signal: AbortSignal,
): Promise<net.Socket> {
  const { tools, marks, course, detail } = task;
  const socket = await openTcp({
    ...reached,
    port,
    localAddress: tools.localAddress,
    signal,
    begun: () => {
      marks.connectStartMs = tools.clock.monoMs();
    },
    mark: () => {
      marks.connectMs = tools.clock.monoMs();
      course.arrived();
      course.marked(marks);
    },
  });
  held.socket = socket;
  if (socket.localAddress !== undefined) detail.localAddress = socket.localAddress.slice(0, 64);
  mustAllow(task, socket.remoteAddress ?? "", socket.remoteAddress ?? "");
  return socket;
}

async function tlsOver(
  task: KindTask,
  socket: net.Socket,
  host: string,
  held: Held,
  signal: AbortSignal,
): Promise<void> {
  const { tools, marks, course, detail, at } = task;
  at.phase = "tls";
  const secure: tls.TLSSocket = await openTls({
    socket,
    host: isIP(host) === 0 ? host.replace(/\.$/, "") : host,
    context: tools.context,
    signal,
    took: (outer) => {
      held.socket = outer;
    },
    answered: course.arrived,
    mark: () => {
      marks.tlsMs = tools.clock.monoMs();
    },
  });
  detail.tlsProtocol = (secure.getProtocol() ?? "").slice(0, 16);
  const certificate = certificateOf(secure);
  if (certificate) detail.certificate = certificate;
  const problem = problemOf(secure);
  if (problem === null) return;
  marks.tlsMs = null;
  const error: unknown = secure.authorizationError;
  throw Object.assign(new Error(error instanceof Error ? error.message : problem), { code: problem });
}
