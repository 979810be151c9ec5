/**
 * The one query: a range of a target as columns, of as many vantages, carriers, metrics and functions as are wanted.
 *
 * Rows come from the finest archive that covers the range within the points wanted, the open one included; percentiles,
 * shares and states from the strips, by the tick. When there are more rows than points, rows are left out, never merged:
 * see reduce. Next stop: forms, the route, the verb fetch.
 */

import { DAY_S } from "../archive/layout.ts";
import type { TickRange } from "../archive/strip.ts";
import { percentileOf, shareWithin } from "../archive/strip-window.ts";
import type { LastRun, StripRun } from "../store/lasts-and-strips.ts";
import type { Generation, RowRun, SeriesKey, Store } from "../store/store.ts";
import type { QueryColumn, QueryColumns, Reduction } from "../wire/api-query.ts";
import { InvalidInputError, NotFoundError } from "../wire/errors.ts";
import type { AnyFunction, Metric } from "../wire/metric.ts";
import { readRows } from "./chart.ts";
import { lineOf, shownValue, type VantageRows } from "./columns.ts";
import { readStrips, refuseMissing, type StripName, stripNames } from "./kept-strips.ts";
import { type Lasts, lastsAt, NO_LASTS, newestOf, readLasts, refuseUnkept } from "./last-values.ts";
import { DEFAULT_POINTS, heldBy, labelsOf, type Plan, planRows, planWidth } from "./plan.ts";
import { planForSteps } from "./plan-steps.ts";
import { reducedTo } from "./reduce.ts";
import { type Segment, type StepSpan, segmentsOf } from "./segments.ts";
import { type Subject, type SubjectCarrier, scheduleOf, seriesOf } from "./subject.ts";
import { carrierStates, leaveOut, overlay } from "./tick-states.ts";
import { blanked, statesIn, totalsIn, type Window } from "./windows.ts";

export type SeriesQuestion = {
  /** Ids, each a line of its own. Neither vantages nor carriers: every carrier. */
  readonly vantages?: readonly string[];
  /** Ids, each a line of its vantages merged. */
  readonly carriers?: readonly string[];
  readonly address?: string;
  /** Rows: each metric under each function. */
  readonly metrics: readonly Metric[];
  readonly cfs: readonly AnyFunction[];
  /** Per cent, 0 < p <= 100; of total and ttfb where the metrics name them, of total where they name neither. */
  readonly percentiles?: readonly number[];
  /** Of the same, ms: the share of values that are at most so long. */
  readonly below?: readonly number[];
  /** Counts of ticks by state, and the availability. */
  readonly states?: boolean;
  /** UTC seconds; ticks with fromS < tick <= toS. Absent: the last day until now. */
  readonly fromS?: number;
  readonly toS?: number;
  /** Most rows wanted. */
  readonly points?: number;
  /** Ticks of the current step per row; absent = what fits the points. */
  readonly steps?: number;
  readonly reduction?: Reduction;
  /** Ticks that are in no percentile, share, count and availability; rows are as they were stored. */
  readonly exclude?: readonly TickRange[];
};

/** Most values one answer holds: what a small machine makes without a pause for others. */
const VALUES_MAX = 2_000_000;

/** One line of the answer: a carrier's vantages together, or a single one. */
type Line = SubjectCarrier & { readonly name: string; readonly single: string | null };

type Parts = {
  readonly subject: Subject;
  readonly question: SeriesQuestion;
  readonly whole: Window & { readonly nowS: number };
  readonly plan: Plan;
  readonly labels: readonly number[];
  readonly spans: readonly StepSpan[];
  readonly segments: readonly Segment[];
  readonly runs: readonly RowRun[];
  readonly lasts: Lasts;
  /** Of total. */
  readonly strips: readonly StripRun[];
  /** Of the metrics beside total whose percentiles are wanted. */
  readonly beside: ReadonlyMap<StripName, readonly StripRun[]>;
};

/** @throws InvalidInputError, NotFoundError */
export async function queryOf(
  store: Pick<Store, "rows" | "lasts" | "strip">,
  subject: Subject,
  question: SeriesQuestion,
  nowS: number,
): Promise<QueryColumns> {
  const { target } = subject;
  const { points = DEFAULT_POINTS, reduction = "minmax", address } = question;
  const whole = wholeOf(question, nowS);
  const lines = linesAsked(subject, question);
  const { plan, labels, covered, spans } = planForSteps(subject.generations, target.stepS, whole, (steps) =>
    planOf(steps, subject, question, whole, points),
  );
  refuseTooMuch(labels.length * lines.length * columnsAsked(question));
  const last = labels.at(-1);
  const series = seriesOf(target, lines, address);
  const read = await readAll(store, { subject, question, whole, plan, labels, series, covered });
  const segments = segmentsOf(spans);
  const parts = { subject, question, whole, plan, labels, spans, segments, ...read };
  const columns = lines.flatMap((line) => columnsFor(line, parts));
  return reducedTo(points, reduction, {
    target: target.id,
    ...(address === undefined ? {} : { address }),
    fromS: whole.fromS,
    toS: whole.toS,
    nowS,
    rowS: plan.rowS,
    openS: last !== undefined && last > nowS ? last : null,
    reduced: null,
    t: [...labels],
    columns,
  });
}

/** Reads what the question needs, and no more. */
async function readAll(
  store: Pick<Store, "rows" | "lasts" | "strip">,
  asked: Pick<Parts, "subject" | "question" | "whole" | "plan" | "labels"> & {
    readonly series: readonly SeriesKey[];
    readonly covered: Window;
  },
): Promise<Pick<Parts, "runs" | "lasts" | "strips" | "beside">> {
  const { question, plan, labels, series, whole } = asked;
  const { metrics, cfs } = question;
  const range = { series, fromS: asked.covered.fromS + 1, toS: asked.covered.toS };
  const first = labels[0];
  const last = labels.at(-1);
  const wantsStrips = needsStrips(question) && series.length > 0;
  const wantsLasts = cfs.includes("LAST") && first !== undefined && last !== undefined && series.length > 0;
  const open = last !== undefined && last > whole.nowS ? { fromS: last - plan.rowS, toS: whole.nowS } : null;
  const [runs, lasts, strips, beside] = await Promise.all([
    cfs.length === 0 ? [] : readRows(store, series, plan, labels, metrics),
    wantsLasts
      ? readLasts(
          store,
          series,
          metrics,
          { fromS: first - plan.rowS, toS: last, rowS: plan.rowS },
          open && { ...open, steps: [...plan.sources.keys()] },
        )
      : NO_LASTS,
    wantsStrips ? store.strip.read(range) : [],
    wantsStrips ? readStrips(store, percentilesOf(question), range) : new Map(),
  ]);
  if (wantsLasts)
    refuseUnkept(runs, lasts.closed, plan.rowS, (run) => lastTickOf(asked.subject.generations, run));
  return { runs, lasts, strips, beside };
}

/** Metrics whose percentiles and shares are asked for. */
function percentilesOf({ metrics, percentiles = [], below = [] }: SeriesQuestion): StripName[] {
  return percentiles.length + below.length === 0 ? [] : stripNames(metrics);
}

/** Newest tick of the vantage's generation of that step. */
function lastTickOf(generations: readonly Generation[], { series, stepS }: RowRun): number {
  const own = generations.filter((one) => one.series.vantage === series.vantage && one.stepS === stepS);
  return Math.max(0, ...own.map(({ lastTick }) => lastTick));
}

function wholeOf(question: SeriesQuestion, nowS: number): Window & { nowS: number } {
  const toS = Math.min(question.toS ?? nowS, nowS);
  const fromS = question.fromS ?? toS - DAY_S;
  if (fromS < toS) return { fromS, toS, nowS };
  throw new InvalidInputError("range", [{ path: "from", message: `${fromS} is not before its end ${toS}` }]);
}

function columnsAsked({ metrics, cfs, percentiles = [], below = [], states }: SeriesQuestion): number {
  return metrics.length * cfs.length + percentiles.length + below.length + (states ? STATES.length + 1 : 0);
}

function refuseTooMuch(values: number): void {
  if (values <= VALUES_MAX) return;
  throw new InvalidInputError("query", [
    { path: "points", message: `it would answer ${values} values; at most ${VALUES_MAX} are` },
  ]);
}

function needsStrips({ percentiles = [], below = [], states }: SeriesQuestion): boolean {
  return percentiles.length > 0 || below.length > 0 || states === true;
}

/** @throws NotFoundError for a vantage or carrier that neither measures the target nor holds history of it */
function linesAsked({ carriers }: Subject, question: SeriesQuestion): Line[] {
  const asked = question.carriers ?? (question.vantages ? [] : carriers.map(({ carrier }) => carrier));
  const merged = asked.map((id): Line => {
    const found = carriers.find(({ carrier }) => carrier === id);
    if (!found) throw new NotFoundError("carrier of this target", id);
    return { ...found, name: id, single: null };
  });
  const single = (question.vantages ?? []).map((id): Line => {
    const found = carriers.find(({ vantages }) => vantages.some(({ vantage }) => vantage.id === id));
    if (!found) throw new NotFoundError("vantage of this target", id);
    const vantages = found.vantages.filter(({ vantage }) => vantage.id === id);
    return { carrier: found.carrier, vantages, name: asked.includes(id) ? `vantage ${id}` : id, single: id };
  });
  return [...merged, ...single];
}

/** The finest plan whose labels are no more than points; of the width asked for where one was. */
function planOf(
  steps: readonly number[],
  subject: Subject,
  question: SeriesQuestion,
  whole: Parts["whole"],
  points: number,
): Plan {
  const { fromS, toS } = whole;
  const held = heldBy(subject.generations);
  if (question.steps !== undefined) {
    const plan = planWidth(steps, question.steps * subject.target.stepS, whole, held);
    if (plan && DAY_S % plan.rowS === 0) return plan;
    const message = `no archive has rows of ${question.steps} steps of ${subject.target.stepS} s, nor rows they are made of`;
    throw new InvalidInputError("query", [{ path: "steps", message }]);
  }
  const plan = planRows(steps, whole, points, held);
  // A range that begins inside a row has one label more than its length says.
  const fits = labelsOf(plan, fromS, toS).length <= points;
  return fits ? plan : planRows(steps, whole, Math.max(1, points - 1), held);
}

const STATES = ["up", "down", "suspect", "unknown"] as const;

type Measure = Pick<QueryColumn, "metric" | "of" | "unit" | "whole" | "values">;

function columnsFor(line: Line, parts: Parts): QueryColumn[] {
  const { question } = parts;
  const ids = line.vantages.map(({ vantage }) => vantage.id);
  const strips = parts.strips.filter(({ series }) => ids.includes(series.vantage));
  const measures = [
    ...rowMeasures(line, parts),
    ...percentilesOf(question).flatMap((name) => stripMeasures(name, ids, strips, parts)),
    ...(question.states ? stateMeasures(line, strips, parts) : []),
  ];
  return measures.map((measure) => ({
    name: [line.name, measure.metric, measure.of].filter((part) => part !== null).join(" "),
    carrier: line.carrier,
    ...(line.single === null ? {} : { vantage: line.single }),
    vantages: ids,
    ...measure,
  }));
}

function rowMeasures(line: Line, parts: Parts): Measure[] {
  const { subject, question, whole, plan, labels, spans, runs } = parts;
  if (question.cfs.length === 0) return [];
  const rows = line.vantages.map(
    ({ vantage, createdS, endedS }): VantageRows => ({
      runs: runs.filter(({ series }) => series.vantage === vantage.id),
      expected: {
        spans,
        createdS,
        nowS: Math.min(whole.nowS, endedS ?? whole.nowS),
        pauses: subject.target.pauses,
      },
    }),
  );
  const wholeOfCf = { AVERAGE: "average", MAX: "max", MIN: "min" } as const;
  return question.metrics.flatMap((metric) => {
    const { columns, summary } = lineOf(rows, metric, labels, plan.rowS);
    const unit = metric === "speed" ? "bytes/s" : "ms";
    return question.cfs.map((cf) => {
      if (cf !== "LAST") return { metric, of: cf, unit, whole: summary[wholeOfCf[cf]], values: columns[cf] };
      const values = lastColumn(line, metric, columns.AVERAGE, parts);
      return { metric, of: cf, unit, whole: values.findLast((value) => value !== null) ?? null, values };
    });
  });
}

/** @param known null where the row is UNKNOWN. */
function lastColumn(
  line: Line,
  metric: Metric,
  known: readonly (number | null)[],
  { lasts, labels, whole }: Parts,
): (number | null)[] {
  const ids = line.vantages.map(({ vantage }) => vantage.id);
  const own = (runs: readonly LastRun[]) => runs.filter(({ series }) => ids.includes(series.vantage));
  const closed = lastsAt(own(lasts.closed), metric, labels);
  return closed.map((value, i) => {
    const found = (labels[i] ?? 0) > whole.nowS ? newestOf(own(lasts.open), metric) : value;
    return found === null || known[i] === null ? null : shownValue(metric, found);
  });
}

/**
 * Percentiles and shares of a metric that has a strip.
 *
 * @param totals The line's strips of total.
 */
function stripMeasures(
  metric: StripName,
  ids: readonly string[],
  totals: readonly StripRun[],
  parts: Parts,
): Measure[] {
  const { percentiles = [], below = [] } = parts.question;
  const counting = (runs: readonly StripRun[]) => runs.map((run) => blanked(run, outOf(parts)));
  const beside = parts.beside.get(metric)?.filter(({ series }) => ids.includes(series.vantage));
  if (beside) refuseMissing(metric, counting(totals), beside);
  const counted = counting(beside ?? totals);
  const windows = windowsOf(parts).map((window) => totalsIn(counted, window));
  const all = totalsIn(counted, parts.whole);
  const msOf = (us: number | null) => (us === null ? null : us / 1000);
  return [
    ...percentiles.map((p) => ({
      metric,
      of: `p${p}`,
      unit: "ms" as const,
      whole: msOf(percentileOf(all, p)),
      values: windows.map((one) => msOf(percentileOf(one, p))),
    })),
    ...below.map((limitMs) => ({
      metric,
      of: `below ${limitMs}`,
      unit: "share" as const,
      whole: shareWithin(all, limitMs * 1000),
      values: windows.map((one) => shareWithin(one, limitMs * 1000)),
    })),
  ];
}

function stateMeasures(line: Line, strips: readonly StripRun[], parts: Parts): Measure[] {
  const { subject, segments, whole, question } = parts;
  const voted = overlay(
    segments,
    carrierStates(segments, strips),
    scheduleOf(subject.target, line, whole.nowS),
  );
  const states = leaveOut(segments, voted, question.exclude ?? []);
  const windows = windowsOf(parts).map((window) => statesIn(segments, states, window));
  const all = statesIn(segments, states, whole);
  return [
    ...STATES.map((state) => ({
      metric: null,
      of: state,
      unit: "ticks" as const,
      whole: all.counts[state],
      values: windows.map(({ counts }) => counts[state]),
    })),
    {
      metric: null,
      of: "availability",
      unit: "share" as const,
      whole: all.share,
      values: windows.map(({ share }) => share),
    },
  ];
}

/** The window of each row, as a whole where the range begins or ends inside it: its ticks are those of the row. */
function windowsOf({ labels, plan }: Parts): Window[] {
  return labels.map((label) => ({ fromS: label - plan.rowS, toS: label }));
}

function outOf({ subject, question }: Parts): TickRange[] {
  const pauses = subject.target.pauses.map(({ fromS, toS }) => ({
    fromS,
    toS: toS ?? Number.MAX_SAFE_INTEGER,
  }));
  return [...pauses, ...(question.exclude ?? [])];
}
