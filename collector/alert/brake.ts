/**
 * A target that flaps: after so many mails about it within an hour, a change for the worse is held until it has lasted.
 *
 * What ends before that is told by the daily digest (afterwards.ts). Ends are never held. Pure.
 */
import type { Incident, Transition } from "../wire/incident.ts";

/** Mails about one target within BRAKE_S, after which short incidents are held. */
export const BRAKE = 10;
export const BRAKE_S = 3600;
/** What has lasted this long is told all the same, seconds. */
export const HOLD_S = 600;

/** How many transitions of these incidents were told within the last hour. */
export function toldLately(recorded: readonly Incident[], nowMs: number): number {
  const isRecent = (transition: Transition) => transition.told && nowMs - transition.atMs < BRAKE_S * 1000;
  return recorded.reduce((n, incident) => n + incident.transitions.filter(isRecent).length, 0);
}

/**
 * Whether news is held.
 *
 * @param sinceS Tick of the last change of what is believed, UTC seconds.
 * @param tick The newest tick that was judged.
 */
export function isHeld(recorded: readonly Incident[], sinceS: number, tick: number, nowMs: number): boolean {
  return tick - sinceS < HOLD_S && toldLately(recorded, nowMs) >= BRAKE;
}
