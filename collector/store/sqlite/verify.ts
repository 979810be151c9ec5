/**
 * Checks a database: SQLite's own integrity, then everything that can be recomputed is recomputed and compared.
 *
 * From the log come PDPs and strip codes, from the PDPs the rows they cover completely. Older rows outlive the
 * samples they were made of and cannot be recomputed.
 */
import type Database from "better-sqlite3";
import { archivesOf, PDP_KEEP_S } from "../../archive/layout.ts";
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
    problems.push(...compareGeneration(generation, rows, log, laidTo));
  }
  problems.push(...eventProblems(db));
  return { ok: problems.length === 0, problems: problems.slice(0, PROBLEMS_SHOWN) };
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

function compareGeneration(
  generation: Generation,
  rows: ReturnType<typeof readerRows>,
  log: ReturnType<typeof readerLog>,
  laidTo: number,
): string[] {
  const { series, stepS, lastTick } = generation;
  const keptAfterS = lastTick - PDP_KEEP_S(stepS);
  const samples = log
    .page({
      series: [series],
      fromS: keptAfterS + 1,
      toS: lastTick,
      limit: Number.MAX_SAFE_INTEGER - 2,
      order: "oldest",
    })
    .samples.filter((stored) => stored.sample.stepS === stepS);
  const what = series.address === undefined ? series.target : `${series.target} at ${series.address}`;
  const name = `${what} from ${series.vantage} (step ${stepS} s)`;
  const ticks = { series: [series], fromS: keptAfterS + 1, toS: lastTick };
  const problems = [
    ...compareStrip(name, samples, rows.strip(ticks), stepS),
    ...extraProblems(name, generation, samples, rows, laidTo),
  ];
  const widths = new Set((generation.rings ?? archivesOf(stepS)).map(({ rowS }) => rowS));
  for (const rowS of widths) {
    // Rows that begin after the oldest kept tick: all of their samples are still in the log.
    const fromS = rowS === stepS ? keptAfterS : Math.ceil(keptAfterS / rowS) * rowS;
    const query = { series: [series], metrics: METRICS, rowS, fromS, toS: lastTick + rowS };
    const runs = rows.rows(query).filter((one) => one.stepS === stepS);
    for (const run of runs) problems.push(...compareRun(name, samples, run, laidTo));
  }
  return problems;
}

function compareStrip(
  name: string,
  samples: readonly StoredSample[],
  runs: { readonly stepS: number; readonly fromS: number; readonly codes: Uint16Array }[],
  stepS: number,
): string[] {
  const run = runs.find((one) => one.stepS === stepS);
  if (!run) return samples.length === 0 ? [] : [`${name}: the strip is missing`];
  return samples
    .filter(({ sample }) => run.codes[(sample.tick - run.fromS) / stepS] !== codeOf(sample))
    .map(({ sample }) => `${name}: the strip differs from the sample at ${sample.tick}`);
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
