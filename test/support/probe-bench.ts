/** What the tests of the measuring engine share: an assignment with defaults, and a measurer that may use loopback. */
import type { NetworkInterfaceInfo } from "node:os";
import { systemClock } from "../../collector/wire/clock.ts";
import { type Measurer, type MeasurerOptions, measurer } from "../../probe/measure/measure.ts";
import type { Measurable } from "../../probe/measure/measured.ts";
import { testCa } from "./test-ca.ts";

/** What a measurement may take beyond its timeout, besides what the loop was late, ms. */
export const GRACE_MS = 50;

export function assignmentFor(url: string, extra: Partial<Measurable> = {}): Measurable {
  return {
    url,
    method: "GET",
    family: "any",
    expect: { status: ["200-299"] },
    timeouts: { connectMs: 5_000, totalMs: 10_000 },
    redirects: 5,
    bodyCapBytes: 1_000_000,
    ...extra,
  };
}

/** A measurer on the machine's clock that trusts the test authority. */
export function testMeasurer(extra: Partial<MeasurerOptions> = {}): Measurer {
  return measurer({
    clock: systemClock(),
    allow: ["127.0.0.0/8", "::1/128"],
    allowFile: "/data/probe/config.yaml",
    random: () => 0,
    ca: [testCa().cert],
    // A busy test machine must not turn up into suspect where a test is about something else.
    limits: { loopDelayMs: 10_000, lateMs: 10_000, doubtShare: 1_000 },
    interfaces: () => ({ eth0: [ETH0] }),
    ...extra,
  });
}

/** So that a test machine without a network is taken for one that has it. */
const ETH0: NetworkInterfaceInfo = {
  address: "192.0.2.1",
  netmask: "255.255.255.0",
  family: "IPv4",
  mac: "02:00:00:00:00:01",
  internal: false,
  cidr: "192.0.2.1/24",
};
