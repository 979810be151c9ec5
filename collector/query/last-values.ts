/**
 * LAST of rows: the value of the tick that ends a row, from rings of its own or from primary data points.
 *
 * Where it is not held it is refused, with since when it is: an empty column would say that nobody measured. A carrier's
 * is the mean of its vantages' values at that tick. Pure but for the reading.
 */
import type { LastRun } from "../store/lasts-and-strips.ts";
import type { RowRun, SeriesKey, Store } from "../store/store.ts";
import { InvalidInputError } from "../wire/errors.ts";
import type { Metric } from "../wire/metric.ts";

type Span = { readonly fromS: number; readonly toS: number };

/** Runs of closed rows, and of single ticks in the row that is open. */
export type Lasts = { readonly closed: readonly LastRun[]; readonly open: readonly LastRun[] };

export const NO_LASTS: Lasts = { closed: [], open: [] };

/** @param wanted Rows with fromS < label <= toS. @param open The open row and the steps it is made of; null = none is. */
export async function readLasts(
  store: Pick<Store, "lasts">,
  series: readonly SeriesKey[],
  metrics: readonly Metric[],
  wanted: Span & { readonly rowS: number },
  open: (Span & { readonly steps: readonly number[] }) | null,
): Promise<Lasts> {
  const { fromS, toS, rowS } = wanted;
  const ticks = (open?.steps ?? []).map((stepS) =>
    store.lasts.read({
      ...{ series, metrics, rowS: stepS },
      ...{ fromS: open?.fromS ?? 0, toS: open?.toS ?? 0 },
    }),
  );
  return {
    closed: await store.lasts.read({ series, metrics, rowS, fromS, toS }),
    open: (await Promise.all(ticks)).flat().filter((run) => run.stepS === run.rowS),
  };
}

/** Values of a metric at labels, null where none of the runs has one; of several the mean. */
export function lastsAt(
  runs: readonly LastRun[],
  metric: Metric,
  labels: readonly number[],
): (number | null)[] {
  return labels.map((label) => meanOf(runs.map((run) => valueAt(run, metric, label))));
}

/** The newest tick of each run. */
export function newestOf(runs: readonly LastRun[], metric: Metric): number | null {
  return meanOf(runs.map((run) => run.columns[metric]?.at(-1) ?? Number.NaN));
}

function meanOf(values: readonly number[]): number | null {
  const known = values.filter((value) => !Number.isNaN(value));
  return known.length === 0 ? null : known.reduce((sum, value) => sum + value, 0) / known.length;
}

function valueAt({ fromS, rowS, rows, columns }: LastRun, metric: Metric, labelS: number): number {
  const at = (labelS - fromS) / rowS;
  return Number.isInteger(at) && at >= 0 && at < rows ? (columns[metric]?.[at] ?? Number.NaN) : Number.NaN;
}

/**
 * Refuses when a row that has values has no last value held.
 *
 * @param rows Of the widths that the rows are made of.
 * @param lastTickOf Newest tick of a generation: a row that ends after it is not closed.
 * @throws InvalidInputError
 */
export function refuseUnkept(
  rows: readonly RowRun[],
  lasts: readonly LastRun[],
  rowS: number,
  lastTickOf: (run: RowRun) => number,
): void {
  const missing = rows.flatMap((run) => {
    const own = lasts.filter(({ series, stepS }) => isSame(series, run.series) && stepS === run.stepS);
    const until = lastTickOf(run);
    return labelsWithValues(run)
      .map((label) => Math.ceil(label / rowS) * rowS)
      .filter((label) => label <= until && !own.some((one) => covers(one, label)));
  });
  if (missing.length === 0) return;
  const sinceS = missing.reduce((a, b) => Math.max(a, b), 0);
  const message = `LAST of rows of ${rowS} s is not held until ${isoOf(sinceS)}: ask for what is later, or for AVERAGE, MAX or MIN; target edit --last keeps it from now on`;
  throw new InvalidInputError("query", [{ path: "cf", message }]);
}

function isoOf(atS: number): string {
  return new Date(atS * 1000).toISOString().replace(".000Z", "Z");
}

function isSame(a: SeriesKey, b: SeriesKey): boolean {
  return a.target === b.target && a.vantage === b.vantage && a.address === b.address;
}

function covers({ fromS, rowS, rows }: LastRun, labelS: number): boolean {
  return labelS >= fromS && labelS < fromS + rows * rowS;
}

function labelsWithValues({ columns, rows, fromS, rowS }: RowRun): number[] {
  const counts = Object.values(columns).map(({ n }) => n);
  return Array.from({ length: rows }, (_, i) => i)
    .filter((i) => counts.some((n) => (n[i] ?? 0) > 0))
    .map((i) => fromS + i * rowS);
}
