/** Samples of addresses become the target's own: its state, its cause, and the times of one address. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { Sample, type State, type Timings } from "../../../collector/wire/sample.ts";
import { type Part, rollUpOf, type Whole } from "../../../probe/addresses/roll-up.ts";
import type { Measured } from "../../../probe/measure/measured.ts";

const TIMES: Timings = {
  dns: null,
  connect: 100,
  tls: 200,
  wait: 300,
  transfer: 400,
  ttfb: 600,
  total: 1_000,
  speed: 50_000_000,
};
const NONE = { dns: null, connect: null, tls: null, wait: null, transfer: null } as const;
const REST = { ttfb: null, total: null, speed: null } as const;

const measured = (over: Partial<Measured>): Measured => ({
  startedMs: 2,
  state: "up",
  timings: TIMES,
  detail: { status: 200, wireBytes: 50_000 },
  ...over,
});
const down = (over: Partial<NonNullable<Measured["failure"]>> = {}): Measured =>
  measured({
    state: "down",
    failure: { phase: "connect", cause: "connection-refused", source: "target", elapsedUs: 7, ...over },
    timings: { ...NONE, ...REST },
    detail: {},
  });
const unknown = (note: string): Measured =>
  measured({
    state: "unknown",
    unknownReason: "guard",
    timings: { ...NONE, ...REST },
    detail: { note },
  });
const part = (n: number, what: Measured, dnsUs: number | null = 40): Part => ({
  address: `192.0.2.${n}`,
  measured: what,
  dnsUs,
});
const whole = (parts: readonly Part[], over: Partial<Whole> = {}): Whole => ({
  rule: { up: "majority", max: 8 },
  parts,
  other: 0,
  looked: { answers: parts.map(({ address }) => ({ address, ttlS: 60 })), resolver: "192.0.2.53" },
  startedMs: 1,
  lateMs: 3,
  note: null,
  ...over,
});
const rolled = (input: Whole) => {
  const said = rollUpOf(input);
  const sample = { target: "t", tick: 300, stepS: 300, seq: 1, ...said };
  assert.deepEqual(Sample.parse(sample), sample);
  return said;
};

test("k of m gives the state, on both sides of every limit", () => {
  const [u, d] = [measured({}), down()];
  const cases: [Measured[], Whole["rule"]["up"], State][] = [
    [[u, u, d], "majority", "up"],
    [[u, d, d], "majority", "down"],
    [[u, d], "majority", "down"],
    [[u, u, u], "all", "up"],
    [[u, u, d], "all", "down"],
    [[d, d, u], "any", "up"],
    [[d, d, d], "any", "down"],
    [[u, u, d, d], 2, "up"],
    [[u, d, d, d], 2, "down"],
    [[u, u], 3, "down"],
    [[measured({ state: "suspect" }), u, d], "majority", "up"],
    [[measured({ state: "suspect" }), d], "any", "suspect"],
    [[u, unknown("x"), d], "majority", "unknown"],
    [[u, u, unknown("x")], "majority", "up"],
    [[d, d, unknown("x")], "majority", "down"],
  ];
  for (const [parts, up, want] of cases) {
    const said = rolled(
      whole(
        parts.map((one, i) => part(i, one)),
        { rule: { up, max: 8 } },
      ),
    );
    const what = `${parts.map(({ state }) => state).join(", ")} by ${up}`;
    assert.equal(said.state, want, what);
    assert.equal(said.detail.addresses?.of, parts.length);
  }
});

test("up: the times are those of the address in turn, as if the lookup had been its own", () => {
  const other = measured({ timings: { ...TIMES, connect: 9_999, total: 99_999 } });
  const said = rolled(whole([part(1, measured({})), part(2, other), part(3, down())], { other: 4 }));
  assert.deepEqual(said.timings, {
    ...TIMES,
    dns: 40,
    ttfb: 640,
    total: 1_040,
    speed: Math.round((50_000 * 1e6) / 1_040),
  });
  assert.deepEqual(said.detail.addresses, { up: 2, of: 3, other: 4 });
  assert.equal(said.detail.status, 200);
  assert.equal(said.detail.answers?.length, 3);
  assert.equal(said.detail.resolver, "192.0.2.53");
  assert.equal(said.detail.lateMs, 3);
  assert.equal(said.startedMs, 1);
});

test("an address that was not looked up has no dns time in the target's own either", () => {
  const said = rolled(whole([part(1, measured({}), null)]));
  assert.deepEqual(said.timings, TIMES);
});

test("up while the address in turn is down: the next that is up gives the times", () => {
  const next = measured({ timings: { ...TIMES, connect: 111 } });
  const suspect = measured({ state: "suspect", timings: { ...TIMES, connect: 555 } });
  const said = rolled(whole([part(1, down()), part(2, suspect), part(3, next)]));
  assert.equal(said.state, "up");
  assert.equal(said.timings.connect, 111);
});

test("down: the phase most addresses failed in, the earliest of equals, and which they were", () => {
  const late = down({ phase: "wait", cause: "first-byte-timeout", elapsedUs: 5_000 });
  const said = rolled(whole([part(1, down()), part(2, late), part(3, late), part(4, measured({}))]));
  assert.deepEqual(said.failure, {
    phase: "wait",
    cause: "addresses",
    source: "target",
    elapsedUs: 5_000,
    detail:
      "1 of 4 addresses up, 3 needed: 192.0.2.1 connection-refused, 192.0.2.2 first-byte-timeout, 192.0.2.3 first-byte-timeout",
  });
  const even = rolled(whole([part(1, late), part(2, down())]));
  assert.equal(even.failure?.phase, "connect");
});

test("down: the phases the failing address had completed stay, and those from the failing one on are null", () => {
  const broken = {
    ...down({ phase: "wait", cause: "first-byte-timeout" }),
    timings: { ...NONE, ...REST, connect: 100, tls: 200 },
  };
  const said = rolled(whole([part(1, broken), part(2, broken)]));
  assert.deepEqual(said.timings, { ...NONE, ...REST, dns: 40, connect: 100, tls: 200 });
});

test("a failure in a lookup after a redirect leaves no dns time behind", () => {
  const broken = down({ phase: "dns", cause: "nxdomain" });
  assert.equal(rolled(whole([part(1, broken), part(2, broken)])).timings.dns, null);
});

test("whose fault it is: what every address says, or else the target's", () => {
  const away = down({ cause: "connect-timeout", source: "network" });
  const cases = [
    [[away, away], "network"],
    [[away, away, measured({})], "target"],
    [[away, down()], "target"],
    [[away, away, unknown("x")], "network"],
  ] as const;
  for (const [parts, want] of cases) {
    const said = rolled(
      whole(
        parts.map((one, i) => part(i, one)),
        { rule: { up: "all", max: 8 } },
      ),
    );
    assert.equal(said.failure?.source, want);
  }
});

test("a name with one address fails as that address does", () => {
  const said = rolled(whole([part(1, down({ detail: "connect ECONNREFUSED" }))]));
  assert.equal(said.failure?.cause, "connection-refused");
  assert.equal(said.failure?.detail, "connect ECONNREFUSED");
});

test("fewer addresses than must be up is a fault of what the name says", () => {
  const said = rolled(whole([part(1, measured({})), part(2, measured({}))], { rule: { up: 3, max: 8 } }));
  assert.deepEqual(said.failure, {
    phase: "dns",
    cause: "addresses",
    source: "target",
    elapsedUs: 40,
    detail: "2 of 2 addresses up, 3 needed",
  });
  assert.equal(said.timings.total, null);
});

test("unknown: the reason and the note of the address nobody could measure", () => {
  const said = rolled(whole([part(1, unknown("the line to add")), part(2, unknown("b"))]));
  assert.equal(said.unknownReason, "guard");
  assert.equal(said.detail.note, "the line to add");
  assert.deepEqual(said.detail.addresses, { up: 0, of: 2 });
});

test("many failing addresses make one line of at most 200 characters", () => {
  const parts = Array.from({ length: 32 }, (_, i) => part(i, down()));
  const said = rolled(whole(parts));
  assert.equal(said.failure?.detail?.length, 200);
});
