/**
 * Rows, strips and digests out of the rings: tiles of the right lap, with the open state laid over them.
 *
 * Runs inside a view, so that state and tiles belong together however much is written meanwhile.
 */
import { METRICS } from "../../wire/metric.ts";
import { digestOfRuns } from "../digest.ts";
import { heldOf, type Shown, shownRows } from "../held-rows.ts";
import type { ArchiveName, LastRun, StripRun, StripsQuery } from "../lasts-and-strips.ts";
import { compareSeries, seriesKey } from "../series.ts";
import type { Generation, RowRun, RowsQuery, SeriesKey } from "../store.ts";
import { emptyColumns, fillPdps, fillRows } from "./fill.ts";
import { lastRuns, stripRuns } from "./reader-lasts.ts";
import type { Seen, View } from "./view.ts";

const EVER = { fromS: -1, toS: Number.MAX_SAFE_INTEGER };

export function readerRows(view: View) {
  const { generations, look } = view;
  const runOf = (seen: Seen, { ring, fromS, toS }: Shown, query: RowsQuery): RowRun => {
    const { rowS, xff, part } = ring;
    const span = { first: fromS / rowS, last: toS / rowS };
    const rows = span.last - span.first + 1;
    const columns = emptyColumns(query.metrics, rows);
    const band = seen.bands.coarse.find((one) => one.part === part);
    if (part === 0) fillPdps(seen, span, columns, look);
    else if (band) fillRows(seen, band, span, columns, look);
    return { series: seen.series, stepS: seen.stepS, rowS, xff, fromS, rows, columns };
  };
  const runsOf = (seen: Seen, query: RowsQuery): RowRun[] =>
    shownRows(seen.layout, seen, query.rowS, query).map((shown) => runOf(seen, shown, query));
  const rowsOf = (query: RowsQuery): RowRun[] =>
    query.series.flatMap((series) => generations(series).flatMap((seen) => runsOf(seen, query)));
  const byStep = (series: SeriesKey) => generations(series).sort((a, b) => a.stepS - b.stepS);

  return {
    rows: rowsOf,
    lasts: (query: RowsQuery): LastRun[] =>
      query.series.flatMap((series) => generations(series).flatMap((seen) => lastRuns(seen, query, look))),
    strip: ({ series, fromS, toS, metric }: StripsQuery): StripRun[] =>
      inOneBuffer(
        series.flatMap((key) =>
          generations(key).flatMap((seen) => stripRuns(seen, { fromS, toS, metric }, look)),
        ),
      ),
    generations: (target: string | null): Generation[] => generationList(view, target),
    digest: (series: SeriesKey, archive: ArchiveName): string =>
      digestOfRuns(archive, byStep(series), {
        rows: (seen, rowS) => runsOf(seen, { series: [series], metrics: METRICS, rowS, ...EVER }),
        lasts: (seen, rowS) => lastRuns(seen, { series: [series], metrics: METRICS, rowS, ...EVER }, look),
        strips: (seen, metric) => stripRuns(seen, { ...EVER, metric }, look),
      }),
  };
}

/** Thousands of runs cross to another thread as one copy, and are one thing to clear away there. */
function inOneBuffer(runs: readonly StripRun[]): StripRun[] {
  const all = new Uint16Array(runs.reduce((sum, { codes }) => sum + codes.length, 0));
  let from = 0;
  return runs.map((run) => {
    const codes = all.subarray(from, from + run.codes.length);
    codes.set(run.codes);
    from += codes.length;
    return { ...run, codes };
  });
}

function generationList(view: View, target: string | null): Generation[] {
  return view
    .list(target)
    .flatMap((row) => {
      const reach = view.reach(row.id);
      const series = seriesKey(row.target, row.vantage, row.address);
      if (!reach) return [];
      return [{ series, stepS: row.step_s, ...reach, ...heldOf(view.layoutOf(row)) }];
    })
    .sort((a, b) => compareSeries(a.series, b.series) || a.openedTick - b.openedTick || a.stepS - b.stepS);
}
