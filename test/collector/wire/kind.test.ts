/** URLs of the kinds besides http: what each asks for in one form, and the sentence for each that asks for nothing. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { hostOfUrl, kindOf, type Place, placeOf } from "../../../collector/wire/kind.ts";

const READ: readonly (readonly [url: string, want: Place])[] = [
  ["tcp://Example.COM:25", { kind: "tcp", host: "example.com", port: 25 }],
  ["TCP://example.com:25/", { kind: "tcp", host: "example.com", port: 25 }],
  ["tcp://例え.jp:80", { kind: "tcp", host: "xn--r8jz45g.jp", port: 80 }],
  ["tcp://2130706433:80", { kind: "tcp", host: "127.0.0.1", port: 80 }],
  ["tcp://[2001:DB8::1]:65535", { kind: "tcp", host: "2001:db8::1", port: 65_535 }],
  ["tls://example.com", { kind: "tls", host: "example.com", port: 443 }],
  ["tls://example.com:80", { kind: "tls", host: "example.com", port: 80 }],
  ["tls://[::1]", { kind: "tls", host: "::1", port: 443 }],
  ["ping://example.com:443", { kind: "ping", host: "example.com", port: 443, count: 5 }],
  ["ping://example.com:443?count=20", { kind: "ping", host: "example.com", port: 443, count: 20 }],
  ["dns://example.com", { kind: "dns", host: "example.com", type: "A", resolver: null }],
  ["dns://example.com.?type=aaaa", { kind: "dns", host: "example.com", type: "AAAA", resolver: null }],
  [
    "dns://_dmarc.example.com/?type=TXT",
    { kind: "dns", host: "_dmarc.example.com", type: "TXT", resolver: null },
  ],
  [
    "dns://example.com?type=MX&resolver=223.5.5.5",
    { kind: "dns", host: "example.com", type: "MX", resolver: { address: "223.5.5.5", port: 53 } },
  ],
  [
    "dns://example.com?resolver=127.0.0.1:5353",
    { kind: "dns", host: "example.com", type: "A", resolver: { address: "127.0.0.1", port: 5353 } },
  ],
  [
    "dns://example.com?resolver=[2400:3200::1]:54",
    { kind: "dns", host: "example.com", type: "A", resolver: { address: "2400:3200::1", port: 54 } },
  ],
  [
    "dns://example.com?resolver=2400:3200::1",
    { kind: "dns", host: "example.com", type: "A", resolver: { address: "2400:3200::1", port: 53 } },
  ],
  ["dns://8.8.4.4?type=PTR", { kind: "dns", host: "4.4.8.8.in-addr.arpa", type: "PTR", resolver: null }],
  [
    "dns://[2001:db8::567:89ab]?type=PTR",
    {
      kind: "dns",
      host: "b.a.9.8.7.6.5.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.0.8.b.d.0.1.0.0.2.ip6.arpa",
      type: "PTR",
      resolver: null,
    },
  ],
];

for (const [url, want] of READ) {
  test(`${url} is read`, () => {
    assert.deepEqual(placeOf(url), { ok: true, place: want });
  });
}

const WRONG: readonly (readonly [url: string, problem: RegExp])[] = [
  ["http://example.com", /none of the schemes/],
  ["tcp://example.com", /^has no port: write tcp:\/\/host:port$/],
  ["tcp://:80", /no host/],
  ["tcp://ex ample:80", /no host/],
  ["tcp://example.com:0", /port 0/],
  ["tcp://example.com:65536", /port 65536; ports end at 65535/],
  ["tcp://u:p@example.com:1", /user name or password/],
  ["tcp://example.com:1/x", /has a path/],
  ["tcp://example.com:1?count=2", /has "count" in it/],
  ["ping://example.com", /^has no port: write ping:\/\/host:port, or/],
  ["ping://example.com:1?count=0", /asks for 0 connects; count is 1 to 20/],
  ["ping://example.com:1?count=21", /asks for 21 connects/],
  ["ping://example.com:1?count=2.5", /asks for 2.5 connects/],
  ["ping://example.com:1?count=1&count=2", /says count more than once/],
  ["dns://", /no host/],
  ["dns://example.com:53", /has a port: another resolver is named as \?resolver=IP:53/],
  ["dns://example.com?type=ANY", /type ANY; known are A, AAAA/],
  ["dns://1.2.3.4", /records of an address; only PTR/],
  ["dns://example.com?resolver=dns.example", /has the resolver "dns\.example": write an IP address/],
  ["dns://example.com?resolver=1.1.1.1:0", /has the resolver/],
  ["dns://example.com?resolver=1.1.1.1:65536", /has the resolver/],
  ["dns://example.com?resolver=", /has the resolver/],
];

for (const [url, problem] of WRONG) {
  test(`${url} is refused: ${problem.source}`, () => {
    const result = placeOf(url);
    assert.match(result.ok ? "" : result.problem, problem);
  });
}

test("a kind is known by its scheme and two slashes", () => {
  const kinds = ["tcp://a", "TLS://a", "ping://", "dns://a", "http://a", "tcp:a", "udp://a", ""].map(kindOf);
  assert.deepEqual(kinds, ["tcp", "tls", "ping", "dns", null, null, null, null]);
});

test("the host of every kind of URL has the form in which a resolver is asked for it", () => {
  const hosts = [
    "https://EXAMPLE.com:8443/a",
    "tcp://例え.jp:1",
    "tls://[::1]",
    "dns://_a.Example.com",
    "http://[::1]/",
    "x",
  ];
  assert.deepEqual(hosts.map(hostOfUrl), [
    "example.com",
    "xn--r8jz45g.jp",
    "::1",
    "_a.example.com",
    "::1",
    "",
  ]);
});
