/** dns:// targets: every type as text, what is expected of the records, resolvers, and each way a query can fail. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import type { RecordType } from "../../../../collector/wire/expect.ts";
import { Detail } from "../../../../collector/wire/sample.ts";
import { dnsServer, nameOf } from "../../../support/dns-server.ts";
import { assignmentFor, GRACE_MS, testMeasurer, timed } from "../../../support/probe-bench.ts";

const u16 = (...values: number[]) => Buffer.from(values.flatMap((value) => [value >> 8, value & 255]));
const u32 = (...values: number[]) => u16(...values.flatMap((value) => [value >>> 16, value & 65_535]));
const texts = (...parts: string[]) =>
  Buffer.concat(parts.flatMap((part) => [Buffer.from([part.length]), Buffer.from(part)]));

const dns = await dnsServer({
  "web.test": {
    a: ["192.0.2.2", "192.0.2.1"],
    aaaa: ["2001:db8::1"],
    ttlS: 77,
    records: {
      2: [nameOf("NS1.web.test")],
      6: [Buffer.concat([nameOf("ns1.web.test"), nameOf("root.web.test"), u32(2024, 60, 30, 900, 10)])],
      15: [Buffer.concat([u16(20), nameOf("b.web.test")]), Buffer.concat([u16(10), nameOf("a.web.test")])],
      16: [texts("v=spf1 ", "-all"), texts("second")],
      33: [Buffer.concat([u16(1, 2, 443), nameOf("srv.web.test")])],
      257: [Buffer.concat([Buffer.from([0, 5]), Buffer.from("issueca.test")])],
    },
  },
  "alias.test": { records: { 5: [nameOf("web.test")] } },
  "1.2.0.192.in-addr.arpa": { records: { 12: [nameOf("web.test")] } },
  "empty.test": {},
  "broken.test": { fault: "servfail" },
  "refused.test": { fault: "refused" },
  "silent.test": { fault: "silent" },
  "garbage.test": { fault: "garbage" },
  "cut.test": { a: ["192.0.2.7"], fault: "truncated" },
});
const measurer = testMeasurer({ resolvers: [dns.address] });
after(async () => {
  measurer.close();
  await dns.close();
});

const TYPES: Readonly<Record<RecordType, readonly [url: string, want: string[]]>> = {
  A: ["dns://WEB.test", ["192.0.2.1", "192.0.2.2"]],
  AAAA: ["dns://web.test?type=AAAA", ["2001:db8::1"]],
  CNAME: ["dns://alias.test?type=CNAME", ["web.test"]],
  MX: ["dns://web.test?type=MX", ["10 a.web.test", "20 b.web.test"]],
  NS: ["dns://web.test?type=NS", ["ns1.web.test"]],
  TXT: ["dns://web.test?type=TXT", ["second", "v=spf1 -all"]],
  SOA: ["dns://web.test?type=SOA", ["ns1.web.test root.web.test 2024 60 30 900 10"]],
  CAA: ["dns://web.test?type=CAA", ['0 issue "ca.test"']],
  SRV: ["dns://web.test?type=SRV", ["1 2 443 srv.web.test"]],
  PTR: ["dns://192.0.2.1?type=PTR", ["web.test"]],
};

for (const [type, [url, want]] of Object.entries(TYPES)) {
  test(`records of type ${type} are text, sorted; the dns phase is the total`, async () => {
    const { state, failure, timings, detail } = await measurer.measure(assignmentFor(url));
    assert.equal(state, "up", JSON.stringify(failure));
    assert.deepEqual(detail.records, want);
    assert.ok((timings.dns ?? 0) > 0);
    assert.equal(timings.total, timings.dns);
    assert.deepEqual([timings.connect, timings.tls, timings.wait, timings.ttfb], [null, null, null, null]);
    assert.equal(detail.resolver, dns.address);
    Detail.parse(detail);
  });
}

test("addresses come with the time they may be kept", async () => {
  const { detail } = await measurer.measure(assignmentFor("dns://web.test"));
  assert.deepEqual(detail.answers, [
    { address: "192.0.2.2", ttlS: 77 },
    { address: "192.0.2.1", ttlS: 77 },
  ]);
});

test("each expected record must be there; others may be", async () => {
  const asked = (...records: string[]) => ({ expect: { status: ["200-299"], records } });
  const there = await measurer.measure(assignmentFor("dns://web.test?type=MX", asked("10 a.web.test")));
  assert.equal(there.state, "up");
  const missing = await measurer.measure(
    assignmentFor("dns://web.test?type=MX", asked("10 a.web.test", "30 c.web.test")),
  );
  assert.equal(`${missing.failure?.phase} ${missing.failure?.cause}`, "content record");
  assert.match(missing.failure?.detail ?? "", /"30 c\.web\.test"/);
  assert.ok((missing.timings.total ?? 0) > 0, "a complete answer keeps its times");
});

const FAILURES: readonly (readonly [url: string, want: string])[] = [
  ["dns://nowhere.test", "dns nxdomain target"],
  ["dns://empty.test", "dns no-address target"],
  ["dns://empty.test?type=MX", "content record target"],
  ["dns://broken.test", "dns servfail resolver"],
  ["dns://refused.test", "dns dns-refused resolver"],
  ["dns://silent.test", "dns dns-timeout resolver"],
  ["dns://garbage.test", "dns dns-malformed resolver"],
];

for (const [url, want] of FAILURES) {
  test(`${url} is down: ${want}`, async () => {
    const timeouts = { connectMs: 400, totalMs: 800 };
    const { result, tookMs, lateMs } = await timed(() => measurer.measure(assignmentFor(url, { timeouts })));
    const { failure, timings } = result;
    assert.equal(`${failure?.phase} ${failure?.cause} ${failure?.source}`, want);
    assert.ok(tookMs <= timeouts.connectMs + GRACE_MS + lateMs, `${tookMs} ms, late ${lateMs} ms`);
    if (failure?.phase === "dns") assert.equal(timings.dns, null);
  });
}

test("an answer too long for UDP is fetched by TCP", async () => {
  const { detail } = await measurer.measure(assignmentFor("dns://cut.test"));
  assert.deepEqual(detail.records, ["192.0.2.7"]);
});

test("a target may name the resolver; the guard is asked for it, on any port", async () => {
  const other = await dnsServer({ "web.test": { a: ["192.0.2.9"] } });
  const url = `dns://web.test?resolver=${other.address}`;
  const { detail } = await measurer.measure(assignmentFor(url));
  assert.deepEqual(detail.records, ["192.0.2.9"]);
  const guarded = testMeasurer({ allow: [], resolvers: [dns.address] });
  const refused = await guarded.measure(assignmentFor(url));
  const own = await guarded.measure(assignmentFor("dns://web.test"));
  guarded.close();
  await other.close();
  assert.equal(refused.unknownReason, "guard");
  assert.equal(other.questions.length, 1);
  assert.equal(own.state, "up", "the vantage's own resolvers are configuration");
});
