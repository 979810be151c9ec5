/**
 * A batch of samples as columns: what a probe may send instead of JSON once its collector has said that it understands.
 *
 * Only up samples of targets' own series stand in columns; every other record travels as its JSON text beside them. Numbers
 * stand by metric, texts once per batch; certificates once per probe, afterwards their hash stands for them. The schema in
 * sample.ts stays the law for every record. Written by probe/ship/columns.ts, read by collector/ingest/columns.ts.
 */
import { METRICS } from "./metric.ts";
import type { BatchEnvelope, Certificate, Detail, HeadDetail, Sample } from "./sample.ts";

/** Content type of such a batch. */
export const COLUMNS_TYPE = "application/vnd.carrierwatch.columns";
/** Value of the header UNDERSTANDS in an answer to a batch: this collector reads columns. */
export const COLUMNS = "columns";
/** Code of the refusal of a batch that refers to certificates this collector does not have: send them whole. */
export const UNKNOWN_TEXTS = "unknown_texts";

/** First bytes; the last one is the version of this form. Behind them the CRC-32 of all the rest, little-endian. */
export const MAGIC = [0x43, 0x57, 0x53, 0x01] as const;
export const BODY_AT = 8;
/** Bytes of SHA-256 over a certificate's JSON text. */
export const HASH_BYTES = 12;

/** Longest JSON of a certificate, and of what else a detail says: longer than any that the schema lets through unescaped. */
export const TEXT_MOST_CHARS = 32_768;

/** How a column says its values. */
export const MODE = { same: 0, each: 1, deltas: 2, steady: 3 } as const;
/** The lowest two bits of a number that may have a fraction: whole, or thousandths, or eight bytes follow. */
export const FRACTION = { whole: 0, thousandths: 1, float: 2 } as const;

/** Numbers of a detail, a bit each in this order: the order is the format, new ones go to the end. */
export const DETAIL_NUMBERS = [
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
/** Of them those from here on may have a fraction. */
export const FIRST_FRACTION = 8;
/**
 * Stands in the JSON text of what else a detail says for what is beside it: the certificate, the address and the TTL of each
 * of the resolver's answers, the age and the length that the head tells.
 */
export const IS_BESIDE = 0;
/** Of a resolver, in columns. */
export const ANSWERS_MOST = 32;

/** What a batch says besides its samples, as JSON. */
export type ColumnsHead = Omit<BatchEnvelope, "samples">;

/** Where a text has room for what stands beside it. */
export type Slots = {
  /** Of each answer whether it has a TTL; null = there are no answers. */
  readonly answers: readonly boolean[] | null;
  readonly ttls: number;
  readonly age: boolean;
  readonly length: boolean;
};

/** A detail without its numbers, its address, its certificate and what has a slot: IS_BESIDE, or no answers, stand there. */
export type Words = {
  readonly detail: Detail;
  /** Null = nothing of it stands in columns besides. */
  readonly slots: Slots | null;
};

/** What has a slot in the words of a sample. */
export type Beside = {
  /** Where each sample's answers begin in `answers` and `ttls`; one more place than there are samples. */
  readonly answersAt: Uint32Array;
  /** Places in the addresses. */
  readonly answers: Uint32Array;
  /** Of each answer; 0 where it has none. */
  readonly ttls: Float64Array;
  /** One a sample; 0 where its words have no slot for it. */
  readonly ages: Float64Array;
  readonly lengths: Float64Array;
};

/** Up samples of targets' own series. Where a column has several values a sample they stand one after the other. */
export type SampleColumns = {
  readonly count: number;
  readonly targets: readonly string[];
  /** Place in `targets`. */
  readonly target: Uint16Array;
  readonly tick: Float64Array;
  readonly stepS: Float64Array;
  readonly seq: Float64Array;
  readonly startedMs: Float64Array;
  /** Which timings are not null, a bit each in METRICS order. */
  readonly present: Uint16Array;
  /** METRICS.length a sample. */
  readonly timings: Float64Array;
  /** Which of DETAIL_NUMBERS there are, a bit each. */
  readonly numbersPresent: Uint16Array;
  /** DETAIL_NUMBERS.length a sample. */
  readonly numbers: Float64Array;
  readonly addresses: readonly string[];
  /** Place in `addresses`, counted from 1; 0 = none. */
  readonly address: Uint16Array;
  /** 0 = none. */
  readonly family: Float64Array;
  /** What else each sample's detail says; mostly the same object for the same words, never changed. */
  readonly words: readonly Words[];
  /** Each sample's certificate, null = none; mostly the same object for the same certificate, never changed. */
  readonly certificates: readonly (Certificate | null)[];
  readonly beside: Beside;
};

/** Of a sample that is not there. */
export const NO_WORDS: Words = { detail: {}, slots: null };

/** One of them as it was before it stood in columns. */
export function sampleAt(columns: SampleColumns, i: number): Sample {
  const timings: Record<string, number | null> = {};
  const present = columns.present[i] ?? 0;
  for (let m = 0; m < METRICS.length; m += 1)
    timings[METRICS[m] ?? ""] = (present >> m) & 1 ? (columns.timings[i * METRICS.length + m] ?? 0) : null;
  return {
    target: columns.targets[columns.target[i] ?? 0] ?? "",
    tick: columns.tick[i] ?? 0,
    stepS: columns.stepS[i] ?? 0,
    seq: columns.seq[i] ?? 0,
    startedMs: columns.startedMs[i] ?? 0,
    state: "up",
    timings: timings as Sample["timings"],
    detail: detailAt(columns, i),
  };
}

function detailAt(columns: SampleColumns, i: number): Detail {
  const { numbersPresent, numbers, addresses, address, family } = columns;
  const detail: Record<string, unknown> = saidAt(columns, i);
  const bits = numbersPresent[i] ?? 0;
  for (let k = 0; k < DETAIL_NUMBERS.length; k += 1)
    if ((bits >> k) & 1) detail[DETAIL_NUMBERS[k] ?? ""] = numbers[i * DETAIL_NUMBERS.length + k];
  const from = addresses[(address[i] ?? 0) - 1];
  if (from !== undefined) detail["address"] = from;
  if (family[i] !== 0) detail["family"] = family[i];
  return detail as Detail;
}

/** The detail of one of them without its numbers, its address and its family. @returns an object of its own */
export function saidAt({ words, certificates, beside, addresses }: SampleColumns, i: number): Detail {
  const { detail, slots } = words[i] ?? NO_WORDS;
  const certificate = certificates[i] ?? null;
  const said: Detail = { ...detail, ...(certificate && { certificate }) };
  if (!slots) return said;
  const from = beside.answersAt[i] ?? 0;
  if (slots.answers)
    said.answers = slots.answers.map((hasTtl, k) => {
      const address = addresses[beside.answers[from + k] ?? 0] ?? "";
      return hasTtl ? { address, ttlS: beside.ttls[from + k] ?? 0 } : { address };
    });
  if (!slots.age && !slots.length) return said;
  const head: HeadDetail = { ...detail.head };
  if (slots.age) head.ageS = beside.ages[i] ?? 0;
  if (slots.length) head.contentLength = beside.lengths[i] ?? 0;
  said.head = head;
  return said;
}
