/**
 * A sample as the log keeps it: flags, which text it shares with its neighbours, whose spool it came from, its own bytes.
 *
 * What a record's place says (series, tick, step) is not repeated; what hardly changes from tick to tick (certificate,
 * protocol, failure) is one text, kept once per series and referred to by number. The PDPs of an up sample are its
 * timings: they are left out while the open PDPs hold them, and appended when the record goes to its tile.
 */
import { METRICS } from "../../wire/metric.ts";
import type { Detail, Failure, Sample, Timings } from "../../wire/sample.ts";
import { seriesKey } from "../series.ts";
import type { SampleRecord, SeriesKey, StoredSample } from "../store.ts";
import { type PdpBlock, pdpAt } from "./blocks.ts";
import { type ByteReader, type ByteWriter, byteReader, putVarint } from "./bytes.ts";

const M = METRICS.length;

/** The first byte of a record; its two lowest bits are the state. */
export const FLAG = {
  live: 4,
  skew: 8,
  elapsed: 16,
  /** The timings follow; without it they are the PDPs of the tick. */
  timings: 32,
  /** Details were dropped to keep the budget. */
  stripped: 64,
} as const;
const STATE_BITS = 3;
const STATES = ["up", "down", "suspect", "unknown"] as const satisfies Sample["state"][];

/** Numbers that change with every tick, a bit each in this order: the order is the format, new ones go to the end. */
const NUMBERS = [
  "status",
  "bodyBytes",
  "wireBytes",
  "receiveBps",
  "redirects",
  "redirectUs",
  "family",
  "tlsNetUs",
  "headerBytes",
  "lateMs",
  "loopDelayMs",
] as const satisfies (keyof Detail)[];
const ADDRESS_BIT = 1 << NUMBERS.length;
const OWN_KEYS: ReadonlySet<string> = new Set([...NUMBERS, "address"]);

/** What samples of a series have in common: most details, how it failed, why nobody measured. */
type Shared = {
  readonly d?: Detail;
  readonly f?: Omit<Failure, "elapsedUs">;
  readonly u?: Sample["unknownReason"];
};

export function sharedOf({ detail, failure, unknownReason }: Sample): string {
  const rest: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(detail))
    if (!(OWN_KEYS.has(key) && isOwn(key, value))) rest[key] = value;
  if (failure === undefined && unknownReason === undefined) return JSON.stringify({ d: rest });
  const { elapsedUs: _, ...f } = failure ?? { elapsedUs: 0 };
  return JSON.stringify({
    d: rest,
    ...(failure ? { f } : {}),
    ...(unknownReason ? { u: unknownReason } : {}),
  });
}

/** Whether a detail stands in the record itself and not in the shared text. */
function isOwn(key: string, value: unknown): boolean {
  return key === "address" ? typeof value === "string" : typeof value === "number";
}

/** Whether a shared text says how a sample failed: it is kept when details are dropped. */
export function saysWhy(shared: string): boolean {
  const { f, u } = JSON.parse(shared) as Shared;
  return f !== undefined || u !== undefined;
}

export function flagsOf({ sample, skewMs }: SampleRecord, live: boolean): number {
  return (
    STATES.indexOf(sample.state) |
    (live ? FLAG.live : 0) |
    (skewMs === null ? 0 : FLAG.skew) |
    (sample.failure ? FLAG.elapsed : 0) |
    (sample.state === "up" ? 0 : FLAG.timings)
  );
}

/** What follows flags, shared number and epoch number. */
export function writeOwn(to: ByteWriter, { sample, receivedMs, skewMs }: SampleRecord): void {
  const tickMs = sample.tick * 1_000;
  to.varint(sample.seq);
  to.signed(receivedMs - tickMs);
  to.signed(sample.startedMs - tickMs);
  if (skewMs !== null) to.number(skewMs);
  if (sample.failure) to.varint(sample.failure.elapsedUs);
  writeNumbers(to, sample.detail);
  if (sample.state === "up") return;
  let present = 0;
  METRICS.forEach((metric, m) => {
    if (sample.timings[metric] !== null) present |= 1 << m;
  });
  to.byte(present);
  for (const metric of METRICS) {
    const value = sample.timings[metric];
    if (value !== null) to.varint(value);
  }
}

function writeNumbers(to: ByteWriter, detail: Detail): void {
  let bits = 0;
  NUMBERS.forEach((key, i) => {
    if (typeof detail[key] === "number") bits |= 1 << i;
  });
  if (detail.address !== undefined) bits |= ADDRESS_BIT;
  to.varint(bits);
  for (const key of NUMBERS) {
    const value = detail[key];
    if (typeof value === "number") to.number(value);
  }
  if (detail.address !== undefined) to.text(detail.address);
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

/** Most bytes `putTimings` takes. */
export const TIMINGS_MOST_BYTES = 1 + M * 5;

/** The same record without its numbers and, unless it says why it failed, without its shared text. */
export function strippedRecord(bytes: Uint8Array, writer: ByteWriter, keepShared: boolean): void {
  const { flags, shared, epoch, ownAt } = recordHead(bytes);
  const reader = byteReader(bytes, ownAt);
  writer.byte(flags | FLAG.stripped);
  writer.varint(keepShared && shared !== null ? shared + 1 : 0);
  writer.varint(epoch);
  writer.varint(reader.varint());
  writer.signed(reader.signed());
  writer.signed(reader.signed());
  if (flags & FLAG.skew) writer.number(reader.number());
  if (flags & FLAG.elapsed) writer.varint(reader.varint());
  readNumbers(reader);
  writer.varint(0);
  for (let at = reader.at(); at < bytes.length; at += 1) writer.byte(bytes[at] ?? 0);
}

function readNumbers(reader: ByteReader): Detail {
  const bits = reader.varint();
  const detail: Record<string, unknown> = {};
  NUMBERS.forEach((key, i) => {
    if ((bits >> i) & 1) detail[key] = reader.number();
  });
  if (bits & ADDRESS_BIT) detail["address"] = reader.text();
  return detail as Detail;
}

/** Where a record stands, and how to find what it refers to. */
export type Around = {
  readonly series: SeriesKey;
  readonly tick: number;
  readonly stepS: number;
  /** The tick's place in the open PDPs; null when the record is in a tile. */
  readonly pdps: { readonly block: PdpBlock; readonly slot: number } | null;
  epoch(number: number): string;
  shared(number: number): string;
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
  const { d, f, u }: Shared = shared === null ? {} : JSON.parse(around.shared(shared));
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
      detail: flags & FLAG.stripped ? {} : { ...d, ...own },
    },
  };
}

function timingsOf(flags: number, reader: ByteReader, { pdps }: Around): Timings {
  if (flags & FLAG.timings || !pdps) {
    const present = reader.byte();
    return asTimings(METRICS.map((_, m) => ((present >> m) & 1 ? reader.varint() : null)));
  }
  return asTimings(METRICS.map((_, m) => pdpAt(pdps.block, pdps.slot, m)));
}

function asTimings(values: readonly (number | null)[]): Timings {
  return Object.fromEntries(METRICS.map((metric, m) => [metric, values[m] ?? null])) as Timings;
}
