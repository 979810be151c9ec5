/**
 * A year behind the demo: the scene's conditions at every past tick become samples, as a probe would have shipped them.
 *
 * Pure: no clock, no I/O. A tick at which the vantage was away gives no sample at all: UNKNOWN, a gap. A target that is
 * measured every minute was measured every five until a fortnight ago, as somebody who tightened its step would have it.
 * Next stop: `store.samples.load`, in batches. Integers in us and bytes per second, rounded by wire.
 */
import type { SampleRecord } from "../../collector/store/store.ts";
import { speedBpsOf, usOf } from "../../collector/wire/metric.ts";
import { type Failure, NO_TIMINGS, type Sample, type Timings } from "../../collector/wire/sample.ts";
import { type Conditions, conditionsAt } from "./conditions.ts";
import type { DemoCarrier, DemoIncident, DemoTarget } from "./scene.ts";

/** The spool's identity of everything invented: it never collides with a real probe's. */
const EPOCH = "de30de30de30de30";

export type HistoryRange = {
  /** First and last tick, UTC seconds, both included. */
  readonly fromS: number;
  readonly toS: number;
};

/**
 * The ticks that a target's history fills.
 *
 * @param startS When measuring begins: a new target is measured at once, and that sample is the current tick's.
 */
export function historyRange(target: DemoTarget, startS: number): HistoryRange {
  const toS = (Math.floor(startS / target.stepS) - 1) * target.stepS;
  return { fromS: toS - target.days * 86_400, toS };
}

const COARSE_STEP_S = 300;
const FINE_S = 14 * 86_400;

/** The ticks of a target's history, oldest first, each with the step it was measured in. */
export function* ticksOf(
  target: DemoTarget,
  range: HistoryRange,
): Generator<{ tick: number; stepS: number }> {
  const fineFromS =
    target.stepS < COARSE_STEP_S
      ? Math.max(range.fromS, Math.floor((range.toS - FINE_S) / COARSE_STEP_S) * COARSE_STEP_S + target.stepS)
      : range.fromS;
  const coarseFromS = Math.ceil(range.fromS / COARSE_STEP_S) * COARSE_STEP_S;
  for (let tick = coarseFromS; tick < fineFromS; tick += COARSE_STEP_S) yield { tick, stepS: COARSE_STEP_S };
  for (let tick = fineFromS; tick <= range.toS; tick += target.stepS) yield { tick, stepS: target.stepS };
}

/** Every record of one series, oldest first, `size` at a time. */
export function* historyOf(
  target: DemoTarget,
  carrier: DemoCarrier,
  incidents: readonly DemoIncident[],
  range: HistoryRange,
  size: number,
): Generator<SampleRecord[]> {
  let batch: SampleRecord[] = [];
  const concerning = incidents.filter(
    (incident) => incident.carriers.length === 0 || incident.carriers.includes(carrier.id),
  );
  for (const { tick, stepS } of ticksOf(target, range)) {
    const conditions = conditionsAt(target, carrier, concerning, tick);
    if (conditions.fault?.kind === "away") continue;
    batch.push(recordOf(target, carrier, conditions, { tick, stepS }));
    if (batch.length === size) {
      yield batch;
      batch = [];
    }
  }
  if (batch.length > 0) yield batch;
}

function recordOf(
  target: DemoTarget,
  carrier: DemoCarrier,
  conditions: Conditions,
  { tick, stepS }: { tick: number; stepS: number },
): SampleRecord {
  const startedMs = tick * 1_000 + 400;
  const outcome = outcomeOf(target, conditions);
  const sample: Sample = {
    target: target.id,
    tick,
    stepS,
    seq: tick,
    startedMs,
    state: outcome.failure ? "down" : "up",
    ...(outcome.failure ? { failure: outcome.failure } : {}),
    timings: outcome.timings,
    detail: {
      address: carrier.address,
      family: 4,
      ...(outcome.status === null ? {} : { status: outcome.status }),
      ...(outcome.failure ? {} : { bodyBytes: target.bodyBytes, wireBytes: target.bodyBytes }),
    },
  };
  return { vantage: carrier.vantage, epoch: EPOCH, receivedMs: startedMs + 2_000, skewMs: 0, sample };
}

type Outcome = {
  readonly timings: Timings;
  readonly failure: Failure | null;
  readonly status: number | null;
};

const TIMEOUT_US = 5_000_000;

function outcomeOf(target: DemoTarget, c: Conditions): Outcome {
  const dns = usOf(c.dnsMs);
  const connect = usOf(c.connectMs);
  const tls = target.scheme === "https" ? usOf(c.tlsMs) : null;
  const wait = usOf(c.waitMs);
  const transfer = usOf(c.transferMs);
  const ttfb = dns + connect + (tls ?? 0) + wait;
  const complete: Timings = {
    ...{ dns, connect, tls, wait, transfer, ttfb },
    total: ttfb + transfer,
    speed: speedBpsOf(target.bodyBytes, ttfb + transfer),
  };
  const failed = (failure: Failure, timings: Timings): Outcome => ({ failure, timings, status: null });
  switch (c.fault?.kind) {
    case "dns": {
      const elapsedUs = c.fault.cause === "dns-timeout" ? TIMEOUT_US : dns;
      return failed({ phase: "dns", cause: c.fault.cause, source: "resolver", elapsedUs }, NO_TIMINGS);
    }
    case "connect":
      return failed(
        { phase: "connect", cause: "connect-timeout", source: "network", elapsedUs: TIMEOUT_US },
        { ...NO_TIMINGS, dns },
      );
    case "lost":
      return failed(
        { phase: "wait", cause: "reset-before-answer", source: "network", elapsedUs: wait },
        { ...NO_TIMINGS, dns, connect, tls },
      );
    case "status":
      return {
        failure: { phase: "status", cause: "status", source: "target", elapsedUs: 0 },
        timings: complete,
        status: c.fault.status,
      };
    default:
      return { failure: null, timings: complete, status: 200 };
  }
}
