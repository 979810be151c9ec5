/**
 * What of a detail changes with every answer of a resolver or a cache, taken out of its text: that text then repeats from
 * sample to sample and from target to target, and stands in a batch once. null = it is not as a probe writes it.
 */
import { ANSWERS_MOST, IS_BESIDE } from "../../collector/wire/columns.ts";

type Fields = Readonly<Record<string, unknown>>;

export type Beside = {
  /** Addresses of the resolver's answers, and the TTLs of those that have one. */
  readonly answers: readonly string[];
  readonly ttls: readonly number[];
  /** Of the head, at most one each. */
  readonly ages: readonly number[];
  readonly lengths: readonly number[];
};

type IsWhole = (value: unknown) => value is number;

/** What is beside a text, and what is left in it under the keys that this looks at. */
export type Parted = { readonly beside: Beside; readonly left: Fields };

/** @param isWhole Whether a number can stand in a column. */
export function parted(detail: Fields, isWhole: IsWhole): Parted | null {
  const { answers, head } = detail;
  const ofAnswers = answers === undefined ? NO_ANSWERS : answersOf(answers, isWhole);
  const ofHead = head === undefined ? NO_HEAD : headOf(head, isWhole);
  if (!ofAnswers || !ofHead) return null;
  const { beside, left } = ofAnswers;
  return { beside: { ...beside, ...ofHead.beside }, left: { answers: left, head: ofHead.left } };
}

const NO_ANSWERS = { beside: { answers: [], ttls: [] }, left: undefined };
const NO_HEAD = { beside: { ages: [], lengths: [] }, left: undefined };

function answersOf(answers: unknown, isWhole: IsWhole) {
  if (!Array.isArray(answers) || answers.length > ANSWERS_MOST) return null;
  const beside = { answers: [] as string[], ttls: [] as number[] };
  const left: Fields[] = [];
  for (const answer of answers as readonly unknown[]) {
    const one = isFields(answer) ? answerOf(answer, isWhole) : null;
    if (!one) return null;
    const { address, ttlS } = one;
    beside.answers.push(address);
    if (ttlS !== undefined) beside.ttls.push(ttlS);
    left.push(ttlS === undefined ? { address: IS_BESIDE } : { address: IS_BESIDE, ttlS: IS_BESIDE });
  }
  return { beside, left };
}

function headOf(head: unknown, isWhole: IsWhole) {
  if (!isFields(head)) return null;
  const { ageS, contentLength } = head;
  if (!isAbsentOr(isWhole, ageS) || !isAbsentOr(isWhole, contentLength)) return null;
  const left = {
    ...head,
    ...(ageS === undefined ? {} : { ageS: IS_BESIDE }),
    ...(contentLength === undefined ? {} : { contentLength: IS_BESIDE }),
  };
  const listed = (value: number | undefined) => (value === undefined ? [] : [value]);
  return { beside: { ages: listed(ageS), lengths: listed(contentLength) }, left };
}

function isAbsentOr(isWhole: IsWhole, value: unknown): value is number | undefined {
  return value === undefined || isWhole(value);
}

function answerOf(answer: Fields, isWhole: IsWhole) {
  const { address, ttlS } = answer;
  const keys = Object.keys(answer).length;
  if (typeof address !== "string" || address === "") return null;
  if (ttlS === undefined) return keys === 1 ? { address } : null;
  return keys === 2 && isWhole(ttlS) ? { address, ttlS } : null;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
