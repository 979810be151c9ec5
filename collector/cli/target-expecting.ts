/** Flags that say what counts as up -> the fields of a target's `expect`; what is not given is not touched. */
import { CarrierwatchError } from "../wire/errors.ts";
import { parseJsonPath } from "../wire/json-path.ts";
import type { Options } from "./described.ts";
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

const REPEATED = { repeated: true };

/** Adds the flags to a subcommand. */
export function expectingOptions(options: Options): void {
  options
    .group({ en: "What counts as up (all of it must hold):", zh: "怎样算正常（全部都要满足）：" })
    .option(
      "--expect-status <STATUS>",
      {
        en: "200 or 200-299; may be repeated (default 200-299)",
        zh: "200 或 200-299；可重复（默认 200-299）",
      },
      REPEATED,
    )
    .option("--contains <TEXT>", { en: "text the body must contain", zh: "内容里要有这段文字" })
    .option("--matches <PATTERN>", {
      en: "RE2 pattern the body's first MiB must match",
      zh: "内容的前 1 MiB 要符合这个 RE2 正则",
    })
    .option(
      "--expect-json <RULE>",
      {
        en: "'data.items[0].state=up', or a path alone; may be repeated",
        zh: "“data.items[0].state=up”，或只写路径；可重复",
      },
      REPEATED,
    )
    .option(
      "--expect-header <RULE>",
      { en: "'Name: pattern', or a name alone; may be repeated", zh: "“名称: 正则”，或只写名称；可重复" },
      REPEATED,
    )
    .option("--min-bytes <N>", { en: "least bytes of the body, decoded", zh: "内容解码后至少多少字节" })
    .option("--max-bytes <N>", { en: "most bytes of the body, decoded", zh: "内容解码后最多多少字节" })
    .option("--certificate-days <N>", {
      en: "days the certificate must still hold",
      zh: "证书至少还有多少天",
    })
    .option(
      "--record <TEXT>",
      {
        en: "of a dns target: a record that must be there; may be repeated",
        zh: "dns 目标：要有这条记录；可重复",
      },
      REPEATED,
    );
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
