/**
 * Who hears of what: marks the transitions that are told, by comparing what people were last told with what holds now.
 *
 * Telling follows the present, never the past: something worse is told only when the newest tick was received in time
 * and shows it; something better, and the end of what was told, always. So late data corrects history and pages
 * nobody, and every "down" that was sent gets its end. Pure.
 */
import type { Belief, Incident, IncidentClass, Transition } from "../wire/incident.ts";
import { type Draft, draftFrom, type Recorded } from "./reconcile.ts";
import { beliefAfter, beliefOf, isWithdrawn, lastTold } from "./record.ts";
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
  readonly look: (tick: number) => TickView;
  readonly nowMs: number;
};

/** @returns The drafts, told where they must be; one more when only the telling is new. */
export function tell(input: TellInput): Draft[] {
  const drafts = [...input.drafts];
  const current = (id: string): Incident | undefined =>
    drafts.find((draft) => draft.incident.id === id)?.incident ??
    input.recorded.find((incident) => incident.id === id);
  const last = lastTold(currentIncidents(drafts, input.recorded));
  const told = last ? beliefOf(last.transition) : NO_BELIEF;
  const now = classOf(input.belief);
  if (now === null) {
    if (last && classOf(told) !== null) {
      const incident = current(last.incident);
      if (incident)
        markEnd(draftOf(drafts, input.recorded, incident.id), classOf(told) ?? "down", input.nowMs);
    } else tellBriefs(drafts, input);
    return drafts;
  }
  const worse = isWorse(input.belief, told);
  if (!worse && !isBetter(input.belief, told)) return drafts;
  const shown = input.newest.reported.some((entry) => isBad(entry) === true);
  if (worse && !(input.newest.live && input.recent && shown)) return drafts;
  const open = currentIncidents(drafts, input.recorded).find(
    (incident) =>
      !isWithdrawn(incident) && classOf(beliefAfter(incident.transitions, input.newest.tick)) !== null,
  );
  if (open) markNow(draftOf(drafts, input.recorded, open.id), worse ? "escalated" : "eased", now, input);
  return drafts;
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

/** What opened and ended in one go, by samples received in time: one message says both. */
function tellBriefs(drafts: readonly Draft[], input: TellInput): void {
  for (const draft of drafts) {
    const { transitions } = draft.incident;
    const opened = transitions.find((transition) => transition.kind === "opened");
    const last = transitions.at(-1);
    if (draft.version !== 0 || last?.kind !== "ended" || !opened || !input.look(opened.tick).live) continue;
    replace(draft, transitions.length - 1, { ...last, told: true });
  }
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
