/** What a measured URL may reach: every spelling, every special range, and the sentence that says how to allow it. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { ConfigError } from "../../../collector/wire/errors.ts";
import { guardOf, guardUrl } from "../../../probe/measure/guard.ts";
import { LOOPBACK_SPELLINGS } from "../../support/loopback-spellings.ts";
import { fc } from "../../support/property.ts";

const closed = guardOf([], "/data/probe/config.yaml");

test("every spelling of loopback is refused before anything is looked up", () => {
  assert.ok(LOOPBACK_SPELLINGS.length >= 15);
  for (const url of LOOPBACK_SPELLINGS) {
    assert.ok(URL.canParse(url), url);
    assert.notEqual(closed.url(new URL(url)), null, url);
  }
});

const ADDRESSES: readonly (readonly [address: string, what: string | null])[] = [
  ["8.8.8.8", null],
  ["1.1.1.1", null],
  ["126.255.255.255", null],
  ["127.0.0.0", "loopback"],
  ["127.255.255.255", "loopback"],
  ["128.0.0.0", null],
  ["0.1.2.3", "this machine"],
  ["9.255.255.255", null],
  ["10.0.0.0", "private"],
  ["10.255.255.255", "private"],
  ["11.0.0.0", null],
  ["100.63.255.255", null],
  ["100.64.0.0", "carrier-grade"],
  ["100.127.255.255", "carrier-grade"],
  ["100.128.0.0", null],
  ["100.100.100.200", "metadata"],
  ["169.254.169.254", "metadata"],
  ["168.63.129.16", "metadata"],
  ["169.254.0.1", "link-local"],
  ["172.15.255.255", null],
  ["172.16.0.0", "private"],
  ["172.31.255.255", "private"],
  ["172.32.0.0", null],
  ["192.168.0.1", "private"],
  ["192.0.2.1", "documentation"],
  ["192.88.99.1", "6to4"],
  ["198.17.255.255", null],
  ["198.18.0.0", "benchmark"],
  ["198.19.255.255", "benchmark"],
  ["198.20.0.0", null],
  ["223.255.255.255", null],
  ["224.0.0.1", "multicast"],
  ["240.0.0.1", "reserved"],
  ["255.255.255.255", "reserved"],
  ["2400:3200::1", null],
  ["2606:4700::1111", null],
  ["::1", "loopback"],
  ["::", "this machine"],
  ["::8.8.8.8", "reserved"],
  ["::ffff:8.8.8.8", "IPv4-mapped"],
  ["64:ff9b::8.8.8.8", null],
  ["64:ff9b::10.0.0.1", "NAT64 form of a private"],
  ["64:ff9b:1::8.8.8.8", "reserved"],
  ["2001::1", "Teredo"],
  ["2001:db8::1", "documentation"],
  ["2002:808:808::1", "6to4"],
  ["fc00::1", "unique local"],
  ["fdff::1", "unique local"],
  ["fd00:ec2::254", "metadata"],
  ["fe80::1", "link-local"],
  ["fe80::1%eth0", "link-local"],
  ["ff02::1", "multicast"],
  ["4000::1", "reserved"],
];

for (const [address, what] of ADDRESSES) {
  test(`${address} is ${what ?? "public"}`, () => {
    const refusal = closed.address(address, 443, address);
    if (what === null) assert.equal(refusal, null);
    else assert.match(refusal ?? "", new RegExp(what));
  });
}

test("a refusal names address, file and the line to add, within the wire's limit", () => {
  assert.equal(
    closed.address("10.1.2.3", 80, "intranet.example"),
    'intranet.example resolves to 10.1.2.3, which is a private address: this probe does not measure it. To allow it, put allow: ["10.1.2.3/32"] in /data/probe/config.yaml, or start with --allow 10.1.2.3/32',
  );
  assert.equal(
    guardOf([], "--allow").address("::1", 80, "::1"),
    "::1 is a loopback address: this probe does not measure it. To allow it, add --allow ::1/128",
  );
  const long = closed.address("fe80::1234:5678:9abc:def0", 80, "x".repeat(255)) ?? "";
  assert.ok(long.length <= 300, String(long.length));
});

test("what a desktop proxy answers with gets a sentence of its own", () => {
  const refusal = closed.address("198.18.0.7", 443, `${"x".repeat(40)}.example`) ?? "";
  assert.match(
    refusal,
    /which is a benchmark address, as proxies \(fake-IP mode\) give instead of the site's own: /,
  );
  assert.ok(refusal.length <= 300, String(refusal.length));
});

test("the line a refusal proposes allows exactly that address", () => {
  fc.assert(
    fc.property(fc.oneof(fc.ipV4(), fc.ipV6()), (address) => {
      const refusal = closed.address(address, 80, address);
      const line = /--allow (\S+)$/.exec(refusal ?? "")?.[1];
      if (refusal === null || line === undefined) return refusal === null;
      return guardOf([line], "f").address(address, 80, address) === null;
    }),
    { numRuns: 500 },
  );
});

test("an allowed network opens its addresses, in their mapped and NAT64 form too, and nothing else", () => {
  const guard = guardOf(["10.0.0.0/8", "::1"], "f");
  assert.equal(guard.address("10.9.9.9", 80, "a"), null);
  assert.equal(guard.address("::ffff:10.9.9.9", 80, "a"), null);
  assert.equal(guard.address("64:ff9b::10.9.9.9", 80, "a"), null);
  assert.equal(guard.address("::1", 80, "a"), null);
  assert.notEqual(guard.address("127.0.0.1", 80, "a"), null);
  assert.notEqual(guard.address("::2", 80, "a"), null);
});

test("schemes, credentials and ports of other services are refused, an allowed address may use any port", () => {
  assert.match(closed.url(new URL("ftp://example.com/")) ?? "", /ftp:/);
  assert.match(closed.url(new URL("https://a:b@example.com/")) ?? "", /user name or password/);
  assert.match(closed.url(new URL("https://a@example.com/")) ?? "", /user name or password/);
  assert.match(closed.address("8.8.8.8", 25, "mx.example") ?? "", /port 25 .* --allow 8\.8\.8\.8\/32/);
  assert.equal(guardOf(["8.8.8.8/32"], "f").address("8.8.8.8", 25, "mx.example"), null);
  assert.equal(closed.url(new URL("https://example.com:8443/")), null);
});

test("what is no address is refused", () => {
  for (const text of ["", "localhost", "1.2.3", "::g"]) assert.notEqual(closed.address(text, 80, "x"), null);
});

test("an allow entry that is no network is an error that names it", () => {
  for (const entry of ["10.0.0.0/33", "example.com", "", "10.0.0/8x"]) {
    assert.throws(() => guardOf([entry], "f"), ConfigError);
  }
});

test("the form's guard answers in words and knows literals only", () => {
  assert.match(guardUrl("http://127.0.0.1/", []) ?? "", /loopback.*config\.yaml/);
  assert.equal(guardUrl("http://127.0.0.1/", ["127.0.0.0/8"]), null);
  assert.equal(guardUrl("http://localhost/", []), null);
  assert.match(guardUrl("not a url", []) ?? "", /not a URL/);
});
