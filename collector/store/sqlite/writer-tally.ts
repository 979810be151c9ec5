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
const PLACE = Object.fromEntries(NAMES.map((name, i) => [name, i])) as Readonly<Record<Counted, number>>;

export type Tally = ReturnType<typeof writerTally>;

export function writerTally(db: Database.Database) {
  const add = db.prepare(
    `INSERT INTO counter (vantage, ${NAMES.map((name) => COLUMNS[name]).join(", ")})
     VALUES (?, ${NAMES.map(() => "?").join(", ")}) ON CONFLICT (vantage) DO UPDATE SET
     ${NAMES.map((name) => `${COLUMNS[name]} = ${COLUMNS[name]} + excluded.${COLUMNS[name]}`).join(", ")}`,
  );
  // All targets of a tick in one statement: a probe's batch is of hundreds.
  const write = db.prepare(
    `INSERT INTO due (tick, target, news) SELECT ?, value, ? FROM json_each(?) WHERE true
     ON CONFLICT (tick, target) DO UPDATE SET news = max(coalesce(news, 0), excluded.news)`,
  );
  const counts = new Map<string, Float64Array>();
  /** Target by tick; whether a live sample came. */
  const marks = new Map<number, Map<string, boolean>>();
  /** Of the vantage that was counted last: samples come in batches of one. */
  let last: { readonly vantage: string; readonly of: Float64Array } | null = null;
  const countsOf = (vantage: string): Float64Array => {
    if (last?.vantage === vantage) return last.of;
    const of = counts.get(vantage) ?? new Float64Array(NAMES.length);
    counts.set(vantage, of);
    last = { vantage, of };
    return of;
  };
  const count = (vantage: string, what: Counted, n = 1): void => {
    const of = countsOf(vantage);
    const at = PLACE[what];
    of[at] = (of[at] ?? 0) + n;
  };
  const mark = (target: string, tick: number, live: boolean): void => {
    const targets = marks.get(tick);
    if (!targets) marks.set(tick, new Map([[target, live]]));
    else if (live || !targets.has(target)) targets.set(target, live);
  };
  const markAll = (tick: number, targets: ReadonlyMap<string, boolean>, live: boolean): void => {
    const of = [...targets].flatMap(([target, isLive]) => (isLive === live ? [target] : []));
    if (of.length > 0) write.run(tick, live ? 1 : 0, JSON.stringify(of));
  };
  const clear = (): void => {
    counts.clear();
    last = null;
    marks.clear();
  };
  return {
    outcome: (vantage: string, outcome: OutcomeKind) => count(vantage, outcome),
    /** Samples that were stored and make their marks otherwise. */
    stored(vantage: string, n: number, late: number, clamped: number): void {
      count(vantage, "stored", n);
      if (late > 0) count(vantage, "late", late);
      if (clamped > 0) count(vantage, "clamped", clamped);
    },
    mark,
    clamped: (vantage: string) => count(vantage, "clamped"),
    countRejected: (vantage: string, n: number) => count(vantage, "rejected", n),
    /** A stored sample; the evaluator has to look at the target named, at none when it is null. */
    arrived(vantage: string, target: string | null, tick: number, live: boolean): void {
      if (!live) count(vantage, "late");
      if (target !== null) mark(target, tick, live);
    },
    /** Inside the transaction, at its end, and before a call that reads marks. */
    flush(): void {
      for (const [vantage, of] of counts) add.run(vantage, ...of);
      for (const [tick, targets] of marks) {
        markAll(tick, targets, true);
        markAll(tick, targets, false);
      }
      clear();
    },
    clear,
  };
}
