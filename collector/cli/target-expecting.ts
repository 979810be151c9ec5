/** Flags that say what counts as up -> the fields of a target's `expect`; what is not given is not touched. */
import { headerRuleOf, jsonRuleOf } from "../wire/expect-text.ts";
import type { Options } from "./described.ts";
import { patch, wholeOf } from "./target-fields.ts";

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
    json: flags.expectJson?.map((text) => jsonRuleOf(text)),
    headers: flags.expectHeader?.map((text) => headerRuleOf(text)),
    minBytes: wholeOf("--min-bytes", flags.minBytes),
    maxBytes: wholeOf("--max-bytes", flags.maxBytes),
    certificateDays: wholeOf("--certificate-days", flags.certificateDays),
    records: flags.record,
  });
}
