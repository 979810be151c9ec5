/**
 * A target's rules with their patterns compiled and their paths read: once per assignment, not per sample.
 *
 * Kept as long as the assignment's own `expect` is, which a new revision replaces: there is nothing to bound or drop.
 */
import type { Expect, JsonExpect } from "../../collector/wire/expect.ts";
import { type JsonStep, parseJsonPath } from "../../collector/wire/json-path.ts";
import { compilePattern } from "../../collector/wire/pattern.ts";

export type TextRule = { readonly test: (text: string) => boolean };

export type JsonRule = Pick<JsonExpect, "path" | "equals"> & { readonly steps: readonly JsonStep[] };

export type HeaderRule = {
  /** Lower case. */
  readonly name: string;
  /** Null = it need only be there. */
  readonly matches: (TextRule & { readonly pattern: string }) | null;
};

export type Rules = {
  readonly bodyMatches: TextRule | null;
  readonly headers: readonly HeaderRule[];
  readonly json: readonly JsonRule[];
  /** What this probe cannot make sense of, though a collector accepted it; null = nothing. */
  readonly problem: string | null;
};

const known = new WeakMap<Expect, Rules>();

/** The rules of an `expect`, ready to be used. */
export function rulesOf(expect: Expect): Rules {
  const before = known.get(expect);
  if (before) return before;
  const rules = made(expect);
  known.set(expect, rules);
  return rules;
}

function made({ bodyMatches, headers = [], json = [] }: Expect): Rules {
  const problems: string[] = [];
  const textRule = (pattern: string): TextRule => {
    const compiled = compilePattern(pattern);
    if (compiled.ok) return compiled;
    problems.push(`${JSON.stringify(pattern)} ${compiled.problem}`);
    return { test: () => false };
  };
  const jsonRule = (rule: JsonExpect): JsonRule => {
    const parsed = parseJsonPath(rule.path);
    if (!parsed.ok) problems.push(`the path ${JSON.stringify(rule.path)} ${parsed.problem}`);
    return { ...rule, steps: parsed.ok ? parsed.steps : [] };
  };
  return {
    bodyMatches: bodyMatches === undefined ? null : textRule(bodyMatches),
    headers: headers.map(({ name, matches }) => ({
      name: name.toLowerCase(),
      matches: matches === undefined ? null : { ...textRule(matches), pattern: matches },
    })),
    json: json.map(jsonRule),
    problem: problems[0] ?? null,
  };
}
