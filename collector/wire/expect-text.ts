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

/** How a command's help names these rules; without a line feed at its end. */
export const RULES_HELP = {
  en: `  --status LIST          status codes, like 200,300-399; default 200-399
  --contains TEXT        the body must contain this text
  --matches PATTERN      the body must match this RE2 pattern
  --expect-json RULE     data.items[0].state=up, or a path alone; may be
                         repeated
  --expect-header RULE   "Name: pattern", or a name alone; may be repeated
  --min-bytes N, --max-bytes N
                         the body, decoded, has at least or at most N bytes
  --certificate-days N   the certificate must hold for N days more
  --record TEXT          of a dns URL: this record must be there; may be
                         repeated`,
  zh: `  --status 列表          状态码，例如 200,300-399；默认 200-399
  --contains 文字        内容里要有这段文字
  --matches 正则         内容要匹配这个 RE2 正则
  --expect-json 规则     data.items[0].state=up，或只写路径；可重复
  --expect-header 规则   "名称: 正则"，或只写名称；可重复
  --min-bytes N, --max-bytes N
                         解码后的内容至少、至多 N 字节
  --certificate-days N   证书至少还有 N 天
  --record 文字          dns 网址：要有这条记录；可重复`,
} as const;
