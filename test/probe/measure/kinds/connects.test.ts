/** tcp:// and tls:// targets: their phases alone, certificates, SNI, pins, the guard, and deadlines that are kept. */
import assert from "node:assert/strict";
import { after, test } from "node:test";
import { Detail } from "../../../../collector/wire/sample.ts";
import { dnsServer } from "../../../support/dns-server.ts";
import { hostileServer } from "../../../support/hostile-server.ts";
import { httpTarget } from "../../../support/http-target.ts";
import { assignmentFor, EARLY_MS, GRACE_MS, testMeasurer, timed } from "../../../support/probe-bench.ts";
import { testCa } from "../../../support/test-ca.ts";

const ca = testCa();
const dns = await dnsServer({ "web.test": { a: ["127.0.0.1"] } });
const measurer = testMeasurer({ resolvers: [dns.address] });
after(async () => {
  measurer.close();
  await dns.close();
});

test("a tcp target has dns and connect; its total is the end of the connect", async () => {
  const server = await hostileServer(() => undefined);
  const { result, lateMs } = await timed(() =>
    measurer.measure(assignmentFor(`tcp://web.test:${server.port}`)),
  );
  const { state, timings, detail } = result;
  await server.close();
  assert.equal(state, "up");
  const { dns: dnsUs, connect, total, ...others } = timings;
  assert.deepEqual(others, { tls: null, wait: null, transfer: null, ttfb: null, speed: null });
  assert.ok(dnsUs !== null && connect !== null && total !== null);
  const betweenUs = total - dnsUs - connect;
  assert.ok(betweenUs >= 0 && betweenUs < (GRACE_MS + lateMs) * 1000, JSON.stringify(timings));
  assert.equal(detail.address, "127.0.0.1");
  assert.equal(detail.localAddress, "127.0.0.1");
  Detail.parse(detail);
});

test("a tls target has the handshake and the certificate, verified against its name", async () => {
  const server = await httpTarget({ tls: ca.leaf({ names: ["web.test"] }), tlsDelayMs: 30 });
  const { result, lateMs } = await timed(() =>
    measurer.measure(assignmentFor(`tls://web.test:${server.port}`)),
  );
  const { state, timings, detail } = result;
  await server.close();
  assert.equal(state, "up");
  assert.ok((timings.tls ?? 0) >= (30 - EARLY_MS - lateMs) * 1000, JSON.stringify(timings));
  assert.ok((timings.total ?? 0) >= (timings.tls ?? 0) + (timings.connect ?? 0));
  assert.equal(timings.wait, null);
  assert.equal(detail.certificate?.subject, "web.test");
  assert.equal(detail.tlsProtocol, "TLSv1.3");
  assert.equal(server.seen.requests.length, 0);
  Detail.parse(detail);
});

test("a certificate must hold for as many days as the target asks", async () => {
  const server = await httpTarget({ tls: ca.leaf({ names: ["web.test"] }) });
  const asked = (days: number) => ({ expect: { status: ["200-299"], certificateDays: days } });
  const url = `tls://web.test:${server.port}`;
  const enough = await measurer.measure(assignmentFor(url, asked(89)));
  const short = await measurer.measure(assignmentFor(url, asked(91)));
  await server.close();
  assert.equal(enough.state, "up");
  assert.equal(short.failure?.cause, "certificate-expiring");
  assert.equal(short.failure?.phase, "content");
  assert.ok((short.timings.tls ?? 0) > 0, "a complete answer keeps its times");
});

const TROUBLES: readonly (readonly [name: string, leaf: Parameters<typeof ca.leaf>[0], want: string])[] = [
  ["of another name", { names: ["other.test"] }, "tls certificate-name target"],
  [
    "that has expired",
    { names: ["web.test"], notBefore: "20200101000000Z", notAfter: "20210101000000Z" },
    "tls certificate-expired target",
  ],
  ["it signed itself", { names: ["web.test"], selfSigned: true }, "tls certificate-untrusted target"],
];
for (const [name, leaf, want] of TROUBLES) {
  test(`a tls target with a certificate ${name} is down: ${want}`, async () => {
    const server = await httpTarget({ tls: ca.leaf(leaf) });
    const { failure, timings, detail } = await measurer.measure(
      assignmentFor(`tls://web.test:${server.port}`),
    );
    await server.close();
    assert.equal(`${failure?.phase} ${failure?.cause} ${failure?.source}`, want);
    assert.equal(timings.tls, null);
    assert.equal(timings.total, null);
    assert.notEqual(timings.connect, null);
    assert.ok(detail.certificate, "the certificate that does not hold is shown");
  });
}

test("a closed port, a name that is none and a silent handshake each have their own cause, in time", async () => {
  const server = await hostileServer(() => undefined);
  const timeouts = { connectMs: 300, totalMs: 600 };
  const {
    result: silent,
    tookMs,
    lateMs,
  } = await timed(() => measurer.measure(assignmentFor(`tls://127.0.0.1:${server.port}`, { timeouts })));
  await server.close();
  assert.equal(silent.failure?.cause, "tls-timeout");
  assert.ok(tookMs <= timeouts.connectMs + GRACE_MS + lateMs, `${tookMs} ms, late ${lateMs} ms`);
  const closed = await measurer.measure(assignmentFor(`tcp://127.0.0.1:${server.port}`));
  assert.equal(`${closed.failure?.phase} ${closed.failure?.cause}`, "connect connection-refused");
  const nowhere = await measurer.measure(assignmentFor(`tcp://nowhere.test:${server.port}`));
  assert.equal(`${nowhere.failure?.phase} ${nowhere.failure?.cause}`, "dns nxdomain");
});

test("a pinned target is reached at its address, with the name for SNI", async () => {
  const server = await httpTarget({ tls: ca.leaf({ names: ["pinned.test"] }) });
  const addresses = { measure: "one", up: "majority", max: 8, pin: "127.0.0.1", cache: false } as const;
  const { state, timings, failure } = await measurer.measure(
    assignmentFor(`tls://pinned.test:${server.port}`, { addresses }),
  );
  await server.close();
  assert.equal(state, "up", JSON.stringify(failure));
  assert.equal(timings.dns, null);
});

test("the guard stands before every address, and no list of web ports before these kinds", async () => {
  const guarded = testMeasurer({ allow: [], resolvers: [dns.address] });
  for (const url of ["tcp://127.0.0.1:80", "tls://web.test", "ping://[::1]:80", "tcp://2130706433:80"]) {
    const { state, unknownReason, detail } = await guarded.measure(assignmentFor(url));
    assert.equal(state, "unknown", url);
    assert.equal(unknownReason, "guard", url);
    assert.match(detail.note ?? "", /loopback address/, url);
  }
  guarded.close();
});

test("a URL this probe cannot read is refused in words, not thrown", async () => {
  const { state, detail } = await measurer.measure(assignmentFor("tcp://web.test"));
  assert.equal(state, "unknown");
  assert.match(detail.note ?? "", /has no port/);
});
