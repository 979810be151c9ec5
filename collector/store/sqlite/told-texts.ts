/**
 * The names and shared texts that the writer thread knows by number.
 *
 * What a series said last is remembered with its name, by vantage, so that its next sample is compared with that before
 * anything is made of it. Where samples tell what the resolver answered, nearly every series has a text of its own.
 */
import { hash } from "node:crypto";
import type { SampleColumns } from "../../wire/columns.ts";
import type { Sample } from "../../wire/sample.ts";
import { isSaid, keptAt, type Said } from "./said-columns.ts";
import { comparedWith, type SharedText, saysTheSame, sharedKeyOf, sharedTextOf } from "./shared-text.ts";
import { type News, TellingEnd } from "./told.ts";

/** Either list begins anew beyond this; a batch may go on. */
const MOST_NAMES = 262_144;
const MOST_TEXTS = 32_768;

type Told = {
  readonly number: number;
  /** What a sample's detail is compared with; of columns none is kept. The text itself is the writer's. */
  known: SharedText | null;
  /** What of columns was found to say this. */
  same: Said | null;
};

/** A target, or one of its addresses. */
export type ToldName = {
  readonly number: number;
  /** By number of the vantage. */
  readonly last: (Told | undefined)[];
};

export type ToldTexts = {
  /** Before each batch. */
  begin(): void;
  /** @param name A target, or target/address. */
  name(name: string): ToldName;
  /** The same of many; a list that is given again is known at once. */
  names(names: readonly string[]): readonly ToldName[];
  /** @param ownKeys How many of the detail's keys the log record keeps itself. @returns the text's number */
  text(name: ToldName, vantage: string, sample: Sample, ownKeys: number): number;
  /**
   * The same of samples in columns; what says what its series said before is known at once.
   *
   * @param names Of the columns' targets.
   * @param numbers Gets each sample's.
   */
  said(names: readonly ToldName[], vantage: string, columns: SampleColumns, numbers: Uint32Array): void;
  /** What the writer has not heard yet. */
  taken(): { names: News; shared: News };
};

export function toldTexts(): ToldTexts {
  const newNames = new TellingEnd(MOST_NAMES);
  const newTexts = new TellingEnd(MOST_TEXTS);
  let names = new Map<string, ToldName>();
  let lists = new WeakMap<readonly string[], readonly ToldName[]>();
  let texts = new Map<string, Told>();
  let vantageNo = vantageNumbers();

  const textAnew = (sample: Pick<Sample, "detail" | "failure" | "unknownReason">): Told => {
    // A key is as long as its text: it is known by what nobody can make a second key for.
    // UTF-8 would make halves of characters alike.
    const key = hash("sha256", Buffer.from(sharedKeyOf(sample), "utf16le"), "binary");
    const before = texts.get(key);
    if (before) return before;
    const told = { number: newTexts.tell(sharedTextOf(sample)), known: null, same: null };
    texts.set(key, told);
    return told;
  };
  const saidAnew = (name: ToldName, at: number, columns: SampleColumns, i: number): number => {
    const { detail, said } = keptAt(columns, i);
    const told = textAnew({ detail });
    told.same = said;
    name.last[at] = told;
    return told.number;
  };
  const name = (of: string): ToldName => {
    const known = names.get(of);
    if (known) return known;
    const told = { number: newNames.tell(of), last: [] };
    names.set(of, told);
    return told;
  };
  return {
    begin() {
      if (!newNames.isFull() && !newTexts.isFull()) return;
      // Both at once: names remember texts by their numbers.
      newNames.begin();
      newTexts.begin();
      names = new Map();
      lists = new WeakMap();
      texts = new Map();
      vantageNo = vantageNumbers();
    },
    name,
    names(list) {
      const known = lists.get(list);
      if (known) return known;
      const found = list.map(name);
      lists.set(list, found);
      return found;
    },
    text(name, vantage, sample, ownKeys) {
      const at = vantageNo(vantage);
      const before = name.last[at];
      if (before?.known && saysTheSame(before.known, sample, ownKeys)) return before.number;
      const told = textAnew(sample);
      told.known ??= comparedWith(sample);
      name.last[at] = told;
      return told.number;
    },
    said(names, vantage, columns, numbers) {
      const at = vantageNo(vantage);
      for (let i = 0; i < columns.count; i += 1) {
        const name = names[columns.target[i] ?? 0];
        if (!name) throw new RangeError("columns name a target that is not there");
        const before = name.last[at];
        numbers[i] =
          before?.same && isSaid(before.same, columns, i) ? before.number : saidAnew(name, at, columns, i);
      }
    },
    taken: () => ({ names: newNames.taken(), shared: newTexts.taken() }),
  };
}

/** Numbers vantages in the order they are first met. */
function vantageNumbers(): (vantage: string) => number {
  const numbers = new Map<string, number>();
  let last = "";
  let lastNo = -1;
  return (vantage) => {
    if (vantage === last && lastNo >= 0) return lastNo;
    lastNo = numbers.get(vantage) ?? numbers.size;
    if (lastNo === numbers.size) numbers.set(vantage, lastNo);
    last = vantage;
    return lastNo;
  };
}
