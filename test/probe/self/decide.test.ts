/** Blame by the facts, the texts of the kernel's tables, and which samples are looked at again at all. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { logTo } from "../../../collector/wire/log.ts";
import { NO_TIMINGS, Sample } from "../../../collector/wire/sample.ts";
import type { RunTool } from "../../../probe/path/run-tool.ts";
import { decide, type Findings } from "../../../probe/self/decide.ts";
import { arpIn, neighbourIn } from "../../../probe/self/gateway.ts";
import { hostPort } from "../../../probe/self/look.ts";
import { routeGot, routeIn4, routeIn6 } from "../../../probe/self/routes.ts";
import { blamed, meaningOf, selfCheckOf } from "../../../probe/self/self-check.ts";
import type { Unnumbered } from "../../../probe/spool/record.ts";
import { fakeClock } from "../../support/fake-clock.ts";

const alive: Findings = {
  hasSource: true,
  hasRoute: true,
  device: "eth0",
  linkUp: true,
  gateway: { address: "10.0.0.1", state: "alive" },
  references: { asked: 2, alive: 2 },
};
const silent = { address: "10.0.0.1", state: "silent" } as const;
const unsure = { address: "10.0.0.1", state: "unsure" } as const;
const dead = { asked: 2, alive: 0 };
const none = { asked: 0, alive: 0 };

test("whose fault it is follows from what is dead and what is alive", () => {
  const want: readonly [name: string, facts: Partial<Findings>, who: "probe" | "network" | null][] = [
    ["everything alive", {}, null],
    ["the source address is gone", { hasSource: false }, "probe"],
    ["the link is down", { linkUp: false }, "probe"],
    ["no route", { hasRoute: false, gateway: null, device: null }, "probe"],
    ["gateway silent, references dead", { gateway: silent, references: dead }, "probe"],
    ["gateway silent, no references", { gateway: silent, references: none }, "probe"],
    ["gateway silent, one reference alive", { gateway: silent, references: { asked: 2, alive: 1 } }, null],
    ["gateway alive, references dead", { references: dead }, "network"],
    ["gateway alive, no references", { references: none }, null],
    ["gateway unsure, references dead", { gateway: unsure, references: dead }, null],
    ["gateway unsure, no references", { gateway: unsure, references: none }, null],
    ["no gateway on the way, references dead", { gateway: null, references: dead }, "network"],
    [
      "no gateway, a tunnel that does not say whether it is up",
      { gateway: null, linkUp: null, references: dead },
      null,
    ],
    [
      "routes cannot be read here",
      { hasRoute: null, device: null, linkUp: null, gateway: null, references: dead },
      null,
    ],
  ];
  for (const [name, facts, who] of want) {
    assert.equal(decide({ ...alive, ...facts }, { source: "10.0.0.2", to: "203.0.113.1" }).who, who, name);
  }
});

test("nobody is blamed for a source address that is there, whatever else cannot be known", () => {
  for (const hasRoute of [true, null])
    for (const linkUp of [true, null])
      for (const gateway of [null, silent, unsure, alive.gateway])
        for (const aliveOnes of [1, 2]) {
          const found = { ...alive, hasRoute, linkUp, gateway, references: { asked: 2, alive: aliveOnes } };
          assert.equal(decide(found, { source: undefined, to: "x" }).who, null, JSON.stringify(found));
        }
});

const ROUTES4 = `Iface	Destination	Gateway 	Flags	RefCnt	Use	Metric	Mask		MTU	Window	IRTT
eth0	00000000	0100A8C0	0003	0	0	100	00000000	0	0	0
wlan0	00000000	0101A8C0	0003	0	0	600	00000000	0	0	0
eth0	0000A8C0	00000000	0001	0	0	100	00FFFFFF	0	0	0
ppp0	0000000A	00000000	0001	0	0	0	000000FF	0	0	0
*	0002A8C0	00000000	0201	0	0	0	00FFFFFF	0	0	0
`;
const ROUTES6 = `fd770001000000000000000000000000 40 00000000000000000000000000000000 00 00000000000000000000000000000000 00000100 00000001 00000000 00000001       e0
00000000000000000000000000000000 00 00000000000000000000000000000000 00 fe800000000000000000000000000001 00000400 00000001 00000000 00000003       e0
00000000000000000000000000000001 80 00000000000000000000000000000000 00 00000000000000000000000000000000 00000000 00000002 00000000 80200001       lo
00000000000000000000000000000000 00 00000000000000000000000000000000 00 00000000000000000000000000000000 ffffffff 00000001 00000000 00200200       lo
`;

test("the longest prefix wins, then the smallest metric", () => {
  const want: readonly [string, ReturnType<typeof routeIn4>][] = [
    ["203.0.113.1", { device: "eth0", gateway: "192.168.0.1" }],
    ["192.168.0.7", { device: "eth0", gateway: null }],
    ["10.9.9.9", { device: "ppp0", gateway: null }],
  ];
  for (const [address, route] of want) assert.deepEqual(routeIn4(ROUTES4, address), route, address);
  assert.equal(routeIn4(ROUTES4.split("\n")[0] ?? "", "203.0.113.1"), null);
  assert.deepEqual(routeIn6(ROUTES6, "2001:db8::1"), { device: "e0", gateway: "fe80::1%e0" });
  assert.deepEqual(routeIn6(ROUTES6, "fd77:1::9"), { device: "e0", gateway: null });
  assert.equal(routeIn6(ROUTES6.split("\n").slice(2).join("\n"), "2001:db8::1"), null);
});

test("what is no table, no neighbour and no route is read as nothing", () => {
  for (const text of [
    "",
    "\0\0",
    "eth0",
    "a b c d e f g h i j k\n".repeat(50),
    "[]",
    "{}",
    "[{}]",
    '[{"dev":1}]',
  ]) {
    assert.equal(routeIn4(text, "203.0.113.1"), null);
    assert.equal(routeIn6(text, "2001:db8::1"), null);
    assert.equal(routeGot(text), null);
    assert.equal(neighbourIn(text), null);
    assert.equal(arpIn(text, "10.0.0.1"), null);
  }
});

test("ip's words are understood", () => {
  const got =
    '[{"dst":"10.77.3.2","gateway":"10.77.1.1","dev":"e0","prefsrc":"10.77.1.2","flags":[],"uid":0,"cache":[]}]';
  assert.deepEqual(routeGot(got), { device: "e0", gateway: "10.77.1.1" });
  const via6 = '[{"dst":"203.0.113.1","via":{"family":"inet6","host":"fe80::1"},"dev":"e0"}]';
  assert.deepEqual(routeGot(via6), { device: "e0", gateway: "fe80::1%e0" });
  assert.equal(neighbourIn("10.77.1.1 lladdr 02:00:00:00:00:01 REACHABLE"), "reachable");
  assert.equal(neighbourIn("10.77.1.1 lladdr 02:00:00:00:00:01 DELAY"), "stale");
  assert.equal(neighbourIn("10.77.1.1 FAILED"), "failed");
  const arp =
    "IP address       HW type     Flags       HW address            Mask     Device\n10.0.0.1 0x1 0x2 02:00:00:00:00:01 * eth0\n10.0.0.2 0x1 0x0 00:00:00:00:00:00 * eth0";
  assert.deepEqual(
    [arpIn(arp, "10.0.0.1"), arpIn(arp, "10.0.0.2"), arpIn(arp, "10.0.0.3")],
    ["stale", "failed", null],
  );
  assert.deepEqual(hostPort("[2001:db8::1]:443"), { host: "2001:db8::1", port: 443 });
});

function sampleOf(over: Partial<Unnumbered> = {}): Unnumbered {
  return {
    target: "t",
    tick: 300,
    stepS: 300,
    startedMs: 0,
    state: "down",
    failure: { phase: "connect", cause: "connect-timeout", source: "network", elapsedUs: 5e6 },
    timings: NO_TIMINGS,
    detail: { address: "203.0.113.1" },
    ...over,
  };
}
const failed = (cause: NonNullable<Unnumbered["failure"]>["cause"]) =>
  sampleOf({ failure: { phase: "connect", cause, source: "target", elapsedUs: 1 } });
const { failure: _none, ...good } = sampleOf({ state: "up" });

test("only silence is looked at again; an answer of any kind shows that the network works", () => {
  assert.equal(meaningOf(good), "proof");
  assert.equal(meaningOf(failed("connect-timeout")), "silence");
  assert.equal(meaningOf(failed("dns-timeout")), "silence");
  assert.equal(meaningOf(failed("connection-refused")), "proof");
  assert.equal(meaningOf(failed("status")), "proof");
  assert.equal(meaningOf(failed("certificate-name")), "proof");
  assert.equal(meaningOf(failed("nxdomain")), "nothing");
  assert.equal(meaningOf(failed("addresses")), "nothing", "all of them may have been silent");
  assert.equal(meaningOf({ ...failed("connect-timeout"), detail: { address: "127.0.0.1" } }), "nothing");
  assert.equal(meaningOf({ ...good, state: "unknown", unknownReason: "guard" }), "nothing");
});

test("a blamed sample is one the wire takes, and says what it had been", () => {
  const before = sampleOf({ detail: { address: "203.0.113.1", note: "x".repeat(300) } });
  const own = Sample.parse({ ...blamed(before, { who: "probe", note: "eth0 is down" }), seq: 1 });
  assert.deepEqual([own.state, own.unknownReason, own.failure], ["unknown", "probe-network", undefined]);
  assert.match(own.detail.note ?? "", /^eth0 is down; x/);
  const theirs = Sample.parse({ ...blamed(sampleOf(), { who: "network", note: "n" }), seq: 1 });
  assert.deepEqual([theirs.state, theirs.failure?.source], ["down", "network"]);
  const twice = blamed(blamed(sampleOf(), { who: "network", note: "n" }), { who: "network", note: "n" });
  assert.equal(twice.detail.note, "n", "said once");
  assert.deepEqual(blamed(good, { who: "probe", note: "n" }), good);
});

function counting() {
  const calls: string[] = [];
  const run: RunTool = async (command) => {
    calls.push(command);
    return { status: 1, stdout: "", stderr: "RTNETLINK answers: Network is unreachable", missing: false };
  };
  const clock = fakeClock();
  const lines: string[] = [];
  const check = selfCheckOf({
    clock,
    log: logTo((_level, _fields, message) => lines.push(message)),
    localAddress: "198.51.100.9",
    resolvers: [],
    references: [],
    run,
    interfaces: () => ({
      eth0: [{ address: "198.51.100.9", netmask: "", family: "IPv4", mac: "", internal: false, cidr: null }],
    }),
  });
  return { check, clock, calls, lines };
}

test("an answer that came while the failing measurement ran spares the look; an older one does not", async () => {
  const { check, clock, calls } = counting();
  await check({ ...good, startedMs: clock.nowMs() });
  const asked = calls.length;
  await clock.advance(4_000);
  const during = sampleOf({ startedMs: clock.nowMs() - 4_500 });
  assert.equal(await check(during), during);
  assert.equal(calls.length, asked);
  const after = await check(sampleOf({ startedMs: clock.nowMs() - 100 }));
  assert.equal(after.unknownReason, "probe-network");
});

test("a hundred failures at once are one look and one line in the log", async () => {
  const { check, clock, lines } = counting();
  const all = await Promise.all(
    Array.from({ length: 100 }, () => check(sampleOf({ startedMs: clock.nowMs() }))),
  );
  assert.deepEqual(new Set(all.map(({ unknownReason }) => unknownReason)), new Set(["probe-network"]));
  assert.equal(lines.length, 1);
});

test("whoever waits too long for the look keeps the sample as it was", async () => {
  const clock = fakeClock();
  const check = selfCheckOf({
    clock,
    log: logTo(() => {}),
    localAddress: "198.51.100.9",
    resolvers: [],
    references: [],
    run: () => new Promise(() => {}),
    interfaces: () => ({
      eth0: [{ address: "198.51.100.9", netmask: "", family: "IPv4", mac: "", internal: false, cidr: null }],
    }),
  });
  const before = sampleOf({ startedMs: clock.nowMs() });
  const waiting = check(before);
  await clock.advance(2_001);
  assert.equal(await waiting, before);
});
