/**
 * Rows, strips and digests out of the rings: tiles of the right lap, with the open state laid over them.
 *
 * Runs inside a view, so that state and tiles belong together however much is written meanwhile.
 */
import { METRICS } from "../../wire/metric.ts";
import { digester } from "../digest.ts";
import { type Shown, shownRows } from "../held-rows.ts";
import { compareSeries, seriesKey } from "../series.ts";
import {
  type Generation,
  heldRing,
  type RowRun,
  type RowsQuery,
  type SeriesKey,
  type StripRun,
} from "../store.ts";
import { emptyColumns, fillPdps, fillRows, stripCodes } from "./fill.ts";
import { type Seen, spanOf, type View } from "./view.ts";

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
  const stripRunOf = (seen: Seen, fromS: number, toS: number): StripRun[] => {
    // A strip holds ticks, not rows: fromS itself belongs to the range.
    const span = spanOf(seen, seen.bands.strip, fromS - 1, toS);
    if (!span) return [];
    const codes = stripCodes(seen, span, look);
    return [{ series: seen.series, stepS: seen.stepS, fromS: span.first * seen.stepS, codes }];
  };
  const rowsOf = (query: RowsQuery): RowRun[] =>
    query.series.flatMap((series) => generations(series).flatMap((seen) => runsOf(seen, query)));
  const byStep = (series: SeriesKey) => generations(series).sort((a, b) => a.stepS - b.stepS);

  return {
    rows: rowsOf,
    strip: (series: readonly SeriesKey[], fromS: number, toS: number): StripRun[] =>
      series.flatMap((key) => generations(key).flatMap((seen) => stripRunOf(seen, fromS, toS))),
    generations: (target: string | null): Generation[] => generationList(view, target),
    digest(series: SeriesKey, archive: number | "strip"): string {
      const digest = digester();
      for (const seen of byStep(series)) {
        if (archive !== "strip") {
          const query = { series: [series], metrics: METRICS, rowS: archive, ...EVER };
          for (const run of runsOf(seen, query)) digestRun(digest, run);
          continue;
        }
        digest.generation(seen.stepS);
        for (const run of stripRunOf(seen, EVER.fromS, EVER.toS))
          run.codes.forEach((code, i) => {
            digest.tick(run.fromS + i * run.stepS, code);
          });
      }
      return digest.end();
    },
  };
}

function digestRun(digest: ReturnType<typeof digester>, run: RowRun): void {
  digest.generation(run.stepS);
  for (let i = 0; i < run.rows; i += 1) {
    const numbers = METRICS.flatMap((metric) => {
      const column = run.columns[metric];
      return [column?.n[i] ?? 0, column?.sum[i] ?? 0, column?.min[i] ?? 0, column?.max[i] ?? 0];
    });
    digest.row({ labelS: run.fromS + i * run.rowS, numbers });
  }
}

function generationList(view: View, target: string | null): Generation[] {
  return view
    .list(target)
    .flatMap((row) => {
      const reach = view.reach(row.id);
      const series = seriesKey(row.target, row.vantage, row.address);
      if (!reach) return [];
      const held = row.shape === 0 ? {} : { rings: view.layoutOf(row).rings.map(heldRing) };
      return [{ series, stepS: row.step_s, ...reach, ...held }];
    })
    .sort((a, b) => compareSeries(a.series, b.series) || a.openedTick - b.openedTick || a.stepS - b.stepS);
}
