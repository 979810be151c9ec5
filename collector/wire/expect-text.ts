/** Rules of what counts as up as a command line writes them -> those of a target's `expect`. Pure. */
import { CarrierwatchError } from "./errors.ts";
import type { HeaderExpect, JsonExpect } from "./expect.ts";
import { parseJsonPath } from "./json-path.ts";

/**
 * `path=value`, or a path alone. A path may hold = in quotes, so the first one behind something that reads as a path divides.
 *
 * @throws CarrierwatchError (code "usage") for a value that is an object or a list.
 */
export function jsonRuleOf(text: string): JsonExpect {
  for (let at = text.indexOf("="); at >= 0; at = text.indexOf("=", at + 1)) {
    const path = text.slice(0, at);
    if (at > 0 && parseJsonPath(path).ok) return { path, equals: jsonValueOf(text.slice(at + 1), text) };
  }
  return { path: text };
}

/** A number, true, false, null or text in quotes as JSON says them; anything else is text. */
function jsonValueOf(text: string, rule: string): string | number | boolean | null {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  if (typeof value === "string" || typeof value === "number" || typeof value === "boolean") return value;
  if (value === null) return null;
  throw new CarrierwatchError(
    "usage",
    `--expect-json ${JSON.stringify(rule)} compares with an object or a list`,
    {
      hint: "name the values in it one by one; for text that looks like one write it in quotes: path='\"{}\"'",
    },
  );
}

/** `Name: pattern`, or a name alone. */
export function headerRuleOf(text: string): HeaderExpect {
  const at = text.indexOf(":");
  if (at < 0) return { name: text.trim() };
  return { name: text.slice(0, at).trim(), matches: text.slice(at + 1).trim() };
}
