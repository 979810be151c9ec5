/**
 * The reference for everything that is not a sample: registry documents, incidents, the outbox, leases and due marks.
 *
 * Plain maps; values are copied in and out, so that a caller who changes an object changes nothing here.
 */

import { VersionConflictError } from "../../wire/errors.ts";
import type { Incident } from "../../wire/incident.ts";
import { compareText } from "../cursor.ts";
import type { Claims, Doc, Incidents, Outbox, OutboxMessage, Registry } from "../store.ts";

/** Versions go on counting after a removal: the tombstone keeps the last one. */
export function memoryRegistry(): Registry {
  const docs = new Map<string, Map<string, Doc<unknown>>>();
  const kindOf = (kind: string) => {
    const known = docs.get(kind) ?? new Map<string, Doc<unknown>>();
    docs.set(kind, known);
    return known;
  };
  return {
    async get(kind, id) {
      const doc = kindOf(kind).get(id);
      return doc && doc.value !== null ? structuredClone(doc) : null;
    },
    async list(kind) {
      return [...kindOf(kind).values()]
        .filter((doc) => doc.value !== null)
        .sort((a, b) => compareText(a.id, b.id))
        .map((doc) => structuredClone(doc));
    },
    async put(kind, id, expectedVersion, value) {
      const before = kindOf(kind).get(id);
      const found = before && before.value !== null ? before.version : 0;
      if (expectedVersion !== null && expectedVersion !== found)
        throw new VersionConflictError(kind, id, expectedVersion, found);
      if (found === 0 && value === null) return before?.version ?? 0;
      const version = (before?.version ?? 0) + 1;
      kindOf(kind).set(id, structuredClone({ id, version, value }));
      return version;
    },
  };
}

type Letter = OutboxMessage & {
  state: "pending" | "sent" | "dead";
  attempts: number;
  dueMs: number;
  lease: string | null;
  leasedUntilMs: number;
  error: string | null;
  settledMs: number;
};

export function memoryDesk(): { incidents: Incidents; outbox: Outbox } {
  const incidents = new Map<string, Incident & { version: number }>();
  const letters = new Map<string, Letter>();
  let leases = 0;
  return {
    incidents: {
      async transition(incident, expectedVersion, outbox) {
        const found = incidents.get(incident.id)?.version ?? 0;
        if (found !== expectedVersion)
          throw new VersionConflictError("incident", incident.id, expectedVersion, found);
        incidents.set(incident.id, structuredClone({ ...incident, version: found + 1 }));
        for (const message of outbox)
          if (!letters.has(message.id)) letters.set(message.id, letterOf(message));
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
    },
    outbox: {
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
        if (!one || one.state !== "pending" || one.lease !== lease) return false;
        one.lease = null;
        one.leasedUntilMs = 0;
        one.settledMs = settlement.atMs;
        if (settlement.kind === "retry") one.dueMs = settlement.atMs;
        else one.state = settlement.kind;
        if (settlement.kind !== "sent") one.error = settlement.error;
        return true;
      },
      async summary() {
        const all = [...letters.values()];
        const count = (state: Letter["state"]) => all.filter((one) => one.state === state).length;
        const failed = all
          .filter((one) => one.state !== "sent" && one.error !== null)
          .sort((a, b) => b.settledMs - a.settledMs || compareText(a.id, b.id));
        const sent = all.filter((one) => one.state === "sent").map((one) => one.settledMs);
        return {
          pending: count("pending"),
          dead: count("dead"),
          sent: sent.length,
          lastError: failed[0]?.error ?? null,
          lastSentMs: sent.length === 0 ? null : Math.max(...sent),
        };
      },
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

type Mark = {
  readonly target: string;
  readonly tick: number;
  /** Live flag of what arrived since the last claim; null = nothing. */
  news: boolean | null;
  /** Live flag of what is claimed and not yet done; null = nothing. */
  taken: boolean | null;
  token: number;
  untilMs: number;
};

export function memoryClaims(): Claims & { mark(target: string, tick: number, live: boolean): void } {
  const leases = new Map<string, { holder: string; token: number; untilMs: number }>();
  const marks = new Map<string, Mark>();
  let tokens = 0;
  return {
    mark(target, tick, live) {
      const key = `${tick}/${target}`;
      const known = marks.get(key) ?? { target, tick, news: null, taken: null, token: 0, untilMs: 0 };
      known.news = known.news === true || live;
      marks.set(key, known);
    },
    async take(name, holder, nowMs, leaseMs) {
      const held = leases.get(name);
      if (held && held.holder !== holder && held.untilMs > nowMs) return null;
      const token = (held?.token ?? 0) + 1;
      leases.set(name, { holder, token, untilMs: nowMs + leaseMs });
      return token;
    },
    async release(name, token) {
      const held = leases.get(name);
      if (held?.token === token) held.untilMs = 0;
    },
    async due(nowMs, leaseMs, limit) {
      const free = [...marks.values()]
        .filter((mark) => mark.untilMs <= nowMs)
        .sort((a, b) => a.tick - b.tick || compareText(a.target, b.target))
        .slice(0, limit);
      return free.map((mark) => {
        tokens += 1;
        mark.taken = mark.taken === true || mark.news === true;
        Object.assign(mark, { news: null, token: tokens, untilMs: nowMs + leaseMs });
        return { target: mark.target, tick: mark.tick, live: mark.taken, token: tokens };
      });
    },
    async done(ticks) {
      for (const { target, tick, token } of ticks) {
        const mark = marks.get(`${tick}/${target}`);
        if (!mark || mark.token !== token) continue;
        if (mark.news === null) marks.delete(`${tick}/${target}`);
        else Object.assign(mark, { taken: null, untilMs: 0 });
      }
    },
  };
}
