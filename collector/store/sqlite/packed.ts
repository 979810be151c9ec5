/**
 * A batch of samples as it crosses to the writer thread: columns of numbers, texts once each, and each sample's log bytes.
 *
 * Cloning objects with nested details would cost either thread more than storing them. What the writer has to look at
 * (place, identity, PDPs) stands in the columns; the rest it only copies.
 */
import { liveLimitMs } from "../../archive/layout.ts";
import { pdpsOf } from "../../archive/pdp.ts";
import { codeOf } from "../../archive/strip.ts";
import { METRICS, PDP_MAX } from "../../wire/metric.ts";
import type { SampleRecord } from "../store.ts";
import { byteWriter } from "./bytes.ts";
import { flagsOf, sharedOf, writeOwn } from "./log-record.ts";

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

export type Packed = {
  readonly count: number;
  readonly vantages: readonly string[];
  /** Target, or target/address. */
  readonly names: readonly string[];
  readonly epochs: readonly string[];
  /** Details that most samples of a series have in common, as text, and two words of hash for each. */
  readonly shared: readonly string[];
  readonly hashes: Uint32Array<ArrayBuffer>;
  readonly words: Uint32Array<ArrayBuffer>;
  /** Tick and seq of each sample. */
  readonly places: Float64Array<ArrayBuffer>;
  readonly own: Uint8Array<ArrayBuffer>;
};

/** Texts by number, in the order they were first met. */
function numbering() {
  const numbers = new Map<string, number>();
  return {
    of(text: string): number {
      const known = numbers.get(text);
      if (known !== undefined) return known;
      numbers.set(text, numbers.size);
      return numbers.size - 1;
    },
    texts: () => [...numbers.keys()],
  };
}

export function pack(records: readonly SampleRecord[]): Packed {
  const vantages = numbering();
  const names = numbering();
  const epochs = numbering();
  const shared = numbering();
  const words = new Uint32Array(records.length * WORDS);
  const places = new Float64Array(records.length * 2);
  const own = byteWriter();
  records.forEach((record, i) => {
    const { sample, vantage, epoch } = record;
    const at = i * WORDS;
    places[i * 2] = sample.tick;
    places[i * 2 + 1] = sample.seq;
    words[at + WORD.vantage] = vantages.of(vantage);
    words[at + WORD.name] = names.of(
      sample.address === undefined ? sample.target : `${sample.target}/${sample.address}`,
    );
    words[at + WORD.epoch] = epochs.of(epoch);
    words[at + WORD.shared] = shared.of(sharedOf(sample));
    words[at + WORD.stepS] = sample.stepS;
    words[at + WORD.code] = codeOf(sample);
    words[at + WORD.present] = putValues(words, at + VALUES, sample);
    words[at + WORD.flags] = flagsOf(record, isLive(record)) | (isClamped(record) ? CLAMPED : 0);
    words[at + WORD.ownAt] = own.length();
    writeOwn(own, record);
    words[at + WORD.ownBytes] = own.length() - (words[at + WORD.ownAt] ?? 0);
  });
  const texts = shared.texts();
  return {
    count: records.length,
    vantages: vantages.texts(),
    names: names.texts(),
    epochs: epochs.texts(),
    shared: texts,
    hashes: hashesOf(texts),
    words,
    places,
    own: own.taken(),
  };
}

/** @returns Which metrics have a value, a bit each. */
function putValues(words: Uint32Array, at: number, sample: SampleRecord["sample"]): number {
  const pdps = pdpsOf(sample);
  let present = 0;
  for (let m = 0; m < M; m += 1) {
    const value = pdps[m];
    if (value === null || value === undefined) continue;
    present |= 1 << m;
    words[at + m] = value;
  }
  return present;
}

function isLive({ sample, receivedMs, skewMs }: SampleRecord): boolean {
  return receivedMs + (skewMs ?? 0) - sample.tick * 1000 <= liveLimitMs(sample.stepS);
}

function isClamped({ sample }: SampleRecord): boolean {
  for (const metric of METRICS) if (sample.timings[metric] === PDP_MAX) return true;
  return false;
}

/** 64 bits of FNV-1a with two seeds: equal hashes of equal length are taken for equal texts. */
function hashesOf(texts: readonly string[]): Uint32Array<ArrayBuffer> {
  const hashes = new Uint32Array(texts.length * 2);
  texts.forEach((text, i) => {
    let a = 0x811c9dc5 ^ text.length;
    let b = 0x9747b28c;
    for (let at = 0; at < text.length; at += 1) {
      const unit = text.charCodeAt(at);
      a = Math.imul(a ^ unit, 0x01000193);
      b = Math.imul(b ^ unit, 0x5bd1e995);
      b ^= b >>> 15;
    }
    hashes[i * 2] = a;
    hashes[i * 2 + 1] = b;
  });
  return hashes;
}
