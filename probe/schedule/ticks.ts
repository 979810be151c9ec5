/**
 * When a target is measured: tick = k x stepS in UTC seconds, start = tick + phaseS + spread.
 *
 * Arithmetic only; every instant is a parameter. Next stop: `plan.ts`, which remembers what has been done.
 */
import { spreadMsOf } from "../../collector/wire/spread.ts";

/** The part of an assignment that fixes its instants. */
export type Cadenced = { readonly id: string; readonly stepS: number; readonly phaseS: number };

/** The tick whose window holds the instant: the greatest k x stepS at or before it. */
export function tickAt(wallMs: number, stepS: number): number {
  return Math.floor(wallMs / (stepS * 1000)) * stepS;
}

/** From a tick to its start, ms: the same for ever for one target. Hashes its id: keep it where it is asked for at every look. */
export function offsetMsOf(target: Cadenced): number {
  return target.phaseS * 1000 + spreadMsOf(target.id, target.stepS);
}

/** How late a measurement may start before its tick counts as not kept, ms. */
export function graceMsOf(stepS: number): number {
  return Math.min(stepS * 500, 60_000);
}
