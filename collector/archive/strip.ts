/**
 * The tick strip: two bytes per tick say the state and, for an up tick, the total on a logarithmic scale; a strip of
 * another metric says that one instead.
 *
 * Every state count and percentile of any range, zone and exclusion is taken from these codes, to the tick.
 * 0 is UNKNOWN, which is also what an unwritten tick reads as: nobody measured. Never averaged, only counted.
 */
import type { StripMetric } from "../wire/archives.ts";
import { FAILURE_PHASES, type FailurePhase } from "../wire/metric.ts";
import type { Sample, State } from "../wire/sample.ts";
import { SCALE, scaleIndexOf } from "./strip-scale.ts";

export const UNKNOWN_CODE = 0;
/** 1 to 7: down, by FAILURE_PHASES. */
const DOWN_BASE = 1;
const SUSPECT_CODE = 8;
/** Up, but without a value. */
const UP_NO_VALUE_CODE = 9;
/** 10 to 15 are free. From here on: up, SCALE[code - 16]. */
export const UP_BASE = 16;

export type DecodedTick = {
  readonly state: State;
  /** With state down only. */
  readonly failurePhase?: FailurePhase;
  /** With state up: within 0.0125 % of the measured total; null otherwise. */
  readonly totalUs: number | null;
};

/**
 * The code of a sample, 0 to 65535.
 *
 * @param metric Whose strip it is for.
 */
export function codeOf(
  sample: Pick<Sample, "state" | "failure" | "timings">,
  metric: "total" | StripMetric = "total",
): number {
  switch (sample.state) {
    case "unknown":
      return UNKNOWN_CODE;
    case "suspect":
      return SUSPECT_CODE;
    case "down":
      return DOWN_BASE + FAILURE_PHASES.indexOf(sample.failure?.phase ?? "content");
    case "up":
      return upCode(sample.timings[metric]);
  }
}

/** The code of an up tick. @param valueUs null = it has no value. */
export function upCode(valueUs: number | null): number {
  return valueUs === null ? UP_NO_VALUE_CODE : UP_BASE + scaleIndexOf(valueUs);
}

/**
 * The code of a tick in the strip of another metric.
 *
 * @param code What the strip of total says of it.
 * @param valueUs The metric's primary data point; only an up tick has one, since it counts from the start to the end.
 */
export function codeBeside(code: number, valueUs: number | null): number {
  return code >= UP_NO_VALUE_CODE ? upCode(valueUs) : code;
}

/** What a code says; a code nobody writes reads as UNKNOWN. */
export function decode(code: number): DecodedTick {
  if (code >= UP_BASE) return { state: "up", totalUs: SCALE[code - UP_BASE] ?? null };
  if (code === UP_NO_VALUE_CODE) return { state: "up", totalUs: null };
  if (code === SUSPECT_CODE) return { state: "suspect", totalUs: null };
  const failurePhase = FAILURE_PHASES[code - DOWN_BASE];
  return failurePhase === undefined
    ? { state: "unknown", totalUs: null }
    : { state: "down", failurePhase, totalUs: null };
}

/** What the code of an up tick stands for, us; null = no value. */
export function totalUsOf(code: number): number | null {
  return code >= UP_BASE ? (SCALE[code - UP_BASE] ?? null) : null;
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
