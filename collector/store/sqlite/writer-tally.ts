/**
 * What a call did, added up and written once: counters by vantage, and the (target, tick) marks that have news.
 *
 * Both are written in the transaction of the samples they speak of, so that neither can be lost without them.
 */
import type Database from "better-sqlite3";
import type { OutcomeKind } from "../../wire/sample.ts";

const COLUMNS = {
  stored: "stored",
  duplicate: "duplicate",
  conflict: "conflict",
  tooOld: "too_old",
  future: "future",
  rejected: "rejected",
  late: "late",
  clamped: "clamped",
} as const;
type Counted = OutcomeKind | "late" | "clamped";
const NAMES = Object.keys(COLUMNS) as Counted[];

export type Tally = {
  outcome(vantage: string, outcome: OutcomeKind): void;
  clamped(vantage: string): void;
  /** A stored sample; the evaluator has to look at the target named, at none when it is null. */
  arrived(vantage: string, target: string | null, tick: number, live: boolean): void;
  write(): void;
};

export function writerTally(db: Database.Database) {
  const add = db.prepare(
    `INSERT INTO counter (vantage, ${NAMES.map((name) => COLUMNS[name]).join(", ")})
     VALUES (?, ${NAMES.map(() => "?").join(", ")}) ON CONFLICT (vantage) DO UPDATE SET
     ${NAMES.map((name) => `${COLUMNS[name]} = ${COLUMNS[name]} + excluded.${COLUMNS[name]}`).join(", ")}`,
  );
  const mark = db.prepare(
    `INSERT INTO due (tick, target, news) VALUES (?, ?, ?)
     ON CONFLICT (tick, target) DO UPDATE SET news = max(coalesce(news, 0), excluded.news)`,
  );
  const begin = (): Tally => {
    const counts = new Map<string, Map<Counted, number>>();
    const marks = new Map<string, { target: string; tick: number; live: boolean }>();
    const count = (vantage: string, what: Counted) => {
      const of = counts.get(vantage) ?? new Map<Counted, number>();
      counts.set(vantage, of.set(what, (of.get(what) ?? 0) + 1));
    };
    return {
      outcome: count,
      clamped: (vantage) => count(vantage, "clamped"),
      arrived(vantage, target, tick, live) {
        if (!live) count(vantage, "late");
        if (target === null) return;
        const known = marks.get(`${tick}/${target}`);
        if (known) known.live ||= live;
        else marks.set(`${tick}/${target}`, { target, tick, live });
      },
      write() {
        for (const [vantage, of] of counts) add.run(vantage, ...NAMES.map((name) => of.get(name) ?? 0));
        for (const { target, tick, live } of marks.values()) mark.run(tick, target, live ? 1 : 0);
      },
    };
  };
  return {
    begin,
    countRejected(vantage: string, n: number) {
      add.run(vantage, ...NAMES.map((name) => (name === "rejected" ? n : 0)));
    },
  };
}
