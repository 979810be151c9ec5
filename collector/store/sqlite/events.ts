/**
 * Events in a table of their own: written by id, read newest first, the oldest of a kind deleted beyond what is kept.
 *
 * An event of no target or no vantage has "" there, so that the indexes serve it too.
 */
import type Database from "better-sqlite3";
import type { Event } from "../../wire/event.ts";
import { EVENTS_KEPT, type Events, type OutboxMessage } from "../store.ts";
import { outboxPost } from "./writer-desk.ts";

type EventsQuery = Parameters<Events["list"]>[0];

export function writerEvents(db: Database.Database) {
  const upsert = db.prepare(
    `INSERT INTO event (id, kind, at_s, target, vantage, body) VALUES (?, ?, ?, ?, ?, ?)
     ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, at_s = excluded.at_s, target = excluded.target,
     vantage = excluded.vantage, body = excluded.body`,
  );
  const trim = db.prepare(
    `DELETE FROM event WHERE id IN
     (SELECT id FROM event WHERE kind = ? ORDER BY at_s DESC, id LIMIT -1 OFFSET ?)`,
  );
  const post = outboxPost(db);
  return {
    eventsPut(events: readonly Event[], outbox: readonly OutboxMessage[]): void {
      post(outbox);
      for (const event of events)
        upsert.run(
          event.id,
          event.kind,
          event.atS,
          event.target ?? "",
          event.vantage ?? "",
          JSON.stringify(event),
        );
      for (const kind of new Set(events.map((event) => event.kind))) trim.run(kind, EVENTS_KEPT[kind]);
    },
  };
}

export function readerEvents(db: Database.Database) {
  const altered = db
    .prepare<[string, number], number>(
      `SELECT 1 FROM event WHERE target = ? AND kind = 'altered'
       AND coalesce(json_extract(body, '$.toS') > ?, 1) LIMIT 1`,
    )
    .pluck();
  return {
    alteredAfter: (targets: readonly string[], atS: number): string[] =>
      targets.filter((target) => altered.get(target, atS) !== undefined),
    eventsList({ target, vantage, kinds, fromS, toS, limit }: EventsQuery): Event[] {
      const conditions: string[] = [];
      const values: (string | number)[] = [];
      const where = (condition: string, ...given: (string | number)[]) => {
        conditions.push(condition);
        values.push(...given);
      };
      if (target !== undefined) where("target IN ('', ?)", target);
      if (vantage !== undefined) where("vantage = ?", vantage);
      if (kinds !== undefined) where(`kind IN (${kinds.map(() => "?").join(", ")})`, ...kinds);
      if (fromS !== undefined) where("at_s >= ?", fromS);
      if (toS !== undefined) where("at_s <= ?", toS);
      const filter = conditions.length === 0 ? "" : `WHERE ${conditions.join(" AND ")}`;
      return db
        .prepare<(string | number)[], string>(
          `SELECT body FROM event ${filter} ORDER BY at_s DESC, id LIMIT ?`,
        )
        .pluck()
        .all(...values, limit)
        .map((body) => JSON.parse(body) as Event);
    },
  };
}
