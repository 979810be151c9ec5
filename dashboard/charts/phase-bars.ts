/**
 * The phases of one measurement as bars on a common scale, the part of TLS that waited for the network inside its own.
 *
 * Pure; times in us, positions in thousandths of the longest. A failed measurement ends in a bar of the time its failing
 * phase was waited for, or in a tip where the answer was complete and is judged: that took no time of its own.
 */
import { PHASES, type Phase } from "../../collector/wire/metric.ts";
import type { Failure, HopDetail } from "../../collector/wire/sample.ts";
import { PHASE_ORDER } from "./theme.ts";

export type PhaseTimes = Readonly<Record<Phase, number | null>>;

export type PhaseBarPart = {
  readonly phase: Phase | "failed";
  readonly x: number;
  readonly width: number;
  readonly us: number;
  /** With tls: how much of its width the network took; 0 = unknown. */
  readonly net: number;
};

const SCALE = 1000;
/** Least width of what failed. */
const TIP = 6;

export type Failed = Pick<Failure, "phase" | "elapsedUs">;

/** How long the failing phase was waited for, us; 0 = it is no phase that takes time. */
function waitedUs({ phase, elapsedUs }: Failed): number {
  return PHASES.some((one) => one === phase) ? elapsedUs : 0;
}

/** @param tlsNetUs Network part of the handshake; null = not measured, or of one hop among several. */
export function phaseBars(
  times: PhaseTimes,
  failure: Failed | undefined,
  longestUs: number,
  tlsNetUs: number | null = null,
): PhaseBarPart[] {
  let x = 0;
  const parts: PhaseBarPart[] = [];
  const add = (phase: PhaseBarPart["phase"], us: number, least: number) => {
    const width = (us / Math.max(1, longestUs)) * SCALE;
    const net = phase === "tls" && tlsNetUs !== null ? (Math.min(us, tlsNetUs) / us) * width : 0;
    parts.push({ phase, x, width: Math.max(least, width), us, net });
    x += width;
  };
  for (const phase of PHASE_ORDER) {
    const us = times[phase];
    if (us !== null && us > 0) add(phase, us, 2);
  }
  if (failure) {
    x = Math.min(x, SCALE - TIP);
    add("failed", waitedUs(failure), TIP);
  }
  return parts;
}

/** How long a bar is, us; a failed one ends where its failing phase was given up. */
export function barLengthUs(
  times: PhaseTimes & { readonly total?: number | null },
  failure?: Failed,
): number {
  const phases = PHASE_ORDER.reduce((sum, phase) => sum + (times[phase] ?? 0), 0);
  return Math.max(times.total ?? 0, phases + (failure ? waitedUs(failure) : 0));
}

/** How long one hop took, us. */
export function hopUs(hop: HopDetail): number {
  return PHASE_ORDER.reduce((sum, phase) => sum + (hop[phase] ?? 0), 0);
}
