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
import { flagsOf, writeOwn } from "./log-record.ts";
import { type SharedText, sharedOf } from "./shared-text.ts";

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
  /** Details that most samples of a series have in common: texts one behind the other, and where each ends. */
  readonly shared: string;
  readonly ends: Uint32Array<ArrayBuffer>;
  /** Two words of hash for each text. */
  readonly hashes: Uint32Array<ArrayBuffer>;
  readonly words: Uint32Array<ArrayBuffer>;
  /** Tick and seq of each sample. */
  readonly places: Float64Array<ArrayBuffer>;
  readonly own: Uint8Array<ArrayBuffer>;
};

/** Texts by number, in the order they were first met. */
function numbering() {
  const numbers = new Map<string, number>();
  let last = "";
  let lastNumber = -1;
  return {
    of(text: string): number {
      // Whole batches are of one vantage and one spool.
      if (text === last && lastNumber >= 0) return lastNumber;
      last = text;
      lastNumber = numbers.get(text) ?? numbers.size;
      if (lastNumber === numbers.size) numbers.set(text, lastNumber);
      return lastNumber;
    },
    texts: () => [...numbers.keys()],
  };
}

export function pack(records: readonly SampleRecord[]): Packed {
  const vantages = numbering();
  const names = numbering();
  const epochs = numbering();
  const shared = new Map<SharedText, number>();
  const words = new Uint32Array(records.length * WORDS);
  const places = new Float64Array(records.length * 2);
  const own = byteWriter(records.length * 64 + 64);
  for (let i = 0; i < records.length; i += 1) {
    const record = records[i];
    if (!record) continue;
    const { sample, vantage, epoch } = record;
    const at = i * WORDS;
    places[i * 2] = sample.tick;
    places[i * 2 + 1] = sample.seq;
    words[at + WORD.vantage] = vantages.of(vantage);
    words[at + WORD.name] = names.of(
      sample.address === undefined ? sample.target : `${sample.target}/${sample.address}`,
    );
    words[at + WORD.epoch] = epochs.of(epoch);
    const text = sharedOf(sample);
    const number = shared.get(text) ?? shared.size;
    if (number === shared.size) shared.set(text, number);
    words[at + WORD.shared] = number;
    words[at + WORD.stepS] = sample.stepS;
    words[at + WORD.code] = codeOf(sample);
    words[at + WORD.present] = putValues(words, at + VALUES, sample);
    words[at + WORD.flags] = flagsOf(record, isLive(record)) | (isClamped(record) ? CLAMPED : 0);
    words[at + WORD.ownAt] = own.length();
    writeOwn(own, record);
    words[at + WORD.ownBytes] = own.length() - (words[at + WORD.ownAt] ?? 0);
  }
  return {
    count: records.length,
    vantages: vantages.texts(),
    names: names.texts(),
    epochs: epochs.texts(),
    ...joined([...shared.keys()]),
    words,
    places,
    own: own.taken(),
  };
}

function joined(texts: readonly SharedText[]): Pick<Packed, "shared" | "ends" | "hashes"> {
  const ends = new Uint32Array(texts.length);
  const hashes = new Uint32Array(texts.length * 2);
  let end = 0;
  texts.forEach(({ text, a, b }, i) => {
    end += text.length;
    ends[i] = end;
    hashes[i * 2] = a;
    hashes[i * 2 + 1] = b;
  });
  return { shared: texts.map(({ text }) => text).join(""), ends, hashes };
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
