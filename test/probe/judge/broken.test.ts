/** Every rule of what counts as up, on both sides of its limit, and what the failure says of it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Expect } from "../../../collector/wire/expect.ts";
import type { AnswerHeaders } from "../../../probe/judge/broken.ts";
import { inspector, TEXT_MAX_BYTES } from "../../../probe/judge/inspect.ts";
import { type Evidence, judge } from "../../../probe/judge/judge.ts";

const NOW_S = 1_800_000_000;
const DAY_S = 86_400;

type Answer = {
  readonly status?: number;
  readonly headers?: AnswerHeaders;
  readonly body?: string;
  /** Days; null = it came without a certificate. */
  readonly daysLeft?: number | null;
  readonly records?: readonly string[];
};

const EVIDENCE = { trouble: null, totalMs: 12, loopDelayMs: 0, lateMs: 0, hasNetwork: true, nowS: NOW_S };

/** "up", or phase, cause and detail. */
function verdictOf(rules: Partial<Expect>, answer: Answer, more: Partial<Evidence> = {}): string {
  const expect = Expect.parse(rules);
  const look = inspector(expect);
  if (answer.body !== undefined) look.chunk(Buffer.from(answer.body));
  const { daysLeft } = answer;
  const evidence: Evidence = {
    ...EVIDENCE,
    status: answer.status ?? 200,
    headers: answer.headers ?? {},
    findings: look.wantsBody ? look.end() : null,
    certificate: typeof daysLeft === "number" ? { notAfterS: NOW_S + daysLeft * DAY_S } : null,
    ...more,
  };
  const { state, failure, note } = judge(evidence, expect);
  if (failure === undefined) return note === undefined ? state : `${state}: ${note}`;
  assert.equal(failure.source, "target");
  assert.equal(failure.elapsedUs, 12_000);
  return `${failure.phase} ${failure.cause}: ${failure.detail}`;
}

const ROWS: readonly (readonly [what: string, rules: Partial<Expect>, answer: Answer, want: string])[] = [
  ["first of a range", { status: ["200-204"] }, { status: 200 }, "up"],
  ["last of a range", { status: ["200-204"] }, { status: 204 }, "up"],
  ["beside a range", { status: ["200-204"] }, { status: 205 }, "status status: status 205, expected 200-204"],
  ["a header in any case", { headers: [{ name: "X-Cache" }] }, { headers: { "x-CACHE": "" } }, "up"],
  ["no header", { headers: [{ name: "X-Cache" }] }, {}, "content header: there is no header x-cache"],
  [
    "a header that matches",
    { headers: [{ name: "age", matches: "^[0-9]$" }] },
    { headers: { age: "9" } },
    "up",
  ],
  [
    "a header that does not",
    { headers: [{ name: "age", matches: "^[0-9]$" }] },
    { headers: { age: "10" } },
    'content header: header age is "10", expected to match "^[0-9]$"',
  ],
  [
    "a repeated header, joined",
    { headers: [{ name: "via", matches: "^a, b$" }] },
    { headers: { via: ["a", "b"] } },
    "up",
  ],
  ["text", { bodyContains: "up" }, { body: "it is up" }, "up"],
  [
    "no text",
    { bodyContains: "up" },
    { body: "down" },
    'content content: the body (4 bytes) does not contain "up"',
  ],
  [
    "text of no body",
    { bodyContains: "up" },
    {},
    'content content: the body (0 bytes) does not contain "up"',
  ],
  ["a match", { bodyMatches: "(?i)^UP\\d$" }, { body: "up1" }, "up"],
  [
    "no match",
    { bodyMatches: "^up$" },
    { body: "up1" },
    'content content: the body (3 bytes) does not match "^up$"',
  ],
  [
    "a match beyond what is looked at",
    { bodyMatches: "end" },
    { body: `${"x".repeat(TEXT_MAX_BYTES)}end` },
    'content content: the body\'s first 1 MiB does not match "end"',
  ],
  ["the most bytes", { maxBytes: 3 }, { body: "abc" }, "up"],
  [
    "one more",
    { maxBytes: 3 },
    { body: "abcd" },
    "content too-large: the body has 4 bytes, expected at most 3",
  ],
  ["nothing where nothing is wanted", { maxBytes: 0 }, { body: "" }, "up"],
  ["the least bytes", { minBytes: 3 }, { body: "abc" }, "up"],
  [
    "one less",
    { minBytes: 3 },
    { body: "ab" },
    "content too-small: the body has 2 bytes, expected at least 3",
  ],
  ["bytes, not characters", { minBytes: 6 }, { body: "正常" }, "up"],
  ["a value", { json: [{ path: "a", equals: 1 }] }, { body: '{"a":1}' }, "up"],
  [
    "another value",
    { json: [{ path: "a", equals: 1 }] },
    { body: '{"a":2}' },
    "content json: json a is 2, expected 1",
  ],
  [
    "no JSON",
    { json: [{ path: "a" }] },
    { body: "<" },
    'content json: the body is not JSON: it begins with "<"',
  ],
  ["no body", { json: [{ path: "a" }] }, {}, "content json: the body is empty, expected JSON"],
  ["exactly the days", { certificateDays: 14 }, { daysLeft: 14 }, "up"],
  [
    "a second less",
    { certificateDays: 14 },
    { daysLeft: 14 - 1 / DAY_S },
    "content certificate-expiring: the certificate holds for 13.9 days more (until 2027-01-29T07:59 UTC), expected 14",
  ],
  [
    "no certificate",
    { certificateDays: 14 },
    {},
    "content certificate-expiring: the answer came without a certificate",
  ],
];

for (const [what, rules, answer, want] of ROWS) {
  test(`${what}: ${want.split(":")[0]}`, () => assert.equal(verdictOf(rules, answer), want));
}

test("the first broken rule by the fixed order is the failure, the others are named once", () => {
  const rules: Partial<Expect> = {
    status: ["200"],
    headers: [{ name: "x" }],
    minBytes: 9,
    bodyContains: "a",
    bodyMatches: "b",
    json: [{ path: "c" }],
    certificateDays: 3,
  };
  const order: readonly (readonly [string, Answer & { fixed?: Partial<Expect> }])[] = [
    ["status", { status: 500 }],
    ["header", {}],
    ["too-small", { headers: { x: "1" } }],
    ["content", { headers: { x: "1" }, body: "axxxxxxxx" }],
    ["json", { headers: { x: "1" }, body: "ab       " }],
    ["certificate-expiring", { headers: { x: "1" }, body: '{"c":"ab "}' }],
  ];
  const causes = order.map(([cause]) => cause);
  for (const [i, [cause, answer]] of order.entries()) {
    const verdict = verdictOf(rules, answer);
    assert.equal(verdict.split(/[ :]/)[1], cause, verdict);
    const also = / also broken: (.*)$/.exec(verdict)?.[1]?.split(", ") ?? [];
    assert.deepEqual(also, causes.slice(i + 1), verdict);
  }
});

test("what a target says is one line, cut, harmless, and leaves room for the other rules", () => {
  const evil = `a\r\nb\u202e\u0000${"x".repeat(4000)}`;
  const rules: Partial<Expect> = {
    headers: [{ name: "x", matches: "^$" }],
    json: [{ path: "a".repeat(250), equals: "b".repeat(500) }],
    bodyMatches: "y".repeat(500),
  };
  const detail = verdictOf(rules, { headers: { x: evil }, body: evil }).replace(/^content header: /, "");
  assert.ok(detail.length <= 200, `${detail.length}`);
  assert.doesNotMatch(detail, /[\p{Cc}\p{Cf}]/u);
  assert.match(detail, /; also broken: content, json$/);
});

test("a target that is no HTTP is judged by its certificate and records alone", () => {
  const rules: Partial<Expect> = { certificateDays: 3, records: ["192.0.2.1", "192.0.2.2"] };
  const kind = (more: Partial<Evidence>) => verdictOf(rules, { daysLeft: 3 }, { status: undefined, ...more });
  assert.equal(kind({ records: ["192.0.2.2", "192.0.2.1", "192.0.2.3"] }), "up");
  assert.equal(
    kind({ records: ["192.0.2.1"] }),
    'content record: no record "192.0.2.2"; there are "192.0.2.1"',
  );
  assert.match(kind({ records: [] }), /^content record: no record "192\.0\.2\.1"; there are none; also/);
  const late = { notAfterS: NOW_S + 3 * DAY_S - 1 };
  assert.match(
    kind({ certificate: late }),
    /^content certificate-expiring: the certificate holds for 2\.9 days/,
  );
});

test("a pattern that this probe cannot compile says nothing about the target", () => {
  const verdict = verdictOf({ bodyMatches: "(?=a)" }, { status: 500, body: "a" });
  assert.match(
    verdict,
    /^unknown: this probe cannot judge by the target's rules: "\(\?=a\)" is no RE2 pattern/,
  );
});

test("a pattern that would hold the probe up for seconds is given up, which says nothing about the target", () => {
  // Every character may begin a match that ends 990 later: no automaton of few states knows them all.
  const [a, b] = ["a", "b"];
  let [state, body] = [1, ""];
  while (body.length < 300_000) {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    body += state % 65_536 < 32_768 ? a : b;
  }
  const rules = { bodyMatches: "a.{990}c" };
  assert.match(verdictOf(rules, { body: `c${body}` }), /^unknown: the pattern "a\.\{990\}c" takes too long/);
  assert.match(
    verdictOf(rules, { status: 500, body: `c${body}` }),
    /^status status: status 500, expected 200-299$/,
  );
});

test("a text is given up only by time: the same pattern on few characters, or a cheap one on many, is judged", () => {
  let nowMs = 0;
  const look = (text: string, msEach: number) => {
    const inspect = inspector(Expect.parse({ bodyMatches: "end$" }), () => {
      nowMs += msEach;
      return nowMs;
    });
    inspect.chunk(Buffer.from(text));
    return inspect.end().matches;
  };
  const long = "x".repeat(5_000);
  assert.equal(look(`${long}end`, 50), true);
  assert.equal(look(`${long}end`, 51), "gave-up");
  assert.equal(look("the end", 51), true);
  // What stands at the end of a timed beginning is not the end.
  assert.equal(look(`${"x".repeat(4_093)}end, not`, 1), false);
});

test("a rule that holds keeps a disturbed sample suspect, a broken one is down all the same", () => {
  assert.equal(verdictOf({ minBytes: 1 }, { body: "a" }, { loopDelayMs: 99 }), "suspect");
  assert.match(verdictOf({ minBytes: 2 }, { body: "a" }, { loopDelayMs: 99 }), /^content too-small/);
});
