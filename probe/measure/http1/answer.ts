/**
 * The bytes of a connection become one HTTP/1.1 answer, however they were split. No I/O, no clock.
 *
 * Interim answers are passed over; `100` and `101` were not asked for and are refused. Throws StageError (NOT_HTTP,
 * BAD_HEAD, HEAD_TOO_LARGE, BAD_CHUNK, BODY_CUT, EMPTY_ANSWER) and then takes nothing more. Memory: one head.
 */
import { StageError } from "../trouble.ts";
import { type ChunkReader, chunkReader } from "./chunks.ts";
import { type Framing, framingOf, type Head, headerTable, isOld, parseStatusLine } from "./head.ts";

export type AnswerSink = {
  /** The final head. True = the body is not wanted: nothing more is read, `end` is not called. */
  head(head: Head): boolean;
  /** A piece of the body as it was sent, without its framing; a view of the bytes that were given. */
  data(piece: Buffer): void;
  /** The answer is complete. */
  end(): void;
};

export type AnswerReader = {
  /** Takes what came; the bytes are the caller's again after the call. */
  take(bytes: Buffer): void;
  /** The other end closed the connection in an orderly way. */
  ended(): void;
  /** Bytes of status lines and headers so far, interim answers and trailers included. */
  readonly headBytes: number;
  readonly done: boolean;
};

const CR = 13;
const LF = 10;
const LINE_END = 2;
const BEGINNING_TEXT = "HTTP/";
const BEGINNING = Buffer.from(BEGINNING_TEXT);

/**
 * @param method Of the request: HEAD has no body.
 * @param maxHeadBytes Of a head and the interim answers before it: a server may send those without end. Trailers have as much again.
 */
export function answerReader(method: string, maxHeadBytes: number, sink: AnswerSink): AnswerReader {
  return new Reader(method, maxHeadBytes, sink);
}

type Stage = "status" | "headers" | "body" | "trailers" | "done";

class Reader implements AnswerReader {
  readonly #method: string;
  readonly #max: number;
  readonly #sink: AnswerSink;
  #stage: Stage = "status";
  #framing: Framing = { kind: "none" };
  #left = 0;
  #status = 0;
  #old = false;
  #table = headerTable();
  readonly #piece: (piece: Buffer) => void;
  /** Null = the body does not come in chunks. */
  #chunks: ChunkReader | null = null;
  /** The line that has begun. */
  #parts: Buffer[] = [];
  /** Of the head or the trailers that are being read. */
  #blockBytes = 0;
  #begun = 0;
  #any = false;
  headBytes = 0;

  constructor(method: string, max: number, sink: AnswerSink) {
    this.#method = method;
    this.#max = max;
    this.#sink = sink;
    this.#piece = (piece) => sink.data(piece);
  }

  get done(): boolean {
    return this.#stage === "done";
  }

  take(bytes: Buffer): void {
    if (bytes.length > 0) this.#any = true;
    try {
      let at = 0;
      while (at < bytes.length && this.#stage !== "done") {
        at = this.#stage === "body" ? this.#body(bytes, at) : this.#line(bytes, at);
      }
    } catch (error) {
      this.#stage = "done";
      throw error;
    }
  }

  ended(): void {
    if (this.#stage === "done") return;
    const { kind } = this.#framing;
    const inBody = this.#stage === "body" || this.#stage === "trailers";
    if (inBody && kind === "close") {
      this.#finish();
      return;
    }
    this.#stage = "done";
    if (inBody) throw new StageError("BODY_CUT", "the connection was closed inside the body");
    if (!this.#any) throw new StageError("EMPTY_ANSWER", "the connection was closed without an answer");
    throw new StageError("BAD_HEAD", "the connection was closed inside the head");
  }

  #body(bytes: Buffer, at: number): number {
    const { kind } = this.#framing;
    if (this.#chunks !== null) {
      const end = this.#chunks.take(bytes, at, this.#piece);
      if (end === null) return bytes.length;
      this.#stage = "trailers";
      return end;
    }
    const piece = at === 0 ? bytes : bytes.subarray(at);
    if (kind === "close") {
      this.#sink.data(piece);
      return bytes.length;
    }
    const wanted = piece.length > this.#left ? piece.subarray(0, this.#left) : piece;
    this.#left -= wanted.length;
    this.#sink.data(wanted);
    if (this.#left === 0) this.#finish();
    return at + wanted.length;
  }

  /** Takes bytes up to the end of the line, and acts on the line when it is whole. */
  #line(bytes: Buffer, at: number): number {
    if (this.#stage === "status" && this.#begun < BEGINNING.length) return this.#beginning(bytes, at);
    const feed = bytes.indexOf(LF, at);
    const end = feed === -1 ? bytes.length : feed + 1;
    this.#count(end - at);
    if (feed === -1) this.#parts.push(Buffer.from(bytes.subarray(at, end)));
    else if (this.#parts.length === 0) this.#act(lineOf(bytes, at, end));
    else {
      const whole = Buffer.concat([...this.#parts, bytes.subarray(at, end)]);
      this.#parts = [];
      this.#act(lineOf(whole, 0, whole.length));
    }
    return end;
  }

  /** What does not begin as HTTP is known by its first bytes: it may never end a line. */
  #beginning(bytes: Buffer, at: number): number {
    if (this.#begun === 0 && bytes.toString("latin1", at, at + BEGINNING.length) === BEGINNING_TEXT) {
      this.#begun = BEGINNING.length;
      return this.#line(bytes, at);
    }
    const byte = bytes[at];
    this.#count(1);
    // Empty lines before a status line are passed over, as every reader does.
    if (this.#begun === 0 && (byte === CR || byte === LF)) return at + 1;
    if (byte !== BEGINNING[this.#begun]) {
      const seen = bytes.toString("latin1", at, at + 20);
      throw new StageError("NOT_HTTP", `the answer is not HTTP: ${JSON.stringify(seen)}`);
    }
    this.#begun += 1;
    if (this.#begun === BEGINNING.length) this.#parts.push(BEGINNING);
    return at + 1;
  }

  #count(bytes: number): void {
    this.#blockBytes += bytes;
    this.headBytes += bytes;
    if (this.#blockBytes <= this.#max) return;
    throw new StageError("HEAD_TOO_LARGE", `the headers are larger than ${this.#max} bytes`);
  }

  #act(line: string): void {
    if (this.#stage === "status") {
      this.#status = parseStatusLine(line);
      this.#old = isOld(line);
      this.#table = headerTable();
      this.#stage = "headers";
    } else if (line !== "") {
      this.#table.add(line);
    } else if (this.#stage === "trailers") {
      // The line that says there are none is the end of the chunks.
      if (this.#blockBytes === LINE_END) this.headBytes -= LINE_END;
      this.#finish();
    } else {
      this.#headDone();
    }
  }

  #headDone(): void {
    const status = this.#status;
    const plain = { status, headers: this.#table.headers };
    const head: Head = this.#old ? { ...plain, old: true } : plain;
    const framing = framingOf(this.#method, head);
    if (status === 101) throw new StageError("BAD_HEAD", "status 101 was not asked for");
    // Interim answers are passed over, 100 too: every browser does. @see RFC 9110, 15.2
    if (status < 200) {
      this.#stage = "status";
      this.#begun = 0;
      return;
    }
    this.#blockBytes = 0;
    this.#framing = framing;
    this.#stage = "body";
    if (framing.kind === "chunked") {
      this.#chunks = chunkReader();
      // Trailers are read for their form alone.
      this.#table = headerTable();
    }
    if (this.#sink.head(head)) this.#stage = "done";
    else if (framing.kind === "none") this.#finish();
    else if (framing.kind === "length") {
      this.#left = framing.length;
      if (framing.length === 0) this.#finish();
    }
  }

  #finish(): void {
    this.#stage = "done";
    this.#sink.end();
  }
}

/** A line without its end, which stands before `end`. */
function lineOf(bytes: Buffer, from: number, end: number): string {
  if (end - from < 2 || bytes[end - 2] !== CR) {
    throw new StageError("BAD_HEAD", "a line of the head ends without a carriage return");
  }
  return bytes.toString("latin1", from, end - 2);
}
