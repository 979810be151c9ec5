/**
 * The body of an answer: bytes counted on the wire, decoded and searched only when a text is looked for.
 *
 * Streaming: nothing is kept but the tail a match could straddle. Both counts are capped, so that a bomb of 158
 * bytes costs no more than the cap. The socket is never paused for the decoder: that would be measured.
 */
import type { Transform } from "node:stream";
import zlib from "node:zlib";
import { StageError } from "./trouble.ts";

/** Encodings one on another that are undone; more is an attack. */
const MAX_ENCODINGS = 3;

export type BodyFacts = {
  readonly wireBytes: number;
  /** Decoded; null when the body was encoded and nobody asked for its text. */
  readonly bodyBytes: number | null;
  /** Whether the text was found; null = not looked for. */
  readonly found: boolean | null;
};

export type BodyReader = {
  /** Takes a chunk; throws StageError TOO_LARGE when the cap is passed. */
  chunk(bytes: Buffer): void;
  /** After the last chunk. Rejects with StageError BAD_ENCODING or TOO_LARGE; settles when aborted. */
  finish(): Promise<BodyFacts>;
  wireBytes(): number;
  /** Frees the decoders. */
  abandon(): void;
};

/**
 * @param encoding Content-Encoding of the answer, as sent; "" = none.
 * @param contains Text to look for, UTF-8; undefined = do not decode.
 * @param capBytes Most bytes read, encoded or decoded.
 */
export function bodyReader(encoding: string, contains: string | undefined, capBytes: number): BodyReader {
  let wireBytes = 0;
  const encodings = encoding
    .toLowerCase()
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "" && part !== "identity");
  const search = contains === undefined ? null : searcher(Buffer.from(contains, "utf8"), capBytes);
  const decoder = search === null || encodings.length === 0 ? null : decoderOf(encodings, search);
  const count = (bytes: Buffer) => {
    wireBytes += bytes.length;
    if (wireBytes > capBytes) throw tooLarge(capBytes);
  };
  return {
    chunk(bytes) {
      count(bytes);
      if (decoder) decoder.write(bytes);
      else search?.take(bytes);
    },
    async finish() {
      await decoder?.end();
      const decoded = search !== null || encodings.length === 0;
      return {
        wireBytes,
        bodyBytes: !decoded ? null : decoder && search ? search.bytes() : wireBytes,
        found: search === null ? null : search.found(),
      };
    },
    wireBytes: () => wireBytes,
    abandon: () => decoder?.destroy(),
  };
}

function tooLarge(capBytes: number): StageError {
  return new StageError("TOO_LARGE", `the body is larger than ${capBytes} bytes`);
}

type Search = { take(bytes: Buffer): void; found(): boolean; bytes(): number };

function searcher(needle: Buffer, capBytes: number): Search {
  let tail: Buffer = Buffer.alloc(0);
  let found = false;
  let bytes = 0;
  return {
    take(chunk) {
      bytes += chunk.length;
      if (bytes > capBytes) throw tooLarge(capBytes);
      if (found) return;
      const window = tail.length === 0 ? chunk : Buffer.concat([tail, chunk]);
      found = window.includes(needle);
      // A copy: a view would keep the whole chunk alive.
      tail = Buffer.from(window.subarray(Math.max(0, window.length - needle.length + 1)));
    },
    found: () => found,
    bytes: () => bytes,
  };
}

type Decoder = { write(bytes: Buffer): void; end(): Promise<void>; destroy(): void };

/** A chain of decoders, last encoding first, that feeds the search. */
function decoderOf(encodings: readonly string[], search: Search): Decoder {
  if (encodings.length > MAX_ENCODINGS) return brokenDecoder(`${encodings.length} encodings on one another`);
  const makers = encodings.map((name) => MAKERS[name]);
  const unknown = makers.indexOf(undefined);
  if (unknown !== -1) return brokenDecoder(`unknown Content-Encoding ${encodings[unknown]?.slice(0, 32)}`);
  let failure: StageError | null = null;
  let settle: () => void = () => undefined;
  const over = new Promise<void>((resolve) => {
    settle = resolve;
  });
  let streams: Transform[] = [];
  const destroy = () => {
    for (const stream of streams) stream.destroy();
    settle();
  };
  const fail = (error: Error) => {
    failure ??= error instanceof StageError ? error : new StageError("BAD_ENCODING", error.message);
    destroy();
  };
  const build = (first: Buffer) => {
    streams = makers.reverse().flatMap((make) => (make ? [make(first)] : []));
    for (const [index, stream] of streams.entries()) {
      stream.on("error", fail);
      const next = streams[index + 1];
      if (next) stream.pipe(next);
    }
    streams.at(-1)?.on("end", settle);
    streams.at(-1)?.on("data", (bytes: Buffer) => {
      try {
        search.take(bytes);
      } catch (error) {
        fail(error instanceof Error ? error : new Error(String(error)));
      }
    });
  };
  return {
    write(bytes) {
      // A body that cannot be decoded is still measured to its end; one that is too large is not.
      if (failure?.code === "TOO_LARGE") throw failure;
      if (failure) return;
      if (streams.length === 0) build(bytes);
      streams[0]?.write(bytes);
    },
    async end() {
      if (streams.length > 0) {
        streams[0]?.end();
        await over;
      }
      if (failure) throw failure;
    },
    destroy,
  };
}

const MAKERS: Readonly<Record<string, (first: Buffer) => Transform>> = {
  gzip: () => zlib.createGunzip(),
  "x-gzip": () => zlib.createGunzip(),
  br: () => zlib.createBrotliDecompress(),
  zstd: () => zlib.createZstdDecompress(),
  // "deflate" is zlib by RFC 9110, but some servers send it raw: a zlib header has method 8 in its low bits.
  deflate: (first) => (((first[0] ?? 0) & 0x0f) === 8 ? zlib.createInflate() : zlib.createInflateRaw()),
};

/** Counts, and fails at the end if there was anything to decode: an answer without a body stays a fine answer. */
function brokenDecoder(why: string): Decoder {
  let fed = false;
  return {
    write() {
      fed = true;
    },
    async end() {
      if (fed) throw new StageError("BAD_ENCODING", why);
    },
    destroy: () => undefined,
  };
}
