/** What a target's request, TLS, addresses and expectations may be, per kind: the form refuses what saving refuses. */
import assert from "node:assert/strict";
import { after, before, test } from "node:test";
import { secretsPart } from "../../../collector/auth/secrets.ts";
import { InvalidInputError } from "../../../collector/wire/errors.ts";
import { scratch } from "../../support/product.ts";
import { testCa } from "../../support/test-ca.ts";
import { type World, world } from "../world.ts";

const HTTPS = { name: "site", url: "https://www.example.com/" };
const HTTP = { name: "site", url: "http://www.example.com/" };
const IP = { name: "site", url: "https://192.0.2.7/" };
const TCP = { name: "port", url: "tcp://www.example.com:5432" };
const TLS = { name: "certificate", url: "tls://www.example.com:443" };
const DNS = { name: "records", url: "dns://www.example.com?type=A" };

const folder = scratch("rules");
after(() => folder.remove());

let pem = "";
let w: World;

before(async () => {
  pem = testCa().cert;
  w = await world({ sealer: secretsPart({ dir: folder.dir }) });
  await w.vantage("ct-sh", "ct");
  await w.registry.secrets.create({ name: "known", value: "v" });
});

type Row = readonly [what: string, input: object, path: string, want: RegExp];

const asked = (request: object, more: object = {}): object => ({
  ...HTTPS,
  method: "POST",
  request,
  ...more,
});
const expects = (expect: object, base: object = HTTPS): object => ({ ...base, expect });
const lines = (base: object, ...metrics: string[]): object => ({
  ...base,
  alarm: { lines: Object.fromEntries(metrics.map((metric) => [metric, { limit: 1 }])) },
});

const REFUSED: readonly Row[] = [
  [
    "look-ahead",
    expects({ bodyMatches: "ab(?=c)" }),
    "expect.bodyMatches",
    /"\(\?=" at character 3; RE2 has no look-ahead/,
  ],
  [
    "back-reference",
    expects({ bodyMatches: "(状)\\1" }),
    "expect.bodyMatches",
    /at character 4; RE2 has no back-references/,
  ],
  ["open group", expects({ bodyMatches: "(a" }), "expect.bodyMatches", /missing closing \)/],
  [
    "a header's pattern",
    expects({ headers: [{ name: "x" }, { name: "y", matches: "[" }] }),
    "expect.headers.1.matches",
    /missing closing \]/,
  ],
  [
    "a path",
    expects({ json: [{ path: "a" }, { path: "a..b" }] }),
    "expect.json.1.path",
    /from character 2 on \("\.\.b"\)/,
  ],
  ["an open bracket", expects({ json: [{ path: "a[0" }] }), "expect.json.0.path", /from character 2 on/],
  ["min over max", expects({ minBytes: 10, maxBytes: 9 }), "expect.minBytes", /at least 10 and at most 9/],
  [
    "min over cap",
    { ...HTTPS, bodyCapBytes: 99, expect: { minBytes: 100 } },
    "expect.minBytes",
    /only 99 bytes are read/,
  ],
  [
    "text of HEAD",
    { ...expects({ bodyContains: "a" }), method: "HEAD" },
    "expect.bodyContains",
    /HEAD has no body/,
  ],
  [
    "status of tcp",
    expects({ status: ["204"] }, TCP),
    "expect.status",
    /only http and https answers have a status, this is tcp/,
  ],
  ["text of tls", expects({ bodyMatches: "a" }, TLS), "expect.bodyMatches", /this is tls/],
  ["headers of dns", expects({ headers: [{ name: "x" }] }, DNS), "expect.headers", /this is dns/],
  ["days of http", expects({ certificateDays: 3 }, HTTP), "expect.certificateDays", /only https and tls/],
  ["days of tcp", expects({ certificateDays: 3 }, TCP), "expect.certificateDays", /only https and tls/],
  ["records of https", expects({ records: ["192.0.2.1"] }), "expect.records", /only dns targets/],
  [
    "body with GET",
    asked({ body: "x" }, { method: "GET" }),
    "request.body",
    /a GET request has no body: choose POST/,
  ],
  ["body with HEAD", asked({ body: "x" }, { method: "HEAD" }), "request.body", /a HEAD request has no body/],
  ["HTTP/2 of http", { ...HTTP, request: { http: "2" } }, "request.http", /needs an https URL/],
  [
    "headers of tcp",
    { ...TCP, request: { headers: [{ name: "x", value: "" }] } },
    "request.headers",
    /this is tcp/,
  ],
  [
    "auth of tls",
    { ...TLS, request: { auth: { kind: "bearer", secret: "known" } } },
    "request.auth",
    /this is tls/,
  ],
  ["method of tcp", { ...TCP, method: "POST" }, "method", /a tcp target has no method/],
  [
    "unknown password",
    asked({ auth: { kind: "basic", user: "u", secret: "lost" } }),
    "request.auth.secret",
    /no secret "lost"; there are: known$/,
  ],
  [
    "auth twice",
    asked({ auth: { kind: "bearer", secret: "known" }, headers: [{ name: "Authorization", value: "x" }] }),
    "request.headers.0.name",
    /writes this header already/,
  ],
  ["TLS of http", { ...HTTP, tls: { serverName: "a.example" } }, "tls", /only https and tls targets/],
  ["TLS of dns", { ...DNS, tls: { verify: false } }, "tls", /only https and tls targets/],
  [
    "no certificate",
    { ...HTTPS, tls: { ca: "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----" } },
    "tls.ca",
    /^is no certificate$/,
  ],
  [
    "half a certificate",
    { ...HTTPS, tls: { ca: "-----BEGIN CERTIFICATE-----\nAAAA" } },
    "tls.ca",
    /END line is missing/,
  ],
  [
    "every of an address",
    { ...IP, addresses: { measure: "every" } },
    "addresses.measure",
    /names the address 192\.0\.2\.7 itself/,
  ],
  [
    "another pin of an address",
    { ...IP, addresses: { pin: "192.0.2.8" } },
    "addresses.pin",
    /names the address/,
  ],
  [
    "every and a pin",
    { ...HTTPS, addresses: { measure: "every", pin: "192.0.2.8" } },
    "addresses.pin",
    /pinned to one address/,
  ],
  [
    "families and ipv4",
    { ...HTTPS, family: "ipv4", addresses: { measure: "families" } },
    "addresses.measure",
    /family says ipv4/,
  ],
  [
    "a pin of the other family",
    { ...HTTPS, family: "ipv6", addresses: { pin: "192.0.2.8" } },
    "addresses.pin",
    /no ipv6 address/,
  ],
  [
    "three of two families",
    { ...HTTPS, addresses: { measure: "families", up: 3 } },
    "addresses.up",
    /at most 2/,
  ],
  ["nine of eight", { ...HTTPS, addresses: { measure: "every", up: 9 } }, "addresses.up", /at most 8/],
  ["every of dns", { ...DNS, addresses: { measure: "every" } }, "addresses.measure", /asks a resolver/],
  ["a pin of dns", { ...DNS, addresses: { pin: "192.0.2.8" } }, "addresses.pin", /asks a resolver/],
  [
    "a line on wait of tcp",
    lines(TCP, "wait"),
    "alarm.lines.wait",
    /a tcp target never has wait; it has dns, connect, total/,
  ],
  ["a line on tls of tcp", lines(TCP, "tls"), "alarm.lines.tls", /never has tls/],
  ["a line on speed of tls", lines(TLS, "speed"), "alarm.lines.speed", /never has speed/],
  ["a line on connect of dns", lines(DNS, "connect"), "alarm.lines.connect", /it has dns, total$/],
];

for (const [what, input, path, want] of REFUSED) {
  test(`refused by form and by saving, in the same words: ${what}`, async () => {
    const { targets } = w.registry;
    const preview = await targets.preview(input);
    assert.equal(preview.ok, false);
    assert.match(
      preview.issues.find((issue) => issue.path === path)?.message ??
        `none of ${JSON.stringify(preview.issues)}`,
      want,
    );
    const saved: unknown = await targets.create(input).catch((error: unknown) => error);
    assert.ok(saved instanceof InvalidInputError);
    assert.deepEqual(saved.issues, preview.issues);
  });
}

const TAKEN: readonly (readonly [what: string, input: () => object])[] = [
  [
    "every rule of an answer",
    () =>
      expects({
        bodyContains: "a",
        bodyMatches: "(?i)a|b",
        json: [{ path: '$.a[0]["c d"]', equals: null }],
        headers: [{ name: "x", matches: "^a" }],
        minBytes: 9,
        maxBytes: 9,
        certificateDays: 14,
      }),
  ],
  [
    "headers and days with HEAD",
    () => ({ ...expects({ headers: [{ name: "x" }], certificateDays: 14 }), method: "HEAD" }),
  ],
  [
    "a body with POST",
    () => asked({ body: "{}", http: "2", headers: [{ name: "content-type", value: "application/json" }] }),
  ],
  ["basic auth", () => asked({ auth: { kind: "basic", user: "u", secret: "known" } })],
  [
    "TLS options",
    () => ({
      ...HTTPS,
      tls: {
        ca: pem,
        verify: false,
        serverName: "a.example",
        clientCertificate: { certificate: pem, key: "known" },
      },
    }),
  ],
  ["TLS options of tls", () => ({ ...TLS, tls: { ca: pem }, expect: { certificateDays: 30 } })],
  ["records of dns", () => expects({ records: ["192.0.2.1"] }, DNS)],
  ["every address", () => ({ ...HTTPS, addresses: { measure: "every", up: 8, cache: true } })],
  ["both families", () => ({ ...TCP, addresses: { measure: "families", up: 2 } })],
  ["the pin that the URL has", () => ({ ...IP, addresses: { pin: "192.0.2.7" } })],
  ["one address of dns", () => ({ ...DNS, addresses: { measure: "one" } })],
  ["lines of tcp", () => lines(TCP, "dns", "connect", "total")],
  ["lines of tls", () => lines(TLS, "tls", "total")],
  ["lines of dns", () => lines(DNS, "dns", "total")],
];

for (const [what, input] of TAKEN) {
  test(`taken: ${what}, and edited as it was saved`, async () => {
    const { targets } = w.registry;
    assert.deepEqual((await targets.preview(input())).issues, []);
    const saved = await targets.create(input());
    const { id, version, createdS: _c, stepS: _s, phaseS: _p, pauses: _x, ...fields } = saved;
    assert.equal((await targets.update(id, version, fields)).version, version + 1);
  });
}
