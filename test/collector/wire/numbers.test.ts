/** The one rounding, the spread, and the rules between a sample's fields. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { DisplayName, Id } from "../../../collector/wire/ids.ts";
import { PDP_MAX, toPdp, usOf } from "../../../collector/wire/metric.ts";
import { parseJoinToken } from "../../../collector/wire/probe-protocol.ts";
import { NO_TIMINGS, Sample } from "../../../collector/wire/sample.ts";
import { drawnMs, spreadMsOf, spreadWindowMs } from "../../../collector/wire/spread.ts";
import { TargetInput } from "../../../collector/wire/target.ts";
import { fc } from "../../support/property.ts";

test("a measured number becomes one integer between 0 and 2^32 - 1", () => {
  const cases: [number, number, boolean][] = [
    [0, 0, false],
    [-0, 0, false],
    [-0.4, 0, true],
    [0.49, 0, false],
    [0.5, 1, false],
    [1.5, 2, false],
    [PDP_MAX, PDP_MAX, false],
    [PDP_MAX + 0.4, PDP_MAX, false],
    [PDP_MAX + 1, PDP_MAX, true],
    [Number.POSITIVE_INFINITY, PDP_MAX, true],
    [Number.NaN, 0, false],
  ];
  for (const [measured, value, clamped] of cases)
    assert.deepEqual(toPdp(measured), { value, clamped }, `${measured}`);
  fc.assert(
    fc.property(fc.double({ min: 0, max: PDP_MAX, noNaN: true }), (n) => Math.abs(toPdp(n).value - n) <= 0.5),
  );
  assert.equal(usOf(1.2345), 1235);
});

test("the spread lies in its window, is the same for ever, and differs between targets", () => {
  assert.equal(spreadWindowMs(10), 2_000);
  assert.equal(spreadWindowMs(300), 60_000);
  assert.equal(spreadWindowMs(86_400), 60_000);
  assert.deepEqual(
    ["a", "shop-7f3a", "blog"].map((id) => spreadMsOf(id, 300)),
    GOLDEN_SPREAD,
  );
  for (const stepS of [10, 15, 45, 60, 300, 86_400]) {
    const window = drawnMs(stepS);
    assert.ok(Number.isInteger(window) && window < spreadWindowMs(stepS));
    const tenths = new Array<number>(10).fill(0);
    for (let i = 0; i < 5_000; i += 1) {
      const ms = spreadMsOf(`target-${i}`, stepS);
      assert.ok(Number.isInteger(ms) && ms >= 0 && ms < window);
      const tenth = Math.floor((ms / window) * 10);
      tenths[tenth] = (tenths[tenth] ?? 0) + 1;
    }
    assert.ok(Math.min(...tenths) > 400 && Math.max(...tenths) < 600, tenths.join(" "));
  }
});

const GOLDEN_SPREAD = [54636, 9104, 9094];

const UP = {
  target: "shop",
  tick: 300,
  stepS: 300,
  seq: 1,
  startedMs: 300_500,
  state: "up",
  timings: NO_TIMINGS,
  detail: {},
};
const FAILURE = { phase: "dns", cause: "nxdomain", source: "resolver", elapsedUs: 10 };

test("a sample's fields agree with one another, or it is refused", () => {
  const cases: [string, Record<string, unknown>, boolean][] = [
    ["an up sample", {}, true],
    ["a tick off the step", { tick: 301 }, false],
    ["a down sample without failure", { state: "down" }, false],
    ["a down sample with failure", { state: "down", failure: FAILURE }, true],
    ["an up sample with failure", { failure: FAILURE }, false],
    ["an unknown sample without reason", { state: "unknown" }, false],
    ["an unknown sample with reason", { state: "unknown", unknownReason: "overload" }, true],
    ["an up sample with reason", { unknownReason: "overload" }, false],
    ["seq 0", { seq: 0 }, false],
    ["a timing that is no integer", { timings: { ...NO_TIMINGS, dns: 1.5 } }, false],
    ["a timing beyond 2^32 - 1", { timings: { ...NO_TIMINGS, dns: PDP_MAX + 1 } }, false],
    ["a negative timing", { timings: { ...NO_TIMINGS, dns: -1 } }, false],
    ["a missing timing", { timings: {} }, false],
    ["an unknown key", { vantage: "ct-1" }, false],
    ["an unknown cause", { state: "down", failure: { ...FAILURE, cause: "gremlins" } }, false],
    ["a step under 10 s", { tick: 300, stepS: 5 }, false],
    ["a year far away", { tick: 253_402_300_800 }, false],
  ];
  for (const [name, over, want] of cases)
    assert.equal(Sample.safeParse({ ...UP, ...over }).success, want, name);
});

test("ids and names refuse what would hurt a path, a header or a page's direction", () => {
  for (const id of ["a", "sh-ct-1", "0", "a".repeat(48)]) assert.ok(Id.safeParse(id).success, id);
  for (const id of ["", "-a", "a-", "A", "a_b", "a/b", "..", "a".repeat(49), "电信", "a\n"])
    assert.equal(Id.safeParse(id).success, false, JSON.stringify(id));
  for (const name of ["官网", "shop & co <b>", "a".repeat(64)])
    assert.ok(DisplayName.safeParse(name).success, name);
  for (const name of ["", " ", "a\r\nBcc: x", "a\u202eb", "a\u0000", "a\u200b", "a".repeat(65)])
    assert.equal(DisplayName.safeParse(name).success, false, JSON.stringify(name));
});

test("a target needs a name and a URL; everything else has a default", () => {
  const target = TargetInput.parse({ name: "shop", url: "https://example.com" });
  assert.equal(target.cron, "*/5 * * * *");
  assert.deepEqual(target.timeouts, { connectMs: 5_000, totalMs: 10_000 });
  assert.equal(target.redirects, 5);
  assert.equal(target.alarm.ticks, 2);
  assert.equal(
    TargetInput.safeParse({ name: "shop", url: "https://example.com", retries: 3 }).success,
    false,
  );
  assert.equal(
    TargetInput.safeParse({ name: "shop", url: "https://example.com", from: { all: false } }).success,
    false,
  );
});

test("a join text is read whatever stands around it, and nothing else is taken for one", () => {
  const token = {
    url: "https://watch.example.com/路",
    secret: "s".repeat(24),
    certificateSha256: null,
    programSha256: "ab".repeat(32),
  };
  const text = `cwj1_${Buffer.from(JSON.stringify(token)).toString("base64url")}`;
  assert.deepEqual(parseJoinToken(`  ${text}\n`), token);
  for (const other of ["", "cwj1_", "cwj1_!!", "cwj1_e30", text.slice(0, -9), `cwj2${text.slice(4)}`])
    assert.equal(parseJoinToken(other), null, other);
});
