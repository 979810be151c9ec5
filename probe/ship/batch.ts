/**
 * Records of the spool as the body of one POST: the envelope around the bytes as they were spooled.
 *
 * Pure but for gzip. Nothing is parsed again, so a record that cannot be read here still reaches the collector.
 */
import { gzipSync } from "node:zlib";
import { WIRE_VERSION } from "../../collector/wire/ids.ts";
import type { BatchEnvelope } from "../../collector/wire/sample.ts";
import type { Taken } from "../spool/spool.ts";

export type BatchHead = Omit<BatchEnvelope, "wire" | "epoch" | "samples">;

/** JSON, uncompressed. */
export function bodyOf(taken: Taken, head: BatchHead): string {
  const envelope = JSON.stringify({ wire: WIRE_VERSION, epoch: taken.epoch, ...head });
  return `${envelope.slice(0, -1)},"samples":[${taken.records.map(({ text }) => text).join(",")}]}`;
}

/** Small bodies go as they are: compressing them costs more than it saves. */
export function packed(body: string): { bytes: Buffer; headers: Record<string, string> } {
  const headers = { "content-type": "application/json" };
  const bytes = Buffer.from(body, "utf8");
  if (bytes.length < 1_500) return { bytes, headers };
  return { bytes: gzipSync(bytes, { level: 6 }), headers: { ...headers, "content-encoding": "gzip" } };
}
