/**
 * Writes that are not samples: registry documents, incidents with their messages, the outbox.
 *
 * Each function runs inside the writer's transaction and refuses a version conflict before it has written anything,
 * so that the refusal costs no one else's work.
 */
import type Database from "better-sqlite3";
import { VersionConflictError } from "../../wire/errors.ts";
import type { Incident } from "../../wire/incident.ts";
import type { LeasedMessage, OutboxMessage, Settlement } from "../store.ts";

export function writerRegistry(db: Database.Database) {
  const select = db.prepare<[string, string], { version: number; removed: number }>(
    "SELECT version, value IS NULL AS removed FROM doc WHERE kind = ? AND id = ?",
  );
  const upsert = db.prepare(
    `INSERT INTO doc (kind, id, version, value) VALUES (?, ?, ?, ?)
     ON CONFLICT (kind, id) DO UPDATE SET version = excluded.version, value = excluded.value`,
  );
  return {
    /** @throws VersionConflictError */
    registryPut(kind: string, id: string, expectedVersion: number | null, value: string | null): number {
      const before = select.get(kind, id);
      const found = before && before.removed === 0 ? before.version : 0;
      if (expectedVersion !== null && expectedVersion !== found)
        throw new VersionConflictError(kind, id, expectedVersion, found);
      if (found === 0 && value === null) return before?.version ?? 0;
      const version = (before?.version ?? 0) + 1;
      upsert.run(kind, id, version, value);
      return version;
    },
  };
}

/** Puts messages into the outbox, in the transaction of what they tell of; one that is there already stays as it is. */
export function outboxPost(db: Database.Database): (outbox: readonly OutboxMessage[]) => void {
  const insert = db.prepare(
    `INSERT INTO outbox (id, channel, recipient, payload, created_ms, due_ms) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO NOTHING`,
  );
  return (outbox) => {
    for (const { id, channel, recipient, payload, createdMs } of outbox)
      insert.run(id, channel, recipient, JSON.stringify(payload), createdMs, createdMs);
  };
}

export function writerIncidents(db: Database.Database) {
  const versionOf = db.prepare<[string], number>("SELECT version FROM incident WHERE id = ?").pluck();
  const upsert = db.prepare(
    `INSERT INTO incident (id, version, target, from_s, to_s, body) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET version = excluded.version, target = excluded.target,
     from_s = excluded.from_s, to_s = excluded.to_s, body = excluded.body`,
  );
  const post = outboxPost(db);
  return {
    /** @throws VersionConflictError */
    transition(incident: Incident, expectedVersion: number, outbox: readonly OutboxMessage[]): number {
      const found = Number(versionOf.get(incident.id) ?? 0);
      if (found !== expectedVersion)
        throw new VersionConflictError("incident", incident.id, expectedVersion, found);
      const { id, target, fromS, toS } = incident;
      upsert.run(id, found + 1, target, fromS, toS, JSON.stringify(incident));
      post(outbox);
      return found + 1;
    },
  };
}

type LetterRow = {
  id: string;
  recipient: string;
  payload: string;
  created_ms: number;
  attempts: number;
};

export function writerOutbox(db: Database.Database) {
  const due = db.prepare<[number, number, number], LetterRow>(
    `SELECT id, recipient, payload, created_ms, attempts FROM outbox
     WHERE state = 'pending' AND due_ms <= ? AND leased_until_ms <= ? ORDER BY created_ms, id LIMIT ?`,
  );
  const take = db.prepare(
    "UPDATE outbox SET lease = ?, leased_until_ms = ?, attempts = attempts + 1 WHERE id = ?",
  );
  const settle = db.prepare(
    `UPDATE outbox SET state = ?, due_ms = ?, error = coalesce(?, error), settled_ms = ?, lease = NULL,
     leased_until_ms = 0 WHERE id = ? AND lease = ? AND state = 'pending'`,
  );
  const nextLease = counterIn(db, "lease");
  return {
    lease(nowMs: number, leaseMs: number, limit: number): LeasedMessage[] {
      return due.all(nowMs, nowMs, limit).map((row) => {
        const lease = String(nextLease());
        take.run(lease, nowMs + leaseMs, row.id);
        return {
          id: row.id,
          channel: "mail",
          recipient: row.recipient,
          payload: JSON.parse(row.payload),
          createdMs: row.created_ms,
          attempts: row.attempts,
          lease,
        };
      });
    },
    settle(id: string, lease: string, settlement: Settlement): boolean {
      const state = settlement.kind === "retry" ? "pending" : settlement.kind;
      const error = "error" in settlement ? settlement.error : null;
      return settle.run(state, settlement.atMs, error, settlement.atMs, id, lease).changes === 1;
    },
  };
}

/** A number that only grows, kept in the database, so that no restart repeats one. */
export function counterIn(db: Database.Database, name: string): () => number {
  const next = db
    .prepare<[string], string>(
      `INSERT INTO meta (name, value) VALUES (?, '1')
       ON CONFLICT (name) DO UPDATE SET value = CAST(value + 1 AS TEXT) RETURNING value`,
    )
    .pluck();
  return () => Number(next.get(`next ${name}`));
}
