/**
 * One hop of a measurement: lookup, connect, TLS, request, answer, on a connection of its own.
 *
 * What went wrong becomes a Trouble with the phase it happened in, taken from this hop's own marks; marks are null from
 * there on. Everything that can be prepared is, before the clock runs.
 */
import type net from "node:net";
import tls from "node:tls";
import type { Assignment } from "../../collector/wire/probe-protocol.ts";
import { inspector } from "../judge/inspect.ts";
import { type Asking, askOf } from "./ask.ts";
import { certificateOf } from "./certificate.ts";
import type { Feed } from "./connect.ts";
import { type ExchangeMarks, exchange } from "./exchange.ts";
import { exchangeH2 } from "./exchange-h2.ts";
import { literalOf, portOf } from "./guard.ts";
import { requestBytes } from "./http1/request.ts";
import { type Marks, newMarks, phaseStartMs } from "./phases.ts";
import {
  type Chosen,
  connectTcp,
  connectTls,
  findAddress,
  type HopTools,
  knownAddresses,
  newFacts,
  type Reaching,
  type TlsWish,
  type Way,
  type WayFacts,
  within,
} from "./reach.ts";
import type { Answer, Seen } from "./receive.ts";
import { describe, type Trouble } from "./trouble.ts";

export type { HopTools };

export type HopTask = Pick<Way, "families" | "pin" | "stop" | "arrived" | "marked"> & {
  /** When what is being read reached this machine. @param atMs When it began to be read; default now. */
  readonly cameMs: (atMs?: number) => number;
  /** More of the answer is being read. @returns This instant. */
  readonly passed: () => number;
  readonly url: URL;
  readonly asking: Asking;
  readonly assignment: Pick<
    Assignment,
    "expect" | "timeouts" | "redirects" | "bodyCapBytes" | "request" | "tls" | "addresses"
  >;
};

export type Hop = Readonly<WayFacts> &
  Readonly<Omit<Seen, "old">> & {
    readonly url: URL;
    readonly marks: Marks;
    readonly trouble: Trouble | null;
    /** Null = there is none: the hop failed before the end. */
    readonly answer: Answer | null;
    readonly protocol: Protocol;
  };

type Protocol = "http/1.0" | "http/1.1" | "http/2";

/** Runs one hop; a failure is part of the answer. */
export async function runHop(tools: HopTools, task: HopTask): Promise<Hop> {
  const reaching: Reaching = {
    marks: newMarks(0),
    facts: newFacts(),
    at: { phase: "dns" },
    held: { socket: null },
  };
  const { marks, facts, at, held } = reaching;
  const seen: Seen = { status: null, headers: null, old: false, wireBytes: null, headerBytes: null };
  const hopOf = (trouble: Trouble | null, answer: Answer | null): Hop => {
    const { status, headers, wireBytes, headerBytes } = seen;
    const protocol = seen.old ? "http/1.0" : protocolOf(held.socket);
    // The spread comes first: one in the middle costs as much as all the rest of it.
    return {
      ...facts,
      url: task.url,
      marks,
      trouble,
      answer,
      status,
      headers,
      wireBytes,
      headerBytes,
      protocol,
    };
  };
  try {
    return hopOf(null, await answerOf(tools, task, reaching, seen));
  } catch (error) {
    return hopOf(troubleOf(error, marks, at.phase, tools.clock.monoMs()), null);
  } finally {
    // Only the outermost: Node 24 dies (SIGSEGV) when the TCP socket goes before its TLS socket in the handshake.
    held.socket?.destroy();
  }
}

function troubleOf(error: unknown, marks: Marks, reached: Reaching["at"]["phase"], nowMs: number): Trouble {
  const what = describe(error);
  // The answer was complete; what it holds is broken.
  if (what.code === "BAD_ENCODING") return { phase: "content", elapsedMs: nowMs - marks.startMs, ...what };
  // TLS 1.3 servers refuse a client's certificate when the client takes the handshake for finished.
  const phase = /^ERR_SSL_.*ALERT/.test(what.code) ? "tls" : reached;
  return { phase, elapsedMs: nowMs - phaseStartMs(marks, phase), ...what };
}

async function answerOf(tools: HopTools, task: HopTask, reaching: Reaching, seen: Seen): Promise<Answer> {
  const { url, assignment } = task;
  const { marks, at } = reaching;
  const way = wayOf(task);
  const secure = url.protocol === "https:" ? httpsWishOf(tools, task) : null;
  const ask = askOf(task.asking, url, assignment.request, tools);
  const options = {
    ask,
    method: ask.method,
    request: requestBytes(ask),
    inspect: inspector(assignment.expect),
    capBytes: assignment.bodyCapBytes,
    follow: assignment.redirects > 0,
    seen,
    marks: exchangeMarksOf(tools, task, reaching),
  };
  const known = knownAddresses(tools, way);
  marks.startMs = tools.clock.monoMs();
  const chosen = await findAddress(tools, way, reaching, known);
  at.phase = "connect";
  let feed: Feed | null = null;
  const socket = await within<net.Socket>(tools, way, () =>
    secure === null
      ? connectTcp(tools, way, reaching, chosen, (plain) => {
          feed = plain;
        })
      : connectSecure(tools, way, reaching, chosen, secure),
  );
  at.phase = "wait";
  const { signal } = task.stop;
  if (socket instanceof tls.TLSSocket && protocolOf(socket) === "http/2") {
    return exchangeH2(socket, signal, { ...options, origin: url.origin });
  }
  return exchange(socket, signal, { ...options, feed });
}

async function connectSecure(
  tools: HopTools,
  way: Way,
  reaching: Reaching,
  chosen: Chosen,
  wish: TlsWish,
): Promise<tls.TLSSocket> {
  const tcp = await connectTcp(tools, way, reaching, chosen);
  reaching.at.phase = "tls";
  return connectTls(tools, way, reaching, tcp, wish);
}

function protocolOf(socket: net.Socket | null): Protocol {
  return socket instanceof tls.TLSSocket && socket.alpnProtocol === "h2" ? "http/2" : "http/1.1";
}

/** The client's certificate and the server's name are the first origin's: nobody else is shown the one or asked for the other. */
function httpsWishOf(tools: HopTools, { assignment, asking }: HopTask): TlsWish {
  const { tls: options, request } = assignment;
  const { clientCertificate: _ours, serverName: _theirs, ...everywhere } = options ?? {};
  const wish = tlsWishOf(tools, asking.home ? options : everywhere);
  return request?.http === "2" ? { ...wish, protocols: ["h2", "http/1.1"] } : wish;
}

function wayOf(task: HopTask): Way {
  const { url, assignment } = task;
  return {
    ...task,
    host: literalOf(url) ?? url.hostname,
    port: portOf(url),
    cache: assignment.addresses?.cache,
    connectMs: assignment.timeouts.connectMs,
  };
}

/** What a target's TLS options ask for. */
export function tlsWishOf(tools: Pick<HopTools, "trust">, options: Assignment["tls"]): TlsWish {
  return {
    context: tools.trust.of(options),
    serverName: options?.serverName,
    verify: options?.verify !== false,
  };
}

function exchangeMarksOf(
  tools: HopTools,
  task: HopTask,
  { marks, facts, at, held }: Reaching,
): ExchangeMarks {
  return {
    nowMs: tools.clock.monoMs,
    cameMs: task.cameMs,
    passed: task.passed,
    sent(atMs) {
      marks.requestMs = atMs;
    },
    firstByte(atMs) {
      marks.firstByteMs = atMs;
      task.arrived();
      at.phase = "transfer";
      task.marked(marks);
    },
    end(atMs) {
      marks.endMs = atMs;
      task.arrived();
      task.marked(marks);
      if (held.socket instanceof tls.TLSSocket) facts.certificate = certificateOf(held.socket, tools.chains);
    },
  };
}
