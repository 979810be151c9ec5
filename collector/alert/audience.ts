/**
 * Who hears of a told transition. News goes to the target's recipients; an end goes to whoever heard of the beginning,
 * as long as they still receive mail, so that nobody is left with a beginning alone or gets an end out of nowhere. Pure.
 */
import type { Incident, Transition } from "../wire/incident.ts";

export type Audience = {
  /** Recipients of the target now. */
  readonly own: readonly string[];
  /** Everybody who receives mail. */
  readonly all: readonly string[];
};

/** The incident with every fresh told transition addressed, and those transitions, in order. */
export function addressed(
  incident: Incident,
  fresh: ReadonlySet<Transition>,
  audience: Audience,
): { readonly incident: Incident; readonly told: readonly Transition[] } {
  const transitions: Transition[] = [];
  const told: Transition[] = [];
  for (const transition of incident.transitions) {
    if (!transition.told || !fresh.has(transition)) {
      transitions.push(transition);
      continue;
    }
    const next = { ...transition, toldTo: hearersOf(transition, transitions, audience) };
    transitions.push(next);
    told.push(next);
  }
  return { incident: { ...incident, transitions }, told };
}

function hearersOf(transition: Transition, before: readonly Transition[], audience: Audience): string[] {
  const toldBefore = before.filter((entry) => entry.told);
  const isAddressed = toldBefore.some((entry) => entry.toldTo !== undefined);
  if (transition.kind !== "ended" || !isAddressed) return [...audience.own];
  const heard = new Set(toldBefore.flatMap((entry) => entry.toldTo ?? []));
  return audience.all.filter((id) => heard.has(id));
}
