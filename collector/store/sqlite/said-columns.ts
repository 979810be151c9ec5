/**
 * What samples in columns say in words, and the numbers beside it, for the log: no detail is made of them while a series
 * says what it said before.
 *
 * Words and certificates are the same object for the same text, so a look at four things tells whether the shared text is
 * the one that was used last. Bytes are as beside.ts writes and reads them.
 */
import { NO_WORDS, type SampleColumns, saidAt, type Words } from "../../wire/columns.ts";
import type { Certificate, Detail } from "../../wire/sample.ts";
import { MOST_NUMBER_BYTES, putVarint } from "./bytes.ts";

/** Words that a shared text was found to say. */
export type Said = {
  readonly words: Words;
  readonly certificate: Certificate | null;
  readonly answers: readonly string[];
  /** Whether the head's age was more than 0; of words without one false. */
  readonly isAged: boolean;
};

/** Whether a sample says this. */
export function isSaid(
  { words, certificate, answers, isAged }: Said,
  columns: SampleColumns,
  i: number,
): boolean {
  if (columns.words[i] !== words || columns.certificates[i] !== certificate) return false;
  const { beside, addresses } = columns;
  if ((beside.ages[i] ?? 0) > 0 !== isAged) return false;
  const from = beside.answersAt[i] ?? 0;
  for (let k = 0; k < answers.length; k += 1)
    if (addresses[beside.answers[from + k] ?? 0] !== answers[k]) return false;
  return true;
}

/** Its detail, and what `isSaid` looks at: it may be kept, nothing of it is a piece of a batch's text. */
export function keptAt(columns: SampleColumns, i: number): { readonly detail: Detail; readonly said: Said } {
  const found = saidAt(columns, i);
  const answers = found.answers?.map((one) => ({ ...one, address: copied(one.address) }));
  const said = {
    words: columns.words[i] ?? NO_WORDS,
    certificate: columns.certificates[i] ?? null,
    answers: answers?.map(({ address }) => address) ?? [],
    isAged: (columns.beside.ages[i] ?? 0) > 0,
  };
  return { detail: answers ? { ...found, answers } : found, said };
}

function copied(text: string): string {
  return Buffer.from(text, "utf8").toString("utf8");
}

/** Whether numbers follow the record's own. */
export function hasBesideAt({ words }: SampleColumns, i: number): boolean {
  const slots = words[i]?.slots;
  return slots ? slots.ttls > 0 || slots.age || slots.length : false;
}

/** Most bytes they take; 0 = there are none. */
export function besideMostBytesAt({ words }: SampleColumns, i: number): number {
  const slots = words[i]?.slots;
  if (!slots || (slots.ttls === 0 && !slots.age && !slots.length)) return 0;
  return (slots.ttls + 3) * MOST_NUMBER_BYTES;
}

/** Of a sample that has any. @returns bytes used of `to` */
export function putBesideAt(
  to: Uint8Array,
  from: number,
  { words, beside }: SampleColumns,
  i: number,
): number {
  const slots = words[i]?.slots;
  if (!slots) return from;
  let at =
    slots.answers && slots.ttls > 0 ? putTtls(to, from, slots.answers, beside, i) : putVarint(to, from, 0);
  at = putVarint(to, at, (slots.age ? 1 : 0) | (slots.length ? 2 : 0));
  if (slots.age) at = putVarint(to, at, beside.ages[i] ?? 0);
  return slots.length ? putVarint(to, at, beside.lengths[i] ?? 0) : at;
}

/** Answers mostly have the same TTL, which is then told once. */
function putTtls(
  to: Uint8Array,
  at: number,
  answers: readonly boolean[],
  { answersAt, ttls }: SampleColumns["beside"],
  i: number,
): number {
  const from = answersAt[i] ?? 0;
  let told = 0;
  let first = 0;
  let isOne = true;
  for (let k = 0; k < answers.length; k += 1) {
    if (!answers[k]) continue;
    const ttl = ttls[from + k] ?? 0;
    if (told === 0) first = ttl;
    else isOne &&= ttl === first;
    told += 1;
  }
  if (isOne) return putVarint(to, putVarint(to, at, 1), first);
  let place = putVarint(to, at, told);
  for (let k = 0; k < answers.length; k += 1)
    if (answers[k]) place = putVarint(to, place, ttls[from + k] ?? 0);
  return place;
}
