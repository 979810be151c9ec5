/**
 * Numbers of a detail that change with every tick although they stand amid texts that hardly do: the TTLs of the resolver's
 * answers, and the age and the length that the head tells.
 *
 * A log record keeps them itself; the text that samples share has a number in their place, which only says that there is
 * one. Otherwise each tick would have a text of its own, certificate and all.
 */
import type { Detail, HeadDetail } from "../../wire/sample.ts";
import { type ByteReader, MOST_NUMBER_BYTES, putVarint } from "./bytes.ts";

type Answers = NonNullable<Detail["answers"]>;

/** As many TTLs as there are answers, an age, a length, and what says how many. */
export function besideMostBytes({ answers }: Detail): number {
  return ((answers?.length ?? 0) + 3) * MOST_NUMBER_BYTES;
}

export function hasBeside({ answers, head }: Detail): boolean {
  if (head !== undefined && (head.ageS !== undefined || head.contentLength !== undefined)) return true;
  return answers?.some(({ ttlS }) => ttlS !== undefined) ?? false;
}

/** Of a detail that has any. @returns bytes used of `to` */
export function putBeside(to: Uint8Array, from: number, { answers = [], head }: Detail): number {
  let at = putTtls(to, from, answers);
  const kinds = (head?.ageS === undefined ? 0 : 1) | (head?.contentLength === undefined ? 0 : 2);
  at = putVarint(to, at, kinds);
  if (head?.ageS !== undefined) at = putVarint(to, at, head.ageS);
  return head?.contentLength === undefined ? at : putVarint(to, at, head.contentLength);
}

/** Answers mostly have the same TTL, which is then told once. */
function putTtls(to: Uint8Array, from: number, answers: Answers): number {
  let ttls = 0;
  let first = 0;
  let isOne = true;
  for (const { ttlS } of answers) {
    if (ttlS === undefined) continue;
    if (ttls === 0) first = ttlS;
    isOne &&= ttlS === first;
    ttls += 1;
  }
  const told = isOne ? Math.min(1, ttls) : ttls;
  let at = putVarint(to, from, told);
  if (told === 1) return putVarint(to, at, first);
  if (told > 1) for (const { ttlS } of answers) if (ttlS !== undefined) at = putVarint(to, at, ttlS);
  return at;
}

/** What a record keeps beside its text. */
export type Beside = {
  /** One for all answers that have any, or each its own. */
  readonly ttls: readonly number[];
  readonly ageS: number | undefined;
  readonly contentLength: number | undefined;
};

export function readBeside(reader: ByteReader): Beside {
  const ttls: number[] = [];
  for (let left = reader.varint(); left > 0; left -= 1) ttls.push(reader.varint());
  const kinds = reader.varint();
  const ageS = kinds & 1 ? reader.varint() : undefined;
  return { ttls, ageS, contentLength: kinds & 2 ? reader.varint() : undefined };
}

/** What of a detail the shared text says, with its own numbers where they belong. */
export function withBeside(said: Detail, { ttls, ageS, contentLength }: Beside): Detail {
  const { answers, head } = said;
  let at = 0;
  const ttlS = (): number => {
    const own = ttls[ttls.length === 1 ? 0 : at] ?? 0;
    at += 1;
    return own;
  };
  const withTtls = (one: Answers[number]) => (one.ttlS === undefined ? one : { ...one, ttlS: ttlS() });
  return {
    ...said,
    ...(answers && ttls.length > 0 ? { answers: answers.map(withTtls) } : {}),
    ...(head && {
      head: {
        ...head,
        ...(ageS === undefined ? {} : { ageS }),
        ...(contentLength === undefined ? {} : { contentLength }),
      },
    }),
  };
}

/** Answers as a shared text says them. */
export function sharedAnswers(answers: Answers): Answers {
  return answers.map((one) => (one.ttlS === undefined ? one : { ...one, ttlS: 0 }));
}

/** A head likewise. Whether it came out of a cache stays to be seen: that is asked of the text alone. */
export function sharedHead(head: HeadDetail): HeadDetail {
  return {
    ...head,
    ...(head.ageS === undefined ? {} : { ageS: Math.min(1, head.ageS) }),
    ...(head.contentLength === undefined ? {} : { contentLength: 0 }),
  };
}

/** Whether texts of both say the same; each may be as it was sent, or as a text says it. */
export function isSameAnswers(a: Answers | undefined, b: Answers | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.length === b.length &&
    a.every((one, i) => {
      const other = b[i];
      return one.address === other?.address && (one.ttlS === undefined) === (other.ttlS === undefined);
    })
  );
}

/** The same of heads. */
export function isSameHead(a: HeadDetail | undefined, b: HeadDetail | undefined): boolean {
  if (a === undefined || b === undefined) return a === b;
  return (
    a.via === b.via &&
    a.server === b.server &&
    (a.ageS ?? -1) > 0 === (b.ageS ?? -1) > 0 &&
    (a.ageS === undefined) === (b.ageS === undefined) &&
    (a.contentLength === undefined) === (b.contentLength === undefined) &&
    Object.keys(a).length === Object.keys(b).length
  );
}
