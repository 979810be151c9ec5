/** JSON rules against the text of a body: a sentence for each that does not hold, saying what was seen and wanted. Pure. */
import { valueAt } from "../../collector/wire/json-path.ts";
import type { JsonRule } from "./rules.ts";

/**
 * Judges a body that should be JSON.
 *
 * @param tooLarge Whether the body is longer than the text that was kept of it.
 * @returns Empty = every rule holds. Hostile text: cut, but not yet made harmless.
 */
export function jsonProblems(text: string, tooLarge: boolean, rules: readonly JsonRule[]): string[] {
  if (tooLarge) return ["the body is larger than 1 MiB, more than is read as JSON"];
  let root: unknown;
  try {
    root = JSON.parse(text);
  } catch {
    if (text.trim() === "") return ["the body is empty, expected JSON"];
    return [`the body is not JSON: it begins with ${JSON.stringify(text.slice(0, 40))}`];
  }
  return rules.flatMap((rule) => problemOf(root, rule) ?? []);
}

function problemOf(root: unknown, { path, steps, equals }: JsonRule): string | null {
  const seen = valueAt(root, steps);
  const holds = equals === undefined ? seen !== undefined && seen !== null : seen === equals;
  if (holds) return null;
  const wanted = equals === undefined ? "a value" : shortOf(equals);
  return `json ${cut(path, 60)} is ${shortOf(seen)}, expected ${wanted}`;
}

function shortOf(value: unknown): string {
  if (value === undefined) return "missing";
  if (Array.isArray(value)) return `a list of ${value.length}`;
  if (typeof value === "object" && value !== null) return "an object";
  return typeof value === "string" ? JSON.stringify(cut(value, 60)) : String(value);
}

function cut(text: string, max: number): string {
  return text.length <= max ? text : `${text.slice(0, max - 1)}…`;
}
