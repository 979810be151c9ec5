/**
 * The body of an answer: bytes counted on the wire and decoded, and inspected when a rule asks for it.
 *
 * What is encoded is decoded: a page that no browser can read is down, whatever the target's rules are. A coding that nobody
 * knows is passed over, as browsers do, unless a rule asks. Streaming: nothing is kept here. Every count is capped, what
 * comes out between two codings too, so that a bomb of 158 bytes costs no more than the cap. The socket is never paused
 * for the decoder: that would be measured.
 */
import type { Transform } from "node:stream";
import zlib from "node:zlib";
import type { Findings, Inspector } from "../judge/inspect.ts";
import { StageError } from "./trouble.ts";

/** Encodings one on another that are undone; more is an attack. */
const MAX_ENCODINGS = 3;

export type BodyFacts = {
  readonly wireBytes: number;
  /** Decoded; null = a part of an encoded body, or of a coding nobody knows: neither can be. */
  readonly bodyBytes: number | null;
  /** Null = no rule asks. */
  readonly findings: Findings | null;
};

export type BodyReader = {
  /** Takes a chunk, the caller's again after the call; throws StageError TOO_LARGE when the cap is passed. */
  chunk(bytes: Buffer): void;
  /** After the last chunk. Rejects with StageError BAD_ENCODING or TOO_LARGE; settles when aborted. */
  finish(): Promise<BodyFacts>;
  wireBytes(): number;
  /** Frees the decoders. */
  abandon(): void;
};

/**
 * @param encoding Content-Encoding of the answer, as sent; "" = none.
 * @param inspect Takes the decoded body if it wants it.
 * @param capBytes Most bytes read, encoded or decoded.
 * @param partial The answer to a Range (206): a piece of an encoded body is decoded only if a rule insists.
 */
export function bodyReader(
  encoding: string,
  inspect: Inspector,
  capBytes: number,
  partial: boolean,
): BodyReader {
  let wireBytes = 0;
  const encodings = encoding
    .toLowerCase()
    .split(",")
    .map((part) => part.trim())
    .filter((part) => part !== "" && part !== "identity");
  const encoded = encodings.length > 0;
  const decodes = encoded && !partial && encodings.every((name) => MAKERS.has(name));
  const sink = inspect.wantsBody || decodes ? sinkOf(inspect, capBytes) : null;
  const decoder = sink === null || !encoded ? null : decoderOf(encodings, sink, capBytes);
  return {
    chunk(bytes) {
      wireBytes += bytes.length;
      if (wireBytes > capBytes) throw tooLarge(capBytes);
      // Both keep what they are given, and the bytes are written over by the next read.
      if (decoder) decoder.write(Buffer.from(bytes));
      else sink?.take(Buffer.from(bytes));
    },
    async finish() {
      await decoder?.end();
      return {
        wireBytes,
        bodyBytes: sink === null ? (encoded ? null : wireBytes) : sink.bytes(),
        findings: inspect.wantsBody ? inspect.end() : null,
      };
    },
    wireBytes: () => wireBytes,
    abandon: () => decoder?.destroy(),
  };
}

function tooLarge(capBytes: number): StageError {
  return new StageError("TOO_LARGE", `the body is larger than ${capBytes} bytes`);
}

type Sink = { take(bytes: Buffer): void; bytes(): number };

/** Counts what is decoded on its way to the inspector. */
function sinkOf(inspect: Inspector, capBytes: number): Sink {
  let bytes = 0;
  return {
    take(chunk) {
      bytes += chunk.length;
      if (bytes > capBytes) throw tooLarge(capBytes);
      inspect.chunk(chunk);
    },
    bytes: () => bytes,
  };
}

type Decoder = { write(bytes: Buffer): void; end(): Promise<void>; destroy(): void };

/** A chain of decoders, last encoding first, that feeds the sink. */
function decoderOf(encodings: readonly string[], sink: Sink, capBytes: number): Decoder {
  if (encodings.length > MAX_ENCODINGS) return brokenDecoder(`${encodings.length} encodings on one another`);
  const makers = encodings.map((name) => MAKERS.get(name));
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
      if (!next) continue;
      let passed = 0;
      stream.on("data", (bytes: Buffer) => {
        passed += bytes.length;
        if (passed > capBytes) fail(tooLarge(capBytes));
      });
      stream.pipe(next);
    }
    streams.at(-1)?.on("end", settle);
    streams.at(-1)?.on("data", (bytes: Buffer) => {
      try {
        sink.take(bytes);
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

const MAKERS = new Map<string, (first: Buffer) => Transform>([
  ["gzip", () => zlib.createGunzip()],
  ["x-gzip", () => zlib.createGunzip()],
  ["br", () => zlib.createBrotliDecompress()],
  ["zstd", () => zlib.createZstdDecompress()],
  // "deflate" is zlib by RFC 9110, but some servers send it raw: a zlib header has method 8 in its low bits.
  ["deflate", (first) => (((first[0] ?? 0) & 0x0f) === 8 ? zlib.createInflate() : zlib.createInflateRaw())],
]);

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
