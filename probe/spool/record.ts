/**
 * The bytes of a segment: records of u32 length, u32 CRC-32 of the payload (both little-endian), payload.
 *
 * The payload is a sample as JSON, its seq, tick and target first, so that reading a spool needs no JSON parser.
 * Pure. A damaged record costs itself only: reading goes on at the next place where a length and a CRC agree.
 */
import { crc32 } from "node:zlib";
import type { Sample } from "../../collector/wire/sample.ts";

export type Unnumbered = Omit<Sample, "seq">;

/** `text` is what is sent, byte for byte as it was spooled. */
export type Stored = {
  readonly seq: number;
  readonly tick: number;
  readonly target: string;
  readonly text: string;
};

export type Scanned = {
  readonly records: readonly Stored[];
  /** Bytes up to the end of the last good record. */
  readonly goodBytes: number;
  /** Stretches of bytes that are no record. */
  readonly damaged: number;
};

const HEAD_BYTES = 8;
/** Longest payload; a sample with every field at its limit has under 8 KiB. */
export const PAYLOAD_MAX_BYTES = 32_768;
const OPENING = 0x7b;
const START = /^\{"seq":(\d{1,16}),"tick":(\d{1,12}),"target":"([a-z0-9-]{1,48})",/;

/** A sample as it is spooled and sent. */
export function recordOf(sample: Unnumbered, seq: number): Stored {
  const { target, tick, ...rest } = sample;
  return { seq, tick, target, text: JSON.stringify({ seq, tick, target, ...rest }) };
}

/** The bytes a record has in a segment. */
export function encode(text: string): Buffer {
  const payload = Buffer.from(text, "utf8");
  const bytes = Buffer.allocUnsafe(HEAD_BYTES + payload.length);
  bytes.writeUInt32LE(payload.length, 0);
  bytes.writeUInt32LE(crc32(payload), 4);
  payload.copy(bytes, HEAD_BYTES);
  return bytes;
}

/** Every good record of a segment, in its order. Never throws, whatever the bytes. */
export function scan(bytes: Buffer): Scanned {
  const records: Stored[] = [];
  let goodBytes = 0;
  let damaged = 0;
  let inDamage = false;
  for (let at = 0; at < bytes.length; ) {
    const found = readAt(bytes, at);
    if (found) {
      records.push(found.record);
      at = found.endBytes;
      goodBytes = at;
      inDamage = false;
      continue;
    }
    if (!inDamage) damaged += 1;
    inDamage = true;
    at += 1;
  }
  return { records, goodBytes, damaged };
}

function readAt(bytes: Buffer, at: number): { record: Stored; endBytes: number } | null {
  const from = at + HEAD_BYTES;
  if (from >= bytes.length || bytes[from] !== OPENING) return null;
  const length = bytes.readUInt32LE(at);
  const endBytes = from + length;
  if (length > PAYLOAD_MAX_BYTES || endBytes > bytes.length) return null;
  const payload = bytes.subarray(from, endBytes);
  if (crc32(payload) !== bytes.readUInt32LE(at + 4)) return null;
  const text = payload.toString("utf8");
  const start = START.exec(text);
  if (!start) return null;
  return {
    record: { seq: Number(start[1]), tick: Number(start[2]), target: start[3] ?? "", text },
    endBytes,
  };
}
