/**
 * A sample as the log keeps it: flags, which text it shares with its neighbours, whose spool it came from, its own bytes.
 *
 * What a record's place says (series, tick, step) is not repeated; what hardly changes from tick to tick (certificate,
 * protocol, failure) is one text, kept once per series and referred to by number. The PDPs of an up sample are its
 * timings: they are left out where the PDPs stand beside the record, open or in the tile.
 */
import { METRICS } from "../../wire/metric.ts";
import type { Detail, Sample, Timings } from "../../wire/sample.ts";
import { seriesKey } from "../series.ts";
import type { SampleRecord, SeriesKey, StoredSample } from "../store.ts";
import { hasBeside, readBeside, withBeside } from "./beside.ts";
import { type PdpBlock, pdpAt } from "./blocks.ts";
import { type ByteReader, type ByteWriter, byteReader, putVarint, varintAt } from "./bytes.ts";
import type { SharedParts } from "./shared-text.ts";

const M = METRICS.length;

/** The first byte of a record; its two lowest bits are the state. */
export const FLAG = {
  live: 4,
  skew: 8,
  elapsed: 16,
  /** The timings follow; without it they are the PDPs of the tick, and follow in a tile that has none. */
  timings: 32,
  /** Details were dropped to keep the budget. */
  stripped: 64,
  /** Numbers that belong into its shared text follow its own. */
  beside: 128,
} as const;
const STATE_BITS = 3;
const STATES = ["up", "down", "suspect", "unknown"] as const satisfies Sample["state"][];

/** Numbers that change with every tick, a bit each in this order: the order is the format, new ones go to the end. */
export const NUMBERS = [
  "status",
  "bodyBytes",
  "wireBytes",
  "receiveBps",
  "redirects",
  "redirectUs",
  "tlsNetUs",
  "headerBytes",
  "lateMs",
  "loopDelayMs",
] as const satisfies (keyof Detail)[];
/** After the numbers' bits: how the address is written, and its family, which most often follows from it. */
export const BIT = {
  addressText: 1 << NUMBERS.length,
  addressV4: 2 << NUMBERS.length,
  family4: 4 << NUMBERS.length,
  family6: 8 << NUMBERS.length,
} as const;
export const V4_PARTS = 4;

/** How many shared texts a series has to have for a record of it. @param at Where the record begins. */
export function textsNeeded(bytes: Uint8Array, at = 0): number {
  return varintAt(bytes, at + 1);
}

export function flagsOf({ sample, skewMs }: SampleRecord, live: boolean): number {
  return (
    STATES.indexOf(sample.state) |
    (live ? FLAG.live : 0) |
    (skewMs === null ? 0 : FLAG.skew) |
    (sample.failure ? FLAG.elapsed : 0) |
    (hasBeside(sample.detail) ? FLAG.beside : 0) |
    (sample.state === "up" ? 0 : FLAG.timings)
  );
}

/** What is looked at without reading all of a record. */
export type RecordHead = {
  readonly flags: number;
  /** Number of the shared text; null when it has none any more. */
  readonly shared: number | null;
  readonly epoch: number;
  readonly seq: number;
  /** Where the record's own bytes begin. */
  readonly ownAt: number;
};

export function recordHead(bytes: Uint8Array, at = 0): RecordHead {
  const reader = byteReader(bytes, at);
  const flags = reader.byte();
  const shared = reader.varint();
  const epoch = reader.varint();
  const ownAt = reader.at();
  return { flags, shared: shared === 0 ? null : shared - 1, epoch, seq: reader.varint(), ownAt };
}

/** The timings of an up sample, as they are appended to its record. @returns bytes used of `to`. */
export function putTimings(to: Uint8Array, at: number, pdps: PdpBlock, slot: number): number {
  const present = pdps.flags[slot] ?? 0;
  to[at] = present;
  let place = at + 1;
  for (let m = 0; m < M; m += 1)
    if ((present >> m) & 1) place = putVarint(to, place, pdps.values[slot * M + m] ?? 0);
  return place;
}

/** The timings that follow a record of an up sample, in METRICS order, and where they begin. */
export function timingsBehind(bytes: Uint8Array): {
  readonly at: number;
  readonly values: (number | null)[];
} {
  const { flags, ownAt } = recordHead(bytes);
  const reader = byteReader(bytes, ownAt);
  reader.varint();
  reader.signed();
  reader.signed();
  if (flags & FLAG.skew) reader.number();
  if (flags & FLAG.elapsed) reader.varint();
  readNumbers(reader);
  if (flags & FLAG.beside) readBeside(reader);
  const at = reader.at();
  const present = reader.byte();
  return { at, values: METRICS.map((_, m) => ((present >> m) & 1 ? reader.varint() : null)) };
}

/** Whether a record is of an up sample. */
export function isUp(bytes: Uint8Array): boolean {
  return ((bytes[0] ?? 0) & STATE_BITS) === STATES.indexOf("up");
}

/** Most bytes `putTimings` takes. */
export const TIMINGS_MOST_BYTES = 1 + M * 5;

/** The same record without its numbers, those beside its text and, unless it says why it failed, without its shared text. */
export function strippedRecord(bytes: Uint8Array, writer: ByteWriter, keepShared: boolean): void {
  const { flags, shared, epoch, ownAt } = recordHead(bytes);
  const reader = byteReader(bytes, ownAt);
  writer.byte((flags | FLAG.stripped) & ~FLAG.beside);
  writer.varint(keepShared && shared !== null ? shared + 1 : 0);
  writer.varint(epoch);
  writer.varint(reader.varint());
  writer.signed(reader.signed());
  writer.signed(reader.signed());
  if (flags & FLAG.skew) writer.number(reader.number());
  if (flags & FLAG.elapsed) writer.varint(reader.varint());
  readNumbers(reader);
  if (flags & FLAG.beside) readBeside(reader);
  writer.varint(0);
  for (let at = reader.at(); at < bytes.length; at += 1) writer.byte(bytes[at] ?? 0);
}

function readNumbers(reader: ByteReader): Detail {
  const bits = reader.varint();
  const detail: Record<string, unknown> = {};
  NUMBERS.forEach((key, i) => {
    if ((bits >> i) & 1) detail[key] = reader.number();
  });
  if (bits & BIT.family4) detail["family"] = 4;
  if (bits & BIT.family6) detail["family"] = 6;
  if (bits & BIT.addressText) detail["address"] = reader.text();
  if (bits & BIT.addressV4)
    detail["address"] = [reader.byte(), reader.byte(), reader.byte(), reader.byte()].join(".");
  return detail as Detail;
}

/** Where a record stands, and how to find what it refers to. */
export type Around = {
  readonly series: SeriesKey;
  readonly tick: number;
  readonly stepS: number;
  /** The tick's place in the PDPs that stand beside the record; null when none do. */
  readonly pdps: { readonly block: PdpBlock; readonly slot: number } | null;
  epoch(number: number): string;
  /** What a shared text says; the same object for the same text. */
  shared(number: number): SharedParts;
};

export function storedOf(bytes: Uint8Array, around: Around): StoredSample {
  const { flags, shared, epoch, ownAt } = recordHead(bytes);
  const { series, tick, stepS } = around;
  const reader = byteReader(bytes, ownAt);
  const seq = reader.varint();
  const receivedMs = reader.signed() + tick * 1_000;
  const startedMs = reader.signed() + tick * 1_000;
  const skewMs = flags & FLAG.skew ? reader.number() : null;
  const elapsedUs = flags & FLAG.elapsed ? reader.varint() : 0;
  const own = readNumbers(reader);
  const beside = flags & FLAG.beside ? readBeside(reader) : null;
  const { d, f, u }: SharedParts = shared === null ? {} : around.shared(shared);
  const { target, vantage, address } = seriesKey(series.target, series.vantage, series.address);
  return {
    vantage,
    epoch: around.epoch(epoch),
    receivedMs,
    skewMs,
    live: (flags & FLAG.live) !== 0,
    sample: {
      target,
      ...(address === undefined ? {} : { address }),
      tick,
      stepS,
      seq,
      startedMs,
      state: STATES[flags & STATE_BITS] ?? "unknown",
      ...(f ? { failure: { ...f, elapsedUs } } : {}),
      ...(u ? { unknownReason: u } : {}),
      timings: timingsOf(flags, reader, around),
      detail: flags & FLAG.stripped ? {} : { ...(d && beside ? withBeside(d, beside) : d), ...own },
    },
  };
}

function timingsOf(flags: number, reader: ByteReader, { pdps }: Around): Timings {
  if (flags & FLAG.timings || !pdps) {
    const present = reader.byte();
    return asTimings((m) => ((present >> m) & 1 ? reader.varint() : null));
  }
  return asTimings((m) => pdpAt(pdps.block, pdps.slot, m));
}

/** @param value Asked once for each metric, in order. */
function asTimings(value: (m: number) => number | null): Timings {
  const timings: Record<string, number | null> = {};
  for (let m = 0; m < M; m += 1) timings[METRICS[m] ?? ""] = value(m);
  return timings as Timings;
}

const STATUS = NUMBERS.indexOf("status");
const BODY_BYTES = NUMBERS.indexOf("bodyBytes");

/** What is read besides a record's beginning. */
type Wanted = { readonly values: boolean; readonly answers: boolean };

/** A record read at a glance: nothing is made for it. What `read` leaves holds until it is called again. */
export class RecordGlance {
  /** As in STATES' order: 0 up, 1 down, 2 suspect, 3 unknown. */
  state = 0;
  /** Number of the shared text; -1 when it has none any more. */
  shared = -1;
  /** NaN = unknown. */
  skewMs = Number.NaN;
  /** Bits of an up sample's timings; 0 of others and where they were not asked for. */
  present = 0;
  readonly values = new Uint32Array(M);
  /** 0 = none, or it was not asked for. */
  status = 0;
  /** NaN likewise. */
  bodyBytes = Number.NaN;
  private bytes: Uint8Array = new Uint8Array(0);
  private at = 0;

  /** @param pdps Where the timings of an open record stand; null = the record has them. */
  read(bytes: Uint8Array, from: number, wanted: Wanted, pdps: Around["pdps"]): void {
    this.bytes = bytes;
    this.at = from + 1;
    const flags = bytes[from] ?? 0;
    this.state = flags & STATE_BITS;
    this.shared = this.varint() - 1;
    // Epoch, seq, when it was received, when it began.
    for (let i = 0; i < 4; i += 1) this.varint();
    this.skewMs = flags & FLAG.skew ? this.number() : Number.NaN;
    this.present = 0;
    this.status = 0;
    this.bodyBytes = Number.NaN;
    const wantsValues = wanted.values && this.state === 0;
    const hasValues = (flags & FLAG.timings) !== 0 || pdps === null;
    if (wanted.answers || (wantsValues && hasValues)) this.readNumbers(flags, wanted.answers);
    if (!wantsValues) return;
    this.values.fill(0);
    if (hasValues) this.readTimings();
    else {
      this.present = pdps.block.flags[pdps.slot] ?? 0;
      for (let m = 0; m < M; m += 1) this.values[m] = pdps.block.values[pdps.slot * M + m] ?? 0;
    }
  }

  private readNumbers(flags: number, answers: boolean): void {
    if (flags & FLAG.elapsed) this.varint();
    const bits = this.varint();
    for (let i = 0; i < NUMBERS.length; i += 1) {
      if (!((bits >> i) & 1)) continue;
      const value = this.number();
      if (answers && i === STATUS) this.status = value;
      if (answers && i === BODY_BYTES) this.bodyBytes = value;
    }
    if (bits & BIT.addressText) {
      const length = this.varint();
      this.at += length;
    }
    if (bits & BIT.addressV4) this.at += V4_PARTS;
    if (flags & FLAG.beside) this.passBeside();
  }

  private passBeside(): void {
    for (let left = this.varint(); left > 0; left -= 1) this.varint();
    for (let kinds = this.varint(); kinds > 0; kinds &= kinds - 1) this.varint();
  }

  private readTimings(): void {
    this.present = this.bytes[this.at] ?? 0;
    this.at += 1;
    for (let m = 0; m < M; m += 1) if ((this.present >> m) & 1) this.values[m] = this.varint();
  }

  private varint(): number {
    const { bytes } = this;
    let value = 0;
    for (let scale = 1; this.at < bytes.length; scale *= 0x80) {
      const next = bytes[this.at] ?? 0;
      this.at += 1;
      value += (next & 0x7f) * scale;
      if (next < 0x80) break;
    }
    return value;
  }

  private number(): number {
    const reader = byteReader(this.bytes, this.at);
    const value = reader.number();
    this.at = reader.at();
    return value;
  }
}
