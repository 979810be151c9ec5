/**
 * Lines of an answer's head become its status and headers, and say how the body is framed. Pure; strict as llhttp.
 *
 * What a lenient reader would guess (bare line feeds, folded lines, two lengths) is refused: two readers that guess
 * differently see two different answers. Throws StageError NOT_HTTP or BAD_HEAD, with hostile text cut short.
 * @see RFC 9112, sections 4 to 6
 */
import { StageError } from "../trouble.ts";

/** Names in lower case, values decoded as Latin-1; of a repeated header joined by ", ", of Location the first, as in curl. */
export type Headers = ReadonlyMap<string, string>;

export type Head = {
  readonly status: number;
  readonly headers: Headers;
  /** The status line says HTTP/1.0; absent = it does not. */
  readonly old?: true;
};

/** How the end of a body is known: there is none, a length, chunks, or the end of the connection. */
export type Framing = { readonly kind: "none" | "chunked" | "close" } | LengthFraming;
type LengthFraming = { readonly kind: "length"; readonly length: number };

const OLD = "HTTP/1.0 ";
const STATUS_LINE = /^HTTP\/1\.[01] (\d{3})(?: [^\r]*)?$/;
const HEADER_LINE = /^[!#$%&'*+\-.^_`|~0-9A-Za-z]+:[\t\x20-\x7e\x80-\xff]*$/;
const DIGITS = /^\d{1,15}$/;

/**
 * @param line Without its line end, Latin-1.
 * @returns The status, 100 to 999.
 */
export function parseStatusLine(line: string): number {
  const status = Number(STATUS_LINE.exec(line)?.[1] ?? 0);
  if (status < 100) {
    throw new StageError("NOT_HTTP", `the answer begins with ${shown(line)}, which is not HTTP/1.1`);
  }
  return status;
}

/** Whether a status line is of HTTP/1.0. */
export function isOld(line: string): boolean {
  return line.startsWith(OLD);
}

/** Name in lower case, and value without the blanks around it. */
export function parseHeaderLine(line: string): readonly [name: string, value: string] {
  if (!HEADER_LINE.test(line)) throw new StageError("BAD_HEAD", `this is not a header: ${shown(line)}`);
  const colon = line.indexOf(":");
  return [line.slice(0, colon).toLowerCase(), withoutBlanks(line.slice(colon + 1))];
}

/** Collects headers as they come; a second Content-Length is refused, even an equal one. */
export function headerTable(): { add(line: string): void; readonly headers: Headers } {
  const headers = new Map<string, string>();
  return {
    headers,
    add(line) {
      const [name, value] = parseHeaderLine(line);
      const before = headers.get(name);
      if (name === "content-length") examineLength(value, before);
      if (name === "location" && before !== undefined) return;
      headers.set(name, before === undefined ? value : `${before}, ${value}`);
    },
  };
}

function examineLength(value: string, before: string | undefined): void {
  if (before !== undefined) throw new StageError("BAD_HEAD", "the answer has two Content-Length headers");
  if (!DIGITS.test(value)) throw new StageError("BAD_HEAD", `Content-Length is ${shown(value)}`);
}

/**
 * How the body of an answer ends.
 *
 * @throws StageError BAD_HEAD when it says both a length and chunks: the classic of smuggling.
 */
export function framingOf(method: string, { status, headers }: Head): Framing {
  const encoding = headers.get("transfer-encoding");
  const length = headers.get("content-length");
  if (encoding !== undefined && length !== undefined) {
    throw new StageError("BAD_HEAD", "the answer has both Content-Length and Transfer-Encoding");
  }
  if (method === "HEAD" || status < 200 || status === 204 || status === 304) return { kind: "none" };
  if (encoding !== undefined) {
    const last = encoding.slice(encoding.lastIndexOf(",") + 1);
    return { kind: withoutBlanks(last).toLowerCase() === "chunked" ? "chunked" : "close" };
  }
  return length === undefined ? { kind: "close" } : { kind: "length", length: Number(length) };
}

/** Blanks of HTTP are space and tab only; String.trim() would take more. */
function withoutBlanks(text: string): string {
  let from = 0;
  let to = text.length;
  while (from < to && isBlank(text.charCodeAt(from))) from += 1;
  while (to > from && isBlank(text.charCodeAt(to - 1))) to -= 1;
  return text.slice(from, to);
}

function isBlank(code: number): boolean {
  return code === 32 || code === 9;
}

function shown(text: string): string {
  return JSON.stringify(text.slice(0, 60));
}
