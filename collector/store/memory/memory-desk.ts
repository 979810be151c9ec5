/** The reference for incidents and the outbox: a transition and its messages become visible together. */
import { VersionConflictError } from "../../wire/errors.ts";
import type { Incident } from "../../wire/incident.ts";
import { compareText } from "../cursor.ts";
import type { Incidents, Outbox, OutboxMessage } from "../store.ts";

type Letter = OutboxMessage & {
  state: "pending" | "sent" | "dropped" | "dead";
  attempts: number;
  dueMs: number;
  lease: string | null;
  leasedUntilMs: number;
  error: string | null;
  settledMs: number;
};

type Letters = Map<string, Letter>;

/** Puts messages into the outbox; one that is there already stays as it is. */
export type Post = (outbox: readonly OutboxMessage[]) => void;

export function memoryDesk(): { incidents: Incidents; outbox: Outbox; post: Post } {
  const letters: Letters = new Map();
  const post: Post = (outbox) => {
    for (const message of outbox) if (!letters.has(message.id)) letters.set(message.id, letterOf(message));
  };
  return { incidents: memoryIncidents(post), outbox: memoryOutbox(letters), post };
}

function memoryIncidents(post: Post): Incidents {
  const incidents = new Map<string, Incident & { version: number }>();
  return {
    async transition(incident, expectedVersion, outbox) {
      const found = incidents.get(incident.id)?.version ?? 0;
      if (found !== expectedVersion)
        throw new VersionConflictError("incident", incident.id, expectedVersion, found);
      incidents.set(incident.id, structuredClone({ ...incident, version: found + 1 }));
      post(outbox);
      return found + 1;
    },
    async get(id) {
      return structuredClone(incidents.get(id) ?? null);
    },
    async list({ target, open, fromS, toS, limit }) {
      return [...incidents.values()]
        .filter((one) => target === undefined || one.target === target)
        .filter((one) => open === undefined || (one.toS === null) === open)
        .filter((one) => fromS === undefined || one.toS === null || one.toS >= fromS)
        .filter((one) => toS === undefined || one.fromS <= toS)
        .sort((a, b) => b.fromS - a.fromS || compareText(a.id, b.id))
        .slice(0, limit)
        .map((one) => structuredClone(one));
    },
    async touching(targets, fromS) {
      const touch = [...incidents.values()].filter((one) => one.toS === null || one.toS >= fromS);
      return targets.filter((target) => touch.some((one) => one.target === target));
    },
  };
}

function memoryOutbox(letters: Letters): Outbox {
  let leases = 0;
  return {
    async lease(nowMs, leaseMs, limit) {
      const due = [...letters.values()]
        .filter((one) => one.state === "pending" && one.dueMs <= nowMs && one.leasedUntilMs <= nowMs)
        .sort((a, b) => a.createdMs - b.createdMs || compareText(a.id, b.id))
        .slice(0, limit);
      return due.map((one) => {
        leases += 1;
        Object.assign(one, {
          lease: String(leases),
          leasedUntilMs: nowMs + leaseMs,
          attempts: one.attempts + 1,
        });
        const { id, channel, recipient, payload, createdMs } = one;
        return structuredClone({
          id,
          channel,
          recipient,
          payload,
          createdMs,
          attempts: one.attempts - 1,
          lease: String(leases),
        });
      });
    },
    async settle(id, lease, settlement) {
      const one = letters.get(id);
      if (one?.state !== "pending" || one.lease !== lease) return false;
      one.lease = null;
      one.leasedUntilMs = 0;
      one.settledMs = settlement.atMs;
      if (settlement.kind === "retry") one.dueMs = settlement.atMs;
      else one.state = settlement.kind;
      if ("error" in settlement) one.error = settlement.error;
      return true;
    },
    async summary() {
      const all = [...letters.values()];
      const count = (state: Letter["state"]) => all.filter((one) => one.state === state).length;
      const failed = all
        .filter((one) => (one.state === "pending" || one.state === "dead") && one.error !== null)
        .sort((a, b) => b.settledMs - a.settledMs || compareText(a.id, b.id));
      const sent = all.filter((one) => one.state === "sent").map((one) => one.settledMs);
      return {
        pending: count("pending"),
        failing: failed.filter((one) => one.state === "pending").length,
        dead: count("dead"),
        sent: sent.length,
        lastError: failed[0]?.error ?? null,
        lastSentMs: sent.length === 0 ? null : Math.max(...sent),
      };
    },
  };
}

function letterOf(message: OutboxMessage): Letter {
  return {
    ...structuredClone(message),
    state: "pending",
    attempts: 0,
    dueMs: message.createdMs,
    lease: null,
    leasedUntilMs: 0,
    error: null,
    settledMs: 0,
  };
}
