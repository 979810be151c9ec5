/** What counts as up, as the form holds it. Pure. */
import type { TargetInput } from "../../../collector/wire/target.ts";
import { HTTP, TLS } from "./kinds.ts";
import { filled, type Pair, readJson, typedJson } from "./pairs.ts";
import { type Part, part } from "./part.ts";
import { list, numberOf } from "./typed.ts";

export type ExpectDraft = {
  status: string;
  body: string;
  matches: string;
  /** Path and wanted value; no value = something stands there. */
  json: readonly Pair[];
  /** Name and pattern; no pattern = the header is there. */
  answerHeaders: readonly Pair[];
  /** Bytes. */
  minBytes: string;
  maxBytes: string;
  certificateDays: string;
  /** One record a line. */
  records: string;
};

export function expectDraftOf({ expect }: TargetInput): ExpectDraft {
  return {
    status: expect.status.join(", "),
    body: expect.bodyContains ?? "",
    matches: expect.bodyMatches ?? "",
    json: (expect.json ?? []).map(({ path, equals }) => ({ name: path, value: typedJson(equals) })),
    answerHeaders: (expect.headers ?? []).map(({ name, matches = "" }) => ({ name, value: matches })),
    minBytes: String(expect.minBytes ?? ""),
    maxBytes: String(expect.maxBytes ?? ""),
    certificateDays: String(expect.certificateDays ?? ""),
    records: (expect.records ?? []).join("\n"),
  };
}

export const EXPECT_PARTS: readonly Part[] = [
  part(
    "expect.status",
    HTTP,
    (d) => d.status,
    (d) => list(d.status),
  ),
  part(
    "expect.bodyContains",
    HTTP,
    (d) => d.body,
    (d) => d.body || undefined,
  ),
  part(
    "expect.bodyMatches",
    HTTP,
    (d) => d.matches,
    (d) => d.matches || undefined,
  ),
  part(
    "expect.json",
    HTTP,
    (d) => d.json,
    (d) => filled(d.json, jsonRuleOf),
  ),
  part(
    "expect.headers",
    HTTP,
    (d) => d.answerHeaders,
    (d) => filled(d.answerHeaders, headerRuleOf),
  ),
  part(
    "expect.minBytes",
    HTTP,
    (d) => d.minBytes,
    (d) => numberOf(d.minBytes),
  ),
  part(
    "expect.maxBytes",
    HTTP,
    (d) => d.maxBytes,
    (d) => numberOf(d.maxBytes),
  ),
  part(
    "expect.certificateDays",
    TLS,
    (d) => d.certificateDays,
    (d) => numberOf(d.certificateDays),
  ),
  part(
    "expect.records",
    ["dns"],
    (d) => d.records,
    (d) => linesOf(d.records),
  ),
];

function jsonRuleOf({ name, value }: Pair): object {
  const equals = readJson(value);
  return { path: name.trim(), ...(equals === undefined ? {} : { equals }) };
}

function headerRuleOf({ name, value }: Pair): object {
  return { name: name.trim(), ...(value === "" ? {} : { matches: value }) };
}

function linesOf(text: string): string[] | undefined {
  const lines = text
    .split("\n")
    .map((line) => line.trim())
    .filter(Boolean);
  return lines.length === 0 ? undefined : lines;
}
