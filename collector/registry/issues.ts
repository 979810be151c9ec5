/** A schema's complaints in plain sentences: which field, what is there, what would be right. */
import type * as z from "zod";
import type { FieldIssue } from "../wire/errors.ts";

const NAMES: Readonly<Record<string, string>> = {
  string: "text",
  number: "a number",
  int: "a whole number",
  boolean: "true or false",
  array: "a list",
  object: "an object",
  record: "an object",
  null: "null",
};

/**
 * One sentence per problem.
 *
 * @returns Paths with dots, e.g. `timeouts.totalMs`; an empty path is the input itself.
 */
export function issuesOf(error: z.ZodError): FieldIssue[] {
  return error.issues.flatMap((issue) => explain(issue));
}

function explain(issue: z.core.$ZodIssue): FieldIssue[] {
  const path = issue.path.map(String).join(".");
  switch (issue.code) {
    case "unrecognized_keys":
      return issue.keys.map((key) => ({
        path: path === "" ? key : `${path}.${key}`,
        message: "there is no such setting; is it misspelt?",
      }));
    case "invalid_type":
      return [{ path, message: typeSentence(issue) }];
    case "too_big":
      return [{ path, message: limitSentence(issue, "most", String(issue.maximum)) }];
    case "too_small":
      return [{ path, message: limitSentence(issue, "least", String(issue.minimum)) }];
    case "invalid_value":
      return [{ path, message: `use ${issue.values.map((value) => JSON.stringify(value)).join(" or ")}` }];
    case "invalid_union":
      return [{ path, message: unionSentence(issue) }];
    default:
      return [{ path, message: issue.message }];
  }
}

function typeSentence(issue: z.core.$ZodIssueInvalidType): string {
  const wanted = NAMES[issue.expected] ?? issue.expected;
  if (issue.input === undefined && / undefined$/.test(issue.message)) return `is missing: write ${wanted}`;
  return issue.message.startsWith("Invalid input") ? `must be ${wanted}` : issue.message;
}

function limitSentence(
  issue: z.core.$ZodIssueTooBig | z.core.$ZodIssueTooSmall,
  side: "most" | "least",
  limit: string,
): string {
  // A schema that says it better than its code does is quoted as it is.
  if (!/^(?:Too (?:big|small)|Invalid)/.test(issue.message)) return issue.message;
  if (issue.origin === "string") return `at ${side} ${limit} characters`;
  if (issue.origin === "array" || issue.origin === "set") return `at ${side} ${limit} entries`;
  if (issue.inclusive === false) return side === "least" ? `more than ${limit}` : `less than ${limit}`;
  return `at ${side} ${limit}`;
}

function unionSentence(issue: z.core.$ZodIssueInvalidUnion): string {
  const sentences = issue.errors.flatMap((branch) => branch.flatMap((inner) => explain(inner)));
  const different = [...new Set(sentences.map((sentence) => sentence.message))];
  return different.length === 0 ? "is not one of the forms it can have" : different.join(", or ");
}
