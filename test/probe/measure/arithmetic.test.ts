/** Marks to timings, the loop's lateness, hosts files, redirects: the parts without I/O. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { familiesFor, recentFamilies } from "../../../probe/measure/families.ts";
import { localAddresses, parseHosts } from "../../../probe/measure/hosts.ts";
import { decideFrom } from "../../../probe/measure/lookup.ts";
import { busyMsAt, loopWatch } from "../../../probe/measure/loop-watch.ts";
import { newMarks, phasesOf, timingsOf } from "../../../probe/measure/phases.ts";
import { nextUrl } from "../../../probe/measure/redirect.ts";
import { oneLine } from "../../../probe/measure/text.ts";
import { fc } from "../../support/property.ts";

const full = {
  ...newMarks(100),
  dnsMs: 120,
  connectStartMs: 120.5,
  connectMs: 130,
  tlsMs: 150,
  firstByteMs: 200,
  endMs: 230.0004,
};

test("phases follow one another and are rounded once, to microseconds", () => {
  assert.deepEqual(timingsOf([full], null, 13_000), {
    dns: 20_000,
    connect: 9_500,
    tls: 20_000,
    wait: 50_000,
    transfer: 30_000,
    ttfb: 100_000,
    total: 130_000,
    speed: 100_000,
  });
});

test("without a lookup or TLS those phases are null, and wait begins at the connect", () => {
  const timings = timingsOf([{ ...full, dnsMs: null, tlsMs: null }], null, 0);
  assert.deepEqual([timings.dns, timings.tls, timings.wait, timings.speed], [null, null, 70_000, null]);
});

test("a failed hop keeps the phases before the failing one and nothing else", () => {
  const nothing = { ttfb: null, total: null, speed: null };
  const failed = { ...full, firstByteMs: null, endMs: null };
  assert.deepEqual(timingsOf([failed], "wait", null), {
    ...{ dns: 20_000, connect: 9_500, tls: 20_000, wait: null, transfer: null },
    ...nothing,
  });
  assert.deepEqual(timingsOf([full, { ...newMarks(240), dnsMs: 250 }], "connect", null), {
    ...{ dns: 30_000, connect: null, tls: null, wait: null, transfer: null },
    ...nothing,
  });
});

test("for any marks in order the phases are at least 0 and never more than the total", () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 5_000, noNaN: true }), { minLength: 7, maxLength: 7 }),
      (steps) => {
        let at = 1_000;
        const [
          startMs = 0,
          dnsMs = 0,
          connectStartMs = 0,
          connectMs = 0,
          tlsMs = 0,
          firstByteMs = 0,
          endMs = 0,
        ] = steps.map((step) => {
          at += step;
          return at;
        });
        const reached = { dnsMs, connectStartMs, connectMs, tlsMs, firstByteMs, endMs };
        const marks = { ...newMarks(startMs), ...reached };
        const sum = Object.values(phasesOf(marks)).reduce<number>((all, ms) => all + (ms ?? 0), 0);
        return (
          Object.values(phasesOf(marks)).every((ms) => ms !== null && ms >= 0) &&
          sum <= endMs - startMs + 1e-6
        );
      },
    ),
  );
});

test("a loop that slept since the last look can be late by no more than the time it was awake", () => {
  const start = { atMs: 0, idleMs: 0, busyMs: 0 };
  assert.equal(busyMsAt(start, 50, 48), 2);
  assert.equal(busyMsAt(start, 50, 0), 50);
  assert.equal(busyMsAt({ atMs: 50, idleMs: 0, busyMs: 50 }, 60, 0), 60);
  assert.equal(busyMsAt({ atMs: 50, idleMs: 0, busyMs: 50 }, 60, 9), 1);
});

test("a beat that is overdue shows a process that did not get the CPU, although the loop seemed to sleep", () => {
  let nowMs = 0;
  let idleMs = 0;
  const watch = loopWatch({
    monoMs: () => nowMs,
    idleMs: () => idleMs,
    openCpuWait: () => ({ read: () => null, close: () => undefined }),
  });
  const leave = watch.enter();
  nowMs = 30;
  idleMs = 30;
  assert.ok(watch.delayMs() > 25, "28 ms overdue less a timer's tolerance");
  leave();
  nowMs = 60;
  idleMs = 60;
  assert.equal(watch.delayMs(), 0);
});

test("a hosts file gives its names in any case, comments and nonsense aside", () => {
  const table = parseHosts(
    "# top\n127.0.0.1\tlocalhost Web.Test # c\n10.0.0.1 web.test\n::1 web.test\nx y\n\n",
  );
  assert.deepEqual(localAddresses(table, "web.test", 4), ["127.0.0.1", "10.0.0.1"]);
  assert.deepEqual(localAddresses(table, "web.test.", 6), ["::1"]);
  assert.deepEqual(localAddresses(table, "y", 4), []);
  assert.deepEqual(localAddresses(parseHosts("10.0.0.1 localhost"), "localhost", 4), ["127.0.0.1"]);
});

const error = (code: string) => ({ error: Object.assign(new Error(code), { code }), records: [] });
const good = (...addresses: string[]) => ({
  error: null,
  records: addresses.map((address) => ({ address, ttl: 60 })),
});

test("the preferred family decides as soon as it has an address; the other is waited for only without one", () => {
  const decide = (four: ReturnType<typeof good> | ReturnType<typeof error> | null, six: typeof four) => {
    const answers = new Map<4 | 6, NonNullable<typeof four>>();
    if (four) answers.set(4, four);
    if (six) answers.set(6, six);
    const decided = decideFrom(answers, [4, 6]);
    if (decided === null) return "wait";
    return decided instanceof Error ? decided.code : `${decided.family} ${decided.addresses.join()}`;
  };
  assert.equal(decide(good("1.1.1.1"), null), "4 1.1.1.1");
  assert.equal(decide(null, good("::1")), "wait");
  assert.equal(decide(error("ENODATA"), null), "wait");
  assert.equal(decide(error("ENODATA"), good("::1")), "6 ::1");
  assert.equal(decide(error("ENOTFOUND"), null), "ENOTFOUND");
  assert.equal(decide(error("ESERVFAIL"), good("::1")), "6 ::1");
  assert.equal(decide(error("ESERVFAIL"), error("ENODATA")), "ESERVFAIL");
  assert.equal(decide(error("ENODATA"), error("ETIMEOUT")), "ETIMEOUT");
  assert.equal(decide(error("ENODATA"), error("ENODATA")), "ENODATA");
  assert.equal(decide(good(), good()), "ENODATA");
});

test("IPv4 comes first, unless the machine has IPv6 only or leaves by one address", () => {
  assert.deepEqual(familiesFor("any", undefined, new Set([4, 6])), [4, 6]);
  assert.deepEqual(familiesFor("any", undefined, new Set()), [4, 6]);
  assert.deepEqual(familiesFor("any", undefined, new Set([6])), [6, 4]);
  assert.deepEqual(familiesFor("ipv6", undefined, new Set([4])), [6]);
  assert.deepEqual(familiesFor("any", "10.0.0.1", new Set([6])), [4]);
  assert.deepEqual(familiesFor("ipv6", "10.0.0.1", new Set([6])), []);
});

/** As a header's bytes are read. */
const bytes = (text: string) => Buffer.from(text, "utf8").toString("latin1");
const LOCATIONS: readonly (readonly [location: string, want: string])[] = [
  ["/b", "https://a.test/b"],
  ["//c.test/x", "https://c.test/x"],
  ["http://a.test/", "http://a.test/"],
  ["?q=1#part", "https://a.test/dir/page?q=1"],
  ["../up", "https://a.test/up"],
  [bytes("/路径?词=值"), "https://a.test/%E8%B7%AF%E5%BE%84?%E8%AF%8D=%E5%80%BC"],
  [bytes("http://例子.测试/"), "http://xn--fsqu00a.xn--0zwm56d/"],
  [bytes("http://①②⑦.0.0.1/"), "http://127.0.0.1/"],
  ["/caf\xe9", "https://a.test/caf%E9"],
  ["", "BAD_REDIRECT"],
  ["http://", "BAD_REDIRECT"],
  ["java\tscript:alert(1)", "BAD_REDIRECT"],
  ["/a\r\nSet-Cookie: x", "BAD_REDIRECT"],
  ["file:///etc/passwd", "BAD_REDIRECT"],
  ["ftp://a.test/", "BAD_REDIRECT"],
  ["https://u:p@a.test/", "BAD_REDIRECT"],
  ["https://a.test:99999/", "BAD_REDIRECT"],
  ["/dir/page", "REDIRECT_LOOP"],
  ["#part", "REDIRECT_LOOP"],
];

for (const [location, want] of LOCATIONS) {
  test(`a redirect to ${JSON.stringify(location)} gives ${want}`, () => {
    const from = new URL("https://a.test/dir/page");
    const step = () => nextUrl(from, location, [from.href], 5).href;
    if (want.includes(":")) assert.equal(step(), want);
    else assert.throws(step, { code: want });
  });
}

test("text is cut without splitting a character", () => {
  assert.equal(oneLine("ab😀", 3), "ab");
  assert.equal(oneLine("ab😀", 4), "ab😀");
  assert.equal(oneLine(" a\u0000\u202eb\n", 9), "a b");
});

test("the interfaces are looked at once a second at most", () => {
  let nowMs = 0;
  let looks = 0;
  const families = recentFamilies(
    () => {
      looks += 1;
      return {};
    },
    () => nowMs,
  );
  families();
  nowMs = 999;
  families();
  assert.equal(looks, 1);
  nowMs = 1_000;
  families();
  assert.equal(looks, 2);
});
