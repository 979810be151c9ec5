/**
 * A told transition -> the payload of its messages: names beside ids, what was bad beside what is, whose word it is.
 *
 * Pure. Called when the transition is about to be stored; next stop: the outbox, then mail.ts.
 */
import type { Carrier } from "../wire/carrier.ts";
import type { Belief, CarrierEvidence, Incident, Transition } from "../wire/incident.ts";
import type { Target } from "../wire/target.ts";
import type { Contact, Vantage } from "../wire/vantage.ts";
import type { CarrierLine, MailPayload } from "./message.ts";
import { beliefOf } from "./record.ts";
import { compareBeliefs } from "./rules.ts";
import type { Voter } from "./window.ts";

type Names = { readonly zh: string; readonly en: string };

export type TargetFacts = {
  readonly target: Pick<Target, "id" | "name" | "url">;
  readonly carriers: readonly Carrier[];
  readonly vantages: readonly Vantage[];
  readonly voters: readonly Voter[];
};

/** What is to be said of a told transition of a target. */
export function composeTarget(incident: Incident, told: Transition, facts: TargetFacts): MailPayload {
  const at = incident.transitions.indexOf(told);
  const before = incident.transitions.slice(0, at);
  const toldBefore = before.filter((transition) => transition.told);
  const over = told.kind === "ended";
  const previous = before.findLast(
    (transition) => transition.kind !== "ended" && transition.evidence.length > 0,
  );
  const lines = linesOf(told.evidence, told.belief, facts);
  const ended = over ? toldBefore.findLast((transition) => transition.kind !== "ended") : undefined;
  return {
    incident: incident.id,
    ordinal: toldBefore.length,
    event: eventOf(told, toldBefore),
    class: over ? worse(incident.class, ended?.class) : told.class,
    subject: "target",
    id: facts.target.id,
    name: facts.target.name,
    url: facts.target.url,
    fromS: incident.fromS,
    toS: over ? (incident.toS ?? told.tick) : null,
    tick: told.tick,
    reason: told.reason ?? null,
    carriers: lines,
    was: previous ? linesOf(previous.evidence, previous.belief, facts).filter((line) => line.bad) : [],
    seenFrom: seenFrom(over && previous ? previous.evidence : told.evidence, facts),
    vantage: null,
  };
}

/** What is to be said of a vantage that fell silent, or came back. */
export function composeVantage(
  incident: Incident,
  told: Transition,
  vantage: Pick<Vantage, "id" | "name" | "carrier">,
  contact: Contact | null,
  carriers: readonly Carrier[],
): MailPayload {
  const toldBefore = incident.transitions
    .slice(0, incident.transitions.indexOf(told))
    .filter((transition) => transition.told);
  const opened = incident.transitions.find((transition) => transition.kind === "opened");
  return {
    incident: incident.id,
    ordinal: toldBefore.length,
    event: told.kind,
    class: "silent",
    subject: "vantage",
    id: vantage.id,
    name: vantage.name,
    url: null,
    fromS: incident.fromS,
    toS: told.kind === "ended" ? incident.toS : null,
    tick: told.tick,
    reason: told.reason ?? opened?.reason ?? null,
    carriers: [],
    was: [],
    seenFrom: null,
    vantage: {
      carrier: nameOf(vantage.carrier, carriers),
      lastContactMs: contact?.atMs ?? null,
      skewMs: contact?.skewMs ?? null,
    },
  };
}

/**
 * How it reads to people who know what they were told: the first thing told of an incident is its beginning, or a
 * brief one when it is over already; a beginning that was corrected is news only for the better or the worse.
 */
function eventOf(told: Transition, toldBefore: readonly Transition[]): MailPayload["event"] {
  const last = toldBefore.at(-1);
  const known = last !== undefined && last.kind !== "ended";
  if (told.kind === "ended") return known || told.reason === "corrected" ? "ended" : "brief";
  if (!known) return "opened";
  if (told.kind !== "opened") return told.kind;
  return compareBeliefs(beliefOf(told), beliefOf(last)) >= 0 ? "escalated" : "eased";
}

function worse(a: Incident["class"], b: Incident["class"] | undefined): Incident["class"] {
  if (a === "down" || b === "down") return "down";
  return b ?? a;
}

function linesOf(
  evidence: readonly CarrierEvidence[],
  belief: Belief | undefined,
  facts: TargetFacts,
): CarrierLine[] {
  const order = new Map(facts.carriers.map((carrier) => [carrier.id, carrier.order]));
  return [...evidence]
    .sort((a, b) => (order.get(a.carrier) ?? 999) - (order.get(b.carrier) ?? 999))
    .map((entry) => ({
      ...entry,
      name: nameOf(entry.carrier, facts.carriers),
      bad:
        belief?.bad.includes(entry.carrier) === true || entry.state === "down" || entry.beyond !== undefined,
    }));
}

function nameOf(carrier: string, carriers: readonly Carrier[]): Names {
  return carriers.find((entry) => entry.id === carrier)?.name ?? { zh: carrier, en: carrier };
}

function seenFrom(evidence: readonly CarrierEvidence[], facts: TargetFacts): Names | null {
  const reporting = evidence.filter((entry) => entry.reporting > 0);
  const only = reporting[0];
  if (!only || reporting.length > 1) return null;
  const carrier = nameOf(only.carrier, facts.carriers);
  const own = facts.voters.filter((voter) => voter.active && voter.carrier === only.carrier);
  const vantage = facts.vantages.find((entry) => entry.id === own[0]?.vantage);
  if (own.length !== 1 || !vantage) return carrier;
  const join = (name: string, open: string, close: string) =>
    vantage.name === name ? vantage.name : `${vantage.name}${open}${name}${close}`;
  return { zh: join(carrier.zh, "（", "）"), en: join(carrier.en, " (", ")") };
}
