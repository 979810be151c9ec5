/** Last values and strips of a generation out of its rings, with the open state laid over them. */
import type { StripMetric } from "../../wire/archives.ts";
import type { Metric } from "../../wire/metric.ts";
import { shownLasts, shownStrips } from "../held-lasts.ts";
import type { LastRun, StripRun } from "../lasts-and-strips.ts";
import type { RowColumns, RowsQuery } from "../store.ts";
import { emptyColumns, fillRows, stripCodes } from "./fill.ts";
import { lastColumns } from "./lasts.ts";
import { openCodes } from "./strips.ts";
import { type Look, type Seen, spanOf } from "./view.ts";

/** Of one generation, by time. */
export function lastRuns(seen: Seen, { rowS, metrics, fromS, toS }: RowsQuery, look: Look): LastRun[] {
  const { series, stepS, layout, bands } = seen;
  if (rowS % stepS !== 0) return [];
  return shownLasts(layout, seen, rowS, { fromS, toS }).flatMap(({ ring, ...shown }): LastRun[] => {
    const rows = (shown.toS - shown.fromS) / rowS + 1;
    const span = { first: shown.fromS / ring.rowS, last: shown.toS / ring.rowS };
    const run = { series, stepS, rowS, fromS: shown.fromS, rows };
    const ticks = bands.coarse.find(({ part }) => part === ring.part);
    if (ticks) {
      const every = emptyColumns(metrics, span.last - span.first + 1);
      fillRows(seen, ticks, span, every, look);
      return [{ ...run, columns: lastsOfTicks(metrics, every, rowS / stepS, rows) }];
    }
    const band = ring.part === 0 ? bands.pdps : bands.lasts.find(({ part }) => part === ring.part);
    if (!band) return [];
    return [{ ...run, columns: lastColumns(seen, { band, span, every: rowS / ring.rowS }, metrics, look) }];
  });
}

/** Rows of one tick are their values. */
function lastsOfTicks(
  metrics: readonly Metric[],
  ticks: { readonly [M in Metric]?: RowColumns },
  every: number,
  rows: number,
): { [M in Metric]?: Float64Array } {
  return Object.fromEntries(
    metrics.map((metric) => {
      const column = ticks[metric];
      const valueAt = (i: number) => (column?.n[i] ? (column.sum[i] ?? Number.NaN) : Number.NaN);
      return [metric, Float64Array.from({ length: rows }, (_, i) => valueAt(i * every))];
    }),
  );
}

type Wanted = {
  readonly fromS: number;
  readonly toS: number;
  /** Undefined = total. */
  readonly metric: StripMetric | undefined;
};

/** Of one generation, by time; of total, or of a metric beside it. */
export function stripRuns(seen: Seen, { fromS, toS, metric }: Wanted, look: Look): StripRun[] {
  const { series, stepS, bands, state } = seen;
  if (metric === undefined) {
    // A strip holds ticks, not rows: fromS itself belongs to the range.
    const span = spanOf(seen, bands.strip, fromS - 1, toS);
    if (!span) return [];
    const codes = stripCodes(seen, bands.strip, span, state.codes, look);
    return [{ series, stepS, fromS: span.first * stepS, codes }];
  }
  const rings = (seen.layout.strips ?? []).filter((ring) => ring.metric === metric);
  return shownStrips(rings, seen, { fromS, toS }).flatMap(({ ring, ...shown }) => {
    const band = bands.strips.find(({ part }) => part === ring.part);
    if (!band) return [];
    const span = { first: shown.fromS / stepS, last: shown.toS / stepS };
    const codes = stripCodes(seen, band, span, openCodes(state, metric), look);
    return [{ series, stepS, fromS: shown.fromS, codes }];
  });
}
