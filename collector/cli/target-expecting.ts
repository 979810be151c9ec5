/** Flags that say what counts as up -> the fields of a target's `expect`; what is not given is not touched. */
import type { Command } from "commander";
import { CarrierwatchError } from "../wire/errors.ts";
import { parseJsonPath } from "../wire/json-path.ts";
import { repeated } from "./command.ts";
import { patch, split, wholeOf } from "./target-fields.ts";

export type ExpectingFlags = {
  readonly expectStatus?: readonly string[];
  readonly contains?: string;
  readonly matches?: string;
  readonly expectJson?: readonly string[];
  readonly expectHeader?: readonly string[];
  readonly minBytes?: string;
  readonly maxBytes?: string;
  readonly certificateDays?: string;
  readonly record?: readonly string[];
};

/** Adds the flags to a subcommand. */
export function expectingOptions(command: Command): void {
  command
    .optionsGroup("What counts as up (all of it must hold):")
    .option("--expect-status <STATUS>", "200 or 200-299; may be repeated (default 200-299)", repeated)
    .option("--contains <TEXT>", "text the body must contain")
    .option("--matches <PATTERN>", "RE2 pattern the body's first MiB must match")
    .option("--expect-json <RULE>", "'data.items[0].state=up', or a path alone; may be repeated", repeated)
    .option("--expect-header <RULE>", "'Name: pattern', or a name alone; may be repeated", repeated)
    .option("--min-bytes <N>", "least bytes of the body, decoded")
    .option("--max-bytes <N>", "most bytes of the body, decoded")
    .option("--certificate-days <N>", "days the certificate must still hold")
    .option("--record <TEXT>", "of a dns target: a record that must be there; may be repeated", repeated);
}

/** The target's `expect` with the flags applied; undefined = none was given. */
export function expectOf(before: unknown, flags: ExpectingFlags): Record<string, unknown> | undefined {
  return patch(before, {
    status: flags.expectStatus,
    bodyContains: flags.contains,
    bodyMatches: flags.matches,
    json: flags.expectJson?.map(jsonRuleOf),
    headers: flags.expectHeader?.map(headerRuleOf),
    minBytes: wholeOf("--min-bytes", flags.minBytes),
    maxBytes: wholeOf("--max-bytes", flags.maxBytes),
    certificateDays: wholeOf("--certificate-days", flags.certificateDays),
    records: flags.record,
  });
}

/** `path=value`: a path may hold = in quotes, so the first one behind something that reads as a path divides. */
function jsonRuleOf(text: string): unknown {
  for (let at = text.indexOf("="); at >= 0; at = text.indexOf("=", at + 1)) {
    const path = text.slice(0, at);
    if (at > 0 && parseJsonPath(path).ok) return { path, equals: jsonValueOf(text.slice(at + 1), text) };
  }
  return { path: text };
}

/** A number, true, false, null or text in quotes as JSON says them; anything else is text. */
function jsonValueOf(text: string, rule: string): unknown {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    return text;
  }
  if (typeof value !== "object" || value === null) return value;
  throw new CarrierwatchError(
    "usage",
    `--expect-json ${JSON.stringify(rule)} compares with an object or a list`,
    {
      hint: "name the values in it one by one; for text that looks like one write it in quotes: path='\"{}\"'",
    },
  );
}

function headerRuleOf(text: string): unknown {
  const [name, pattern] = split(text, ":");
  return pattern === undefined ? { name: name.trim() } : { name: name.trim(), matches: pattern.trim() };
}
