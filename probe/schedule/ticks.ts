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

/** UTC ms at which the sample of a tick is due to start. */
export function startMsOf(target: Cadenced, tick: number): number {
  return (tick + target.phaseS) * 1000 + spreadMsOf(target.id, target.stepS);
}

/** The greatest tick whose start is at or before the instant. */
export function dueTickAt(target: Cadenced, wallMs: number): number {
  return tickAt(wallMs - target.phaseS * 1000 - spreadMsOf(target.id, target.stepS), target.stepS);
}

/** How late a measurement may start before its tick counts as not kept, ms. */
export function graceMsOf(stepS: number): number {
  return Math.min(stepS * 500, 60_000);
}
