/**
 * Records of the spool as the body of one POST: the envelope around the bytes as they were spooled, or the same in columns.
 *
 * Pure but for gzip. As JSON nothing is parsed again; a record that cannot be read here reaches the collector either way.
 */
import { gzipSync } from "node:zlib";
import { COLUMNS_TYPE } from "../../collector/wire/columns.ts";
import { WIRE_VERSION } from "../../collector/wire/ids.ts";
import type { BatchEnvelope } from "../../collector/wire/sample.ts";
import type { Taken } from "../spool/spool.ts";
import { columnsOf, type ToldCertificates } from "./columns.ts";

const SMALL_BYTES = 1_500;
const LEVEL = 6;
/** Columns of numbers hardly become smaller; what is mostly text does. */
const TEXT_WORTH = 0.2;

export type BatchHead = Omit<BatchEnvelope, "wire" | "epoch" | "samples">;

export type Body = { readonly bytes: Uint8Array; readonly headers: Readonly<Record<string, string>> };

/** JSON, uncompressed. */
export function bodyOf(taken: Taken, head: BatchHead): string {
  const envelope = JSON.stringify({ wire: WIRE_VERSION, epoch: taken.epoch, ...head });
  return `${envelope.slice(0, -1)},"samples":[${taken.records.map(({ text }) => text).join(",")}]}`;
}

/** Small bodies go as they are: compressing them costs more than it saves. */
export function packed(body: string): Body {
  const headers = { "content-type": "application/json" };
  const bytes = Buffer.from(body, "utf8");
  return bytes.length < SMALL_BYTES ? { bytes, headers } : gzipped(bytes, headers);
}

/** For a collector that reads columns. @returns also the certificates that it is told with this. */
export function packedColumns(
  taken: Taken,
  head: BatchHead,
  told: ToldCertificates,
): Body & { readonly certificates: readonly string[] } {
  const { bytes, certificates, textBytes } = columnsOf(
    taken.records.map(({ text }) => text),
    { wire: WIRE_VERSION, epoch: taken.epoch, ...head },
    told,
  );
  const headers = { "content-type": COLUMNS_TYPE };
  if (bytes.length < SMALL_BYTES || textBytes < bytes.length * TEXT_WORTH)
    return { bytes, headers, certificates };
  return { ...gzipped(bytes, headers), certificates };
}

function gzipped(bytes: Uint8Array, headers: Body["headers"]): Body {
  return { bytes: gzipSync(bytes, { level: LEVEL }), headers: { ...headers, "content-encoding": "gzip" } };
}
