/**
 * The own bytes of samples, as a log record has them behind flags, shared text and epoch: what differs from tick to tick.
 *
 * Written on the caller's thread for every sample, one behind the other, and copied from there into the record.
 * log-record.ts reads them.
 */

import type { SampleColumns } from "../../wire/columns.ts";
import { METRICS } from "../../wire/metric.ts";
import type { Detail, Timings } from "../../wire/sample.ts";
import type { SampleRecord } from "../store.ts";
import { besideMostBytes, hasBeside, putBeside } from "./beside.ts";
import { MOST_NUMBER_BYTES, putNumber, putNumbers, putSigned, putText, putVarint } from "./bytes.ts";
import { BIT, NUMBERS, V4_PARTS } from "./log-record.ts";
import { besideMostBytesAt, putBesideAt } from "./said-columns.ts";

const M = METRICS.length;
const FIRST_OWN_BYTES = 64 * 1024;
/** Own bytes of a sample without its address, at most: 18 numbers and what says which there are. */
const OWN_MOST_BYTES = (10 + NUMBERS.length) * MOST_NUMBER_BYTES + M * MOST_NUMBER_BYTES;

/**
 * What follows flags, shared number and epoch number of each record, one behind the other.
 * Room is asked for once a record: this is done for every sample.
 */
export class OwnBytes {
  private bytes = new Uint8Array(FIRST_OWN_BYTES);
  private at = 0;
  /** Of one detail, in the order of NUMBERS. */
  private readonly numbers = new Float64Array(NUMBERS.length);

  length(): number {
    return this.at;
  }

  clear(): void {
    this.at = 0;
  }

  /** Copies what was written to a place. */
  copyTo(to: Uint8Array, at: number): void {
    to.set(this.bytes.subarray(0, this.at), at);
  }

  /** @returns How many of the detail's keys are in it. */
  add({ sample, receivedMs, skewMs }: SampleRecord): number {
    const { tick, detail, state } = sample;
    this.room(OWN_MOST_BYTES + (detail.address?.length ?? 0) * 3 + besideMostBytes(detail));
    const { bytes } = this;
    let at = putVarint(bytes, this.at, sample.seq);
    at = putSigned(bytes, at, receivedMs - tick * 1_000);
    at = putSigned(bytes, at, sample.startedMs - tick * 1_000);
    if (skewMs !== null) at = putNumber(bytes, at, skewMs);
    if (sample.failure) at = putVarint(bytes, at, sample.failure.elapsedUs);
    const keys = numbersOf(detail, this.numbers);
    at = putDetail(bytes, at, detail, keys, this.numbers);
    if (hasBeside(detail)) at = putBeside(bytes, at, detail);
    this.at = state === "up" ? at : putOwnTimings(bytes, at, sample.timings);
    return onesIn(keys) + (detail.family === undefined ? 0 : 1) + (detail.address === undefined ? 0 : 1);
  }

  /**
   * The same of up samples that nobody made objects of.
   *
   * @param ends Gets where the bytes of each end: they begin where the last one's do.
   */
  addColumns(columns: SampleColumns, receivedMs: number, skewMs: number | null, ends: Uint32Array): void {
    const { tick, seq, startedMs, address, addresses, family, numbersPresent, numbers } = columns;
    const skew = new Uint8Array(MOST_NUMBER_BYTES);
    const skewBytes = skewMs === null ? 0 : putNumber(skew, 0, skewMs);
    for (let i = 0; i < columns.count; i += 1) {
      const tickMs = (tick[i] ?? 0) * 1_000;
      const from = addresses[(address[i] ?? 0) - 1];
      const besideBytes = besideMostBytesAt(columns, i);
      this.room(OWN_MOST_BYTES + (from?.length ?? 0) * 3 + besideBytes);
      const { bytes } = this;
      let at = putVarint(bytes, this.at, seq[i] ?? 0);
      at = putSigned(bytes, at, receivedMs - tickMs);
      at = putSigned(bytes, at, (startedMs[i] ?? 0) - tickMs);
      for (let k = 0; k < skewBytes; k += 1) bytes[at + k] = skew[k] ?? 0;
      const bits = numbersPresent[i] ?? 0;
      const v4 = from === undefined ? null : v4Of(from);
      const of = family[i] as Detail["family"] | 0;
      at = putVarint(bytes, at + skewBytes, bits | familyBit(of || undefined) | addressBit(from, v4));
      at = putNumbers(bytes, at, numbers, i * NUMBERS.length, bits);
      if (from !== undefined) at = putAddress(bytes, at, from, v4);
      if (besideBytes > 0) at = putBesideAt(bytes, at, columns, i);
      this.at = at;
      ends[i] = at;
    }
  }

  private room(wanted: number): void {
    if (this.at + wanted <= this.bytes.length) return;
    const larger = new Uint8Array((this.at + wanted) * 2);
    larger.set(this.bytes);
    this.bytes = larger;
  }
}

function putOwnTimings(bytes: Uint8Array, from: number, timings: Timings): number {
  let present = 0;
  let at = from + 1;
  for (let m = 0; m < M; m += 1) {
    const value = timings[METRICS[m] ?? "total"];
    if (value === null) continue;
    present |= 1 << m;
    at = putVarint(bytes, at, value);
  }
  bytes[from] = present;
  return at;
}

/** Puts NUMBERS into a list, one by one: a name that is known here is found faster. @returns which there are, a bit each */
function numbersOf(detail: Detail, to: Float64Array): number {
  return (
    putOne(to, 0, detail.status) |
    putOne(to, 1, detail.bodyBytes) |
    putOne(to, 2, detail.wireBytes) |
    putOne(to, 3, detail.receiveBps) |
    putOne(to, 4, detail.redirects) |
    putOne(to, 5, detail.redirectUs) |
    putOne(to, 6, detail.tlsNetUs) |
    putOne(to, 7, detail.headerBytes) |
    putOne(to, 8, detail.lateMs) |
    putOne(to, 9, detail.loopDelayMs)
  );
}

function putOne(to: Float64Array, i: number, value: number | null | undefined): number {
  if (typeof value !== "number") return 0;
  to[i] = value;
  return 1 << i;
}

/** In the order of NUMBERS, then the address. */
function putDetail(
  bytes: Uint8Array,
  from: number,
  detail: Detail,
  bits: number,
  numbers: Float64Array,
): number {
  const { address } = detail;
  const v4 = address === undefined ? null : v4Of(address);
  const at = putVarint(bytes, from, bits | familyBit(detail.family) | addressBit(address, v4));
  const end = putNumbers(bytes, at, numbers, 0, bits);
  return address === undefined ? end : putAddress(bytes, end, address, v4);
}

function putAddress(bytes: Uint8Array, at: number, address: string, v4: number | null): number {
  if (v4 === null) return putText(bytes, at, address);
  for (let i = 0; i < V4_PARTS; i += 1) bytes[at + i] = (v4 >>> (24 - i * 8)) & 0xff;
  return at + V4_PARTS;
}

function familyBit(family: Detail["family"]): number {
  if (family === undefined) return 0;
  return family === 4 ? BIT.family4 : BIT.family6;
}

function addressBit(address: string | undefined, v4: number | null): number {
  if (address === undefined) return 0;
  return v4 === null ? BIT.addressText : BIT.addressV4;
}

function onesIn(bits: number): number {
  let ones = 0;
  for (let left = bits; left !== 0; left &= left - 1) ones += 1;
  return ones;
}

/** The 32 bits of an IPv4 address in its one plain form; null = anything else. */
function v4Of(address: string): number | null {
  let value = 0;
  let part = -1;
  let parts = 1;
  for (let i = 0; i < address.length; i += 1) {
    const digit = address.charCodeAt(i) - 48;
    if (digit === -2) {
      if (part < 0) return null;
      value = value * 256 + part;
      part = -1;
      parts += 1;
    } else if (digit < 0 || digit > 9 || part === 0) return null;
    else part = Math.max(0, part) * 10 + digit;
    if (part > 255) return null;
  }
  return parts === V4_PARTS && part >= 0 ? (value * 256 + part) >>> 0 : null;
}
