/**
 * Checks a database: SQLite's own integrity, then everything that can be recomputed is recomputed and compared.
 *
 * From the log come PDPs and strip codes, from the PDPs the rows they cover completely. Older rows outlive the
 * samples they were made of and are compared with the strip (verify-old.ts). Texts that stand once are only read.
 */
import type Database from "better-sqlite3";
import { archivesOf, DAY_S, LOG_KEEP_S, PDP_KEEP_S } from "../../archive/layout.ts";
import { pdpsOf } from "../../archive/pdp.ts";
import { addPdp, EMPTY_ROW, type Row } from "../../archive/row.ts";
import { codeOf, UNKNOWN_CODE } from "../../archive/strip.ts";
import { Event } from "../../wire/event.ts";
import { METRICS } from "../../wire/metric.ts";
import type { Generation, RowRun, StoredSample } from "../store.ts";
import { loadStates } from "./load-states.ts";
import { withoutDetails } from "./log-budget.ts";
import { readerLog } from "./reader-log.ts";
import { readerRows } from "./reader-rows.ts";
import { Rings } from "./rings.ts";
import { layoutsOf, shapesOf } from "./shapes.ts";
import { type SharedStates, sharedStates, sharedStatesMemory } from "./shared-states.ts";
import { sharedTextsOf } from "./shared-texts.ts";
import { tileCache } from "./tile-cache.ts";
import { extraProblems } from "./verify-extras.ts";
import { oldRowProblems } from "./verify-old.ts";
import { viewOf } from "./view.ts";

/** More than these say nothing new. */
const PROBLEMS_SHOWN = 50;

/** Must run inside a read transaction. */
export function verifyDatabase(db: Database.Database): { ok: boolean; problems: string[] } {
  const problems = integrityProblems(db);
  // On a damaged file a recomputation would only repeat the damage in other words.
  if (problems.length > 0) return { ok: false, problems };
  const view = viewOf(db, statesIn(db));
  const rows = readerRows(view);
  const log = readerLog(db, view);
  for (const generation of rows.generations(null)) {
    if (problems.length >= PROBLEMS_SHOWN) break;
    const { laidTo = 0 } =
      view.generations(generation.series).find(({ stepS }) => stepS === generation.stepS)?.state ?? {};
    problems.push(...readable(generation, () => compareGeneration(generation, rows, log, laidTo)));
  }
  problems.push(...eventProblems(db));
  return { ok: problems.length === 0, problems: problems.slice(0, PROBLEMS_SHOWN) };
}

/** A record that nothing can be made of is what is looked for, not a reason to end. */
function readable({ series, stepS }: Generation, compare: () => string[]): string[] {
  try {
    return compare();
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    return [`${series.target} from ${series.vantage} (step ${stepS} s) cannot be read: ${why}`];
  }
}

/** Open states as the file has them, journal included. */
function statesIn(db: Database.Database): SharedStates {
  const shared = sharedStates(sharedStatesMemory());
  const texts = sharedTextsOf(db);
  const rings = new Rings(tileCache(db), withoutDetails(db, texts));
  const layouts = layoutsOf(db, shapesOf(db));
  loadStates({ db, shared, rings, texts, layouts }, () => {});
  return shared;
}

function integrityProblems(db: Database.Database): string[] {
  const found = db.pragma(`integrity_check(${PROBLEMS_SHOWN})`) as { integrity_check: string }[];
  return found.map((row) => row.integrity_check).filter((line) => line !== "ok");
}

type EventRow = { id: string; kind: string; at_s: number; target: string; vantage: string; body: string };

/** Columns are what an event is found by: they have to say what its text says. */
function eventProblems(db: Database.Database): string[] {
  return db
    .prepare<[], EventRow>("SELECT * FROM event ORDER BY at_s")
    .all()
    .filter((row) => !isSound(row))
    .map(({ id }) => `event ${id} is not what it is filed as`);
}

function isSound(row: EventRow): boolean {
  const event = Event.safeParse(jsonOf(row.body)).data;
  return (
    event?.id === row.id &&
    event.kind === row.kind &&
    event.atS === row.at_s &&
    (event.target ?? "") === row.target &&
    (event.vantage ?? "") === row.vantage
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}

/** What a generation is compared by. */
type Compared = {
  readonly name: string;
  readonly generation: Generation;
  readonly rows: ReturnType<typeof readerRows>;
  readonly log: ReturnType<typeof readerLog>;
  readonly laidTo: number;
};

/** So much of the log is held at a time: whole days, which every row divides. */
const PORTION_S = 16 * DAY_S;

function compareGeneration(
  generation: Generation,
  rows: ReturnType<typeof readerRows>,
  log: ReturnType<typeof readerLog>,
  laidTo: number,
): string[] {
  const { series, stepS, lastTick } = generation;
  const what = series.address === undefined ? series.target : `${series.target} at ${series.address}`;
  const name = `${what} from ${series.vantage} (step ${stepS} s)`;
  const compared = { name, generation, rows, log, laidTo };
  const keptAfterS = lastTick - Math.ceil(LOG_KEEP_S(stepS) / stepS) * stepS;
  const problems = compareOldRows(compared, keptAfterS);
  for (let fromS = keptAfterS; fromS < lastTick && problems.length < PROBLEMS_SHOWN; ) {
    const endS = Math.floor(fromS / PORTION_S) * PORTION_S + PORTION_S;
    problems.push(...comparePortion(compared, fromS, Math.min(endS, lastTick)));
    fromS = endS;
  }
  if (problems.length < PROBLEMS_SHOWN) {
    const ticks = { fromS: lastTick - PDP_KEEP_S(stepS) + 1, toS: lastTick };
    problems.push(...extraProblems(name, generation, samplesOf(compared, ticks), rows, laidTo));
  }
  return problems;
}

function samplesOf({ generation: { series, stepS }, log }: Compared, ticks: { fromS: number; toS: number }) {
  const all = { series: [series], ...ticks, limit: Number.MAX_SAFE_INTEGER - 2, order: "oldest" as const };
  return log.page(all).samples.filter((stored) => stored.sample.stepS === stepS);
}

/** Ticks with afterS < tick <= toS, and the rows that begin at afterS at the earliest and end by then. */
function comparePortion(compared: Compared, afterS: number, toS: number): string[] {
  const { name, generation, rows, laidTo } = compared;
  const { series, stepS, lastTick } = generation;
  const ticks = { fromS: afterS + 1, toS };
  const samples = samplesOf(compared, ticks);
  const problems = compareStrip(name, samples, rows.strip({ series: [series], ...ticks }), stepS);
  for (const rowS of widthsOf(generation)) {
    const fromS = Math.ceil(afterS / rowS) * rowS;
    // The newest row may still be open.
    const query = {
      series: [series],
      metrics: METRICS,
      rowS,
      fromS,
      toS: toS === lastTick ? toS + rowS : toS,
    };
    const runs = rows.rows(query).filter((one) => one.stepS === stepS);
    for (const run of runs) problems.push(...compareRun(name, samples, run, laidTo));
  }
  return problems;
}

/** Rows with a tick that is no longer in the log. */
function compareOldRows({ name, generation, rows, laidTo }: Compared, keptAfterS: number): string[] {
  const { series, stepS } = generation;
  const all = rows.strip({ series: [series], fromS: 0, toS: keptAfterS + DAY_S });
  const strip = all.find((one) => one.stepS === stepS) ?? null;
  return [...widthsOf(generation)].flatMap((rowS) => {
    const toS = Math.ceil(keptAfterS / rowS) * rowS;
    return rows
      .rows({ series: [series], metrics: METRICS, rowS, fromS: -1, toS })
      .filter((one) => one.stepS === stepS)
      .flatMap((run) => oldRowProblems(name, run, strip, laidTo));
  });
}

function widthsOf({ rings, stepS }: Generation): Set<number> {
  return new Set((rings ?? archivesOf(stepS)).map(({ rowS }) => rowS));
}

function compareStrip(
  name: string,
  samples: readonly StoredSample[],
  runs: { readonly stepS: number; readonly fromS: number; readonly codes: Uint16Array }[],
  stepS: number,
): string[] {
  const run = runs.find((one) => one.stepS === stepS);
  if (!run) return samples.length === 0 ? [] : [`${name}: the strip is missing`];
  const want = new Uint16Array(run.codes.length);
  for (const { sample } of samples) want[(sample.tick - run.fromS) / stepS] = codeOf(sample);
  return Array.from(want, (code, i) => ({ tick: run.fromS + i * stepS, code })).flatMap(
    ({ tick, code }, i) =>
      run.codes[i] === code ? [] : [`${name}: the strip differs from the sample at ${tick}`],
  );
}

/** @param laidTo Label of the newest row that was laid whole; 0 = none was. */
function compareRun(name: string, samples: readonly StoredSample[], run: RowRun, laidTo: number): string[] {
  const expected = new Map<number, Row[]>();
  for (const { sample } of samples) {
    if (codeOf(sample) === UNKNOWN_CODE) continue;
    const label = Math.ceil(sample.tick / run.rowS) * run.rowS;
    const row = expected.get(label) ?? METRICS.map(() => EMPTY_ROW);
    const pdps = pdpsOf(sample);
    expected.set(
      label,
      row.map((cell, i) => addPdp(cell, pdps[i] ?? null)),
    );
  }
  const problems: string[] = [];
  for (let i = 0; i < run.rows; i += 1) {
    const label = run.fromS + i * run.rowS;
    const want = expected.get(label);
    // Where nobody measured a whole row from elsewhere may lie.
    if (!want && label <= laidTo) continue;
    METRICS.forEach((metric, m) => {
      if (!sameRow(run, metric, i, want?.[m] ?? EMPTY_ROW))
        problems.push(`${name}: row ${label} of ${run.rowS} s, ${metric}, differs from its samples`);
    });
  }
  return problems;
}

function sameRow(run: RowRun, metric: (typeof METRICS)[number], i: number, want: Row): boolean {
  const column = run.columns[metric];
  return (
    column?.n[i] === want.n &&
    column.sum[i] === want.sum &&
    column.min[i] === want.min &&
    column.max[i] === want.max
  );
}
