/** The lookup: its faults are told apart, its time is its own, and one address is chosen and kept. */
import assert from "node:assert/strict";
import { mkdtempSync, rmSync, utimesSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { after, before, test } from "node:test";
import { systemClock } from "../../../collector/wire/clock.ts";
import { answerCache } from "../../../probe/measure/answer-cache.ts";
import type { Measurer } from "../../../probe/measure/measure.ts";
import type { Measurable } from "../../../probe/measure/measured.ts";
import { type DnsServer, dnsServer, type Zone } from "../../support/dns-server.ts";
import { type HttpTarget, httpTarget } from "../../support/http-target.ts";
import { assignmentFor, EARLY_MS, GRACE_MS, testMeasurer, timed } from "../../support/probe-bench.ts";

const TIMEOUT_MS = 400;
const many = Array.from({ length: 100 }, (_, index) => `127.0.0.${index + 1}`);
const ZONES: Record<string, Zone> = {
  "web.test": { a: ["127.0.0.1"] },
  "slow.test": { a: ["127.0.0.1"], delayMs: 150 },
  "alias.test": { cname: "web.test", a: ["127.0.0.1"] },
  "loop.test": { cname: "loop.test" },
  "many.test": { a: many, fault: "truncated" },
  "zero.test": { a: ["127.0.0.1"], ttlS: 0 },
  "six.test": { aaaa: ["::1"] },
  "blackhole.test": { a: ["127.0.0.1"], fault: "silent-aaaa" },
  "empty.test": {},
  "silent.test": { fault: "silent" },
  "servfail.test": { fault: "servfail" },
  "refused.test": { fault: "refused" },
  "formerr.test": { fault: "formerr" },
  "garbage.test": { fault: "garbage" },
};

let dns: DnsServer;
let target: HttpTarget;
let measurer: Measurer;

before(async () => {
  dns = await dnsServer(ZONES);
  target = await httpTarget();
  measurer = testMeasurer({ resolvers: [dns.address] });
});
after(async () => {
  measurer.close();
  await dns.close();
  await target.close();
});

const measure = (name: string, extra: Partial<Measurable> = {}) =>
  measurer.measure(assignmentFor(`http://${name}:${target.port}/`, extra));

const short = { timeouts: { connectMs: TIMEOUT_MS, totalMs: 8_000 } };
const FAULTS: readonly (readonly [name: string, want: string, extra?: Partial<Measurable>])[] = [
  ["nobody.test", "dns nxdomain target"],
  ["empty.test", "dns no-address target"],
  ["loop.test", "dns no-address target"],
  ["servfail.test", "dns servfail resolver"],
  ["refused.test", "dns dns-refused resolver"],
  ["formerr.test", "dns dns-malformed resolver"],
  ["silent.test", "dns dns-timeout resolver", short],
  ["garbage.test", "dns dns-malformed resolver"],
  ["web.test", "dns no-address target", { family: "ipv6" }],
  [`${"a".repeat(63)}.${"b".repeat(63)}.${"c".repeat(63)}.${"d".repeat(63)}.test`, "dns nxdomain target"],
];

for (const [name, want, extra] of FAULTS) {
  test(`${name.slice(0, 20)} (${extra?.family ?? "any"}) gives ${want}`, async () => {
    const sample = await measure(name, extra);
    const { failure } = sample;
    assert.equal(`${failure?.phase} ${failure?.cause} ${failure?.source}`, want, JSON.stringify(sample));
    assert.deepEqual(Object.values(sample.timings), Array(8).fill(null));
    assert.equal(sample.detail.address, undefined);
    assert.equal(sample.detail.resolver, dns.address, "who said so, or said nothing");
  });
}

test("a resolver that is not there refuses, and that is the resolver's fault", async () => {
  const gone = await dnsServer();
  await gone.close();
  const lost = testMeasurer({ resolvers: [gone.address] });
  const { failure } = await lost.measure(assignmentFor("http://web.test/", short));
  assert.equal(failure?.phase, "dns");
  assert.equal(failure?.source, "resolver");
  lost.close();
});

test("a silent resolver ends with the connect timeout, not with its own", async () => {
  const { result: sample, tookMs, lateMs } = await timed(() => measure("silent.test", short));
  assert.ok(
    tookMs >= TIMEOUT_MS - EARLY_MS - lateMs && tookMs <= TIMEOUT_MS + GRACE_MS + lateMs,
    `${tookMs} ms, late ${lateMs} ms`,
  );
  assert.ok((sample.failure?.elapsedUs ?? 0) >= (TIMEOUT_MS - EARLY_MS - lateMs) * 1000);
});

test("the time of the resolver is in dns and nowhere else", async () => {
  const { result, lateMs } = await timed(() => measure("slow.test"));
  const { timings } = result;
  assert.ok((timings.dns ?? 0) >= (150 - EARLY_MS - lateMs) * 1000, `${timings.dns} us, late ${lateMs} ms`);
  assert.ok((timings.connect ?? 0) + (timings.wait ?? 0) < (timings.dns ?? 0) + lateMs * 1000);
});

test("a name is asked again every time, whatever its TTL", async () => {
  const before = dns.questions.length;
  await measure("web.test");
  await measure("web.test");
  assert.equal(dns.questions.slice(before).filter((q) => q.name === "web.test" && q.type === "A").length, 2);
});

for (const name of ["web.test", "alias.test", "zero.test", "many.test", "blackhole.test"]) {
  test(`${name} is up over IPv4`, async () => {
    const sample = await measure(name);
    assert.equal(sample.state, "up", JSON.stringify(sample));
    assert.equal(sample.detail.family, 4);
  });
}

test("an IPv6 address that never answers costs nothing where there is an IPv4 one", async () => {
  const fast = await measure("web.test");
  const { result: black, lateMs } = await timed(() => measure("blackhole.test"));
  assert.equal(black.state, "up");
  assert.ok((black.timings.dns ?? 0) < (fast.timings.dns ?? 0) + 300_000 + lateMs * 1000);
});

test("a name with IPv6 only is measured over IPv6", async (t) => {
  const six = await httpTarget({ host: "::1" }).catch(() => null);
  if (six === null) return t.skip("this machine has no ::1: enable IPv6 on loopback");
  const sample = await measurer.measure(assignmentFor(`http://six.test:${six.port}/`));
  assert.equal(sample.state, "up", JSON.stringify(sample));
  assert.deepEqual([sample.detail.family, sample.detail.address], [6, "::1"]);
  await six.close();
});

test("of many addresses one is picked by chance and reported", async () => {
  const last = testMeasurer({ resolvers: [dns.address], random: () => 0.999 });
  const sample = await last.measure(assignmentFor(`http://many.test:${target.port}/`));
  assert.ok(many.includes(sample.detail.address ?? ""));
  assert.notEqual(sample.detail.address, (await measure("many.test")).detail.address);
  last.close();
});

test("addresses, localhost and the hosts file need no resolver; an edited file is read again", async () => {
  const dir = mkdtempSync(join(tmpdir(), "carrierwatch-hosts-"));
  const hosts = join(dir, "hosts");
  writeFileSync(hosts, "127.0.0.1 Pinned.Test alias # comment\n::1 six-only\nnot-an-address x\n");
  let aheadMs = 0;
  const clock = { ...systemClock(), monoMs: () => performance.now() + aheadMs };
  const local = testMeasurer({ resolvers: [dns.address], hosts, clock });
  const before = dns.questions.length;
  try {
    const known = ["127.0.0.1", "localhost", "a.localhost", "pinned.test", "PINNED.test.", "alias"];
    for (const host of known) {
      const sample = await local.measure(assignmentFor(`http://${host}:${target.port}/`));
      assert.equal(sample.state, "up", `${host} ${JSON.stringify(sample)}`);
      assert.equal(sample.timings.dns, null, host);
      assert.equal(sample.detail.address, "127.0.0.1");
    }
    // What an earlier test asked may come as late as this.
    const asked = dns.questions.slice(before).filter(({ name }) => /host|pinned|alias$|^127/.test(name));
    assert.deepEqual(asked, []);
    writeFileSync(hosts, "127.0.0.9 pinned.test\n");
    utimesSync(hosts, 1, 1);
    aheadMs = 1_001;
    const moved = await local.measure(assignmentFor(`http://pinned.test:${target.port}/`));
    assert.equal(moved.detail.address ?? moved.failure?.cause, "127.0.0.9");
  } finally {
    local.close();
    rmSync(dir, { recursive: true });
  }
});

test("an address of the other family is not measured", async () => {
  const sample = await measurer.measure(
    assignmentFor(`http://127.0.0.1:${target.port}/`, { family: "ipv6" }),
  );
  assert.equal(sample.failure?.cause, "no-address");
});

test("who was asked and what was answered is kept with its TTL; nobody is asked for an address", async () => {
  const { detail } = await measure("web.test");
  const literal = await measure("127.0.0.1");
  const two = testMeasurer({ resolvers: [dns.address, "127.0.0.1:1"] });
  const several = await two.measure(assignmentFor(`http://web.test:${target.port}/`));
  two.close();
  assert.equal(detail.resolver, dns.address);
  assert.deepEqual(detail.answers, [{ address: "127.0.0.1", ttlS: 60 }]);
  assert.deepEqual([literal.detail.resolver, literal.detail.answers], [undefined, undefined]);
  assert.equal(several.detail.resolver, `${dns.address}, 127.0.0.1:1`);
});

test("an answer is kept for its TTL where the target asks for that, and nowhere else", async () => {
  const system = systemClock();
  let laterMs = 0;
  const clock = { ...system, monoMs: () => system.monoMs() + laterMs };
  const caching = testMeasurer({ resolvers: [dns.address], clock });
  const asked = () => dns.questions.filter(({ name, type }) => name === "alias.test" && type === "A").length;
  const addresses = { measure: "one", up: "majority", max: 8, cache: true } as const;
  const ask = (extra: Partial<Measurable>) =>
    caching.measure(assignmentFor(`http://alias.test:${target.port}/`, extra));
  const before = asked();
  const first = await ask({ addresses });
  const second = await ask({ addresses });
  assert.equal(asked(), before + 1);
  assert.notEqual(first.timings.dns, null);
  assert.deepEqual([second.state, second.timings.dns, second.detail.answers], ["up", null, undefined]);
  await ask({});
  assert.equal(asked(), before + 2, "another target of the same name asks");
  await ask({ addresses, family: "ipv4" });
  assert.equal(asked(), before + 3, "another family is another question");
  laterMs += 61_000;
  const third = await ask({ addresses });
  assert.equal(asked(), before + 4);
  assert.notEqual(third.timings.dns, null);
  caching.close();
});

test("an answer is kept until the millisecond its shortest TTL ends, and a thousand names at most", () => {
  let nowMs = 0;
  const cache = answerCache({ monoMs: () => nowMs });
  const found = (ttls: readonly number[]) => {
    const answers = ttls.map((ttlS, index) => ({ address: `192.0.2.${index + 1}`, ttlS }));
    return { family: 4 as const, addresses: answers.map(({ address }) => address), answers, resolver: "r" };
  };
  cache.put("a.test", [4], found([30, 10]));
  nowMs = 9_999;
  assert.deepEqual(cache.get("a.test", [4]), { family: 4, addresses: ["192.0.2.1", "192.0.2.2"] });
  assert.equal(cache.get("a.test", [4, 6]), null);
  nowMs = 10_000;
  assert.equal(cache.get("a.test", [4]), null);
  cache.put("zero.test", [4], found([0]));
  assert.equal(cache.get("zero.test", [4]), null);
  for (let index = 0; index <= 1_024; index += 1) cache.put(`${index}.test`, [4], found([60]));
  assert.equal(cache.get("0.test", [4]), null);
  assert.notEqual(cache.get("1.test", [4]), null);
  assert.notEqual(cache.get("1024.test", [4]), null);
});
