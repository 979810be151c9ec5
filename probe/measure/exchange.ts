/**
 * A connection becomes an answer: one request over one socket, by undici's Client on a connection that stands.
 *
 * undici's own timers are off: they tick in half seconds and a dripping body never trips them; the signal destroys
 * the socket instead. The first byte is seen where the socket hands it on, before any header is parsed.
 * The body of a redirect is not read.
 */
import type { Socket } from "node:net";
import { Client, type Dispatcher } from "undici";
import type { Method } from "../../collector/wire/request.ts";
import { type BodyFacts, type BodyReader, bodyReader } from "./body.ts";
import { describe, StageError, stage } from "./trouble.ts";

/** Header bytes read before the answer is refused; browsers stop at 256 KiB, servers mostly at 8 to 32. */
export const MAX_HEADER_BYTES = 32 * 1024;

export type Answer = {
  readonly status: number;
  /** Where it leads; null = not a redirect that is followed. */
  readonly location: string | null;
  readonly body: BodyFacts | null;
};

export type ExchangeOptions = {
  readonly url: URL;
  readonly method: Method;
  readonly userAgent: string;
  readonly contains: string | undefined;
  readonly capBytes: number;
  /** Whether a redirect is taken as one. */
  readonly follow: boolean;
  /** Filled as the answer comes: what is known of it when it breaks off. */
  readonly seen: { status: number | null; wireBytes: number | null };
  readonly marks: {
    firstByte(): void;
    /** The body is complete, or for a redirect its headers are; the socket is still open. */
    end(): void;
  };
};

export type Exchange = {
  /** Sends the request at once; rejects with what undici, the socket, the body reader or the signal said. */
  answer(socket: Socket, signal: AbortSignal): Promise<Answer>;
  /** Frees what was prepared. */
  abandon(): void;
};

const REDIRECTS = new Set([301, 302, 303, 307, 308]);

/**
 * Prepares the request before there is a connection, so that none of it is measured: undici waits for the socket.
 */
export function prepare(options: ExchangeOptions): Exchange {
  const { url } = options;
  let handOver: (socket: Socket) => void = () => undefined;
  const client = new Client(url.origin, {
    pipelining: 0,
    allowH2: false,
    // Never in the same call: undici 8 would take the socket and not write the request.
    connect(_options, callback) {
      handOver = (socket) => callback(null, socket);
    },
    maxHeaderSize: MAX_HEADER_BYTES,
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  let early: unknown = null;
  const settle: Settle = {
    resetBy: () => null,
    resolve: () => undefined,
    // undici may refuse the request itself, before there is anything to send it over.
    reject: (error) => {
      early = error;
    },
  };
  client.dispatch(
    {
      path: `${url.pathname}${url.search}`,
      method: options.method,
      headers: {
        "user-agent": options.userAgent,
        accept: "*/*",
        // What a browser asks for: the bytes measured are the bytes visitors get.
        "accept-encoding": "gzip, deflate, br, zstd",
      },
    },
    handlerOf(options, settle),
  );
  const abandon = (): void => {
    client.destroy().catch(() => undefined);
  };
  return {
    abandon,
    answer: (socket, signal) =>
      stage<Answer>(signal, (resolve, reject) => {
        if (early !== null) reject(early);
        const kill = (): void => {
          socket.destroy();
          abandon();
        };
        // Whatever undici makes of it: a reset that it takes for the end of the body is one.
        let reset: Error | null = null;
        socket.on("error", (error: Error) => {
          if ("syscall" in error) reset ??= error;
        });
        Object.assign(settle, {
          resetBy: () => reset,
          resolve(answer: Answer) {
            kill();
            resolve(answer);
          },
          reject(error: unknown) {
            kill();
            reject(error);
          },
        });
        watchFirstByte(socket, options.marks.firstByte);
        handOver(socket);
        return kill;
      }),
  };
}

type Settle = {
  resetBy(): Error | null;
  resolve(answer: Answer): void;
  reject(error: unknown): void;
};

function handlerOf(options: ExchangeOptions, settle: Settle): Dispatcher.DispatchHandler {
  let status = 0;
  let body: BodyReader | null = null;
  let settled = false;
  const fail = (error: unknown) => {
    if (settled) return;
    settled = true;
    body?.abandon();
    settle.reject(error);
  };
  return {
    onRequestStart() {},
    onResponseStart(_controller, code, headers) {
      // Interim answers (103 Early Hints) say nothing about the target.
      if (code < 200 || settled) return;
      status = code;
      options.seen.status = code;
      const location = options.follow && REDIRECTS.has(code) ? first(headers["location"]) : null;
      if (location !== null) {
        options.marks.end();
        settled = true;
        settle.resolve({ status, location, body: null });
        return;
      }
      body = bodyReader(first(headers["content-encoding"]) ?? "", options.contains, options.capBytes);
    },
    onResponseData(_controller, chunk) {
      if (settled) return;
      options.seen.wireBytes = Math.min((options.seen.wireBytes ?? 0) + chunk.length, options.capBytes);
      try {
        body?.chunk(chunk);
      } catch (error) {
        fail(error);
      }
    },
    onResponseEnd() {
      if (settled) return;
      options.marks.end();
      const reset = settle.resetBy();
      if (reset) return fail(reset);
      const finished = body?.finish() ?? Promise.resolve(null);
      finished.then((facts) => {
        if (settled) return;
        settled = true;
        settle.resolve({ status, location: null, body: facts });
      }, fail);
    },
    onResponseError(_controller, error) {
      fail(settle.resetBy() ?? translate(error, status !== 0));
    },
  };
}

/** undici's error in our words where its own say too little: what a code means depends on whether the head stood. */
function translate(error: Error, headDone: boolean): Error {
  const { code, message } = describe(error);
  if (headDone && code === "UND_ERR_SOCKET") return new StageError("BODY_CUT", message);
  if (!headDone && code === "UND_ERR_RES_CONTENT_LENGTH_MISMATCH") {
    return new StageError("BAD_HEAD", "the Content-Length headers make no sense");
  }
  return error;
}

function first(value: string | string[] | undefined): string | null {
  return (Array.isArray(value) ? value.join(", ") : value) ?? null;
}

/**
 * Calls `mark` when the socket is handed its first decrypted bytes.
 *
 * `push` is where Node's stream layer delivers every read; session tickets never get that far.
 */
function watchFirstByte(socket: Socket, mark: () => void): void {
  const push = socket.push;
  socket.push = function pushed(this: Socket, chunk: unknown, encoding?: BufferEncoding): boolean {
    if (chunk !== null) {
      mark();
      socket.push = push;
    }
    return push.call(this, chunk, encoding);
  };
}
