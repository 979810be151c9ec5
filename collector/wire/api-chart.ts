/**
 * API shapes: what a target's page draws. Times in ms with fractions, speed in bytes per second; null = UNKNOWN.
 *
 * Made by `query` from archives and strips, drawn by `dashboard/charts`. Row label t covers (t - rowS, t].
 */
import * as z from "zod";
import { ChartEvent } from "./event.ts";
import { Id, Seconds } from "./ids.ts";
import { IncidentView } from "./incident.ts";
import { METRICS } from "./metric.ts";
import { SeriesAddress, State } from "./sample.ts";

export const Range = z.enum(["3h", "day", "week", "month", "year", "custom"]);
export type Range = z.infer<typeof Range>;

/** Seconds each named range reaches back. */
export const RANGE_S: Record<Exclude<Range, "custom">, number> = {
  "3h": 10_800,
  day: 86_400,
  week: 7 * 86_400,
  month: 31 * 86_400,
  year: 366 * 86_400,
};

const Values = z.array(z.number().nullable());

/** One line's numbers at the labels of the chart, per consolidation function. */
export const MetricColumns = z.strictObject({ AVERAGE: Values, MAX: Values, MIN: Values });
export type MetricColumns = z.infer<typeof MetricColumns>;

/** For the table under a chart: over the drawn range. p95 from the tick strip, exact to 0.05 %; null where only other metrics have values. */
export const MetricSummary = z.strictObject({
  current: z.number().nullable(),
  average: z.number().nullable(),
  max: z.number().nullable(),
  min: z.number().nullable(),
  p50: z.number().nullable(),
  p95: z.number().nullable(),
});
export type MetricSummary = z.infer<typeof MetricSummary>;

/** Ticks of a range by state, from the strip; pauses and ticks before creation are in none of them. */
export const TickCounts = z.strictObject({
  up: z.int(),
  down: z.int(),
  suspect: z.int(),
  unknown: z.int(),
});
export type TickCounts = z.infer<typeof TickCounts>;

export const Availability = z.strictObject({
  counts: TickCounts,
  /** (up + suspect) / (up + down + suspect), 0..1; null = nobody measured. */
  share: z.number().nullable(),
  /** Measured ticks / expected ticks, 0..1. */
  coverage: z.number(),
});
export type Availability = z.infer<typeof Availability>;

/** A run of equal cells of the availability bar: state at worst, over [fromS, toS). */
export const StateCell = z.strictObject({
  fromS: Seconds,
  toS: Seconds,
  state: State,
  paused: z.boolean(),
  share: z.number().nullable(),
});
export type StateCell = z.infer<typeof StateCell>;

export const ChartSeries = z.strictObject({
  carrier: Id,
  /** Vantages behind it, ids. */
  vantages: z.array(Id),
  metrics: z.partialRecord(z.enum(METRICS), MetricColumns),
  summary: z.partialRecord(z.enum(METRICS), MetricSummary),
  availability: Availability,
  cells: z.array(StateCell),
});
export type ChartSeries = z.infer<typeof ChartSeries>;

export const ChartData = z
  .strictObject({
    target: Id,
    /** Of one address or family only; absent: the target's own series. */
    address: SeriesAddress.optional(),
    range: Range,
    fromS: Seconds,
    toS: Seconds,
    /** Seconds between labels: the archive that was chosen. */
    rowS: z.int(),
    stepS: z.int(),
    /** UTC seconds, ascending; the open row is the last. */
    labels: z.array(Seconds),
    /** One per carrier that has a vantage measuring it or holds history, in carrier order. */
    series: z.array(ChartSeries),
    incidents: z.array(IncidentView),
    /** What happened in the range to the target and its vantages, newest first; at most 200. */
    events: z.array(ChartEvent),
    pauses: z.array(z.strictObject({ fromS: Seconds, toS: Seconds.nullable() })),
    nowS: Seconds,
  })
  .meta({ id: "ChartData" });
export type ChartData = z.infer<typeof ChartData>;
