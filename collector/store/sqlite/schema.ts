/**
 * The tables of the SQLite engine, as numbered migrations: number n brings user_version from n - 1 to n.
 *
 * A released migration is never changed; a new one is added at the end. Everything that grows with time is a ring:
 * tile and log ids are made of generation and slot (bands.ts), and a slot is overwritten when its ring comes round.
 */

import type Database from "better-sqlite3";
import { convertLog } from "./convert-log.ts";
import { convertTiles } from "./convert-tiles.ts";
import { dropDerived } from "./drop-derived.ts";

/** "cwat": what a carrierwatch database says in its header. */
export const APPLICATION_ID = 0x63776174;

const FIRST = `
CREATE TABLE meta (name TEXT PRIMARY KEY, value TEXT NOT NULL) STRICT, WITHOUT ROWID;

CREATE TABLE generation (
  id INTEGER PRIMARY KEY,
  target TEXT NOT NULL,
  vantage TEXT NOT NULL,
  step_s INTEGER NOT NULL,
  opened_tick INTEGER NOT NULL,
  last_tick INTEGER NOT NULL,
  head BLOB NOT NULL,
  UNIQUE (target, vantage, step_s)
) STRICT;

CREATE TABLE tile (id INTEGER PRIMARY KEY, number INTEGER NOT NULL, data BLOB NOT NULL) STRICT;

CREATE TABLE log (
  id INTEGER PRIMARY KEY,
  tick INTEGER NOT NULL,
  epoch TEXT NOT NULL,
  seq INTEGER NOT NULL,
  received_ms INTEGER NOT NULL,
  skew_ms REAL,
  live INTEGER NOT NULL,
  body TEXT NOT NULL
) STRICT;

CREATE TABLE counter (
  vantage TEXT PRIMARY KEY,
  stored INTEGER NOT NULL DEFAULT 0,
  duplicate INTEGER NOT NULL DEFAULT 0,
  conflict INTEGER NOT NULL DEFAULT 0,
  too_old INTEGER NOT NULL DEFAULT 0,
  future INTEGER NOT NULL DEFAULT 0,
  rejected INTEGER NOT NULL DEFAULT 0,
  late INTEGER NOT NULL DEFAULT 0,
  clamped INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;

CREATE TABLE due (
  tick INTEGER NOT NULL,
  target TEXT NOT NULL,
  news INTEGER,
  taken INTEGER,
  token INTEGER NOT NULL DEFAULT 0,
  until_ms INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (tick, target)
) STRICT, WITHOUT ROWID;

CREATE TABLE lease (
  name TEXT PRIMARY KEY,
  holder TEXT NOT NULL,
  token INTEGER NOT NULL,
  until_ms INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE doc (
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  version INTEGER NOT NULL,
  value TEXT,
  PRIMARY KEY (kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE incident (
  id TEXT PRIMARY KEY,
  version INTEGER NOT NULL,
  target TEXT NOT NULL,
  from_s INTEGER NOT NULL,
  to_s INTEGER,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX incident_by_start ON incident (from_s);
CREATE INDEX incident_by_target ON incident (target, from_s);
CREATE INDEX incident_open ON incident (target) WHERE to_s IS NULL;

CREATE TABLE outbox (
  id TEXT PRIMARY KEY,
  channel TEXT NOT NULL,
  recipient TEXT NOT NULL,
  payload TEXT NOT NULL,
  created_ms INTEGER NOT NULL,
  state TEXT NOT NULL DEFAULT 'pending',
  attempts INTEGER NOT NULL DEFAULT 0,
  due_ms INTEGER NOT NULL,
  lease TEXT,
  leased_until_ms INTEGER NOT NULL DEFAULT 0,
  error TEXT,
  settled_ms INTEGER NOT NULL DEFAULT 0
) STRICT;
CREATE INDEX outbox_pending ON outbox (due_ms) WHERE state = 'pending';
`;

/** A generation is of target, vantage and address ('' = the target's own series); what is purged leaves its number. */
const ADDRESSES_AND_EVENTS = `
CREATE TABLE generation_with_address (
  id INTEGER PRIMARY KEY,
  target TEXT NOT NULL,
  vantage TEXT NOT NULL,
  address TEXT NOT NULL DEFAULT '',
  step_s INTEGER NOT NULL,
  opened_tick INTEGER NOT NULL,
  last_tick INTEGER NOT NULL,
  head BLOB NOT NULL,
  UNIQUE (target, vantage, address, step_s)
) STRICT;
INSERT INTO generation_with_address (id, target, vantage, step_s, opened_tick, last_tick, head)
  SELECT id, target, vantage, step_s, opened_tick, last_tick, head FROM generation;
DROP TABLE generation;
ALTER TABLE generation_with_address RENAME TO generation;

CREATE TABLE vacant (id INTEGER PRIMARY KEY, step_s INTEGER NOT NULL, emptied INTEGER DEFAULT 0) STRICT;

CREATE TABLE event (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  at_s INTEGER NOT NULL,
  target TEXT NOT NULL,
  vantage TEXT NOT NULL,
  body TEXT NOT NULL
) STRICT;
CREATE INDEX event_by_kind ON event (kind, at_s);
CREATE INDEX event_by_target ON event (target, at_s);
CREATE INDEX event_by_time ON event (at_s);
`;

/**
 * Open states stand by themselves and are written now and then; the journal has what came since. The sample log is tiles
 * (convert-log.ts fills them), with the texts its records share.
 */
const OPEN_STATES = `
CREATE TABLE IF NOT EXISTS head (id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS journal (id INTEGER PRIMARY KEY, data BLOB NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS epoch (number INTEGER PRIMARY KEY, text TEXT NOT NULL) STRICT;
CREATE TABLE IF NOT EXISTS detail (
  generation INTEGER NOT NULL,
  n INTEGER NOT NULL,
  a INTEGER NOT NULL,
  b INTEGER NOT NULL,
  last_tick INTEGER NOT NULL,
  why INTEGER NOT NULL,
  body TEXT NOT NULL,
  PRIMARY KEY (generation, n)
) STRICT, WITHOUT ROWID;
`;
const WITHOUT_LOG_ROWS = `
DROP TABLE log;
ALTER TABLE generation DROP COLUMN head;
ALTER TABLE generation DROP COLUMN opened_tick;
ALTER TABLE generation DROP COLUMN last_tick;
`;

/**
 * Archive sets: a row for each change of a target's, never changed; a generation says which it has had. A ring that no
 * layout needs is emptied in portions; a purged generation says which rings it had when they are not the default ones.
 */
const ARCHIVE_SETS = `
CREATE TABLE shape (
  target TEXT NOT NULL,
  step_s INTEGER NOT NULL,
  version INTEGER NOT NULL,
  at_tick INTEGER NOT NULL,
  layout TEXT NOT NULL,
  PRIMARY KEY (target, step_s, version)
) STRICT, WITHOUT ROWID;
ALTER TABLE generation ADD COLUMN shape INTEGER NOT NULL DEFAULT 0;
ALTER TABLE vacant ADD COLUMN rings TEXT;
CREATE TABLE spare_ring (
  generation INTEGER NOT NULL,
  part INTEGER NOT NULL,
  slots INTEGER NOT NULL,
  emptied INTEGER NOT NULL DEFAULT 0,
  PRIMARY KEY (generation, part)
) STRICT, WITHOUT ROWID;
`;

/**
 * Rows and open states have another form, which is told by their length and by a mark (tile-form.ts, state-row.ts): what
 * was written before stays as it is until it is written again. Marks of what the journal holds are made when they are
 * asked for; those of what it held before were made at once.
 */
const SMALLER_ROWS = `
INSERT INTO meta (name, value) SELECT 'marked', coalesce(max(id), 0) FROM journal WHERE true
  ON CONFLICT (name) DO UPDATE SET value = excluded.value;
`;

/**
 * Tiles of rows and of strips hold more each, so that pages end better; primary data points stand with their log records.
 * convert-tiles.ts makes them of the old ones, and notes here which generations it did.
 */
const FULLER_PAGES = "CREATE TABLE IF NOT EXISTS converted (id INTEGER PRIMARY KEY) STRICT;";
const ALL_CONVERTED = "DROP TABLE converted;";

/** Rows that primary data points make at any time are kept no more (bands.ts); which generations had theirs dropped. */
const FEWER_ROWS = "CREATE TABLE IF NOT EXISTS dropped (id INTEGER PRIMARY KEY) STRICT;";
const ALL_DROPPED = "DROP TABLE dropped;";

/** SQL that runs in one transaction; or such before and after work that goes on where a kill left it. */
export type Migration =
  | string
  | {
      /** May have run before. */
      readonly before: string;
      readonly work: (db: Database.Database, told: Progress) => void;
      readonly after: string;
    };
/** How far a long work is. */
export type Progress = (done: number, of: number) => void;

/** In order; the database's user_version is how many of them it has had. */
export const MIGRATIONS: readonly Migration[] = [
  FIRST,
  ADDRESSES_AND_EVENTS,
  { before: OPEN_STATES, work: convertLog, after: WITHOUT_LOG_ROWS },
  ARCHIVE_SETS,
  SMALLER_ROWS,
  { before: FULLER_PAGES, work: convertTiles, after: ALL_CONVERTED },
  { before: FEWER_ROWS, work: dropDerived, after: ALL_DROPPED },
];
