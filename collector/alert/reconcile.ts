/**
 * Replayed changes against the record: which incidents to write so that the record says what the samples say.
 *
 * Nothing is rewritten: where the record differs at a tick, a transition is inserted that corrects it. An incident the
 * samples no longer show is withdrawn (toS = fromS). Every inserted transition is untold; tell.ts decides who hears.
 */
import type { Belief, Incident, IncidentClass, Transition } from "../wire/incident.ts";
import { beliefAfter, stretchOf } from "./record.ts";
import { type Change, classOf, compareBeliefs, NO_BELIEF, sameBelief } from "./rules.ts";

export type Recorded = Incident & { readonly version: number };

/** An incident as it is to be stored, and which of its transitions are new. */
export type Draft = {
  incident: Incident;
  /** 0 = new. */
  readonly version: number;
  readonly inserted: Set<Transition>;
};

export type ReconcileInput = {
  readonly target: string;
  readonly recorded: readonly Recorded[];
  /** What was believed at `afterTick`; the replay began there. */
  readonly belief: Belief;
  /** The record is compared after this tick and never touched before. */
  readonly afterTick: number;
  readonly changes: readonly Change[];
  /** Ids that no new incident may have, besides those recorded. */
  readonly taken?: ReadonlySet<string>;
  readonly nowMs: number;
};

/** An unbroken time in which something was believed. `opened` null = it was so before the replay began. */
type Span = { readonly opened: Change | null; readonly changes: readonly Change[]; readonly ended: boolean };

/** @returns Drafts that differ from the record, oldest first. */
export function reconcile(input: ReconcileInput): Draft[] {
  const open = [...input.recorded].sort((a, b) => a.fromS - b.fromS);
  const drafts: Draft[] = [];
  for (const span of spansOf(input)) {
    const base =
      open.find((incident) => overlaps(incident, span, input)) ??
      open.find((incident) => comesBack(incident, span, input)) ??
      null;
    if (base) open.splice(open.indexOf(base), 1);
    drafts.push(draftOf(span, base, input, endBefore(span, base, drafts, input)));
  }
  for (const leftover of open) {
    const stretch = stretchOf(leftover);
    if (stretch && stretch.from > input.afterTick) drafts.push(withdraw(leftover, input.nowMs));
  }
  const known = new Map(input.recorded.map((incident) => [incident.id, incident]));
  return drafts
    .filter((draft) => draft.inserted.size > 0 || spansOther(draft.incident, known.get(draft.incident.id)))
    .sort((a, b) => a.incident.fromS - b.incident.fromS);
}

/** One that was withdrawn kept its transitions: when it comes back they may say it all, and only the span differs. */
function spansOther(incident: Incident, recorded: Recorded | undefined): boolean {
  return incident.fromS !== recorded?.fromS || incident.toS !== recorded.toS;
}

/** A copy of a recorded incident to which a transition can be added. */
export function draftFrom(recorded: Recorded): Draft {
  const { version, ...incident } = recorded;
  return {
    incident: { ...incident, transitions: [...incident.transitions] },
    version,
    inserted: new Set(),
  };
}

function spansOf(input: ReconcileInput): Span[] {
  const spans: Span[] = [];
  let opened: Change | null = null;
  let changes: Change[] = [];
  let bad = classOf(input.belief) !== null;
  for (const change of input.changes) {
    const now = classOf(change.belief) !== null;
    if (!bad) opened = change;
    changes.push(change);
    if (!now) {
      spans.push({ opened, changes, ended: true });
      changes = [];
      opened = null;
    }
    bad = now;
  }
  if (bad) spans.push({ opened, changes, ended: false });
  return spans;
}

/** One that was corrected away comes back under its own id, unless another stands for its ticks by now. */
function comesBack(incident: Recorded, { opened }: Span, input: ReconcileInput): boolean {
  return stretchOf(incident) === null && opened !== null && incident.id === idOf(input.target, opened);
}

/** Overlap of the ticks at which things were decided. */
function overlaps(incident: Recorded, span: Span, input: ReconcileInput): boolean {
  const stretch = stretchOf(incident);
  if (!stretch) return false;
  const from = span.opened?.tick ?? input.afterTick;
  const to = span.ended ? (span.changes.at(-1)?.tick ?? from) : Number.POSITIVE_INFINITY;
  return stretch.from <= to && from < stretch.to;
}

/**
 * End of the incident before a span. Where ticks between are unknown, one carrier's run can begin before another's is
 * over; that time is already the earlier incident's.
 */
function endBefore(
  { opened }: Span,
  base: Recorded | null,
  drafts: readonly Draft[],
  input: ReconcileInput,
): number {
  if (opened === null) return Number.NEGATIVE_INFINITY;
  const corrected = new Set(drafts.map((draft) => draft.incident.id));
  const earlier = [
    ...drafts.map((draft) => draft.incident),
    ...input.recorded.filter((one) => one !== base && !corrected.has(one.id)),
  ];
  return earlier.reduce((last, incident) => {
    const stretch = stretchOf(incident);
    return stretch && stretch.to <= opened.tick && incident.toS !== null
      ? Math.max(last, incident.toS)
      : last;
  }, Number.NEGATIVE_INFINITY);
}

function draftOf(span: Span, base: Recorded | null, input: ReconcileInput, notBeforeS: number): Draft {
  const onsetS = span.opened ? Math.max(span.opened.onsetS ?? span.opened.tick, notBeforeS) : null;
  const draft: Draft = base
    ? draftFrom(base)
    : {
        incident: {
          id: freeId(span, input),
          target: input.target,
          subject: "target",
          class: "degraded",
          fromS: onsetS ?? input.afterTick,
          toS: null,
          transitions: [],
        },
        version: 0,
        inserted: new Set(),
      };
  mergeTransitions(draft, span, input);
  const { incident } = draft;
  const last = span.changes.at(-1);
  const fromS = onsetS ?? incident.fromS;
  const toS = span.ended && last ? Math.max(fromS, last.easedS ?? last.tick) : null;
  const worst = worstOf(span, base, input);
  const now = classOf(last?.belief ?? input.belief);
  draft.incident = { ...incident, fromS, toS, class: toS === null ? (now ?? incident.class) : worst };
  return draft;
}

/** Where the list says something else than the span after a tick, says what the span says. */
function mergeTransitions(draft: Draft, span: Span, input: ReconcileInput): void {
  const { transitions } = draft.incident;
  const known = transitions
    .map((transition) => transition.tick)
    .filter((tick) => span.opened !== null || tick > input.afterTick);
  const ticks = [...new Set([...known, ...span.changes.map((change) => change.tick)])].sort((a, b) => a - b);
  const start = span.opened ? NO_BELIEF : input.belief;
  for (const tick of ticks) {
    const change = span.changes.findLast((entry) => entry.tick <= tick);
    const want = change?.belief ?? start;
    const have = beliefAfter(transitions, tick);
    if (sameBelief(want, have)) continue;
    const at = transitions.findLastIndex((transition) => transition.tick <= tick) + 1;
    const late = at < transitions.length || transitions[at - 1]?.tick === tick;
    const reason = change?.reason ?? (late ? ("corrected" as const) : undefined);
    const inserted: Transition = {
      kind: kindOf(have, want),
      class: classOf(want) ?? classOf(have) ?? draft.incident.class,
      tick,
      atMs: input.nowMs,
      told: false,
      evidence: change?.tick === tick ? [...change.evidence] : [],
      belief: want,
      ...(reason ? { reason } : {}),
    };
    transitions.splice(at, 0, inserted);
    draft.inserted.add(inserted);
  }
}

function kindOf(before: Belief, after: Belief): Transition["kind"] {
  if (classOf(after) === null) return "ended";
  if (classOf(before) === null) return "opened";
  return compareBeliefs(after, before) >= 0 ? "escalated" : "eased";
}

function withdraw(recorded: Recorded, nowMs: number): Draft {
  const draft = draftFrom(recorded);
  const last = draft.incident.transitions.at(-1);
  const ended: Transition = {
    kind: "ended",
    class: recorded.class,
    tick: last?.tick ?? recorded.fromS,
    atMs: nowMs,
    told: false,
    evidence: [],
    belief: NO_BELIEF,
    reason: "corrected",
  };
  draft.incident = {
    ...draft.incident,
    toS: recorded.fromS,
    transitions: [...draft.incident.transitions, ended],
  };
  draft.inserted.add(ended);
  return draft;
}

const RANK: Readonly<Record<IncidentClass, number>> = { down: 3, degraded: 2, slow: 1, silent: 0 };

/** The worst class the incident had, of what still holds: the record before the replay, and the replay. */
function worstOf(span: Span, base: Recorded | null, input: ReconcileInput): IncidentClass {
  const before = (base?.transitions ?? []).filter(
    (transition, i, all) => transition.tick <= input.afterTick && all[i + 1]?.tick !== transition.tick,
  );
  const beliefs = [
    ...(span.opened ? [] : [input.belief, ...before.map((transition) => transition.belief ?? NO_BELIEF)]),
    ...span.changes.map((change) => change.belief),
  ];
  const classes = beliefs.map(classOf).filter((name) => name !== null);
  return classes.reduce<IncidentClass>((worst, name) => (RANK[name] > RANK[worst] ? name : worst), "slow");
}

/** The first id of its onset that is free: a corrected incident keeps the id of an onset that is no longer its own. */
function freeId(span: Span, input: ReconcileInput): string {
  const id = span.opened ? idOf(input.target, span.opened) : `${input.target}.${input.afterTick}`;
  const isTaken = (wished: string) =>
    input.taken?.has(wished) === true || input.recorded.some((incident) => incident.id === wished);
  let n = 1;
  while (isTaken(n === 1 ? id : `${id}.${n}`)) n += 1;
  return n === 1 ? id : `${id}.${n}`;
}

/** Stable: two evaluators that see the same samples make the same incident, and the store lets one of them. */
function idOf(target: string, opened: Change): string {
  return `${target}.${opened.onsetS ?? opened.tick}`;
}
