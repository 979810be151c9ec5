/** What the tests of the measuring engine share: an assignment with defaults, and a measurer that may use loopback. */
import type { NetworkInterfaceInfo } from "node:os";
import { systemClock } from "../../collector/wire/clock.ts";
import { type Measurer, type MeasurerOptions, measurer } from "../../probe/measure/measure.ts";
import type { Measurable } from "../../probe/measure/measured.ts";
import { testCa } from "./test-ca.ts";

/** What a measurement may take beyond its timeout, besides what this process was late, ms. */
export const GRACE_MS = 50;

const BEAT_MS = 5;

/**
 * What a timer may be early, besides what this process was late, ms: Node counts from when the turn of the loop began, and
 * what is measured loses what the process waited for a processor.
 */
export const EARLY_MS = BEAT_MS + 2;

export type Timed<T> = {
  readonly result: T;
  readonly tookMs: number;
  /**
   * Of it, the turns of the loop that came late, in sum, ms: this process had work or no processor. Nothing that is
   * measured meanwhile can be told more exactly than that.
   */
  readonly lateMs: number;
};

/** Runs it, with how long that took and how much of this the machine was busy elsewhere. */
export async function timed<T>(run: () => Promise<T>): Promise<Timed<T>> {
  const startMs = performance.now();
  let beatMs = startMs;
  let lateMs = 0;
  const beat = () => {
    const nowMs = performance.now();
    const over = nowMs - beatMs - BEAT_MS;
    // A timer counts whole milliseconds: what is within two of its beat is in time.
    if (over > 2) lateMs += over;
    beatMs = nowMs;
  };
  const timer = setInterval(beat, BEAT_MS);
  try {
    const result = await run();
    beat();
    return { result, tookMs: beatMs - startMs, lateMs };
  } finally {
    clearInterval(timer);
  }
}

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
