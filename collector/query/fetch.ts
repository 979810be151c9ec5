/**
 * Rows of exactly one archive of one series, as they are stored: no merging of vantages, no fitting to a screen.
 *
 * Rows begin where the archive does, however early they are asked for. A row that is still open is left out, as rrdtool's
 * fetch does: what it will say is not decided yet.
 */
import { type ArchiveSpec, archivesOf, DAY_S, rowOf } from "../archive/layout.ts";
import { valueOf as rowValue } from "../archive/row.ts";
import type { LastRun } from "../store/lasts-and-strips.ts";
import { seriesKey } from "../store/series.ts";
import type { Generation, RowRun, RowsQuery, Store } from "../store/store.ts";
import type { FetchedRows } from "../wire/api-overview.ts";
import { InvalidInputError, NotFoundError } from "../wire/errors.ts";
import type { AnyFunction, Metric } from "../wire/metric.ts";
import type { Target } from "../wire/target.ts";
import type { Vantage } from "../wire/vantage.ts";
import { shownValue } from "./columns.ts";
import { lastsAt, refuseUnkept } from "./last-values.ts";

export type FetchQuery = {
  readonly target: string;
  readonly vantage: string;
  /** Of this address or family; absent: of the target's own series. */
  readonly address?: string;
  readonly metric: Metric;
  readonly cf: AnyFunction;
  /** Of the generation with this step, seconds; absent = of the newest. */
  readonly stepS?: number;
  /** PDPs per row; absent = the finest archive that reaches back to fromS. */
  readonly steps?: number;
  /** UTC seconds; rows with fromS < t <= toS. Absent: the last day until now. */
  readonly fromS?: number;
  readonly toS?: number;
};

/** More than any archive has. */
const ROWS_MAX = 500_000;

/**
 * @param known The definitions; null when the target was removed, of which the history stays.
 * @throws NotFoundError when nothing is known of target or vantage, InvalidInputError for steps no archive has.
 */
export async function fetchRows(
  store: Pick<Store, "rows" | "lasts" | "samples">,
  known: { readonly target: Target | null; readonly vantage: Vantage | null },
  query: FetchQuery,
  nowS: number,
): Promise<FetchedRows> {
  const { target, vantage } = known;
  const generations = await store.samples.generations(query.target);
  if (!target && generations.length === 0) throw new NotFoundError("target", query.target);
  const own = generations.filter(
    ({ series }) => series.vantage === query.vantage && series.address === query.address,
  );
  if (query.address !== undefined && own.length === 0) throw new NotFoundError("address", query.address);
  if (!vantage && own.length === 0) throw new NotFoundError("vantage", query.vantage);
  const wanted = query.stepS === undefined ? own : own.filter((one) => one.stepS === query.stepS);
  if (wanted.length === 0 && query.stepS !== undefined) {
    throw new NotFoundError("generation", `${query.target}/${query.vantage} of ${query.stepS} s`);
  }
  const newest = wanted.reduce((a, b) => (a && a.lastTick > b.lastTick ? a : b), wanted[0]);
  const stepS = newest?.stepS ?? target?.stepS;
  if (stepS === undefined) throw new NotFoundError("series", `${query.target}/${query.vantage}`);
  const toS = Math.min(query.toS ?? nowS, nowS);
  const fromS = query.fromS ?? toS - DAY_S;
  if (fromS >= toS) {
    throw new InvalidInputError("range", [
      { path: "from", message: `${fromS} is not before its end ${toS}` },
    ]);
  }
  const archives = archivesHeld(newest, stepS);
  const endS = newest?.lastTick ?? nowS;
  const archive = archiveFor(archives, stepS, query.steps, (one) => beginOf(one, endS) <= fromS);
  const same = archives.filter(({ rowS }) => rowS === archive.rowS);
  const keptS = Math.max(fromS, Math.min(...same.map((one) => beginOf(one, endS))));
  refuseTooMany(Math.ceil((toS - keptS) / archive.rowS), archive.rowS);
  const series = seriesKey(query.target, query.vantage, query.address);
  const { metric, cf } = query;
  const asked = { series: [series], metrics: [metric], rowS: archive.rowS, fromS: keptS, toS };
  const runs = (await store.rows.read(asked)).filter((run) => run.stepS === stepS);
  const lasts = await lastsOf(store, cf, asked, runs, newest);
  const values = valuesOf(runs, lasts, archive, metric, cf);
  const rows: FetchedRows["rows"] = [];
  const first = Math.floor(keptS / archive.rowS) * archive.rowS + archive.rowS;
  for (let t = first; t <= toS; t += archive.rowS) rows.push({ t, value: values.get(t) ?? null });
  return { ...series, metric, cf, rowS: archive.rowS, rows };
}

/** @throws InvalidInputError for more rows than one answer has, which only a series silent for long comes to */
function refuseTooMany(rows: number, rowS: number): void {
  if (rows <= ROWS_MAX) return;
  const message = `it would answer ${rows} rows of ${rowS} s; at most ${ROWS_MAX} are: begin later or end earlier`;
  throw new InvalidInputError("range", [{ path: "from", message }]);
}

/** @throws InvalidInputError where a row has values and no last one is held */
async function lastsOf(
  store: Pick<Store, "lasts">,
  cf: AnyFunction,
  asked: RowsQuery,
  runs: readonly RowRun[],
  newest: Generation | undefined,
): Promise<LastRun[]> {
  if (cf !== "LAST" || !newest) return [];
  const lasts = (await store.lasts.read(asked)).filter(({ stepS }) => stepS === newest.stepS);
  refuseUnkept(runs, lasts, asked.rowS, () => newest.lastTick);
  return lasts;
}

function archivesHeld(generation: Generation | undefined, stepS: number): readonly MaybeFrozen[] {
  return generation?.rings ?? archivesOf(stepS);
}

type MaybeFrozen = ArchiveSpec & { readonly untilS?: number | null };

/** An archive ends with the row of its newest tick, however long ago that was; its rows have labels after this. */
function beginOf({ rows, rowS }: ArchiveSpec, newestTick: number): number {
  return rowOf(newestTick, rowS) - rows * rowS;
}

/** The archive of so many steps, frozen or not; without steps the finest of today that reaches back, else the widest. */
function archiveFor(
  archives: readonly MaybeFrozen[],
  stepS: number,
  steps: number | undefined,
  reachesBack: (archive: ArchiveSpec) => boolean,
): ArchiveSpec {
  const live = archives.filter(({ untilS = null }) => untilS === null);
  const found =
    steps === undefined
      ? (live.find(reachesBack) ?? live.at(-1))
      : archives.find((archive) => archive.steps === steps);
  if (found) return found;
  const known = archives.map((archive) => archive.steps).join(", ");
  throw new InvalidInputError("fetch", [
    {
      path: "steps",
      message: `no archive has ${steps} steps per row; at a step of ${stepS} s there are ${known}`,
    },
  ]);
}

function valuesOf(
  runs: readonly RowRun[],
  lasts: readonly LastRun[],
  archive: ArchiveSpec,
  metric: Metric,
  cf: AnyFunction,
): Map<number, number> {
  const values = new Map<number, number>();
  for (const run of runs) {
    const column = run.columns[metric];
    for (let i = 0; column && i < run.rows; i += 1) {
      const n = column.n[i] ?? 0;
      const labelS = run.fromS + i * run.rowS;
      const last = cf === "LAST" ? (lastsAt(lasts, metric, [labelS])[0] ?? null) : null;
      const row = { n, sum: column.sum[i] ?? 0, min: column.min[i] ?? 0, max: column.max[i] ?? 0, last };
      const value = rowValue(row, cf, archive.steps, run.xff);
      if (value !== null) values.set(labelS, shownValue(metric, value));
    }
  }
  return values;
}
