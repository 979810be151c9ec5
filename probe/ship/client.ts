/**
 * One HTTP exchange with the collector over kept-alive connections, with its own deadline and size limit.
 *
 * A collector with a certificate of its own is trusted by that certificate's SHA-256 and by nothing else; any other by
 * the usual authorities. Status codes are answers, not errors. Never follows a redirect: the key goes to one place.
 */
import http, { type IncomingHttpHeaders } from "node:http";
import https from "node:https";
import { isIP, type Socket } from "node:net";
import { TLSSocket } from "node:tls";
import { codeOf } from "../spool/files.ts";

export type ClientOptions = {
  /** Public URL of the collector, base path included. */
  readonly url: string;
  /** SHA-256 of its certificate, hex; null = publicly trusted, or plain http. */
  readonly certificateSha256: string | null;
  /** The vantage's key, asked for before each exchange; null while joining. */
  readonly key: (() => string) | null;
  readonly userAgent: string;
  /** Source address: the way out by one carrier, by which the collector knows the vantage. Absent = the machine's. */
  readonly localAddress?: string | undefined;
};

export type Exchange = {
  readonly method: "GET" | "POST";
  /** Below the base path, e.g. /api/v1/probe/config. */
  readonly path: string;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body?: Uint8Array;
  /** From start to last byte. */
  readonly timeoutMs: number;
  readonly maxBytes?: number;
  readonly signal?: AbortSignal;
};

/** elapsedMs: from sending to the first byte of the answer, monotonic. */
export type Answer = {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: Buffer;
  readonly elapsedMs: number;
};

export type Client = {
  /** @throws Error with a `code` when there is no whole answer. */
  exchange(exchange: Exchange): Promise<Answer>;
  close(): void;
};

const ANSWER_MAX_BYTES = 1_048_576;

/** Connects only when asked. */
export function clientOf(options: ClientOptions): Client {
  const base = options.url.replace(/\/+$/, "");
  const secure = base.startsWith("https:");
  const from = wayOut(options.localAddress, base);
  const agent = secure
    ? new https.Agent({ keepAlive: true, maxSockets: 4, maxCachedSessions: 0, ...from, ...trustOf(options) })
    : new http.Agent({ keepAlive: true, maxSockets: 4, ...from });
  const headersNow = (): Record<string, string> => ({
    "user-agent": options.userAgent,
    ...(options.key === null ? {} : { authorization: `Bearer ${options.key()}` }),
  });

  const once = (wanted: Exchange): { request: http.ClientRequest; answer: Promise<Answer> } => {
    const request = (secure ? https : http).request(`${base}${wanted.path}`, {
      method: wanted.method,
      agent,
      headers: {
        ...headersNow(),
        ...wanted.headers,
        ...(wanted.body ? { "content-length": String(wanted.body.length) } : {}),
      },
    });
    const { certificateSha256 } = options;
    if (secure && certificateSha256 !== null) {
      // Nothing of the request, the key above all, is written before the certificate has been seen.
      request.on("certificate", () => request.end(wanted.body));
      request.on("socket", (socket) => verifyBefore(socket, request, certificateSha256));
    } else request.end(wanted.body);
    return { request, answer: answerOf(request, wanted) };
  };
  return {
    async exchange(wanted) {
      const { request, answer } = once(wanted);
      try {
        return await answer;
      } catch (error) {
        // The collector may close a kept connection in the moment it is used again: that says nothing about it.
        if (request.reusedSocket && codeOf(error) === "ECONNRESET") return once(wanted).answer;
        throw error;
      }
    },
    close: () => agent.destroy(),
  };
}

/** Of a name only addresses of the same family can be reached from there; a literal of the other one not at all. */
function wayOut(localAddress: string | undefined, base: string): https.AgentOptions {
  const family = isIP(localAddress ?? "");
  const literal = isIP(new URL(base).hostname.replace(/^\[(.*)\]$/, "$1"));
  if (localAddress === undefined || family === 0 || (literal !== 0 && literal !== family)) return {};
  return { localAddress, family };
}

function trustOf(options: ClientOptions): https.AgentOptions {
  return options.certificateSha256 === null ? {} : { rejectUnauthorized: false };
}

function verifyBefore(socket: Socket, request: http.ClientRequest, wanted: string): void {
  const verify = () => {
    const found = fingerprintOf(socket);
    if (found === wanted) request.emit("certificate");
    else
      request.destroy(
        failure(
          "certificate",
          `the collector's certificate has SHA-256 ${found ?? "(none)"}, not ${wanted}: if it was renewed, put the new value at collector.certificateSha256 in config.yaml, or join again`,
        ),
      );
  };
  if (socket instanceof TLSSocket && !socket.connecting && fingerprintOf(socket)) verify();
  else socket.once("secureConnect", verify);
}

/** SHA-256 of the peer's certificate, lower-case hex; null before there is one. */
export function fingerprintOf(socket: Socket): string | null {
  if (!(socket instanceof TLSSocket)) return null;
  const fingerprint: unknown = socket.getPeerCertificate()?.fingerprint256;
  return typeof fingerprint === "string" ? fingerprint.replaceAll(":", "").toLowerCase() : null;
}

function answerOf(request: http.ClientRequest, wanted: Exchange): Promise<Answer> {
  const startedMs = performance.now();
  const maxBytes = wanted.maxBytes ?? ANSWER_MAX_BYTES;
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => {
      request.destroy(failure("timeout", `no whole answer within ${wanted.timeoutMs} ms`));
    }, wanted.timeoutMs);
    const abort = () => request.destroy(failure("aborted", "given up"));
    const settle = () => {
      clearTimeout(timer);
      wanted.signal?.removeEventListener("abort", abort);
    };
    const fail = (error: Error) => {
      settle();
      reject(error);
    };
    if (wanted.signal?.aborted) abort();
    wanted.signal?.addEventListener("abort", abort, { once: true });
    request.on("error", fail);
    request.on("response", (response) => {
      const elapsedMs = performance.now() - startedMs;
      const chunks: Buffer[] = [];
      let bytes = 0;
      response.on("data", (chunk: Buffer) => {
        bytes += chunk.length;
        if (bytes > maxBytes) request.destroy(failure("too-large", `the answer has over ${maxBytes} bytes`));
        else chunks.push(chunk);
      });
      response.on("error", fail);
      response.on("close", () => {
        if (!response.complete) fail(failure("truncated", "the answer ended early"));
      });
      response.on("end", () => {
        settle();
        resolve({
          status: response.statusCode ?? 0,
          headers: response.headers,
          body: Buffer.concat(chunks),
          elapsedMs,
        });
      });
    });
  });
}

function failure(code: string, message: string): Error {
  return Object.assign(new Error(message), { code });
}
