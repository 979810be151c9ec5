/**
 * The tick strip: two bytes per tick say the state and, for an up tick, the total on a logarithmic scale.
 *
 * Every state count and percentile of any range, zone and exclusion is taken from these codes, to the tick.
 * 0 is UNKNOWN, which is also what an unwritten tick reads as: nobody measured. Never averaged, only counted.
 */
import { FAILURE_PHASES, type FailurePhase, type Sample, type State } from "../wire/sample.ts";
import { SCALE, scaleIndexOf } from "./strip-scale.ts";

export const UNKNOWN_CODE = 0;
/** 1 to 7: down, by FAILURE_PHASES. */
const DOWN_BASE = 1;
const SUSPECT_CODE = 8;
/** Up, but without a total. */
const UP_NO_TOTAL_CODE = 9;
/** 10 to 15 are free. From here on: up, SCALE[code - 16]. */
export const UP_BASE = 16;

export type DecodedTick = {
  readonly state: State;
  /** With state down only. */
  readonly failurePhase?: FailurePhase;
  /** With state up: within 0.0125 % of the measured total; null otherwise. */
  readonly totalUs: number | null;
};

/** The code of a sample, 0 to 65535. */
export function codeOf(sample: Pick<Sample, "state" | "failure" | "timings">): number {
  switch (sample.state) {
    case "unknown":
      return UNKNOWN_CODE;
    case "suspect":
      return SUSPECT_CODE;
    case "down":
      return DOWN_BASE + FAILURE_PHASES.indexOf(sample.failure?.phase ?? "content");
    case "up":
      return sample.timings.total === null ? UP_NO_TOTAL_CODE : UP_BASE + scaleIndexOf(sample.timings.total);
  }
}

/** What a code says; a code nobody writes reads as UNKNOWN. */
export function decode(code: number): DecodedTick {
  if (code >= UP_BASE) return { state: "up", totalUs: SCALE[code - UP_BASE] ?? null };
  if (code === UP_NO_TOTAL_CODE) return { state: "up", totalUs: null };
  if (code === SUSPECT_CODE) return { state: "suspect", totalUs: null };
  const failurePhase = FAILURE_PHASES[code - DOWN_BASE];
  return failurePhase === undefined
    ? { state: "unknown", totalUs: null }
    : { state: "down", failurePhase, totalUs: null };
}

export type StateCounts = {
  readonly up: number;
  readonly down: number;
  readonly suspect: number;
  readonly unknown: number;
  /** Of `down`, by where it failed. */
  readonly downBy: { readonly [P in FailurePhase]: number };
};

/** Exact counts of the states of some ticks; availability = up / (up + down). */
export function countStates(codes: Uint16Array): StateCounts {
  const low = new Float64Array(UP_BASE);
  let up = 0;
  for (const code of codes) {
    if (code >= UP_BASE) up += 1;
    else low[code] = (low[code] ?? 0) + 1;
  }
  const at = (code: number) => low[code] ?? 0;
  const downBy = Object.fromEntries(
    FAILURE_PHASES.map((phase, i) => [phase, at(DOWN_BASE + i)]),
  ) as StateCounts["downBy"];
  const down = FAILURE_PHASES.reduce((sum, phase) => sum + downBy[phase], 0);
  up += at(UP_NO_TOTAL_CODE);
  const suspect = at(SUSPECT_CODE);
  return { up, down, suspect, unknown: codes.length - up - down - suspect, downBy };
}

/**
 * The true percentile of the totals of up ticks, by nearest rank: never between two measured values.
 *
 * @param codes One strip, or several that are to be taken together (the vantages of a carrier).
 * @param p Per cent, 0 < p <= 100; 50 is the median.
 * @returns Microseconds, within 0.0125 %; null when no tick has a total.
 */
export function percentile(codes: Uint16Array | readonly Uint16Array[], p: number): number | null {
  const counts = new Uint32Array(UP_BASE + SCALE.length);
  let total = 0;
  for (const strip of codes instanceof Uint16Array ? [codes] : codes)
    for (const code of strip) {
      if (code < UP_BASE) continue;
      counts[code] = (counts[code] ?? 0) + 1;
      total += 1;
    }
  if (total === 0) return null;
  // 1e-9: 100 * (7 / 100) is 7.000000000000001, and its rank is 7, not 8.
  const rank = Math.max(1, Math.ceil((p / 100) * total - 1e-9));
  let seen = 0;
  for (let code = UP_BASE; code < counts.length; code += 1) {
    seen += counts[code] ?? 0;
    if (seen >= rank) return SCALE[code - UP_BASE] ?? null;
  }
  return null;
}

/** A stretch of ticks: fromS <= tick < toS. */
export type TickRange = { readonly fromS: number; readonly toS: number };

/**
 * The codes of the ticks outside every range (maintenance, pause): what is counted when those are excluded.
 *
 * @param run Code i belongs to tick fromS + i * stepS.
 */
export function excluding(
  run: { readonly fromS: number; readonly stepS: number; readonly codes: Uint16Array },
  ranges: readonly TickRange[],
): Uint16Array {
  if (ranges.length === 0) return run.codes;
  return run.codes.filter((_, i) => {
    const tick = run.fromS + i * run.stepS;
    return !ranges.some((range) => range.fromS <= tick && tick < range.toS);
  });
}
