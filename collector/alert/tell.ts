/**
 * Who hears of what: marks the transitions that are told, by comparing what people were last told with what holds now.
 *
 * Telling follows the present, never the past: something worse is told only when the newest tick was received in time
 * and shows it; something better, and the end of what was told, always. So late data corrects history and pages
 * nobody, and every "down" that was sent gets its end. Pure.
 */
import type { Belief, Incident, IncidentClass, Transition } from "../wire/incident.ts";
import { isHeld } from "./brake.ts";
import { type Draft, draftFrom, type Recorded } from "./reconcile.ts";
import { beliefAfter, beliefOf, isWithdrawn, lastDecided, lastTold } from "./record.ts";
import { classOf, compareBeliefs, NO_BELIEF } from "./rules.ts";
import { isBad } from "./vote.ts";
import type { TickView } from "./window.ts";

export type TellInput = {
  readonly drafts: readonly Draft[];
  readonly recorded: readonly Recorded[];
  /** What is believed now. */
  readonly belief: Belief;
  /** The newest tick that was judged. */
  readonly newest: TickView;
  /** Whether a tick is still so recent that telling of it is news. */
  readonly recent: boolean;
  /** Somebody would be told. Without anybody nothing counts as told, so who is added later hears of what goes on. */
  readonly audience: boolean;
  readonly look: (tick: number) => TickView;
  readonly nowMs: number;
};

/** @returns The drafts, told where they must be, ends first; one more when only the telling is new. */
export function tell(input: TellInput): Draft[] {
  const drafts = [...input.drafts];
  for (const draft of drafts) if (draft.incident.toS !== null) tellEnd(draft, input);
  const now = classOf(input.belief);
  const open = now && openAt(drafts, input.recorded, input.newest.tick);
  if (now && open) {
    const told = toldBelief(open);
    const shown = input.newest.reported.some((entry) => isBad(entry) === true);
    if (isWorse(input.belief, told)) {
      const held = isHeld(input.recorded, lastTickOf(open), input.newest.tick, input.nowMs);
      if (input.audience && input.newest.live && input.recent && shown && !held) {
        markNow(draftOf(drafts, input.recorded, open.id), "escalated", now, input);
      }
    } else if (isBetter(input.belief, told)) {
      markNow(draftOf(drafts, input.recorded, open.id), "eased", now, input);
    }
  }
  return drafts.sort((a, b) => Number(a.incident.toS === null) - Number(b.incident.toS === null));
}

/** An incident that is over: its end is owed to whoever was told of it; a short one is told once, when it was live. */
function tellEnd(draft: Draft, input: TellInput): void {
  const told = classOf(toldBelief(draft.incident));
  if (told !== null) markEnd(draft, told, input.nowMs);
  else if (isBrief(draft, input)) {
    const { transitions } = draft.incident;
    const last = transitions.at(-1);
    if (last) replace(draft, transitions.length - 1, { ...last, told: true });
  }
}

/** It began and ended in one go, in ticks that were received in time and never judged before. */
function isBrief({ incident, version }: Draft, input: TellInput): boolean {
  const opened = incident.transitions.find((transition) => transition.kind === "opened");
  if (!input.audience || version !== 0 || !opened || incident.transitions.at(-1)?.kind !== "ended")
    return false;
  if (isHeld(input.recorded, opened.tick, opened.tick, input.nowMs)) return false;
  return input.look(opened.tick).live && opened.tick > (lastDecided(input.recorded) ?? 0);
}

function lastTickOf(incident: Incident): number {
  return incident.transitions.at(-1)?.tick ?? incident.fromS;
}

function toldBelief(incident: Incident): Belief {
  const last = lastTold([incident]);
  return last ? beliefOf(last.transition) : NO_BELIEF;
}

function openAt(drafts: readonly Draft[], recorded: readonly Recorded[], tick: number): Incident | undefined {
  return currentIncidents(drafts, recorded).find(
    (incident) => !isWithdrawn(incident) && classOf(beliefAfter(incident.transitions, tick)) !== null,
  );
}

/** Something people do not know yet is wrong. */
export function isWorse(now: Belief, told: Belief): boolean {
  if (classOf(now) === null) return false;
  if (classOf(now) === classOf(told)) {
    return classOf(now) === "degraded" && (adds(now.failing, told.failing) || adds(now.bad, told.bad));
  }
  return classOf(told) === null || compareBeliefs(now, told) > 0;
}

/** Something people were told of no longer holds. */
export function isBetter(now: Belief, told: Belief): boolean {
  if (classOf(told) === null) return false;
  if (classOf(now) === classOf(told)) {
    return classOf(now) === "degraded" && (adds(told.failing, now.failing) || adds(told.bad, now.bad));
  }
  return compareBeliefs(now, told) <= 0;
}

function adds(now: readonly string[], before: readonly string[]): boolean {
  return now.some((carrier) => !before.includes(carrier));
}

function currentIncidents(drafts: readonly Draft[], recorded: readonly Recorded[]): Incident[] {
  const ids = new Set(drafts.map((draft) => draft.incident.id));
  return [...drafts.map((draft) => draft.incident), ...recorded.filter((incident) => !ids.has(incident.id))];
}

/** The draft of an incident; made from the record when nothing but the telling changes. */
function draftOf(drafts: Draft[], recorded: readonly Recorded[], id: string): Draft {
  const known = drafts.find((draft) => draft.incident.id === id);
  if (known) return known;
  const stored = recorded.find((incident) => incident.id === id);
  if (!stored) throw new RangeError(`incident ${id} is neither recorded nor drafted`);
  const draft = draftFrom(stored);
  drafts.push(draft);
  return draft;
}

/** The end that is owed: the incident's own last transition, or one more that says so. */
function markEnd(draft: Draft, was: IncidentClass, nowMs: number): void {
  const { transitions } = draft.incident;
  const last = transitions.at(-1);
  if (last?.kind === "ended" && draft.inserted.has(last)) {
    replace(draft, transitions.length - 1, { ...last, told: true });
    return;
  }
  append(draft, {
    kind: "ended",
    class: was,
    tick: last?.tick ?? 0,
    atMs: nowMs,
    told: true,
    evidence: [],
    belief: NO_BELIEF,
    reason: "corrected",
  });
}

function markNow(draft: Draft, kind: "escalated" | "eased", now: IncidentClass, input: TellInput): void {
  const { transitions } = draft.incident;
  const last = transitions.at(-1);
  if (last && draft.inserted.has(last)) {
    replace(draft, transitions.length - 1, { ...last, told: true });
    return;
  }
  append(draft, {
    kind,
    class: now,
    tick: Math.max(input.newest.tick, last?.tick ?? 0),
    atMs: input.nowMs,
    told: true,
    evidence: [...input.newest.reported],
    belief: input.belief,
  });
}

function replace(draft: Draft, at: number, next: Transition): void {
  const before = draft.incident.transitions[at];
  if (before) draft.inserted.delete(before);
  draft.inserted.add(next);
  draft.incident = { ...draft.incident, transitions: draft.incident.transitions.with(at, next) };
}

function append(draft: Draft, next: Transition): void {
  draft.inserted.add(next);
  draft.incident = { ...draft.incident, transitions: [...draft.incident.transitions, next] };
}
