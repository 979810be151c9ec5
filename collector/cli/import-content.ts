/**
 * A file's bytes, unpacked where it is gzip, and its lines, in memory that does not grow with the file or with a line.
 *
 * A line ends with LF, CR LF or CR, and with nothing else: U+2028 may stand in a name. A line longer than LINE_MAX is null.
 */
import { createReadStream } from "node:fs";
import { pipeline, Readable } from "node:stream";
import { createGunzip } from "node:zlib";
import { CarrierwatchError } from "../wire/errors.ts";
import { fileTrouble } from "../wire/file-trouble.ts";

/** The file that is the standard input. */
const STDIN = "-";
/** How a gzipped file begins. */
const GZIP = 0x1f8b;
/** Longest line that is read, characters: several times what any sample takes. */
const LINE_MAX = 1024 * 1024;
const BREAK = /\r\n|\n|\r/;

/** @throws CarrierwatchError code usage when it cannot be read, or is no whole gzip file */
export async function* contentOf(file: string): AsyncGenerator<Uint8Array> {
  const raw = (file === STDIN ? process.stdin : createReadStream(file))[Symbol.asyncIterator]();
  const next = async (): Promise<Buffer | null> => {
    try {
      const { value, done } = await raw.next();
      return done ? null : (value as Buffer);
    } catch (cause) {
      throw new CarrierwatchError("usage", `${file} cannot be read: ${fileTrouble(cause)}`, { cause });
    }
  };
  // A pipe is read once: what tells how it is packed is handed on.
  let head = Buffer.alloc(0);
  for (let part = await next(); part !== null; part = head.length < 2 ? await next() : null)
    head = Buffer.concat([head, part]);
  const all = async function* () {
    if (head.length > 0) yield head;
    for (let part = head.length < 2 ? null : await next(); part !== null; part = await next()) yield part;
  };
  if (head.length < 2 || head.readUInt16BE(0) !== GZIP) yield* all();
  else yield* unpacked(file, Readable.from(all()));
}

/** @throws CarrierwatchError code usage when its end is missing, or anything else is not as gzip wrote it */
async function* unpacked(file: string, raw: Readable): AsyncGenerator<Uint8Array> {
  try {
    yield* pipeline(raw, createGunzip(), () => {});
  } catch (cause) {
    if (cause instanceof CarrierwatchError) throw cause;
    throw new CarrierwatchError("usage", `${file} is cut short or damaged: its gzip data is not whole`, {
      cause,
    });
  }
}

/** The lines of a file; null for one that is too long to be any. @throws CarrierwatchError as contentOf */
export function linesOf(file: string): AsyncGenerator<string | null> {
  return linesIn(contentOf(file));
}

/** The same of bytes that come in parts, cut anywhere. */
export async function* linesIn(content: AsyncIterable<Uint8Array>): AsyncGenerator<string | null> {
  const decoder = new TextDecoder("utf-8", { ignoreBOM: true });
  let rest = "";
  let isTooLong = false;
  const ended = (line: string): string | null => {
    const whole = isTooLong || line.length > LINE_MAX ? null : line;
    isTooLong = false;
    return whole;
  };
  for await (const part of content) {
    const text = rest + decoder.decode(part, { stream: true });
    // A CR at the end may be half of a break.
    const until = text.endsWith("\r") ? text.length - 1 : text.length;
    const lines = text.slice(0, until).split(BREAK);
    const last = lines.pop() ?? "";
    for (const line of lines) yield ended(line);
    isTooLong ||= last.length > LINE_MAX;
    rest = (isTooLong ? "" : last) + text.slice(until);
  }
  const lines = (rest + decoder.decode()).split(BREAK);
  const last = lines.pop() ?? "";
  for (const line of lines) yield ended(line);
  if (last !== "" || isTooLong) yield ended(last);
}
