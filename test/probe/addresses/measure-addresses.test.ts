/** A real name server, real sites at several addresses: who is measured, what each sample says, and what all say together. */
import assert from "node:assert/strict";
import type { NetworkInterfaceInfo } from "node:os";
import { type TestContext, test } from "node:test";
import { systemClock } from "../../../collector/wire/clock.ts";
import { Addresses } from "../../../collector/wire/request.ts";
import { Sample } from "../../../collector/wire/sample.ts";
import { type AddressesTask, measureAddresses } from "../../../probe/addresses/measure-addresses.ts";
import { placesOf } from "../../../probe/addresses/places.ts";
import { answerCache } from "../../../probe/measure/answer-cache.ts";
import { forgeries } from "../../../probe/measure/forged.ts";
import { lookupOf } from "../../../probe/measure/lookup.ts";
import type { Measured } from "../../../probe/measure/measured.ts";
import { type Limits, paceOf } from "../../../probe/schedule/pace.ts";
import { type DnsServer, dnsServer, type Zone } from "../../support/dns-server.ts";
import { siteAt } from "../../support/many-addresses.ts";
import { assignmentFor, testMeasurer } from "../../support/probe-bench.ts";
import { testCa } from "../../support/test-ca.ts";

const [A, B, C] = ["127.0.0.2", "127.0.0.3", "127.0.0.4"] as const;

const entry = (address: string, family: "IPv4" | "IPv6"): NetworkInterfaceInfo => {
  const common = { address, netmask: "", mac: "02:00:00:00:00:01", internal: false, cidr: null };
  return family === "IPv4" ? { ...common, family } : { ...common, family, scopeid: 0 };
};
const BOTH = () => ({ eth0: [entry("192.0.2.1", "IPv4"), entry("2001:db8::1", "IPv6")] });
const ONLY4 = () => ({ eth0: [entry("192.0.2.1", "IPv4")] });

type World = {
  readonly dns: DnsServer;
  /** Measures http://web.test:PORT/ once. */
  measure(
    port: number,
    rule: Partial<Addresses>,
    over?: Partial<AddressesTask>,
  ): Promise<{ whole: Measured; parts: Map<string, Measured>; order: string[] }>;
};

async function world(
  t: TestContext,
  zone: Zone,
  {
    interfaces = BOTH,
    limits = { concurrent: 50, gapHttpMs: 0, gapHttpsMs: 0 },
    localAddress,
    scheme = "http",
  }: {
    interfaces?: typeof BOTH | typeof ONLY4;
    limits?: Limits;
    localAddress?: string;
    scheme?: "http" | "https";
  } = {},
): Promise<World> {
  const dns = await dnsServer({ "web.test": zone });
  const clock = systemClock();
  const options = { resolvers: [dns.address], hosts: "/nowhere" };
  const from = localAddress === undefined ? {} : { localAddress };
  const single = testMeasurer({ ...options, ...from, interfaces });
  const lookup = lookupOf({ resolvers: [dns.address], hostsFile: "/nowhere", localAddress });
  t.after(async () => {
    single.close();
    lookup.close();
    await dns.close();
  });
  const deps = {
    ...{ clock, lookup, interfaces, localAddress },
    cache: answerCache(clock),
    forged: forgeries({ lookup, clock }),
    measure: single.measure,
    pace: paceOf({ clock, limits }),
    places: placesOf(),
    limits: { loopDelayMs: 10_000, lateMs: 10_000, doubtShare: 1_000 },
  };
  return {
    dns,
    async measure(port, rule, over = {}) {
      const parts = new Map<string, Measured>();
      const whole = await measureAddresses(deps, {
        assignment: assignmentFor(`${scheme}://web.test:${port}/`, { addresses: Addresses.parse(rule) }),
        ...{ target: "web", turn: 0, lateMs: 0, sinceMonoMs: clock.monoMs(), graceMs: 30_000 },
        giveBack: () => {},
        keep: async (address, measured) => {
          parts.set(address, measured);
          return measured;
        },
        options: {},
        ...over,
      });
      for (const [address, measured] of [...parts, [undefined, whole] as const]) {
        const place = { target: "web", tick: 300, stepS: 300, seq: 1 };
        const sample = { ...place, ...(address === undefined ? {} : { address }), ...measured };
        assert.deepEqual(Sample.parse(sample), sample);
      }
      return { whole, parts, order: [...parts.keys()] };
    },
  };
}

const statesOf = (parts: ReadonlyMap<string, Measured>) =>
  Object.fromEntries([...parts].map(([address, { state }]) => [address, state]));

test("every address is measured on its own, the name is asked once, Host stays the URL's", async (t) => {
  const site = await siteAt(t, [A, B, "::1"]);
  const w = await world(t, { a: [B, A], aaaa: ["::1"] });
  const { whole, parts } = await w.measure(site.port, { measure: "every" });
  assert.deepEqual(statesOf(parts), { [A]: "up", [B]: "up", "::1": "up" });
  for (const [address, { timings, detail }] of parts) {
    assert.equal(detail.address, address);
    assert.equal(timings.dns, null, "an address was not looked up");
    assert.ok((timings.total ?? 0) > 0);
    const seen = site.at.get(address)?.seen;
    assert.deepEqual(
      seen?.requests.map(({ headers }) => headers.host),
      [`web.test:${site.port}`],
    );
  }
  assert.deepEqual(w.dns.questions.map(({ type }) => type).sort(), ["A", "AAAA"]);
  assert.equal(whole.state, "up");
  assert.deepEqual(whole.detail.addresses, { up: 3, of: 3 });
  assert.deepEqual(whole.detail.answers?.map(({ address }) => address).sort(), [A, B, "::1"].sort());
  assert.ok((whole.timings.dns ?? 0) > 0);
});

test("SNI and the certificate's name stay the URL's", async (t) => {
  const site = await siteAt(t, [A, B], { tls: testCa().leaf({ names: ["web.test"] }) });
  const w = await world(t, { a: [A, B] }, { scheme: "https" });
  const { whole, parts } = await w.measure(site.port, { measure: "every", up: "all" });
  assert.deepEqual(statesOf(parts), { [A]: "up", [B]: "up" });
  assert.equal(whole.state, "up");
});

test("the target's times are those of the address in turn, and the turn moves on by one a tick", async (t) => {
  const site = await siteAt(t, [A, B, C]);
  const w = await world(t, { a: [A, B, C] });
  const shown: (string | undefined)[] = [];
  for (let turn = 10; turn < 16; turn += 1) {
    const { whole, parts } = await w.measure(site.port, { measure: "every" }, { turn });
    const { address } = whole.detail;
    shown.push(address);
    const part = parts.get(address ?? "");
    assert.equal(whole.timings.connect, part?.timings.connect);
    assert.equal(whole.timings.total, (part?.timings.total ?? 0) + (whole.timings.dns ?? 0));
  }
  assert.deepEqual(shown, [B, C, A, B, C, A]);
});

test("one address of three refuses: up by majority, down when all must be, and it is named", async (t) => {
  const site = await siteAt(t, [A, B, C]);
  await site.close(B);
  const w = await world(t, { a: [A, B, C] });
  const up = await w.measure(site.port, { measure: "every" });
  assert.equal(up.whole.state, "up");
  assert.deepEqual(up.whole.detail.addresses, { up: 2, of: 3 });
  assert.equal(up.parts.get(B)?.failure?.cause, "connection-refused");
  const down = await w.measure(site.port, { measure: "every", up: "all" });
  assert.equal(down.whole.state, "down");
  assert.equal(down.whole.failure?.cause, "addresses");
  assert.equal(down.whole.failure?.phase, "connect");
  assert.equal(down.whole.failure?.detail, `2 of 3 addresses up, 3 needed: ${B} connection-refused`);
  assert.equal(down.whole.timings.total, null);
});

test("the set of addresses changes: what is new is measured at once, what is gone no more", async (t) => {
  const site = await siteAt(t, [A, B, C]);
  const w = await world(t, { a: [A, B] });
  assert.deepEqual((await w.measure(site.port, { measure: "every" }, { turn: 0 })).order.sort(), [A, B]);
  w.dns.zones = { "web.test": { a: [B, C] } };
  const { whole, parts } = await w.measure(site.port, { measure: "every" }, { turn: 1 });
  assert.deepEqual([...parts.keys()].sort(), [B, C]);
  assert.deepEqual(whole.detail.answers, [
    { address: B, ttlS: 60 },
    { address: C, ttlS: 60 },
  ]);
  assert.equal(whole.detail.resolver, w.dns.address);
});

test("more addresses than places: as many as there are places are measured, the others only counted", async (t) => {
  const many = Array.from({ length: 6 }, (_, i) => `127.0.0.${i + 2}`);
  const site = await siteAt(t, many);
  const w = await world(t, { a: many });
  const { whole, parts } = await w.measure(site.port, { measure: "every", max: 4, up: "all" });
  assert.deepEqual([...parts.keys()].sort(), many.slice(0, 4));
  assert.deepEqual(whole.detail.addresses, { up: 4, of: 4, other: 2 });
  assert.equal(whole.state, "up");
  assert.equal(whole.detail.answers?.length, 6);
  for (const address of many.slice(4)) assert.equal(site.at.get(address)?.seen.connections, 0);
});

test("families: one address of each, a series each, and each family shows all of its addresses in time", async (t) => {
  const site = await siteAt(t, [A, B, "::1"]);
  const w = await world(t, { a: [A, B], aaaa: ["::1"] });
  const seen = new Set<string>();
  for (let turn = 0; turn < 4; turn += 1) {
    const { whole, parts } = await w.measure(site.port, { measure: "families", up: "all" }, { turn });
    assert.deepEqual(statesOf(parts), { ipv4: "up", ipv6: "up" });
    assert.deepEqual(whole.detail.addresses, { up: 2, of: 2 });
    assert.equal(parts.get("ipv6")?.detail.address, "::1");
    assert.equal(whole.detail.family, turn % 2 === 0 ? 4 : 6);
    seen.add(parts.get("ipv4")?.detail.address ?? "");
  }
  assert.deepEqual([...seen].sort(), [A, B]);
});

test("families: a name without AAAA has one series; one whose AAAA cannot be asked has a failed one", async (t) => {
  const site = await siteAt(t, [A]);
  const none = await world(t, { a: [A] });
  const one = await none.measure(site.port, { measure: "families" });
  assert.deepEqual(statesOf(one.parts), { ipv4: "up" });
  assert.equal(one.whole.state, "up");
  const broken = await world(t, { a: [A], fault: "silent-aaaa" });
  const timeouts = { connectMs: 300, totalMs: 2_000 };
  const assignment = assignmentFor(`http://web.test:${site.port}/`, {
    addresses: Addresses.parse({ measure: "families", up: "all" }),
    timeouts,
  });
  const two = await broken.measure(site.port, {}, { assignment });
  assert.deepEqual(statesOf(two.parts), { ipv4: "up", ipv6: "down" });
  assert.equal(two.parts.get("ipv6")?.failure?.cause, "dns-timeout");
  assert.equal(two.whole.failure?.phase, "dns");
});

test("an IPv6-only name is measured by IPv6; where this machine has none, IPv6 addresses count for nothing", async (t) => {
  const site = await siteAt(t, [A, "::1"]);
  const only6 = await world(t, { aaaa: ["::1"] });
  const six = await only6.measure(site.port, { measure: "every" });
  assert.deepEqual(statesOf(six.parts), { "::1": "up" });
  const without = await world(t, { a: [A], aaaa: ["::1"] }, { interfaces: ONLY4 });
  const four = await without.measure(site.port, { measure: "every", up: "all" });
  assert.deepEqual(statesOf(four.parts), { [A]: "up" });
  assert.equal(four.whole.state, "up");
});

test("a lookup that fails is the target's own sample alone, down in dns", async (t) => {
  for (const [zone, cause] of [
    [{ fault: "servfail" }, "servfail"],
    [{}, "no-address"],
  ] as const) {
    const w = await world(t, zone);
    const { whole, parts } = await w.measure(1, { measure: "every" });
    assert.equal(parts.size, 0);
    assert.equal(whole.state, "down");
    assert.equal(whole.failure?.phase, "dns");
    assert.equal(whole.failure?.cause, cause);
    assert.equal(whole.detail.resolver, w.dns.address, "who was asked is named");
  }
  const w = await world(t, {});
  w.dns.zones = {};
  assert.equal((await w.measure(1, { measure: "every" })).whole.failure?.cause, "nxdomain");
});

test("with `cache` a family's answer is kept for its TTL: nobody is asked, and no dns time is claimed", async (t) => {
  const site = await siteAt(t, [A, B]);
  const w = await world(t, { a: [A, B] }, { interfaces: ONLY4 });
  const first = await w.measure(site.port, { measure: "every", cache: true });
  assert.ok((first.whole.timings.dns ?? 0) > 0);
  const second = await w.measure(site.port, { measure: "every", cache: true });
  assert.equal(second.whole.timings.dns, null);
  assert.deepEqual(second.whole.detail.addresses, { up: 2, of: 2 });
  assert.equal(w.dns.questions.length, 1);
  await w.measure(site.port, { measure: "every" });
  assert.equal(w.dns.questions.length, 2);
});

test("a resolver that makes up answers has hijacked the target", async (t) => {
  const site = await siteAt(t, [A]);
  const w = await world(t, { a: [A] });
  w.dns.zones = new Proxy({}, { get: () => ({ a: [A] }), has: () => true });
  const { whole } = await w.measure(site.port, { measure: "every" });
  assert.equal(whole.state, "down");
  assert.equal(whole.failure?.cause, "hijacked");
  assert.equal(whole.failure?.source, "resolver");
});

test("other kinds of target are measured at each address too", async (t) => {
  const site = await siteAt(t, [A, B]);
  await site.close(B);
  const w = await world(t, { a: [A, B] });
  const addresses = Addresses.parse({ measure: "every", up: "any" });
  const assignment = assignmentFor(`tcp://web.test:${site.port}`, { addresses });
  const { whole, parts } = await w.measure(site.port, {}, { assignment });
  assert.deepEqual(statesOf(parts), { [A]: "up", [B]: "down" });
  assert.equal(whole.state, "up");
  assert.deepEqual(
    Object.keys(whole.timings).filter((key) => whole.timings[key as "dns"] !== null),
    ["dns", "connect", "total"],
  );
});

test("a redirect to another host is looked up as usual, one to the same host keeps the address", async (t) => {
  const site = await siteAt(t, [A, B]);
  const w = await world(t, { a: [A, B] });
  w.dns.zones["other.test"] = { a: [B] };
  for (const target of site.at.values()) {
    target.paths["/"] = { status: 302, headers: { location: "/again" } };
    target.paths["/again"] = { status: 302, headers: { location: `http://other.test:${site.port}/end` } };
  }
  const { parts } = await w.measure(site.port, { measure: "every" });
  const trails = [...parts.values()].map(({ detail }) => detail.hops?.map(({ address }) => address));
  assert.deepEqual(trails, [
    [A, A, B],
    [B, B, B],
  ]);
});

test("the guard is asked for every address: one it refuses is unknown and says the line to add", async (t) => {
  const site = await siteAt(t, [A]);
  const w = await world(t, { a: [A, "10.1.2.3"] });
  const { whole, parts } = await w.measure(site.port, { measure: "every" });
  assert.deepEqual(statesOf(parts), { [A]: "up", "10.1.2.3": "unknown" });
  assert.equal(whole.state, "unknown");
  assert.match(whole.detail.note ?? "", /10\.1\.2\.3.*config\.yaml/);
});

test("sockets leave by the local address, and only its family is measured", async (t) => {
  const site = await siteAt(t, [A, "::1"]);
  const from: (string | undefined)[] = [];
  const target = site.at.get(A);
  assert.ok(target);
  target.script = {
    handle(request, response) {
      from.push(request.socket.remoteAddress);
      response.end("ok");
    },
  };
  const w = await world(t, { a: [A], aaaa: ["::1"] }, { localAddress: "127.0.0.9" });
  const { parts } = await w.measure(site.port, { measure: "every" });
  assert.deepEqual(statesOf(parts), { [A]: "up" });
  assert.deepEqual(from, ["127.0.0.9"]);
});

test("starts are spaced, no more run together than the limit, and what is too late is unknown for overload", async (t) => {
  const many = Array.from({ length: 4 }, (_, i) => `127.0.0.${i + 2}`);
  const site = await siteAt(t, many, { delayMs: 60 });
  const one = await world(t, { a: many }, { limits: { concurrent: 1, gapHttpMs: 0, gapHttpsMs: 0 } });
  const starts = [...(await one.measure(site.port, { measure: "every" })).parts.values()]
    .map(({ startedMs }) => startedMs)
    .sort((a, b) => a - b);
  for (const [i, startedMs] of starts.slice(1).entries())
    assert.ok(startedMs - (starts[i] ?? 0) >= 55, `${starts}`);
  const { whole, parts } = await one.measure(site.port, { measure: "every" }, { graceMs: 90 });
  const overload = [...parts.values()].filter(({ unknownReason }) => unknownReason === "overload");
  assert.ok(overload.length >= 1 && overload.length <= 3, `${overload.length} too late`);
  assert.equal(whole.detail.addresses?.of, 4);
});

test("progress is that of the address in turn, the lookup first", async (t) => {
  const site = await siteAt(t, [A, B]);
  const w = await world(t, { a: [A, B] });
  const told: string[][] = [];
  const onProgress = (done: { metric: string }[]) => told.push(done.map(({ metric }) => metric));
  await w.measure(site.port, { measure: "every" }, { options: { onProgress } });
  assert.ok(told.length >= 2);
  assert.ok(told.every(([first]) => first === "dns"));
});

test("the caller's signal ends it all", async (t) => {
  const site = await siteAt(t, [A, B], { handle: () => {} });
  const w = await world(t, { a: [A, B] });
  const stop = new AbortController();
  const reason = new Error("enough");
  const running = w.measure(site.port, { measure: "every" }, { options: { signal: stop.signal } });
  const target = site.at.get(A);
  while (target?.seen.requests.length === 0) await new Promise((resolve) => setImmediate(resolve));
  stop.abort(reason);
  await assert.rejects(running, reason);
});
