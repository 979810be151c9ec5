/** Reads that are not samples: documents, incidents, the outbox's figures and the counters. */
import type Database from "better-sqlite3";
import type { Incident } from "../../wire/incident.ts";
import type { Doc, IngestCounters } from "../store.ts";
import { DETAILS_DROPPED } from "./log-budget.ts";

type DocRow = { id: string; version: number; value: string };
type IncidentRow = { version: number; body: string };
type IncidentQuery = { target?: string; open?: boolean; fromS?: number; toS?: number; limit: number };

const docOf = (row: DocRow): Doc => ({ id: row.id, version: row.version, value: JSON.parse(row.value) });
const incidentOf = (row: IncidentRow): Incident & { version: number } => ({
  ...JSON.parse(row.body),
  version: row.version,
});

export function readerDesk(db: Database.Database) {
  const doc = db.prepare<[string, string], DocRow>(
    "SELECT id, version, value FROM doc WHERE kind = ? AND id = ? AND value IS NOT NULL",
  );
  const docs = db.prepare<[string], DocRow>(
    "SELECT id, version, value FROM doc WHERE kind = ? AND value IS NOT NULL ORDER BY id",
  );
  const touching = db
    .prepare<[string, number], number>(
      "SELECT 1 FROM incident WHERE target = ? AND (to_s IS NULL OR to_s >= ?) LIMIT 1",
    )
    .pluck();
  const incident = db.prepare<[string], IncidentRow>("SELECT version, body FROM incident WHERE id = ?");
  const dropped = db.prepare<[], string>(`SELECT value FROM meta WHERE name = '${DETAILS_DROPPED}'`).pluck();
  const counters = db.prepare<[], Omit<IngestCounters, "tooOld"> & { too_old: number }>(
    "SELECT * FROM counter ORDER BY vantage",
  );
  return {
    registryGet(kind: string, id: string): Doc | null {
      const row = doc.get(kind, id);
      return row ? docOf(row) : null;
    },
    registryList: (kind: string): Doc[] => docs.all(kind).map(docOf),
    incidentGet(id: string): (Incident & { version: number }) | null {
      const row = incident.get(id);
      return row ? incidentOf(row) : null;
    },
    incidentList: (query: IncidentQuery): (Incident & { version: number })[] => incidentList(db, query),
    incidentsTouching: (targets: readonly string[], fromS: number): string[] =>
      targets.filter((target) => touching.get(target, fromS) !== undefined),
    outboxSummary: () => outboxSummary(db),
    detailsDropped: (): number => Number(dropped.get() ?? 0),
    counters: (): IngestCounters[] =>
      counters.all().map(({ too_old, ...others }) => ({ ...others, tooOld: too_old })),
  };
}

function incidentList(db: Database.Database, { target, open, fromS, toS, limit }: IncidentQuery) {
  const conditions: string[] = [];
  const values: (string | number)[] = [];
  const where = (condition: string, value?: string | number) => {
    conditions.push(condition);
    if (value !== undefined) values.push(value);
  };
  if (target !== undefined) where("target = ?", target);
  if (open !== undefined) where(open ? "to_s IS NULL" : "to_s IS NOT NULL");
  if (fromS !== undefined) where("(to_s IS NULL OR to_s >= ?)", fromS);
  if (toS !== undefined) where("from_s <= ?", toS);
  const filter = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
  return db
    .prepare<(string | number)[], IncidentRow>(
      `SELECT version, body FROM incident ${filter} ORDER BY from_s DESC, id LIMIT ?`,
    )
    .all(...values, limit)
    .map(incidentOf);
}

function outboxSummary(db: Database.Database) {
  const figures = db
    .prepare<[], { pending: number; failing: number; dead: number; sent: number; last: number | null }>(
      `SELECT count(*) FILTER (WHERE state = 'pending') AS pending,
       count(*) FILTER (WHERE state = 'pending' AND error IS NOT NULL) AS failing, count(*) FILTER (WHERE state = 'dead') AS dead,
       count(*) FILTER (WHERE state = 'sent') AS sent, max(settled_ms) FILTER (WHERE state = 'sent') AS last FROM outbox`,
    )
    .get();
  const lastError = db
    .prepare<[], string>(
      `SELECT error FROM outbox WHERE state IN ('pending', 'dead') AND error IS NOT NULL ORDER BY settled_ms DESC, id LIMIT 1`,
    )
    .pluck()
    .get();
  return {
    pending: figures?.pending ?? 0,
    failing: figures?.failing ?? 0,
    dead: figures?.dead ?? 0,
    sent: figures?.sent ?? 0,
    lastError: lastError ?? null,
    lastSentMs: figures?.last ?? null,
  };
}
