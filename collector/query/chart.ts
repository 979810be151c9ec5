/**
 * One target over one range, by carrier: columns from the archive that fits, states and percentiles from the strips.
 *
 * Reads and joins; the arithmetic is in plan, columns, tick-states and availability. Next stop: dashboard/charts.
 */
import { LONGEST_S } from "../archive/layout.ts";
import { excluding } from "../archive/strip.ts";
import { percentileOf, type SortedTotals, sortedTotals } from "../archive/strip-window.ts";
import type { StripRun } from "../store/lasts-and-strips.ts";
import type { RowRun, SeriesKey, Store } from "../store/store.ts";
import { type ChartData, type ChartSeries, RANGE_S, type Range } from "../wire/api-chart.ts";
import { InvalidInputError } from "../wire/errors.ts";
import { METRICS, type Metric } from "../wire/metric.ts";
import type { Target } from "../wire/target.ts";
import { availabilityOf, cellsOf } from "./availability.ts";
import { linesOf } from "./columns.ts";
import { lastMissing, readStrips, type StripName } from "./kept-strips.ts";
import { DEFAULT_POINTS, heldBy, type Plan, planRows } from "./plan.ts";
import { type Planned, planForSteps } from "./plan-steps.ts";
import { type Segment, type StepSpan, segmentsOf, stepSpans } from "./segments.ts";
import { type Subject, type SubjectCarrier, scheduleOf, seriesOf } from "./subject.ts";
import { carrierStates, overlay } from "./tick-states.ts";

export type ChartQuery = {
  readonly range: Range;
  /** UTC seconds; with range custom only. */
  readonly fromS?: number;
  readonly toS?: number;
  /** Most labels wanted. */
  readonly points?: number;
  /** Of this address or family; absent: of the target's own series. */
  readonly address?: string;
};

/** About as many cells as a bar of a page can show. */
const CELLS = 96;

/** A range with the instant it is looked at from. */
export type Span = { readonly fromS: number; readonly toS: number; readonly nowS: number };

/** The chart without incidents and events, which other queries read. */
export type ChartBody = Omit<ChartData, "incidents" | "events">;

/** @throws InvalidInputError for a custom range that is none. */
export function spanOf(query: ChartQuery, nowS: number): Span {
  if (query.range !== "custom") return { fromS: nowS - RANGE_S[query.range], toS: nowS, nowS };
  const toS = Math.min(query.toS ?? nowS, nowS);
  const { fromS } = query;
  const keptS = nowS - LONGEST_S;
  if (toS <= keptS) {
    throw new InvalidInputError("range", [
      { path: "to", message: `is ${toS}; nothing before ${keptS} is kept` },
    ]);
  }
  if (fromS === undefined || fromS >= toS) {
    const message =
      fromS === undefined
        ? "a custom range needs from, in UTC seconds"
        : `${fromS} is not before its end ${toS}`;
    throw new InvalidInputError("range", [{ path: "from", message }]);
  }
  // What is older is gone: a range from 1970 on would only be many empty ticks.
  return { fromS: Math.max(fromS, keptS), toS, nowS };
}

/** Reads and assembles a chart. */
export async function chartOf(
  store: Pick<Store, "rows" | "strip">,
  subject: Subject,
  query: ChartQuery,
  nowS: number,
): Promise<ChartBody> {
  const { target } = subject;
  const span = spanOf(query, nowS);
  const { fromS, toS } = span;
  const { generations } = subject;
  const planned = planForSteps(generations, target.stepS, span, (steps) =>
    planRows(steps, span, query.points ?? DEFAULT_POINTS, heldBy(generations)),
  );
  const { plan, labels } = planned;
  const spans = stepSpans(generations, target.stepS, fromS, toS);
  const series = seriesOf(target, subject.carriers, query.address);
  const [runs, strips] = await Promise.all([
    readRows(store, series, plan, labels),
    series.length === 0 ? [] : store.strip.read({ series, fromS, toS: toS - 1 }),
  ]);
  const names = generations.flatMap(({ strips: held = [] }) => held.map(({ metric }) => metric));
  const beside = await readStrips(store, [...new Set(names)], { series, fromS, toS: toS - 1 });
  const parts = { span, spans, planned, runs, strips, beside, segments: segmentsOf(spans) };
  return {
    target: target.id,
    ...(query.address === undefined ? {} : { address: query.address }),
    range: query.range,
    fromS,
    toS,
    rowS: plan.rowS,
    stepS: target.stepS,
    labels,
    series: subject.carriers.map((carrier) => seriesFor(target, carrier, parts)),
    pauses: target.pauses.filter((pause) => pause.fromS < toS && (pause.toS ?? nowS) > fromS),
    nowS,
  };
}

/** The rows a plan is made of, of the archive it names for each step. */
export async function readRows(
  store: Pick<Store, "rows">,
  series: readonly SeriesKey[],
  plan: Plan,
  labels: readonly number[],
  metrics: readonly Metric[] = METRICS,
): Promise<RowRun[]> {
  const [first, last] = [labels[0], labels.at(-1)];
  if (first === undefined || last === undefined || series.length === 0) return [];
  const beginS = first - plan.rowS;
  if (plan.pieces) {
    const parts = plan.pieces.map(async ({ stepS, rowS, fromS, toS }) => {
      const range = { fromS: Math.max(beginS, fromS), toS: Math.min(last, toS) };
      const runs = await store.rows.read({ series, metrics, rowS, ...range });
      return runs.filter((run) => run.stepS === stepS);
    });
    return (await Promise.all(parts)).flat();
  }
  const widths = [...new Set(plan.sources.values())];
  const read = await Promise.all(
    widths.map((rowS) => store.rows.read({ series, metrics, rowS, fromS: beginS, toS: last })),
  );
  return read.flat().filter((run) => plan.sources.get(run.stepS) === run.rowS);
}

type Parts = {
  readonly span: Span;
  /** Of the range. */
  readonly spans: readonly StepSpan[];
  readonly planned: Planned;
  readonly runs: readonly RowRun[];
  /** Of total. */
  readonly strips: readonly StripRun[];
  readonly beside: ReadonlyMap<StripName, readonly StripRun[]>;
  readonly segments: readonly Segment[];
};

function seriesFor(target: Target, carrier: SubjectCarrier, parts: Parts): ChartSeries {
  const { span, segments } = parts;
  const ids = carrier.vantages.map((one) => one.vantage.id);
  const strips = parts.strips.filter((strip) => ids.includes(strip.series.vantage));
  const states = overlay(segments, carrierStates(segments, strips), scheduleOf(target, carrier, span.nowS));
  const rows = carrier.vantages.map(({ vantage, createdS, endedS }) => ({
    runs: parts.runs.filter((run) => run.series.vantage === vantage.id),
    expected: {
      spans: parts.planned.spans,
      createdS,
      nowS: Math.min(span.nowS, endedS ?? span.nowS),
      pauses: target.pauses,
    },
  }));
  const { metrics, summary } = linesOf(rows, parts.planned.labels, parts.planned.plan.rowS);
  return {
    carrier: carrier.carrier,
    vantages: ids,
    metrics,
    summary: {
      ...summary,
      total: { ...summary.total, ...percentilesMs(target, strips) },
      ttfb: { ...summary.ttfb, ...besideMs(target, "ttfb", ids, strips, parts) },
    },
    availability: availabilityOf(states),
    cells: cellsOf(segments, states, { ...span, cellS: cellWidth(span, parts.spans) }),
  };
}

function percentilesMs(target: Target, strips: readonly StripRun[]) {
  const totals = sortedTotals(unpaused(target, strips));
  return { p50: percentileMs(totals, 50), p95: percentileMs(totals, 95) };
}

/** Of a metric whose strip holds the whole range; of some of the ticks they would be taken for those of all. */
function besideMs(
  target: Target,
  metric: StripName,
  vantages: readonly string[],
  totals: readonly StripRun[],
  { beside }: Parts,
) {
  const own = beside.get(metric)?.filter(({ series }) => vantages.includes(series.vantage));
  if (!own || lastMissing(totals, own) !== null) return {};
  return percentilesMs(target, own);
}

/** Strip codes outside the target's pauses. */
export function unpaused(target: Pick<Target, "pauses">, strips: readonly StripRun[]): Uint16Array[] {
  const pauses = target.pauses.map(({ fromS, toS }) => ({ fromS, toS: toS ?? Number.MAX_SAFE_INTEGER }));
  return strips.map((strip) => {
    const endS = strip.fromS + strip.codes.length * strip.stepS;
    // A year at a fast step is millions of ticks: they are only walked for a pause that is among them.
    const touching = pauses.filter((pause) => pause.fromS < endS && pause.toS > strip.fromS);
    return excluding(strip, touching);
  });
}

/** A true percentile of the totals, ms; null when no tick has one. */
export function percentileMs(totals: SortedTotals, p: number): number | null {
  const us = percentileOf(totals, p);
  return us === null ? null : us / 1000;
}

/** The least width of whole steps, hours or days with which the bar has at most CELLS cells. */
export function cellWidth(span: Pick<Span, "fromS" | "toS">, spans: readonly StepSpan[]): number {
  const leastS = (span.toS - span.fromS) / CELLS;
  const fits = (widthS: number) => spans.every((one) => widthS % one.stepS === 0);
  const named = [60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200];
  const steps = spans.map((one) => one.stepS);
  const width = [...steps, ...named].sort((a, b) => a - b).find((w) => w >= leastS && fits(w));
  return width ?? Math.max(1, Math.ceil(leastS / 86_400)) * 86_400;
}
