/**
 * What counts as up, and the alarm lines, against what a target's kind can say: every problem in a sentence. Pure.
 *
 * Patterns and paths are read by the same code that the probe uses, so that what is saved here works there.
 */
import type { FieldIssue } from "../wire/errors.ts";
import { Expect } from "../wire/expect.ts";
import { parseJsonPath } from "../wire/json-path.ts";
import { METRICS, type Metric } from "../wire/metric.ts";
import { compilePattern } from "../wire/pattern.ts";
import type { TargetInput } from "../wire/target.ts";
import type { TargetKind } from "./request-rules.ts";

/** Metrics that a kind can ever have; the others' alarm lines would never fire. */
const METRICS_OF: Readonly<Record<TargetKind, readonly Metric[]>> = {
  http: METRICS,
  https: METRICS,
  tcp: ["dns", "connect", "total"],
  ping: ["dns", "connect", "total"],
  tls: ["dns", "connect", "tls", "total"],
  dns: ["dns", "total"],
};

const BODY_RULES = ["bodyContains", "bodyMatches", "json", "minBytes", "maxBytes"] as const;
const HTTP_RULES = [...BODY_RULES, "headers"] as const;

/** Problems of `expect` and of the alarm lines. */
export function examineExpect(input: TargetInput, kind: TargetKind): FieldIssue[] {
  return [
    ...kindProblems(input, kind),
    ...patternProblems(input.expect),
    ...pathProblems(input.expect),
    ...sizeProblems(input),
    ...lineProblems(input, kind),
  ];
}

function kindProblems({ expect, method }: TargetInput, kind: TargetKind): FieldIssue[] {
  const issues: FieldIssue[] = [];
  const refuse = (field: string, message: string) => issues.push({ path: `expect.${field}`, message });
  const http = kind === "http" || kind === "https";
  if (!http && JSON.stringify(expect.status) !== JSON.stringify(Expect.parse({}).status)) {
    refuse("status", `only http and https answers have a status, this is ${kind}`);
  }
  for (const rule of HTTP_RULES) {
    if (isSet(expect[rule]) && !http) refuse(rule, `only http and https answers have it, this is ${kind}`);
  }
  if (http && method === "HEAD") {
    for (const rule of BODY_RULES) {
      if (isSet(expect[rule])) refuse(rule, "the answer to HEAD has no body: measure with GET");
    }
  }
  if (expect.certificateDays !== undefined && kind !== "https" && kind !== "tls") {
    refuse("certificateDays", `only https and tls targets have a certificate, this is ${kind}`);
  }
  if (isSet(expect.records) && kind !== "dns") {
    refuse("records", `only dns targets ask for records, this is ${kind}`);
  }
  return issues;
}

function isSet(rule: unknown): boolean {
  return rule !== undefined && !(Array.isArray(rule) && rule.length === 0);
}

function patternProblems({ bodyMatches, headers = [] }: Expect): FieldIssue[] {
  const patterns: (readonly [string, string | undefined])[] = [["expect.bodyMatches", bodyMatches]];
  for (const [i, { matches }] of headers.entries()) patterns.push([`expect.headers.${i}.matches`, matches]);
  return patterns.flatMap(([path, pattern]) => {
    const compiled = pattern === undefined ? null : compilePattern(pattern);
    return compiled === null || compiled.ok ? [] : [{ path, message: compiled.problem }];
  });
}

function pathProblems({ json = [] }: Expect): FieldIssue[] {
  return json.flatMap(({ path }, i) => {
    const parsed = parseJsonPath(path);
    return parsed.ok ? [] : [{ path: `expect.json.${i}.path`, message: parsed.problem }];
  });
}

function sizeProblems({ expect, bodyCapBytes }: TargetInput): FieldIssue[] {
  const { minBytes, maxBytes } = expect;
  if (minBytes !== undefined && maxBytes !== undefined && minBytes > maxBytes) {
    return [
      { path: "expect.minBytes", message: `no body has at least ${minBytes} and at most ${maxBytes} bytes` },
    ];
  }
  if (minBytes !== undefined && minBytes > bodyCapBytes) {
    const message = `only ${bodyCapBytes} bytes are read (bodyCapBytes), so ${minBytes} are never seen`;
    return [{ path: "expect.minBytes", message }];
  }
  return [];
}

function lineProblems({ alarm }: TargetInput, kind: TargetKind): FieldIssue[] {
  const possible = METRICS_OF[kind];
  return METRICS.filter((metric) => alarm.lines[metric] !== undefined && !possible.includes(metric)).map(
    (metric) => ({
      path: `alarm.lines.${metric}`,
      message: `a ${kind} target never has ${metric}; it has ${possible.join(", ")}`,
    }),
  );
}
