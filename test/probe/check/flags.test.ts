/** The command line of `check` becomes an assignment as a curl user would expect; credentials come from files only. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { taskOf } from "../../../probe/check/assignment.ts";
import { flagsOf } from "../../../probe/check/flags.ts";
import { namedOf } from "../../../probe/check/resolve.ts";

const FILES: Readonly<Record<string, string>> = {
  "-": "from-stdin\n",
  token: "tok\n",
  login: "me:pa:ss\r\nmore",
  form: "a=1\n&b=2\n",
  pem: "-----BEGIN CERTIFICATE-----\nx",
  key: "private",
};

function task(...argv: string[]) {
  const { values, positionals } = flagsOf(argv);
  return taskOf(positionals, values, (file) => FILES[file] ?? "");
}

const ROWS: readonly (readonly [argv: string[], want: Record<string, unknown>])[] = [
  [["a.test"], { url: "https://a.test", method: "GET", family: "any", redirects: 5, request: undefined }],
  [["a.test", "-I", "-4"], { method: "HEAD", family: "ipv4" }],
  [["a.test", "-X", "put", "-6"], { method: "PUT", family: "ipv6" }],
  [["a.test", "--max-redirs", "0", "-L"], { redirects: 0 }],
  [["a.test", "-m", "2"], { timeouts: { connectMs: 1_000, totalMs: 2_000 } }],
  [
    ["a.test", "--max-time", "3", "--connect-timeout", "0.5"],
    { timeouts: { connectMs: 500, totalMs: 3_000 } },
  ],
  [["a.test", "-k"], { tls: { verify: false } }],
  [["a.test", "--http2"], { request: { http: "2" } }],
  [["a.test", "-H", "X-A:  b: c "], { request: { headers: [{ name: "X-A", value: "b: c" }] } }],
  [
    ["a.test", "-d", "x=1", "-d", "@form"],
    {
      method: "POST",
      request: {
        body: "x=1&a=1&b=2",
        headers: [{ name: "content-type", value: "application/x-www-form-urlencoded" }],
      },
    },
  ],
  [
    ["a.test", "-d", "{}", "-H", "Content-Type: application/json", "-X", "PATCH"],
    {
      method: "PATCH",
      request: { body: "{}", headers: [{ name: "Content-Type", value: "application/json" }] },
    },
  ],
  [
    ["a.test", "--status", "200,301-302", "--contains", "hi", "--certificate-days", "7"],
    { expect: { status: ["200", "301-302"], bodyContains: "hi", certificateDays: 7 } },
  ],
  [
    ["a.test", "--matches", "(?i)ok", "--min-bytes", "20", "--max-bytes", "9000"],
    { expect: { status: ["200-399"], bodyMatches: "(?i)ok", minBytes: 20, maxBytes: 9_000 } },
  ],
  [
    ["a.test", "--expect-json", "a[0].b=7", "--expect-json", "c", "--expect-header", "Age: ^0$"],
    {
      expect: {
        status: ["200-399"],
        json: [{ path: "a[0].b", equals: 7 }, { path: "c" }],
        headers: [{ name: "Age", matches: "^0$" }],
      },
    },
  ],
  [["dns://a.test?type=MX", "--record", "10 b"], { expect: { status: ["200-399"], records: ["10 b"] } }],
];

for (const [argv, want] of ROWS) {
  test(`check ${argv.join(" ")} asks for ${JSON.stringify(want)}`, () => {
    const assignment: Readonly<Record<string, unknown>> = { ...task(...argv).assignment };
    for (const [key, value] of Object.entries(want)) assert.deepEqual(assignment[key], value, key);
  });
}

test("a rule that could never be judged by is refused before anything is measured", () => {
  assert.throws(() => task("a.test", "--matches", "("), /"\(" is no RE2 pattern/);
  assert.throws(() => task("a.test", "--expect-header", "X: ["), /RE2 pattern/);
  assert.throws(() => task("a.test", "--expect-json", "a[b"), /a\[b/);
  assert.throws(() => task("a.test", "--expect-json", "a={}"), /compares with an object/);
  assert.throws(() => task("tcp://a.test:1", "--min-bytes", "1"), /--min-bytes is for http and https/);
});

test("credentials are read from files or standard input, and named in the assignment only", () => {
  const rows: readonly (readonly [argv: string[], auth: Record<string, string>, secret: string])[] = [
    [["--bearer-file", "token"], { kind: "bearer", secret: "check" }, "tok"],
    [["--basic-file", "login"], { kind: "basic", user: "me", secret: "check" }, "pa:ss"],
    [["-u", "me"], { kind: "basic", user: "me", secret: "check" }, "from-stdin"],
  ];
  for (const [argv, auth, secret] of rows) {
    const { assignment, secrets } = task("a.test", ...argv);
    assert.deepEqual(assignment.request?.auth, auth);
    assert.equal(secrets("check"), secret);
    assert.ok(!JSON.stringify(assignment).includes(secret));
  }
  assert.throws(() => task("a.test", "-u", "me", "--bearer-file", "token"), /give one of/);
});

test("a client certificate names its key; the key stands nowhere else", () => {
  const { assignment, secrets } = task("a.test", "--cert", "pem", "--key", "key");
  assert.equal(assignment.tls?.clientCertificate?.key, "check-key");
  assert.equal(secrets("check-key"), "private");
});

test("--resolve takes several entries, addresses of both families, and any host", () => {
  const named = namedOf(["A.test:443:127.0.0.1,[::1]", "*:80:10.0.0.1", "+b.test:0443:::1"]);
  assert.deepEqual(
    [...named],
    [
      ["a.test:443", ["127.0.0.1", "::1"]],
      ["*:80", ["10.0.0.1"]],
      ["b.test:443", ["::1"]],
    ],
  );
});
