/**
 * What of a detail stands in columns of its own although its text says where it belongs: the resolver's answers with their
 * TTLs, the age and the length that the head tells. They stay columns: a detail is made of both only for who looks at it.
 *
 * Hostile: what is no slot is refused with the whole batch, a value that the schema would refuse makes its detail unsound.
 */
import { type ColumnReader, ColumnsError } from "../wire/column-bytes.ts";
import { ANSWERS_MOST, type Beside, IS_BESIDE, type Slots, type Words } from "../wire/columns.ts";
import { ADDRESS_MAX } from "./plain-sample.ts";

type Fields = Readonly<Record<string, unknown>>;
const SAID = "a text says what belongs beside it";

/** @returns null = the text has none. @throws ColumnsError when it says itself what belongs beside it */
export function slotsOf(value: Fields): Slots | null {
  const answers = "answers" in value ? answerSlots(value["answers"]) : null;
  const { head = {} } = value;
  if (!isFields(head)) throw new ColumnsError(SAID);
  const age = isSlot(head, "ageS");
  const length = isSlot(head, "contentLength");
  if (answers === null && !age && !length) return null;
  const ttls = answers?.reduce((count, has) => (has ? count + 1 : count), 0) ?? 0;
  return { answers, ttls, age, length };
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
 * @param words Of each sample.
 * @param odd Marked where the schema would not let a value through.
 * @throws ColumnsError
 */
export function readSlots(
  reader: ColumnReader,
  words: readonly Words[],
  addresses: readonly string[],
  odd: Uint8Array,
): Beside {
  const count = words.length;
  const answersAt = new Uint32Array(count + 1);
  const sums = { answers: 0, ttls: 0, ages: 0, lengths: 0 };
  for (let i = 0; i < count; i += 1) {
    const slots = words[i]?.slots;
    if (slots) {
      sums.answers += slots.answers?.length ?? 0;
      sums.ttls += slots.ttls;
      sums.ages += slots.age ? 1 : 0;
      sums.lengths += slots.length ? 1 : 0;
    }
    answersAt[i + 1] = sums.answers;
  }
  const column = (n: number) => reader.column(new Float64Array(n), n);
  const places = column(sums.answers);
  const ttls = column(sums.ttls);
  const ages = column(sums.ages);
  const lengths = column(sums.lengths);
  const beside: Beside = {
    answersAt,
    answers: answerPlaces(places, addresses.length),
    ttls: new Float64Array(sums.answers),
    ages: new Float64Array(count),
    lengths: new Float64Array(count),
  };
  spread({ ttls, ages, lengths }, words, beside);
  markSlots(beside, addresses, odd);
  return beside;
}

function answerPlaces(places: Float64Array, addresses: number): Uint32Array {
  const answers = new Uint32Array(places.length);
  for (let at = 0; at < places.length; at += 1) {
    const place = places[at] ?? -1;
    if (!(place >= 0 && place < addresses)) throw new ColumnsError("a place is out of range");
    answers[at] = place;
  }
  return answers;
}

/** What stands one behind the other goes to the samples that have a slot for it. */
function spread(
  { ttls, ages, lengths }: Pick<Beside, "ttls" | "ages" | "lengths">,
  words: readonly Words[],
  to: Beside,
): void {
  let age = 0;
  let length = 0;
  for (let i = 0; i < words.length; i += 1) {
    const slots = words[i]?.slots;
    if (slots?.age) to.ages[i] = ages[age++] ?? 0;
    if (slots?.length) to.lengths[i] = lengths[length++] ?? 0;
  }
  let next = 0;
  for (let i = 0; i < words.length; i += 1) {
    const answers = words[i]?.slots?.answers ?? [];
    const from = to.answersAt[i] ?? 0;
    for (let k = 0; k < answers.length; k += 1) if (answers[k]) to.ttls[from + k] = ttls[next++] ?? 0;
  }
}

function markSlots(
  { answersAt, answers, ttls, ages, lengths }: Beside,
  addresses: readonly string[],
  odd: Uint8Array,
): void {
  const isLong = addresses.map((address) => address.length > ADDRESS_MAX);
  const hasLong = isLong.includes(true);
  for (let i = 0; i < odd.length; i += 1) {
    if (!isCount(ages[i]) || !isCount(lengths[i])) odd[i] = 1;
    const to = answersAt[i + 1] ?? 0;
    for (let at = answersAt[i] ?? 0; at < to; at += 1)
      if (!isCount(ttls[at]) || (hasLong && isLong[answers[at] ?? 0])) odd[i] = 1;
  }
}

function isCount(value = Number.NaN): boolean {
  return value >= 0 && value <= Number.MAX_SAFE_INTEGER;
}

function isFields(value: unknown): value is Fields {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
