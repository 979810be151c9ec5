/**
 * An answer as it comes, in either version of HTTP, becomes what the sample says of it. No socket is touched here.
 *
 * The version's reader calls `head`, `data` and `end`; the first thing that goes wrong decides. The body of a redirect that
 * is followed is not read. After the end nothing is taken any more.
 */
import type { Inspector } from "../judge/inspect.ts";
import { type BodyFacts, type BodyReader, bodyReader } from "./body.ts";
import type { Head, Headers } from "./http1/head.ts";

/** Header bytes read before the answer is refused; browsers stop at 256 KiB, servers mostly at 8 to 32. */
export const MAX_HEADER_BYTES = 32 * 1024;

export type Answer = {
  readonly status: number;
  readonly headers: Headers;
  /** Where it leads; null = not a redirect that is followed. */
  readonly location: string | null;
  readonly body: BodyFacts | null;
};

/** What is known of an answer, also when it breaks off. */
export type Seen = {
  status: number | null;
  headers: Headers | null;
  /** The answer is of HTTP/1.0. */
  old: boolean;
  /** Body bytes read, at most the cap. */
  wireBytes: number | null;
  /** Of all heads of the answer as they were sent; null where that cannot be seen (HTTP/2). */
  headerBytes: number | null;
};

export type ReceiveOptions = {
  readonly inspect: Inspector;
  readonly capBytes: number;
  /** Whether a redirect is taken as one. */
  readonly follow: boolean;
  readonly seen: Seen;
  /** The body is complete, or for a redirect its headers are; the connection still stands. */
  readonly ended: () => void;
  readonly resolve: (answer: Answer) => void;
  readonly reject: (error: unknown) => void;
};

export type Receiver = {
  /** True = nothing more is wanted. */
  head(head: Head): boolean;
  data(piece: Buffer): void;
  end(): void;
  /** What happens to the connection; after the end it no longer matters. */
  fail(error: unknown): void;
  /** Whether the connection no longer matters. */
  over(): boolean;
  /** Frees what decodes the body. */
  abandon(): void;
};

const NO_HEAD: Head = { status: 0, headers: new Map() };
const REDIRECTS = new Set([301, 302, 303, 307, 308]);
/** Partial Content: what a Range asked for. */
const PARTIAL = 206;

export function receiverOf(options: ReceiveOptions): Receiver {
  const { seen } = options;
  let head = NO_HEAD;
  let body: BodyReader | null = null;
  let settled = false;
  let ended = false;
  const refuse = (error: unknown) => {
    if (settled) return;
    settled = true;
    body?.abandon();
    options.reject(error);
  };
  const succeed = (location: string | null, facts: BodyFacts | null) => {
    if (settled) return;
    settled = true;
    options.resolve({ ...head, location, body: facts });
  };
  return {
    fail(error) {
      if (!ended) refuse(error);
    },
    over: () => ended || settled,
    abandon: () => body?.abandon(),
    head(final) {
      head = final;
      seen.status = head.status;
      seen.headers = head.headers;
      seen.old = head.old === true;
      const location =
        options.follow && REDIRECTS.has(head.status) ? head.headers.get("location") : undefined;
      if (location !== undefined) {
        ended = true;
        options.ended();
        succeed(location, null);
        return true;
      }
      const encoding = head.headers.get("content-encoding") ?? "";
      body = bodyReader(encoding, options.inspect, options.capBytes, head.status === PARTIAL);
      return false;
    },
    data(piece) {
      if (settled) return;
      seen.wireBytes = Math.min((seen.wireBytes ?? 0) + piece.length, options.capBytes);
      body?.chunk(piece);
    },
    end() {
      if (settled) return;
      ended = true;
      options.ended();
      if (body) body.finish().then((facts) => succeed(null, facts), refuse);
      else succeed(null, null);
    },
  };
}
