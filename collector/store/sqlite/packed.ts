/**
 * A batch of samples as it crosses to the writer thread: one block of numbers and log bytes in memory that both share.
 *
 * Cloning objects with nested details would cost either thread more than storing them. What the writer has to look at
 * (place, identity, PDPs) stands in columns; the rest it only copies. Names and shared texts cross once (told.ts).
 */
import { liveLimitMs } from "../../archive/layout.ts";
import { putPdps } from "../../archive/pdp.ts";
import { codeOf } from "../../archive/strip.ts";
import { METRICS, PDP_MAX } from "../../wire/metric.ts";
import type { SampleRecord } from "../store.ts";
import { flagsOf } from "./log-record.ts";
import { OwnBytes } from "./own-bytes.ts";
import { hashOf } from "./shared-text.ts";
import { heard, type News } from "./told.ts";
import { toldTexts } from "./told-texts.ts";

const M = METRICS.length;

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
  /** The writer has answered: the batch's block is used again. */
  done(packed: Packed): void;
};

/** The caller's end: what it packed has to arrive in order at one `unpacker`. */
export function packer(): Packer {
  const told = toldTexts();
  const own = new OwnBytes();
  let words = new Uint32Array(0);
  let places = new Float64Array(0);
  const blocks = new SpareBlocks();
  const packed = (records: readonly SampleRecord[]): Packed => {
    const { length } = records;
    if (words.length < length * WORDS) {
      words = new Uint32Array(length * WORDS);
      places = new Float64Array(length * 2);
    }
    own.clear();
    told.begin();
    const vantages = numbering();
    const epochs = numbering();
    for (let i = 0; i < length; i += 1) {
      const record = records[i];
      if (!record) continue;
      const { sample, vantage, epoch } = record;
      const at = i * WORDS;
      places[i * 2] = sample.tick;
      places[i * 2 + 1] = sample.seq;
      const ownAt = own.length();
      const ownKeys = own.add(record);
      const vantageNo = vantages.of(vantage);
      const name = told.name(sample);
      words[at + WORD.vantage] = vantageNo;
      words[at + WORD.name] = name.number;
      words[at + WORD.epoch] = epochs.of(epoch);
      words[at + WORD.shared] = told.text(name, vantage, sample, ownKeys);
      words[at + WORD.stepS] = sample.stepS;
      words[at + WORD.code] = codeOf(sample);
      words[at + WORD.present] = putPdps(words, at + VALUES, sample);
      words[at + WORD.flags] = flagsOf(record, isLive(record)) | (isClamped(record) ? CLAMPED : 0);
      words[at + WORD.ownAt] = ownAt;
      words[at + WORD.ownBytes] = own.length() - ownAt;
    }
    const ownAt = length * (PLACE_BYTES + WORDS_BYTES);
    const block = blocks.taken(ownAt + own.length());
    new Float64Array(block, 0, length * 2).set(places.subarray(0, length * 2));
    new Uint32Array(block, length * PLACE_BYTES, length * WORDS).set(words.subarray(0, length * WORDS));
    own.copyTo(new Uint8Array(block), ownAt);
    return {
      count: length,
      vantages: vantages.texts(),
      epochs: epochs.texts(),
      ...told.taken(),
      block,
      ownBytes: own.length(),
    };
  };
  return { packed, done: ({ block }) => blocks.giveBack(block) };
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
