/**
 * Request bodies: JSON only, optionally gzipped, with a limit on what it unpacks to. Nothing else is parsed at all.
 *
 * `__proto__` and `constructor.prototype` keys are refused, so that no merge further in can be poisoned.
 */
import { isUtf8 } from "node:buffer";
import { promisify } from "node:util";
import { gunzip, gunzipSync } from "node:zlib";
import { COLUMNS_TYPE } from "../wire/columns.ts";
import { CarrierwatchError } from "../wire/errors.ts";
import type { App } from "./app.ts";

const unzip = promisify(gunzip);
/** Unpacked at once, in less time than handing it to another thread takes: a batch of samples, not much more. */
const SMALL_BYTES = 64 * 1024;
const SMALL_DECODED_BYTES = 512 * 1024;
const CHUNK_LEAST_BYTES = 1_024;
const GZIP_LEAST_BYTES = 18;

/** Lets an instance take a batch of samples in columns, too, as the bytes it unpacks to. */
export function acceptColumns(app: App, decodedLimitBytes: number): void {
  app.addContentTypeParser(COLUMNS_TYPE, { parseAs: "buffer" }, (request, body, done) => {
    decoded(request.headers["content-encoding"], Buffer.from(body), decodedLimitBytes).then(
      (bytes) => done(null, bytes),
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
    );
  });
}

/** Makes JSON the only content type of an instance. */
export function acceptJsonOnly(app: App, decodedLimitBytes: number): void {
  const parse = app.getDefaultJsonParser("error", "error");
  app.removeAllContentTypeParsers();
  app.addContentTypeParser("application/json", { parseAs: "buffer" }, (request, body, done) => {
    decoded(request.headers["content-encoding"], Buffer.from(body), decodedLimitBytes).then(
      (bytes) => parseText(bytes, (text) => parse(request, text, done), done),
      (error: unknown) => done(error instanceof Error ? error : new Error(String(error))),
    );
  });
}

async function decoded(encoding: string | undefined, body: Buffer, limit: number): Promise<Buffer> {
  if (encoding === undefined || encoding === "identity") return body;
  if (encoding !== "gzip") {
    throw new CarrierwatchError("unsupported_media_type", "the content encoding must be gzip or none");
  }
  try {
    return smallUnzipped(body, limit) ?? (await unzip(body, { maxOutputLength: limit }));
  } catch (error) {
    if (error instanceof RangeError) {
      throw new CarrierwatchError("too_large", `the body unpacks to more than ${limit} bytes`);
    }
    throw new CarrierwatchError("bad_request", "the body is not gzip although it says so");
  }
}

/** @returns null = not small, packed or unpacked. */
function smallUnzipped(body: Buffer, limit: number): Buffer | null {
  if (body.length > SMALL_BYTES || limit < SMALL_DECODED_BYTES) return null;
  try {
    // How long it says it is, so that it is unpacked into one piece; a lie costs a copy and nothing else.
    const toldBytes = body.length < GZIP_LEAST_BYTES ? 0 : body.readUInt32LE(body.length - 4);
    const chunkSize = Math.min(SMALL_DECODED_BYTES, Math.max(CHUNK_LEAST_BYTES, toldBytes + 1));
    return gunzipSync(body, { maxOutputLength: SMALL_DECODED_BYTES, chunkSize });
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

function parseText(body: Buffer, parse: (text: string) => void, done: (error: Error) => void): void {
  if (isUtf8(body)) parse(body.toString("utf8"));
  else done(new CarrierwatchError("bad_request", "the body is not UTF-8"));
}
