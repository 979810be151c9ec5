/** What a failed, judged or disturbed sample archives. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { pdpsOf } from "../../../collector/archive/pdp.ts";
import { METRICS } from "../../../collector/wire/metric.ts";
import { FAILURE_PHASES, type FailurePhase, type Sample } from "../../../collector/wire/sample.ts";

const timings = { dns: 1, connect: 2, tls: 3, wait: 4, transfer: 5, ttfb: 6, total: 7, speed: 8 };
const failure = (phase: FailurePhase): NonNullable<Sample["failure"]> => ({
  phase,
  cause: "internal",
  source: "target",
  elapsedUs: 1,
});

test("an up sample archives all eight", () => {
  assert.deepEqual(pdpsOf({ state: "up", timings }), [1, 2, 3, 4, 5, 6, 7, 8]);
});

test("an up sample without TLS has null there", () => {
  assert.deepEqual(pdpsOf({ state: "up", timings: { ...timings, tls: null } }), [1, 2, null, 4, 5, 6, 7, 8]);
});

const want: { [P in FailurePhase]: string[] } = {
  dns: [],
  connect: ["dns"],
  tls: ["dns", "connect"],
  wait: ["dns", "connect", "tls"],
  transfer: ["dns", "connect", "tls", "wait"],
  status: [],
  content: [],
};
for (const phase of FAILURE_PHASES)
  test(`a sample that failed at ${phase} archives ${want[phase].join(", ") || "nothing"}`, () => {
    const pdps = pdpsOf({ state: "down", failure: failure(phase), timings });
    assert.deepEqual(
      METRICS.filter((_, i) => pdps[i] !== null),
      want[phase],
    );
  });

test("a phase never completed is null though it comes before the failing one", () => {
  const pdps = pdpsOf({ state: "down", failure: failure("wait"), timings: { ...timings, tls: null } });
  assert.deepEqual(pdps, [1, 2, null, null, null, null, null, null]);
});

test("suspect and unknown samples archive nothing", () => {
  for (const state of ["suspect", "unknown"] as const)
    assert.ok(pdpsOf({ state, timings }).every((value) => value === null));
});
