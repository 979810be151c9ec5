/**
 * Marks of the hops of one measurement become its timings. Arithmetic only.
 *
 * Phases are summed over the hops; ttfb and total count from the very start. A phase that no hop had (no lookup for
 * an address, no TLS for http) is null, and so is every one from the failing phase on.
 */
import { METRICS, type Metric, PHASES, type Phase, speedBpsOf, usOf } from "../../collector/wire/metric.ts";
import { NO_TIMINGS, type Timings } from "../../collector/wire/sample.ts";

/** Instants of one hop on the monotonic clock, ms; null = not reached, or not part of this hop. */
export type Marks = {
  startMs: number;
  /** The lookup was answered; null without a lookup. */
  dnsMs: number | null;
  /** Right before the connect. */
  connectStartMs: number | null;
  connectMs: number | null;
  /** The ClientHello has been written. */
  helloMs: number | null;
  /** The server's first flight has been read, before any certificate is verified; null below TLS 1.3. */
  serverHelloMs: number | null;
  tlsMs: number | null;
  /** Right before the request is written. */
  requestMs: number | null;
  firstByteMs: number | null;
  endMs: number | null;
};

export function newMarks(startMs: number): Marks {
  return {
    startMs,
    dnsMs: null,
    connectStartMs: null,
    connectMs: null,
    helloMs: null,
    serverHelloMs: null,
    tlsMs: null,
    requestMs: null,
    firstByteMs: null,
    endMs: null,
  };
}

/** Duration of each phase of one hop, ms; null = not completed. */
export function phasesOf(marks: Marks): Record<Phase, number | null> {
  return {
    dns: span(marks.startMs, marks.dnsMs),
    connect: span(marks.connectStartMs, marks.connectMs),
    tls: span(marks.connectMs, marks.tlsMs),
    wait: span(requestMsOf(marks), marks.firstByteMs),
    transfer: span(marks.firstByteMs, marks.endMs),
  };
}

/** The network's part of the handshake, ms; null = there was none, or it cannot be told from the arithmetic. */
export function tlsNetMsOf(marks: Marks): number | null {
  return span(marks.helloMs, marks.serverHelloMs);
}

/** When the phase that a hop is in began; the start of the hop when it has reached nothing. */
export function phaseStartMs(marks: Marks, phase: Phase): number {
  const starts: Record<Phase, number | null> = {
    dns: marks.startMs,
    connect: marks.connectStartMs,
    tls: marks.connectMs,
    wait: requestMsOf(marks),
    transfer: marks.firstByteMs,
  };
  return starts[phase] ?? marks.startMs;
}

/**
 * The timings of a measurement.
 *
 * @param hops Marks in order; the last one may have failed.
 * @param failed The phase the last hop failed in; null = every hop has its answer.
 * @param wireBytes Body bytes of the last answer; 0 or null = no speed.
 */
export function timingsOf(hops: readonly Marks[], failed: Phase | null, wireBytes: number | null): Timings {
  const first = hops[0];
  const last = hops.at(-1);
  if (first === undefined || last === undefined) return NO_TIMINGS;
  const timings: Timings = { ...NO_TIMINGS };
  const durations = hops.map(phasesOf);
  for (const phase of PHASES) {
    if (phase === failed) return timings;
    timings[phase] = sumUs(durations, phase);
  }
  if (last.firstByteMs !== null) timings.ttfb = usOf(last.firstByteMs - first.startMs);
  if (last.endMs === null) return timings;
  timings.total = usOf(last.endMs - first.startMs);
  if (wireBytes !== null && wireBytes > 0) timings.speed = speedBpsOf(wireBytes, timings.total);
  return timings;
}

/** What is complete so far, for a page that waits; in storage order. */
export function progressOf(hops: readonly Marks[]): { metric: Metric; us: number }[] {
  const timings = timingsOf(hops, null, null);
  return METRICS.flatMap((metric) => {
    const us = timings[metric];
    return us === null ? [] : [{ metric, us }];
  });
}

function requestMsOf(marks: Marks): number | null {
  return marks.requestMs ?? marks.tlsMs ?? marks.connectMs;
}

function span(fromMs: number | null, toMs: number | null): number | null {
  return fromMs === null || toMs === null ? null : Math.max(0, toMs - fromMs);
}

function sumUs(durations: readonly Record<Phase, number | null>[], phase: Phase): number | null {
  let sumMs: number | null = null;
  for (const one of durations) {
    const ms = one[phase];
    if (ms !== null) sumMs = (sumMs ?? 0) + ms;
  }
  return sumMs === null ? null : usOf(sumMs);
}
