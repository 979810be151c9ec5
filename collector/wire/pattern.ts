/**
 * Patterns people write, by RE2's rules: no look-around, no back-references, and never exponential time.
 *
 * One way of compiling for whoever saves a pattern and for the probe that uses it, so that what was accepted works.
 */
import { RE2JS, RE2JSSyntaxException } from "re2js";

export type Compiled =
  | {
      readonly ok: true;
      /** Whether it matches somewhere in the text. */
      readonly test: (text: string) => boolean;
    }
  | {
      readonly ok: false;
      /** What is wrong, where it begins (counted from 1), and what to write instead where that is known. */
      readonly problem: string;
    };

const INSTEAD: readonly (readonly [RegExp, string])[] = [
  [/^\(\?<?[=!]/, "RE2 has no look-ahead and no look-behind"],
  [/^\\[1-9]/, "RE2 has no back-references"],
  [/^\{\d+(?:,\d*)?\}/, "at most 1000 repetitions, nested ones multiplied"],
];

/** Compiles a pattern. */
export function compilePattern(pattern: string): Compiled {
  try {
    const compiled = RE2JS.compile(pattern);
    return { ok: true, test: (text) => compiled.test(text) };
  } catch (error) {
    if (!(error instanceof RE2JSSyntaxException)) {
      return { ok: false, problem: `cannot be used as a pattern: ${String(error)}` };
    }
    return { ok: false, problem: problemOf(pattern, error.getDescription(), error.getPattern() ?? "") };
  }
}

function problemOf(pattern: string, what: string, where: string): string {
  const at = where === "" ? -1 : pattern.indexOf(where);
  // An unclosed group is reported with the whole pattern: the position would be no help.
  const place = at < 0 || where === pattern ? "" : ` at character ${[...pattern.slice(0, at)].length + 1}`;
  const instead = INSTEAD.find(([form]) => form.test(where))?.[1];
  const said = where === "" ? what : `${what} ${JSON.stringify(where)}`;
  return `is no RE2 pattern: ${said}${place}${instead === undefined ? "" : `; ${instead}`}`;
}
