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
  // One after the other: of several the bytes would live long enough to be taken for what stays.
  const next = db.prepare<[number], Row>("SELECT id, data FROM journal WHERE id > ? ORDER BY id LIMIT 1");
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
      for (let row = next.get(until); row; row = next.get(until)) {
        eachEntry(row.data, (entry) => {
          if (entry.unmarked) note(entry);
        });
        until = row.id;
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
