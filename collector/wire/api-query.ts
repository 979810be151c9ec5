/**
 * API shapes: the one query over rows and strips, in its three forms.
 *
 * Columnar JSON is what the collector works with; objects and CSV say the same numbers. Times in ms with fractions,
 * speed in bytes per second, shares 0..1, counts in ticks; null = UNKNOWN. Row label t covers (t - rowS, t].
 */
import * as z from "zod";
import { Id, Seconds } from "./ids.ts";
import { METRICS } from "./metric.ts";
import { SeriesAddress } from "./sample.ts";

/** How rows are thinned out when there are more than points: the extremes stay in either. */
export const REDUCTIONS = ["minmax", "lttb"] as const;
export type Reduction = (typeof REDUCTIONS)[number];

/** Most points, percentiles and limits one question may have. */
export const POINTS_MAX = 100_000;
export const WANTED_MAX = 10;

export const QUERY_UNITS = ["ms", "bytes/s", "ticks", "share"] as const;

/** What one column is. */
const Column = z.strictObject({
  /** Unique in the answer: line, metric and function. */
  name: z.string(),
  carrier: Id,
  /** Of this vantage alone; absent = the carrier's vantages merged. */
  vantage: Id.optional(),
  /** What was merged. */
  vantages: z.array(Id),
  /** null = it counts states, of whatever was measured. */
  metric: z.enum(METRICS).nullable(),
  /** AVERAGE, MAX, MIN; p95; below 300; up, down, suspect, unknown, availability. */
  of: z.string(),
  unit: z.enum(QUERY_UNITS),
  /** The same over the whole range, of every row and tick: not of what was thinned out. */
  whole: z.number().nullable(),
});

const Head = z.strictObject({
  target: Id,
  address: SeriesAddress.optional(),
  fromS: Seconds,
  toS: Seconds,
  nowS: Seconds,
  /** Seconds a row covers. */
  rowS: z.int(),
  /** Label of the row that is still open; null = every row is complete. */
  openS: Seconds.nullable(),
  /** How rows were thinned out; null = they are all here. */
  reduced: z.enum(REDUCTIONS).nullable(),
});

export const QueryColumn = Column.extend({ values: z.array(z.number().nullable()) });
export type QueryColumn = z.infer<typeof QueryColumn>;

/** Columnar: one time axis for all, ascending. */
export const QueryColumns = Head.extend({ t: z.array(Seconds), columns: z.array(QueryColumn) }).meta({
  id: "QueryColumns",
});
export type QueryColumns = z.infer<typeof QueryColumns>;

/** The same as objects. */
export const QueryObjects = Head.extend({
  series: z.array(
    Column.extend({ points: z.array(z.strictObject({ t: Seconds, value: z.number().nullable() })) }),
  ),
}).meta({ id: "QueryObjects" });
export type QueryObjects = z.infer<typeof QueryObjects>;
