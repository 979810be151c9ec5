/**
 * What of a detail stands in columns of its own although its text says where it belongs: the resolver's answers with their
 * TTLs, the age and the length that the head tells. Each sample's detail is made of both.
 *
 * Hostile: what is no slot is refused with the whole batch, a value that the schema would refuse makes its detail unsound.
 */
import { type ColumnReader, ColumnsError } from "../wire/column-bytes.ts";
import { ANSWERS_MOST, IS_BESIDE } from "../wire/columns.ts";
import type { Detail, HeadDetail } from "../wire/sample.ts";
import type { Judged } from "./detail-texts.ts";
import { ADDRESS_MAX } from "./plain-sample.ts";

type Fields = Readonly<Record<string, unknown>>;
const SAID = "a text says what belongs beside it";

type Answer = NonNullable<Detail["answers"]>[number];

/** Where a text has room for what stands beside it. */
export type Slots = {
  /** Of each answer whether it has a TTL; null = there are no answers. */
  readonly answers: readonly boolean[] | null;
  readonly ttls: number;
  readonly age: boolean;
  readonly length: boolean;
  /** Goes over the text's own while it is judged. */
  readonly empty: Pick<Detail, "answers">;
};

/** Makes the next sample's detail: called once for each that has slots, in their order. */
export type Filled = (known: Judged, slots: Slots) => Judged;

/** @returns null = the text has none. @throws ColumnsError when it says itself what belongs beside it */
export function slotsOf(value: Fields): Slots | null {
  const answers = "answers" in value ? answerSlots(value["answers"]) : null;
  const { head = {} } = value;
  if (!isFields(head)) throw new ColumnsError(SAID);
  const age = isSlot(head, "ageS");
  const length = isSlot(head, "contentLength");
  if (answers === null && !age && !length) return null;
  const ttls = answers?.reduce((count, has) => (has ? count + 1 : count), 0) ?? 0;
  return { answers, ttls, age, length, empty: answers ? { answers: [] } : {} };
}

function answerSlots(answers: unknown): boolean[] {
  if (!Array.isArray(answers) || answers.length > ANSWERS_MOST) throw new ColumnsError(SAID);
  return answers.map((answer: unknown) => {
    if (!isFields(answer) || !isSlot(answer, "address")) throw new ColumnsError(SAID);
    const hasTtl = isSlot(answer, "ttlS");
    if (Object.keys(answer).length !== (hasTtl ? 2 : 1)) throw new ColumnsError(SAID);
    return hasTtl;
  });
}

function isSlot(fields: Fields, key: string): boolean {
  if (!(key in fields)) return false;
  if (fields[key] !== IS_BESIDE) throw new ColumnsError(SAID);
  return true;
}

/**
 * Reads the columns of what has slots.
 *
 * @param slots Of each sample; null = it has none.
 * @throws ColumnsError
 */
export function slotReader(
  reader: ColumnReader,
  slots: readonly (Slots | null)[],
  addresses: readonly string[],
): Filled {
  const column = (of: (one: Slots) => number): (() => number) => {
    const n = slots.reduce((sum, one) => sum + (one ? of(one) : 0), 0);
    const values = reader.column(new Float64Array(n), n);
    let at = -1;
    return () => {
      at += 1;
      return values[at] ?? 0;
    };
  };
  const place = column(({ answers }) => answers?.length ?? 0);
  const ttl = column(({ ttls }) => ttls);
  const age = column((one) => (one.age ? 1 : 0));
  const length = column((one) => (one.length ? 1 : 0));
  const isLong = addresses.map((address) => address.length > ADDRESS_MAX);
  return (known, wanted) => {
    const { detail } = known;
    let { sound } = known;
    const count = (value: number): number => {
      if (!(value >= 0 && value <= Number.MAX_SAFE_INTEGER)) sound = false;
      return value;
    };
    const answers = wanted.answers?.map((hasTtl): Answer => {
      const at = place();
      const address = addresses[at];
      if (address === undefined) throw new ColumnsError("a place is out of range");
      if (isLong[at]) sound = false;
      return hasTtl ? { address, ttlS: count(ttl()) } : { address };
    });
    if (!wanted.age && !wanted.length) return { detail: answers ? { ...detail, answers } : detail, sound };
    const head: HeadDetail = { ...detail.head };
    if (wanted.age) head.ageS = count(age());
    if (wanted.length) head.contentLength = count(length());
    return { detail: answers ? { ...detail, answers, head } : { ...detail, head }, sound };
  };
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
