/** What is looked for in a body is found whatever its chunks are, within what is kept of it. */
import assert from "node:assert/strict";
import { test } from "node:test";

import { Expect } from "../../../collector/wire/expect.ts";
import { type Findings, inspector, TEXT_MAX_BYTES } from "../../../probe/judge/inspect.ts";
import { fc } from "../../support/property.ts";

const inspected = (expect: Partial<Expect>, ...chunks: readonly (string | Buffer)[]): Findings => {
  const look = inspector(Expect.parse(expect));
  for (const chunk of chunks) look.chunk(Buffer.from(chunk));
  return look.end();
};

test("a body is wanted exactly when a rule asks for it", () => {
  const wants = (expect: Partial<Expect>) => inspector(Expect.parse(expect)).wantsBody;
  assert.equal(wants({}), false);
  assert.equal(wants({ status: ["204"], headers: [{ name: "x" }], certificateDays: 3 }), false);
  assert.equal(wants({ json: [] }), false);
  for (const rule of [
    { bodyContains: "a" },
    { bodyMatches: "a" },
    { json: [{ path: "$" }] },
    { minBytes: 1 },
    { maxBytes: 0 },
  ]) {
    assert.equal(wants(rule), true, JSON.stringify(rule));
  }
});

test("nothing is said of what nobody asks for", () => {
  assert.deepEqual(inspected({}, "abc"), { bytes: 3, contains: null, matches: null, json: null });
});

test("text, pattern and JSON are found wherever the chunks break", () => {
  const body = Buffer.from('{"状态":"正常","n":[1,2,{"deep":true}]}');
  const expect = {
    bodyContains: '正常","n"',
    bodyMatches: '"状态":\\s*"正.{1,2}',
    json: [{ path: "状态", equals: "正常" }, { path: "n[2].deep" }],
  };
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 0, max: body.length }), { maxLength: 8 }), (cuts) => {
      const edges = [0, ...cuts.sort((a, b) => a - b), body.length];
      const chunks = edges.slice(1).map((end, i) => body.subarray(edges[i], end));
      assert.deepEqual(inspected(expect, ...chunks), {
        bytes: body.length,
        contains: true,
        matches: true,
        json: [],
      });
    }),
  );
});

test("text is looked for to the end, a pattern in the first MiB of the decoded body", () => {
  const expect = { bodyContains: "needle", bodyMatches: "needle" };
  const fits = "x".repeat(TEXT_MAX_BYTES - 6);
  const inside = inspected(expect, fits, "needle");
  assert.deepEqual([inside.contains, inside.matches], [true, true]);
  const across = inspected(expect, fits, "xneedle");
  assert.deepEqual([across.contains, across.matches, across.bytes], [true, false, TEXT_MAX_BYTES + 1]);
});

test("JSON of exactly 1 MiB is read, one byte more is a failure that says so", () => {
  const body = `{"a":"${"x".repeat(TEXT_MAX_BYTES - 8)}"}`;
  assert.deepEqual(inspected({ json: [{ path: "a" }] }, body).json, []);
  assert.deepEqual(inspected({ json: [{ path: "a" }] }, body, " ").json, [
    "the body is larger than 1 MiB, more than is read as JSON",
  ]);
});

test("a byte order mark is no part of the text", () => {
  const findings = inspected({ bodyMatches: "^\\{", json: [{ path: "a", equals: 1 }] }, '\u{feff}{"a":1}');
  assert.deepEqual([findings.matches, findings.json], [true, []]);
});

const JSON_CASES: readonly (readonly [
  body: string,
  rule: { path: string; equals?: string | number | boolean | null },
  want: string,
])[] = [
  ['{"a":{"b":[{"c d":1}]}}', { path: 'a.b[0]["c d"]', equals: 1 }, ""],
  ['{"a":1}', { path: "$.a", equals: 1 }, ""],
  ["[[7]]", { path: "$[0][0]", equals: 7 }, ""],
  ["3", { path: "$", equals: 3 }, ""],
  ["null", { path: "$", equals: null }, ""],
  ["null", { path: "$" }, "json $ is null, expected a value"],
  ['{"a":1}', { path: "a", equals: "1" }, 'json a is 1, expected "1"'],
  ['{"a":"down"}', { path: "a", equals: "up" }, 'json a is "down", expected "up"'],
  ["{}", { path: "a", equals: null }, "json a is missing, expected null"],
  ["{}", { path: "a" }, "json a is missing, expected a value"],
  ["{}", { path: "toString" }, "json toString is missing, expected a value"],
  ["[]", { path: "length" }, "json length is missing, expected a value"],
  ['{"a":{}}', { path: "a", equals: true }, "json a is an object, expected true"],
  ['{"a":[1,2]}', { path: "a", equals: false }, "json a is a list of 2, expected false"],
  ["", { path: "a" }, "the body is empty, expected JSON"],
  ["<html>", { path: "a" }, 'the body is not JSON: it begins with "<html>"'],
  ['{"a":1', { path: "a" }, 'the body is not JSON: it begins with "{\\"a\\":1"'],
];

for (const [body, rule, want] of JSON_CASES) {
  test(`json ${JSON.stringify(rule)} on ${body || "nothing"} says ${want || "nothing"}`, () => {
    assert.deepEqual(inspected({ json: [rule] }, body).json, want === "" ? [] : [want]);
  });
}

test("JSON as deep as a MiB goes is an answer, not a crash", () => {
  const deep = "[".repeat(TEXT_MAX_BYTES / 2) + "]".repeat(TEXT_MAX_BYTES / 2);
  assert.deepEqual(inspected({ json: [{ path: "[0][0]" }] }, deep).json, []);
});
