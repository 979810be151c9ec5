/**
 * Vantages that say nothing, or whose clock is off: contacts -> incidents of class "silent", told at once.
 *
 * Silence is measured by the collector's monotonic clock since the last new contact it saw, so neither a clock that
 * jumps nor a collector that was stopped makes every vantage silent. It ends with the next contact.
 */
import type { OutboxMessage, Store } from "../store/store.ts";
import type { Incident, Transition } from "../wire/incident.ts";
import { type Contact, SILENT_AFTER_MS, SKEW_LIMIT_MS, type Vantage } from "../wire/vantage.ts";
import { addressed } from "./audience.ts";
import { composeVantage } from "./compose.ts";
import type { Facts } from "./facts.ts";
import { messagesFor } from "./message.ts";
import { draftFrom, type Recorded } from "./reconcile.ts";

export type SilenceWatch = {
  /** @returns Incidents as they were stored. */
  sweep(facts: Facts, monoMs: number): Promise<Incident[]>;
};

type Condition = "silent" | "skewed" | null;
type Step = { readonly kind: Transition["kind"]; readonly reason: "silent" | "skewed" | "removed" | null };

/** Watches every vantage that was ever heard of. Keeps what it saw in memory; incidents are in the store. */
export function silenceWatch(store: Pick<Store, "incidents">): SilenceWatch {
  const seen = new Map<string, { atMs: number; monoMs: number }>();

  const conditionOf = (vantage: Vantage, contact: Contact, monoMs: number): Condition => {
    const before = seen.get(vantage.id);
    if (!before || before.atMs !== contact.atMs) seen.set(vantage.id, { atMs: contact.atMs, monoMs });
    else if (monoMs - before.monoMs >= SILENT_AFTER_MS) return "silent";
    return contact.skewMs !== null && Math.abs(contact.skewMs) > SKEW_LIMIT_MS ? "skewed" : null;
  };

  return {
    async sweep(facts, monoMs) {
      const open = await openOf(store);
      const stored: Incident[] = [];
      for (const vantage of facts.vantages) {
        const contact = facts.contacts.get(vantage.id) ?? null;
        const incident = open.get(vantage.id) ?? null;
        const condition = contact && vantage.revokedS === null ? conditionOf(vantage, contact, monoMs) : null;
        const step = nextStep(vantage, contact, incident, condition, facts);
        if (step) stored.push(...(await take(store, step, vantage, contact, incident, facts)));
      }
      return stored;
    },
  };
}

async function openOf(store: Pick<Store, "incidents">): Promise<Map<string, Recorded>> {
  const open = await store.incidents.list({ open: true, limit: 1000 });
  return new Map(
    open.filter((incident) => incident.subject === "vantage").map((incident) => [incident.target, incident]),
  );
}

function nextStep(
  vantage: Vantage,
  contact: Contact | null,
  incident: Recorded | null,
  condition: Condition,
  facts: Pick<Facts, "recipients">,
): Step | null {
  if (!incident) return condition && { kind: "opened", reason: condition };
  if (vantage.revokedS !== null || !contact) return { kind: "ended", reason: "removed" };
  const last = incident.transitions.findLast((transition) => transition.reason !== undefined)?.reason;
  // A contact as old as the silence is no sign of life: after a restart it is the first thing that is seen.
  const heardAgain = Math.floor(contact.atMs / 1000) > lastTickOf(incident);
  const now = last === "silent" && !heardAgain ? last : condition;
  if (now === null) return { kind: "ended", reason: null };
  if (now !== last) return { kind: "escalated", reason: now };
  // It began while there was nobody to tell: whoever is there now hears of what goes on.
  return isTold(incident) || facts.recipients.length === 0 ? null : { kind: "opened", reason: now };
}

function isTold(incident: Incident): boolean {
  return incident.transitions.some((transition) => transition.told);
}

function lastTickOf(incident: Incident): number {
  return incident.transitions.at(-1)?.tick ?? incident.fromS;
}

async function take(
  store: Pick<Store, "incidents">,
  step: Step,
  vantage: Vantage,
  contact: Contact | null,
  recorded: Recorded | null,
  facts: Facts,
): Promise<Incident[]> {
  const atS = Math.floor((contact?.atMs ?? facts.nowMs) / 1000);
  const id = `vantage.${vantage.id}.${atS}`;
  if (!recorded && (await store.incidents.get(id))) return [];
  const transition: Transition = {
    kind: step.kind,
    class: "silent",
    tick: atS,
    atMs: facts.nowMs,
    told: step.kind === "ended" ? recorded !== null && isTold(recorded) : facts.recipients.length > 0,
    evidence: [],
    ...(step.reason ? { reason: step.reason } : {}),
  };
  const base: Incident = recorded
    ? draftFrom(recorded).incident
    : {
        id,
        target: vantage.id,
        name: vantage.name,
        subject: "vantage",
        class: "silent",
        fromS: atS,
        toS: null,
        transitions: [],
      };
  const toS = step.kind === "ended" ? Math.max(atS, base.fromS + 1) : null;
  const {
    incident,
    told: [said],
  } = addressed({ ...base, toS, transitions: [...base.transitions, transition] }, new Set([transition]), {
    own: facts.recipients,
    all: facts.recipients,
  });
  const messages: OutboxMessage[] = said
    ? messagesFor(
        composeVantage(incident, said, vantage, contact, facts.carriers),
        said.toldTo ?? [],
        facts.nowMs,
      )
    : [];
  await store.incidents.transition(incident, recorded?.version ?? 0, messages);
  return [incident];
}
