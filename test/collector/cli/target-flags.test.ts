/** Flags of a target: how it is asked and what it must answer, patched field by field, taken away by name. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { type TargetFlags, withFlags } from "../../../collector/cli/target-flags.ts";
import { askedLines } from "../../../collector/cli/target-text.ts";
import { Target, TargetInput } from "../../../collector/wire/target.ts";

const CERTIFICATE = "-----BEGIN CERTIFICATE-----\nAA\n-----END CERTIFICATE-----\n";

const ROWS: readonly (readonly [what: string, before: object, flags: TargetFlags, want: object])[] = [
  ["a method in any case", {}, { method: "post" }, { method: "POST" }],
  [
    "headers with colons in them",
    {},
    { header: ["X-When: 12:30", "Empty:"] },
    {
      request: {
        headers: [
          { name: "X-When", value: "12:30" },
          { name: "Empty", value: "" },
        ],
      },
    },
  ],
  [
    "a body beside what is there",
    { request: { http: "2" } },
    { body: "{}" },
    { request: { http: "2", body: "{}" } },
  ],
  [
    "basic",
    {},
    { basicUser: "u", secret: "s" },
    { request: { auth: { kind: "basic", user: "u", secret: "s" } } },
  ],
  [
    "another password of the same user",
    { request: { auth: { kind: "basic", user: "u", secret: "s" } } },
    { secret: "t" },
    { request: { auth: { kind: "basic", user: "u", secret: "t" } } },
  ],
  ["bearer", {}, { bearerSecret: "s" }, { request: { auth: { kind: "bearer", secret: "s" } } }],
  ["HTTP/2 and back", { request: { http: "2" } }, { http2: false }, { request: { http: "1.1" } }],
  [
    "no verification",
    {},
    { verify: false, serverName: "a.b" },
    { tls: { verify: false, serverName: "a.b" } },
  ],
  [
    "every address",
    {},
    { addresses: "every", up: "2", maxAddresses: "4", cacheDns: true },
    { addresses: { measure: "every", up: 2, max: 4, cache: true } },
  ],
  [
    "a word for how many",
    { addresses: { measure: "every" } },
    { up: "any" },
    { addresses: { measure: "every", up: "any" } },
  ],
  [
    "expectations",
    { expect: { status: ["200"] } },
    { contains: "a", matches: "b", minBytes: "1", maxBytes: "2", certificateDays: "14", record: ["r"] },
    {
      expect: {
        status: ["200"],
        bodyContains: "a",
        bodyMatches: "b",
        minBytes: 1,
        maxBytes: 2,
        certificateDays: 14,
        records: ["r"],
      },
    },
  ],
  [
    "headers of the answer",
    {},
    { expectHeader: ["ETag", "Cache-Control: max-age=\\d+"] },
    { expect: { headers: [{ name: "ETag" }, { name: "Cache-Control", matches: "max-age=\\d+" }] } },
  ],
  [
    "json rules of every type",
    {},
    { expectJson: ["a", "a=up", "b=1", "c=true", "d=null", 'e="1"', '["x=y"].z=a=b', "f="] },
    {
      expect: {
        json: [
          { path: "a" },
          { path: "a", equals: "up" },
          { path: "b", equals: 1 },
          { path: "c", equals: true },
          { path: "d", equals: null },
          { path: "e", equals: "1" },
          { path: '["x=y"].z', equals: "a=b" },
          { path: "f", equals: "" },
        ],
      },
    },
  ],
  [
    "what is kept beside rows and the percentiles of total",
    { last: false },
    { last: true, ttfbPercentiles: true },
    { last: true, percentiles: ["ttfb"] },
  ],
  [
    "and no more",
    { last: true, percentiles: ["ttfb"] },
    { last: false, ttfbPercentiles: false },
    { last: false, percentiles: [] },
  ],
  [
    "a field taken away, and what is left empty by it",
    { request: { auth: { kind: "bearer", secret: "s" } }, expect: { bodyContains: "a", minBytes: 1 } },
    { unset: ["request.auth", "expect.minBytes", "tls.ca"] },
    { expect: { bodyContains: "a" } },
  ],
];

for (const [what, before, flags, want] of ROWS) {
  test(`flags: ${what}`, () => assert.deepEqual(withFlags({ ...before }, flags), want));
}

const REFUSED: readonly (readonly [what: string, flags: TargetFlags, want: RegExp])[] = [
  ["a header without a colon", { header: ["x"] }, /--header "x" is not 'Name: value'/],
  ["a user without a password", { basicUser: "u" }, /go together/],
  ["two authorizations", { basicUser: "u", secret: "s", bearerSecret: "t" }, /stands alone/],
  [
    "a certificate without its key",
    { clientKeySecret: "k" },
    /--client-cert FILE and --client-key-secret NAME/,
  ],
  ["an object to compare with", { expectJson: ["a={}"] }, /compares with an object or a list/],
  ["days in words", { certificateDays: "two" }, /--certificate-days "two" is not a whole number/],
  [
    "an unknown field",
    { unset: ["reqest.auth"] },
    /--unset "reqest.auth" is not a field of a target: name, url/,
  ],
];

for (const [what, flags, want] of REFUSED) {
  test(`refused: ${what}`, () => assert.throws(() => withFlags({}, flags), { code: "usage", message: want }));
}

test("files that flags name take their places; a client certificate names its key", () => {
  const flags = { clientKeySecret: "key" };
  const texts = { body: "{}", ca: CERTIFICATE, certificate: CERTIFICATE };
  const { request, tls } = withFlags({}, flags, texts);
  assert.deepEqual(request, { body: "{}" });
  assert.deepEqual(tls, { ca: CERTIFICATE, clientCertificate: { certificate: CERTIFICATE, key: "key" } });
});

const shown = (fields: object): string => {
  const input = TargetInput.parse({ name: "a", url: "https://a.example/", ...fields });
  const own = { id: "a", group: "a", stepS: 60, phaseS: 0, createdS: 0, version: 1 };
  return askedLines(Target.parse({ ...input, ...own }))
    .map(([name, value]) => `${name.en}: ${typeof value === "object" ? value?.en : value}`)
    .join("\n");
};

test("show says what is set and nothing of the defaults", () => {
  assert.equal(shown({}), "");
  const flags: TargetFlags = {
    method: "POST",
    header: ["X-A: 1"],
    body: "x".repeat(70),
    basicUser: "u",
    secret: "s",
    http2: true,
    redirects: "0",
    verify: false,
    serverName: "b.example",
    clientKeySecret: "k",
    family: "ipv4",
    addresses: "every",
    pin: "192.0.2.1",
    expectStatus: ["200"],
    expectHeader: ["etag"],
    contains: "c",
    matches: "m",
    expectJson: ["a=1", "b"],
    minBytes: "1",
    maxBytes: "2",
    certificateDays: "3",
    record: ["r"],
  };
  const fields = withFlags({}, flags, { ca: CERTIFICATE + CERTIFICATE, certificate: CERTIFICATE });
  const { pin: _, ...addresses } = fields["addresses"] as Record<string, unknown>;
  assert.equal(
    shown({ ...fields, addresses }),
    [
      "method: POST",
      "header: X-A: 1",
      `body: 70 bytes: ${"x".repeat(59)}…`,
      "authorization: basic, user u, secret s",
      "http: 2 if the server agrees, else 1.1",
      "redirects: 0",
      "authorities: 2 besides the probe's own",
      "certificate: not verified",
      "client certificate: its key is secret k",
      "server name: b.example",
      "family: ipv4",
      "addresses: every one, at most 8, up: majority",
      "expects status: 200",
      "expects header: etag",
      "expects text: c",
      "expects match of: m",
      "expects json: a = 1",
      "expects json: b is there",
      "expects at least: 1 bytes",
      "expects at most: 2 bytes",
      "expects certificate: 3 days more",
      "expects record: r",
    ].join("\n"),
  );
});
