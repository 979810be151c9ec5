/**
 * Due marks of samples that were added directly: their entries in the journal say which, so that they cost the commit
 * nothing, and are as durable as it. They are made when somebody asks what is due, and before their row is deleted.
 *
 * `marked` in the file says up to which row that is done.
 */
import type Database from "better-sqlite3";
import { eachEntry, type JournalEntry } from "./journal.ts";
import { FLAG } from "./log-record.ts";

const MARKED = "marked";
/** Rows looked at in one go, so that not all of them are in memory together. */
const ROWS_AT_ONCE = 64;

type Row = { id: number; data: Uint8Array };

/** @param arrived Notes a mark. */
export function writerMarks(
  db: Database.Database,
  arrived: (target: string, tick: number, live: boolean) => void,
) {
  const position = db.prepare<[], string>(`SELECT value FROM meta WHERE name = '${MARKED}'`).pluck();
  const setPosition = db.prepare(
    `INSERT INTO meta (name, value) VALUES ('${MARKED}', ?)
     ON CONFLICT (name) DO UPDATE SET value = excluded.value`,
  );
  const rows = db.prepare<[number], Row>(
    `SELECT id, data FROM journal WHERE id > ? ORDER BY id LIMIT ${ROWS_AT_ONCE}`,
  );
  const targetOf = db.prepare<[number], string>("SELECT target FROM generation WHERE id = ?").pluck();
  let targets: (string | undefined)[] = [];
  /** A target is asked for once per vantage, and kept once. */
  let texts = new Map<string, string>();
  let until = Number(position.get() ?? 0);
  const known = (text: string | undefined): string | undefined => {
    if (text === undefined) return undefined;
    const before = texts.get(text);
    if (before === undefined) texts.set(text, text);
    return before ?? text;
  };
  const forget = (): void => {
    targets = [];
    texts = new Map();
  };
  const note = ({ id, tick, record }: JournalEntry): void => {
    const target = targets[id] ?? known(targetOf.get(id));
    targets[id] = target;
    if (target !== undefined) arrived(target, tick, ((record[0] ?? 0) & FLAG.live) !== 0);
  };
  return {
    note,
    /** Makes those of all rows. @returns the newest row it knows */
    make(): void {
      const before = until;
      for (;;) {
        const found = rows.all(until);
        for (const { id, data } of found) {
          eachEntry(data, (entry) => {
            if (entry.unmarked) note(entry);
          });
          until = id;
        }
        if (found.length < ROWS_AT_ONCE) break;
      }
      if (until !== before) setPosition.run(String(until));
    },
    /** Whether a row's are made. */
    isMade: (row: number): boolean => row <= until,
    /** Numbers of series may have other owners. */
    forget,
    clear(): void {
      forget();
      until = Number(position.get() ?? 0);
    },
  };
}
