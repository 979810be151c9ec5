/** Routes as rows and ends, and phases as bars. */
import assert from "node:assert/strict";
import test from "node:test";
import type { PathHop } from "../../../collector/wire/path-evidence.ts";
import { NO_TIMINGS } from "../../../collector/wire/sample.ts";
import { pathEnd, pathRows } from "../../../dashboard/charts/path-hops.ts";
import { barLengthUs, phaseBars } from "../../../dashboard/charts/phase-bars.ts";
import { shapeOf } from "../../../dashboard/charts/target-kind.ts";

const CT = { carrier: "ct", asn: 4134 };
const hop = (ttl: number, address: string | null, ms: number[] = [], hint?: PathHop["hint"]): PathHop => ({
  ttl,
  address,
  timesMs: ms,
  ...(hint ? { hint } : {}),
});
const SEEN = [
  hop(1, "a", [1, 2]),
  hop(2, null),
  hop(3, null),
  hop(4, "b", [10, 8], CT),
  hop(5, "c", [], { carrier: "ct", asn: 58563 }),
  hop(6, "d", [4], { asn: 37963 }),
];

test("silent hops in a row are one row, a bar is the best time, another carrier is a border", () => {
  const rows = pathRows({ hops: SEEN, reached: true, tool: "mtr" });
  assert.deepEqual(
    rows.map((row) =>
      row.kind === "silent"
        ? [row.fromTtl, row.toTtl]
        : [row.ttl, row.bestMs, row.share, row.border, row.target],
    ),
    [
      [1, 1, 0.125, false, false],
      [2, 3],
      [4, 8, 1, false, false],
      [5, null, 0, false, false],
      [6, 4, 0.5, true, true],
    ],
  );
});

test("a route ends at the target, after the last hop that answered, in silence, or was not looked at", () => {
  const table = [
    ["reached", SEEN, true, "mtr", { kind: "reached", ttl: 6 }],
    ["stopped", SEEN.slice(0, 3), false, "mtr", { kind: "stopped", ttl: 1, address: "a", hint: null }],
    ["silent", [hop(1, null)], false, "mtr", { kind: "silent" }],
    ["no hop", [], false, "tracepath", { kind: "none" }],
    ["no tool", [], false, null, { kind: "none" }],
  ] as const;
  for (const [name, hops, reached, tool, want] of table)
    assert.deepEqual(pathEnd({ hops: [...hops], reached, tool }), want, name);
});

test("phases follow one another, the network's part lies inside TLS, a failure ends the bar", () => {
  const times = { dns: 100, connect: null, tls: 400, wait: 0, transfer: 500 };
  assert.deepEqual(
    phaseBars(times, undefined, 1000, 300).map(({ phase, x, width, net }) => [phase, x, width, net]),
    [
      ["dns", 0, 100, 0],
      ["tls", 100, 400, 300],
      ["transfer", 500, 500, 0],
    ],
  );
  assert.equal(phaseBars(times, undefined, 1000, 900)[1]?.net, 400, "never more than TLS itself");
  const failed = phaseBars({ ...NO_TIMINGS, dns: 100 }, { phase: "connect", elapsedUs: 900 }, 1000);
  assert.deepEqual(
    failed.map(({ phase, x, width }) => [phase, x, width]),
    [
      ["dns", 0, 100],
      ["failed", 100, 900],
    ],
  );
  assert.equal(barLengthUs({ ...NO_TIMINGS, dns: 100 }, { phase: "connect", elapsedUs: 900 }), 1000);
  assert.deepEqual(phaseBars(NO_TIMINGS, undefined, 0), []);
});

test("what is judged of a complete answer took no time of its own: a tip at the end of its phases", () => {
  const whole = { ...NO_TIMINGS, dns: 400, wait: 600, total: 1000 };
  for (const phase of ["status", "content"] as const) {
    const judged = { phase, elapsedUs: 1000 };
    assert.equal(barLengthUs(whole, judged), 1000, "as long as it took");
    assert.deepEqual(
      phaseBars(whole, judged, 1000).map(({ phase: part, x, width, us }) => [part, x, width, us]),
      [
        ["dns", 0, 400, 400],
        ["wait", 400, 600, 600],
        ["failed", 994, 6, 0],
      ],
    );
  }
});

test("a URL's scheme decides which charts there are", () => {
  for (const [url, kind, charts] of [
    ["https://a/", "http", ["total", "speed"]],
    ["HTTP://a/", "http", ["total", "speed"]],
    ["tcp://a:1", "tcp", ["total"]],
    ["TLS://a", "tls", ["total"]],
    ["ping://a:1", "ping", ["connect"]],
    ["dns://a?type=MX", "dns", ["total"]],
    ["constructor://a", "http", ["total", "speed"]],
    ["", "http", ["total", "speed"]],
  ] as const) {
    assert.deepEqual([shapeOf(url).kind, shapeOf(url).charts], [kind, charts], url);
  }
});
