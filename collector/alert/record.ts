/**
 * The record of a target: incidents as stored -> what was believed after any tick, and what people were last told.
 *
 * Transitions of an incident are kept in the order (tick, when decided): a later entry of the same tick corrects the
 * one before it. Nothing that was told is ever taken out of the list. Pure; used by reconcile.ts and tell.ts.
 */
import type { Belief, Incident, Transition } from "../wire/incident.ts";
import { classOf, NO_BELIEF } from "./rules.ts";

/** What a transition leaves believed. One without a belief (a vantage's) counts as none. */
export function beliefOf(transition: Transition): Belief {
  return transition.kind === "ended" ? NO_BELIEF : (transition.belief ?? NO_BELIEF);
}

/** What an incident's transitions say was believed after a tick. */
export function beliefAfter(transitions: readonly Transition[], tick: number): Belief {
  const last = transitions.findLast((transition) => transition.tick <= tick);
  return last ? beliefOf(last) : NO_BELIEF;
}

/**
 * The ticks over which an incident stands as decided: from the first after which something was believed, to the first
 * after which nothing was any more (Infinity = not yet). Entries that a later one of the same tick corrects count for
 * nothing. null = all of it was corrected away.
 */
export function stretchOf(
  incident: Pick<Incident, "fromS" | "toS" | "transitions">,
): { readonly from: number; readonly to: number } | null {
  if (isWithdrawn(incident)) return null;
  const { transitions } = incident;
  const standing = transitions.filter((one, i) => transitions[i + 1]?.tick !== one.tick);
  const first = standing.findIndex((transition) => classOf(beliefOf(transition)) !== null);
  const from = standing[first]?.tick;
  if (from === undefined) return null;
  const end = standing.slice(first).find((transition) => classOf(beliefOf(transition)) === null);
  return { from, to: end?.tick ?? Number.POSITIVE_INFINITY };
}

/** What the record says was believed of the target after a tick, whichever incident it belongs to. */
export function recordedBelief(incidents: readonly Incident[], tick: number): Belief {
  for (const incident of incidents) {
    if (isWithdrawn(incident)) continue;
    const belief = beliefAfter(incident.transitions, tick);
    if (classOf(belief) !== null) return belief;
  }
  return NO_BELIEF;
}

/** The tick of the newest transition; null = there is none. */
export function lastDecided(incidents: readonly Incident[]): number | null {
  const ticks = incidents.flatMap((incident) => incident.transitions.map((transition) => transition.tick));
  return ticks.length === 0 ? null : Math.max(...ticks);
}

/** The last thing people were told about the target, and by which incident; null = nothing. */
export function lastTold(
  incidents: readonly Incident[],
): { readonly incident: string; readonly transition: Transition } | null {
  let found: { incident: string; transition: Transition } | null = null;
  for (const { id, transitions } of incidents) {
    for (const transition of transitions) {
      if (!transition.told) continue;
      if (found === null || transition.atMs >= found.transition.atMs) found = { incident: id, transition };
    }
  }
  return found;
}

/** Transitions of one incident that are kept whole. */
const KEPT_WHOLE = 300;

/**
 * Keeps an incident that goes on for weeks from growing without end: of old transitions only what was told stays, and
 * of that no evidence. The first one stays.
 */
export function compacted(transitions: readonly Transition[]): Transition[] {
  const cut = transitions.length - KEPT_WHOLE;
  return transitions.flatMap((transition, i) => {
    if (i >= cut || i === 0) return transition;
    return transition.told ? { ...transition, evidence: [] } : [];
  });
}

/** Whether an incident was withdrawn: later samples showed that it never was. */
export function isWithdrawn(incident: Pick<Incident, "fromS" | "toS">): boolean {
  return incident.toS !== null && incident.toS <= incident.fromS;
}
