/**
 * A connection on which HTTP/2 was agreed becomes an answer: one request in one stream, by node:http2 on our TLS socket.
 *
 * The first byte is the answer's first HEADERS frame, interim ones included; the server's own settings say nothing about the
 * answer. The body is counted without its frames. The size of a head is not known: it is compressed.
 */
import http2 from "node:http2";
import type { TLSSocket } from "node:tls";
import type { Ask } from "./ask.ts";
import type { ExchangeMarks } from "./exchange.ts";
import type { Head } from "./http1/head.ts";
import { type Answer, MAX_HEADER_BYTES, type ReceiveOptions, receiverOf } from "./receive.ts";
import type { StopSignal } from "./stop.ts";
import { describe, StageError, stage } from "./trouble.ts";

/** As much as curl and browsers allow: what is measured is the way, not our own window. */
const WINDOW_BYTES = 10 * 1024 * 1024;
/** Headers of a connection, which HTTP/2 does not have (RFC 9113, 8.2.2). */
const OF_CONNECTION = new Set([
  "connection",
  "keep-alive",
  "proxy-connection",
  "transfer-encoding",
  "upgrade",
]);

export type ExchangeH2Options = Pick<ReceiveOptions, "inspect" | "capBytes" | "follow" | "seen"> & {
  readonly origin: string;
  readonly ask: Ask;
  readonly marks: ExchangeMarks;
};

/** Sends the request and reads its answer; rejects with a StageError, or what the socket or the signal said. */
export function exchangeH2(
  socket: TLSSocket,
  signal: StopSignal,
  options: ExchangeH2Options,
): Promise<Answer> {
  const { marks, ask, seen } = options;
  return stage<Answer>(signal, (resolve, reject) => {
    const session = sessionOn(socket, options.origin);
    const kill = () => {
      session.destroy();
      socket.destroy();
    };
    let over = false;
    const stamp = () => {
      if (!over) marks.end(marks.cameMs());
      over = true;
    };
    const receiver = receiverOf({
      ...options,
      ended() {
        stamp();
        kill();
      },
      resolve,
      reject(error) {
        kill();
        reject(error);
      },
    });
    let begun = false;
    const first = () => {
      if (!begun) marks.firstByte(marks.cameMs());
      begun = true;
    };
    const lost = (error: unknown) => receiver.fail(translate(error, seen.status !== null, stream.rstCode));
    marks.sent(marks.nowMs());
    const stream = session.request(headersOf(ask), { endStream: ask.body === null });
    if (ask.body !== null) stream.end(ask.body);
    // Interim answers: of 100 Node says so besides.
    stream.on("headers", first);
    stream.on("response", (headers) => {
      first();
      receiver.head(headOf(headers));
    });
    stream.on("data", (piece: Buffer) => {
      try {
        receiver.data(piece);
      } catch (error) {
        receiver.fail(error);
      }
    });
    // A stream that is reset ends too: only when it is closed is it known whether it was complete.
    stream.once("end", stamp);
    stream.on("error", lost);
    session.on("error", lost);
    socket.on("error", (error) => receiver.fail(error));
    stream.once("close", () => {
      if (over && seen.status !== null && !stream.aborted && stream.rstCode === 0) receiver.end();
      else lost(new Error("the connection was closed"));
    });
    session.once("close", () => lost(new Error("the connection was closed")));
    return () => {
      kill();
      receiver.abandon();
    };
  });
}

function sessionOn(socket: TLSSocket, origin: string): http2.ClientHttp2Session {
  const session = http2.connect(origin, {
    createConnection: () => socket,
    maxReservedRemoteStreams: 0,
    settings: {
      enablePush: false,
      initialWindowSize: WINDOW_BYTES,
      maxHeaderListSize: MAX_HEADER_BYTES,
    },
  });
  session.once("connect", () => session.setLocalWindowSize(WINDOW_BYTES));
  return session;
}

function headersOf(ask: Ask): http2.OutgoingHttpHeaders {
  const own = ask.headers.filter(([name]) => !OF_CONNECTION.has(name));
  return {
    ":method": ask.method,
    ":scheme": "https",
    ":authority": ask.host,
    ":path": ask.path,
    ...Object.fromEntries(own),
  };
}

function headOf(headers: http2.IncomingHttpHeaders & http2.IncomingHttpStatusHeader): Head {
  const table = new Map<string, string>();
  for (const [name, value] of Object.entries(headers)) {
    if (value !== undefined && !name.startsWith(":")) table.set(name, [value].flat().join(", "));
  }
  return { status: Number(headers[":status"] ?? 0), headers: table };
}

/** nghttp2's errors in our words: what a code means depends on whether the head stood. */
function translate(error: unknown, headDone: boolean, rstCode: number | undefined): unknown {
  const { code, message } = describe(error);
  const { NGHTTP2_ENHANCE_YOUR_CALM, NGHTTP2_PROTOCOL_ERROR } = http2.constants;
  if (code === "ERR_HTTP2_STREAM_ERROR" && rstCode === NGHTTP2_PROTOCOL_ERROR) {
    return new StageError(headDone ? "BODY_CUT" : "BAD_HEAD", message);
  }
  // What Node itself says to a server whose head is too large.
  if (code === "ERR_HTTP2_STREAM_ERROR" && rstCode === NGHTTP2_ENHANCE_YOUR_CALM && !headDone) {
    return new StageError("HEAD_TOO_LARGE", message);
  }
  if (code === "ERR_HTTP2_ERROR") return new StageError(headDone ? "BODY_CUT" : "NOT_HTTP", message);
  if (code.startsWith("ERR_HTTP2_")) return new StageError("STREAM_RESET", message);
  if (code !== "") return error;
  return new StageError(headDone ? "BODY_CUT" : "EMPTY_ANSWER", message);
}
