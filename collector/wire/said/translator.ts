/**
 * Sentences the product says in English -> the same in another language.
 *
 * Code, API and stored samples speak English, so that a note of last year, of an older probe or of another collector can
 * still be read in any language: a table holds each sentence with `{0}`, `{1}` where values stand, and a sentence is
 * recognised by its fixed parts. Values that are sentences themselves are translated too; what is not known stays as it
 * is. test/said.test.ts holds the tables to the sentences of the sources. Pure; the text may be hostile.
 */

/** English with `{n}` for each value -> the other language with the same, in any order; `{=n}` is said as it stands. */
export type Sentences = Readonly<Record<string, string>>;

type Pattern = {
  /** Fixed parts: one more than there are values. */
  readonly parts: readonly string[];
  readonly said: string;
  /** Letters of the fixed parts: the more, the less it can be another sentence. */
  readonly letters: number;
  /** Characters of the fixed parts. */
  readonly fixed: number;
};

/** Fewer fixed letters than this say nothing by themselves: one of the values must be known. */
const WEAK_LETTERS = 3;
/** The same where nothing fixed stands before the first value: " from " is in many a text that is nobody's sentence. */
const WEAK_OPEN_LETTERS = 5;
/** What is wrong with a field of an input. */
const IN_FIELD = "{}: {}";
/** Sentences in sentences in sentences. */
const DEPTH_MAX = 5;
/** Longer texts are nobody's sentence: notes and details are shorter, problems of an input are said one by one. */
const TEXT_MAX = 1_000;

/** Says a text in the language of the tables; what no table knows comes back unchanged. */
export function translator(...tables: readonly Sentences[]): (text: string) => string {
  const whole = new Map<string, string>();
  const patterns: Pattern[] = [];
  for (const [english, said] of tables.flatMap(Object.entries)) {
    const parts = english.split(/\{\d\}/);
    if (parts.length === 1) whole.set(english, said);
    else {
      const fixed = parts.join("");
      const letters = fixed.replaceAll(/[^a-z]/gi, "").length;
      patterns.push({ parts, said, letters, fixed: fixed.length });
    }
  }
  patterns.sort((a, b) => b.letters - a.letters || b.fixed - a.fixed);
  const inField = patterns.find(({ parts }) => parts.join("{}") === IN_FIELD)?.said ?? "";
  // What a field is told is known whole before the field may be taken for a part of another sentence.
  const ofField = (text: string): string | null => {
    const [, field = "", rest = ""] = /^([^\s:]+): (.+)$/s.exec(text) ?? [];
    const told = inField === "" ? undefined : whole.get(rest);
    return told === undefined ? null : inField.replace("{0}", () => field).replace("{1}", () => told);
  };
  const known = (text: string, depth: number): string | null => {
    if (text === "" || text.length > TEXT_MAX || depth > DEPTH_MAX) return null;
    const one = whole.get(text);
    if (one !== undefined) return one;
    const field = ofField(text);
    if (field !== null) return field;
    for (const pattern of patterns) {
      const found = valuesOf(pattern.parts, text);
      const values = found?.map((value) => known(value, depth + 1));
      if (!found || !values) continue;
      if (isWeak(pattern) && values.every((value) => value === null)) continue;
      return pattern.said.replaceAll(/\{(=?)(\d)\}/g, (_, typed: string, n: string) => {
        const said = typed === "" ? values[Number(n)] : null;
        return said ?? found[Number(n)] ?? "";
      });
    }
    return listed(text, (part) => known(part, depth + 1), whole.get(" or ") ?? " or ");
  };
  return (text) => known(text, 0) ?? text;
}

function isWeak({ parts, letters }: Pattern): boolean {
  return letters < (parts[0] === "" ? WEAK_OPEN_LETTERS : WEAK_LETTERS);
}

/** What stands between the fixed parts; null = it is another sentence. The leftmost place of each part counts. */
function valuesOf(parts: readonly string[], text: string): string[] | null {
  const first = parts[0] ?? "";
  const last = parts.at(-1) ?? "";
  if (!text.startsWith(first) || !text.endsWith(last)) return null;
  const end = text.length - last.length;
  const values: string[] = [];
  let from = first.length;
  for (const part of parts.slice(1, -1)) {
    const at = text.indexOf(part, from);
    if (at < 0 || at + part.length > end) return null;
    values.push(text.slice(from, at));
    from = at + part.length;
  }
  if (from > end) return null;
  values.push(text.slice(from, end));
  return values.every((value) => value !== "") ? values : null;
}

/** Things beside one another, each of which is known; or values in quotes, of which one is to be chosen. */
function listed(text: string, known: (part: string) => string | null, or: string): string | null {
  if (/^"[^"]*"(?: or "[^"]*")+$/.test(text)) return text.replaceAll('" or "', `"${or}"`);
  const parts = text.split(", ").map(known);
  return parts.length > 1 && parts.every((part) => part !== null) ? parts.join("、") : null;
}
