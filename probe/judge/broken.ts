/**
 * A complete answer against a target's rules: each broken one as a sentence of what was seen and what was wanted. Pure.
 *
 * The order is fixed, from what says most about the answer to what says least: status, headers, size, text, pattern,
 * JSON, records, certificate. Sentences hold hostile text; the judge makes it harmless.
 */
import { type Expect, statusExpected } from "../../collector/wire/expect.ts";
import type { FailureCause, FailurePhase } from "../../collector/wire/sample.ts";
import { type Findings, TEXT_MAX_BYTES } from "./inspect.ts";
import { type HeaderRule, rulesOf } from "./rules.ts";

export type AnswerHeaders = Readonly<Record<string, string | readonly string[] | undefined>>;

/** What came, as far as a rule can ask for it; absent or null = there is none, or nobody looked. */
export type Answered = {
  /** Null = no status came. Undefined = a kind of target that has none: no rule of HTTP is judged. */
  readonly status: number | null | undefined;
  readonly headers?: AnswerHeaders | null;
  readonly findings?: Findings | null;
  /** The certificate of the connection that answered. */
  readonly certificate?: { readonly notAfterS: number } | null;
  /** Wall clock, for the days a certificate has left, UTC seconds. */
  readonly nowS?: number;
  /** Of a dns:// target. */
  readonly records?: readonly string[] | null;
};

export type Broken = {
  readonly phase: Extract<FailurePhase, "status" | "content">;
  readonly cause: FailureCause;
  readonly detail: string;
};

const DAY_S = 86_400;
/** Characters of a header that a pattern looks at: no pattern takes long on so few. */
const HEADER_MAX = 8_192;

/** Every rule that does not hold, in the fixed order. */
export function brokenRules(answered: Answered, expect: Expect): Broken[] {
  const { status } = answered;
  const http = status === undefined ? [] : httpRules(answered, status, expect);
  return http.concat(recordRules(answered, expect), certificateRules(answered, expect));
}

function httpRules(answered: Answered, status: number | null, expect: Expect): Broken[] {
  const findings = answered.findings ?? null;
  return statusRules(status, expect).concat(
    headerRules(answered.headers ?? {}, expect),
    sizeRules(findings?.bytes ?? 0, expect),
    textRules(findings, expect),
    jsonRules(findings, expect),
  );
}

function statusRules(status: number | null, expect: Expect): Broken[] {
  if (status !== null && statusExpected(expect.status, status)) return [];
  const detail = `status ${status ?? "missing"}, expected ${expect.status.join(", ")}`;
  return [{ phase: "status", cause: "status", detail }];
}

function headerRules(headers: AnswerHeaders, expect: Expect): Broken[] {
  const { headers: rules } = rulesOf(expect);
  if (rules.length === 0) return [];
  const byName = new Map(
    Object.entries(headers).map(([name, value]) => [name.toLowerCase(), value] as const),
  );
  return rules.flatMap((rule) => {
    const problem = headerProblem(rule, byName.get(rule.name));
    return problem === null ? [] : content("header", problem);
  });
}

function sizeRules(bytes: number, { maxBytes, minBytes }: Expect): Broken[] {
  if (maxBytes !== undefined && bytes > maxBytes) {
    return content("too-large", `the body has ${bytes} bytes, expected at most ${maxBytes}`);
  }
  if (minBytes !== undefined && bytes < minBytes) {
    return content("too-small", `the body has ${bytes} bytes, expected at least ${minBytes}`);
  }
  return [];
}

function textRules(findings: Findings | null, { bodyContains, bodyMatches }: Expect): Broken[] {
  const bytes = findings?.bytes ?? 0;
  const broken: Broken[] = [];
  if (bodyContains !== undefined && findings?.contains !== true) {
    broken.push(...content("content", `the body (${bytes} bytes) does not contain ${quoted(bodyContains)}`));
  }
  // What was not looked at to its end is no failure: the judge says what is missing.
  const matches = findings?.matches ?? false;
  if (bodyMatches !== undefined && matches === false) {
    const part = bytes > TEXT_MAX_BYTES ? "the body's first 1 MiB" : `the body (${bytes} bytes)`;
    broken.push(...content("content", `${part} does not match ${quoted(bodyMatches)}`));
  }
  return broken;
}

function jsonRules(findings: Findings | null, { json = [] }: Expect): Broken[] {
  if (json.length === 0) return [];
  const problems = findings?.json ?? ["there is no body, expected JSON"];
  return problems.flatMap((problem) => content("json", problem));
}

function content(cause: FailureCause, detail: string): Broken[] {
  return [{ phase: "content", cause, detail }];
}

function headerProblem(rule: HeaderRule, value: string | readonly string[] | undefined): string | null {
  if (value === undefined) return `there is no header ${rule.name}`;
  if (rule.matches === null) return null;
  const text = typeof value === "string" ? value : value.join(", ");
  if (rule.matches.test(text.slice(0, HEADER_MAX))) return null;
  return `header ${rule.name} is ${quoted(text)}, expected to match ${quoted(rule.matches.pattern)}`;
}

function recordRules({ records }: Answered, expect: Expect): Broken[] {
  if (records === undefined || records === null) return [];
  const missing = (expect.records ?? []).filter((wanted) => !records.includes(wanted));
  const seen = records.length === 0 ? "there are none" : `there are ${records.map(quoted).join(", ")}`;
  return missing.map((wanted) => ({
    phase: "content",
    cause: "record",
    detail: `no record ${quoted(wanted)}; ${seen}`,
  }));
}

function certificateRules({ certificate, nowS }: Answered, { certificateDays }: Expect): Broken[] {
  if (certificateDays === undefined || nowS === undefined) return [];
  const expiring = (detail: string): Broken[] => [
    { phase: "content", cause: "certificate-expiring", detail },
  ];
  if (!certificate) return expiring("the answer came without a certificate");
  const leftS = certificate.notAfterS - nowS;
  if (leftS >= certificateDays * DAY_S) return [];
  const until = new Date(certificate.notAfterS * 1000).toISOString().slice(0, 16);
  const days = Math.floor((leftS / DAY_S) * 10) / 10;
  return expiring(
    `the certificate holds for ${days} days more (until ${until} UTC), expected ${certificateDays}`,
  );
}

function quoted(text: string): string {
  return JSON.stringify(text.length <= 60 ? text : `${text.slice(0, 59)}…`);
}
