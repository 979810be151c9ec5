/**
 * A batch of samples as it crosses to the writer thread: one block of numbers and log bytes in memory that both share.
 *
 * Cloning objects with nested details would cost either thread more than storing them. What the writer has to look at
 * (place, identity, PDPs) stands in columns; the rest it only copies. Names and shared texts cross once (told.ts).
 */
import { liveLimitMs } from "../../archive/layout.ts";
import { putPdps } from "../../archive/pdp.ts";
import { codeOf, upCode } from "../../archive/strip.ts";
import type { SampleColumns } from "../../wire/columns.ts";
import { METRICS, PDP_MAX } from "../../wire/metric.ts";
import { nameAtVantage } from "../series.ts";
import type { ColumnRecords, SampleRecord } from "../store.ts";
import { FLAG, flagsOf } from "./log-record.ts";
import { OwnBytes } from "./own-bytes.ts";
import { hasBesideAt } from "./said-columns.ts";
import { hashOf } from "./shared-text.ts";
import { heard, type News } from "./told.ts";
import { type ToldName, type ToldTexts, toldTexts } from "./told-texts.ts";

const M = METRICS.length;
const TOTAL = METRICS.indexOf("total");

/** Whole numbers of a sample, this many of them one after the other. */
export const WORDS = 10 + M;
/** Places in `words`; the eight values begin at VALUES. */
export const WORD = {
  vantage: 0,
  name: 1,
  epoch: 2,
  shared: 3,
  stepS: 4,
  code: 5,
  present: 6,
  flags: 7,
  ownAt: 8,
  ownBytes: 9,
} as const;
export const VALUES = 10;
/** Above the byte of log-record's flags. */
export const CLAMPED = 1 << 8;
/** Tick and seq of a sample. */
const PLACE_BYTES = 16;
const WORDS_BYTES = WORDS * 4;

/** Room is taken in so many. */
const BLOCK_BYTES = 65_536;
/** More than these are let go. */
const SPARE_BLOCKS = 16;

/** As it is sent. */
export type Packed = {
  readonly count: number;
  readonly vantages: readonly string[];
  readonly epochs: readonly string[];
  /** Target, or target/address. */
  readonly names: News;
  /** Details that most samples of a series have in common. */
  readonly shared: News;
  /** Places, words and log bytes of all samples; the writer's until it has answered. */
  readonly block: SharedArrayBuffer;
  readonly ownBytes: number;
};

/** A text as the writer keeps it. */
export type Heard = { readonly text: string; readonly a: number; readonly b: number };

/** As it is worked on. */
export type Batch = {
  readonly count: number;
  readonly vantages: readonly string[];
  readonly epochs: readonly string[];
  readonly names: readonly string[];
  readonly shared: readonly Heard[];
  readonly words: Uint32Array;
  /** Tick and seq of each sample. */
  readonly places: Float64Array;
  readonly own: Uint8Array;
};

export type Packer = {
  packed(records: readonly SampleRecord[]): Packed;
  packedColumns(records: ColumnRecords): Packed;
  /** The writer has answered: the batch's block is used again. */
  done(packed: Packed): void;
};

/** The caller's end: what it packed has to arrive in order at one `unpacker`. */
export function packer(): Packer {
  const told = toldTexts();
  const sheet = new Sheet();
  return {
    packed(records) {
      sheet.begin(records.length);
      told.begin();
      const vantages = numbering();
      const epochs = numbering();
      for (let i = 0; i < records.length; i += 1) {
        const record = records[i];
        if (record) sheet.put(i, record, vantages.of(record.vantage), epochs.of(record.epoch), told);
      }
      return sheet.sealed(records.length, vantages.texts(), epochs.texts(), told.taken());
    },
    packedColumns(records) {
      sheet.begin(records.columns.count);
      told.begin();
      const names = told.names(records.columns.targets);
      sheet.putColumns(records, names, told);
      return sheet.sealed(records.columns.count, [records.vantage], [records.epoch], told.taken());
    },
    done: ({ block }) => sheet.giveBack(block),
  };
}

/** Samples one after the other, until they are copied into a block. */
class Sheet {
  private readonly own = new OwnBytes();
  private readonly blocks = new SpareBlocks();
  private words = new Uint32Array(0);
  private places = new Float64Array(0);
  /** Something of each sample, while its batch is looked at. */
  private each = new Uint32Array(0);

  begin(length: number): void {
    this.own.clear();
    if (this.words.length >= length * WORDS) return;
    this.words = new Uint32Array(length * WORDS);
    this.places = new Float64Array(length * 2);
    this.each = new Uint32Array(length);
  }

  put(i: number, record: SampleRecord, vantageNo: number, epochNo: number, told: ToldTexts): void {
    const { words, places, own } = this;
    const { sample, vantage } = record;
    const at = i * WORDS;
    places[i * 2] = sample.tick;
    places[i * 2 + 1] = sample.seq;
    const ownAt = own.length();
    const ownKeys = own.add(record);
    const name = told.name(nameAtVantage(sample.target, sample.address));
    words[at + WORD.vantage] = vantageNo;
    words[at + WORD.name] = name.number;
    words[at + WORD.epoch] = epochNo;
    words[at + WORD.shared] = told.text(name, vantage, sample, ownKeys);
    words[at + WORD.stepS] = sample.stepS;
    words[at + WORD.code] = codeOf(sample);
    words[at + WORD.present] = putPdps(words, at + VALUES, sample);
    words[at + WORD.flags] = flagsOf(record, isLive(record)) | (isClamped(record) ? CLAMPED : 0);
    words[at + WORD.ownAt] = ownAt;
    words[at + WORD.ownBytes] = own.length() - ownAt;
  }

  /**
   * The same of samples that nobody made objects of: up, of one vantage and one spool. Each thing of all of them in a loop
   * of its own.
   *
   * @param names By target.
   */
  putColumns(records: ColumnRecords, names: readonly ToldName[], told: ToldTexts): void {
    const { words, each, own } = this;
    const { columns, vantage, receivedMs, skewMs } = records;
    told.said(names, vantage, columns, each);
    for (let i = 0; i < columns.count; i += 1) {
      const at = i * WORDS;
      words[at + WORD.vantage] = 0;
      words[at + WORD.name] = names[columns.target[i] ?? 0]?.number ?? 0;
      words[at + WORD.epoch] = 0;
      words[at + WORD.shared] = each[i] ?? 0;
    }
    putTimes(this.places, words, records);
    putTimings(words, columns);
    let ownAt = own.length();
    own.addColumns(columns, receivedMs, skewMs, each);
    for (let i = 0; i < columns.count; i += 1) {
      const end = each[i] ?? 0;
      words[i * WORDS + WORD.ownAt] = ownAt;
      words[i * WORDS + WORD.ownBytes] = end - ownAt;
      ownAt = end;
    }
  }

  sealed(
    count: number,
    vantages: readonly string[],
    epochs: readonly string[],
    texts: ReturnType<ToldTexts["taken"]>,
  ): Packed {
    const { own, words, places } = this;
    const ownAt = count * (PLACE_BYTES + WORDS_BYTES);
    const block = this.blocks.taken(ownAt + own.length());
    new Float64Array(block, 0, count * 2).set(places.subarray(0, count * 2));
    new Uint32Array(block, count * PLACE_BYTES, count * WORDS).set(words.subarray(0, count * WORDS));
    own.copyTo(new Uint8Array(block), ownAt);
    return { count, vantages, epochs, ...texts, block, ownBytes: own.length() };
  }

  giveBack(block: SharedArrayBuffer): void {
    this.blocks.giveBack(block);
  }
}

/** Tick and seq, the step, and flags, of which CLAMPED is added with the timings. */
function putTimes(
  places: Float64Array,
  words: Uint32Array,
  { columns, receivedMs, skewMs }: ColumnRecords,
): void {
  const { tick, stepS, seq } = columns;
  const heardMs = receivedMs + (skewMs ?? 0);
  const up = skewMs === null ? 0 : FLAG.skew;
  for (let i = 0; i < columns.count; i += 1) {
    const of = tick[i] ?? 0;
    const step = stepS[i] ?? 0;
    const live = heardMs - of * 1_000 <= liveLimitMs(step) ? FLAG.live : 0;
    places[i * 2] = of;
    places[i * 2 + 1] = seq[i] ?? 0;
    words[i * WORDS + WORD.stepS] = step;
    words[i * WORDS + WORD.flags] = up | live | (hasBesideAt(columns, i) ? FLAG.beside : 0);
  }
}

/** Values, which there are, the strip's code of an up sample, and whether a value is as large as any can be. */
function putTimings(words: Uint32Array, { count, timings, present }: SampleColumns): void {
  for (let i = 0; i < count; i += 1) {
    const at = i * WORDS;
    const from = i * M;
    const bits = present[i] ?? 0;
    let clamped = 0;
    for (let m = 0; m < M; m += 1) {
      const value = timings[from + m] ?? 0;
      words[at + VALUES + m] = value;
      if (value === PDP_MAX) clamped = CLAMPED;
    }
    words[at + WORD.present] = bits;
    words[at + WORD.code] = upCode((bits >> TOTAL) & 1 ? (timings[from + TOTAL] ?? 0) : null);
    if (clamped !== 0) words[at + WORD.flags] = (words[at + WORD.flags] ?? 0) | clamped;
  }
}

/** Shared blocks that nobody uses at the moment: fresh memory for every batch costs more than filling it. */
class SpareBlocks {
  private spare: SharedArrayBuffer[] = [];

  taken(bytes: number): SharedArrayBuffer {
    const at = this.spare.findLastIndex(({ byteLength }) => byteLength >= bytes);
    const [found] = at < 0 ? [] : this.spare.splice(at, 1);
    return found ?? new SharedArrayBuffer(Math.max(1, Math.ceil(bytes / BLOCK_BYTES)) * BLOCK_BYTES);
  }

  giveBack(block: SharedArrayBuffer): void {
    this.spare.push(block);
    // The oldest goes: what batches are like now is what they will be like.
    if (this.spare.length > SPARE_BLOCKS) this.spare.shift();
  }
}

/** The writer's end: makes a batch of each message, in the order of arrival. */
export function unpacker(): (packed: Packed) => Batch {
  let names: string[] = [];
  let shared: Heard[] = [];
  return (packed) => {
    const { count, vantages, epochs, block, ownBytes } = packed;
    names = heard(names, packed.names, (text) => text);
    shared = heard(shared, packed.shared, (text) => ({ text, ...hashOf(text) }));
    const wordsAt = count * PLACE_BYTES;
    return {
      count,
      vantages,
      epochs,
      names,
      shared,
      places: new Float64Array(block, 0, count * 2),
      words: new Uint32Array(block, wordsAt, count * WORDS),
      own: new Uint8Array(block, wordsAt + count * WORDS_BYTES, ownBytes),
    };
  };
}

/** The shared text of the sample whose words begin at a place. @throws RangeError when it was never told. */
export function heardAt({ shared, words }: Batch, at: number): Heard {
  const text = shared[words[at + WORD.shared] ?? 0];
  if (!text) throw new RangeError("a sample came without its text");
  return text;
}

/** Texts by number, in the order they were first met: whole batches are of one vantage and one spool. */
function numbering() {
  const texts: string[] = [];
  const numbers = new Map<string, number>();
  let last = -1;
  return {
    of(text: string): number {
      if (last >= 0 && texts[last] === text) return last;
      last = numbers.get(text) ?? texts.length;
      if (last < texts.length) return last;
      numbers.set(text, last);
      texts.push(text);
      return last;
    },
    texts: (): readonly string[] => texts,
  };
}

function isLive({ sample, receivedMs, skewMs }: SampleRecord): boolean {
  return receivedMs + (skewMs ?? 0) - sample.tick * 1000 <= liveLimitMs(sample.stepS);
}

function isClamped({ sample }: SampleRecord): boolean {
  const { dns, connect, tls, wait, transfer, ttfb, total, speed } = sample.timings;
  return (
    dns === PDP_MAX ||
    connect === PDP_MAX ||
    tls === PDP_MAX ||
    wait === PDP_MAX ||
    transfer === PDP_MAX ||
    ttfb === PDP_MAX ||
    total === PDP_MAX ||
    speed === PDP_MAX
  );
}
