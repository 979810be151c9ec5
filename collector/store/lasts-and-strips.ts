/**
 * What a store keeps beside rows: the values of rows' last ticks, and tick strips. Part of the store interface.
 */
import type { Ring } from "../archive/sets.ts";
import type { StripMetric } from "../wire/archives.ts";
import type { Metric } from "../wire/metric.ts";
import type { RowRun, RowsQuery, SeriesKey } from "./store.ts";

/** What of rows' last ticks can be answered: value i is that of the tick fromS + i * rowS. */
export type LastRun = Pick<RowRun, "series" | "stepS" | "rowS" | "fromS" | "rows"> & {
  /** Per metric asked for; NaN = the tick has no value. */
  readonly columns: { readonly [M in Metric]?: Float64Array };
};

export type Lasts = {
  /**
   * Values of the ticks that rows of any width end with, as rows.read; cut to what can be answered: of primary data
   * points, or of a ring with such rows or narrower ones. The open row has none.
   */
  read(query: RowsQuery): Promise<LastRun[]>;
};

/** A tick strip of one generation: code i belongs to tick fromS + i * stepS. 0 = UNKNOWN. @see archive/strip */
export type StripRun = {
  readonly series: SeriesKey;
  readonly stepS: number;
  readonly fromS: number;
  readonly codes: Uint16Array;
};

export type StripsQuery = {
  readonly series: readonly SeriesKey[];
  readonly fromS: number;
  readonly toS: number;
  /** Absent = total. */
  readonly metric?: StripMetric;
};

export type Strips = {
  /** Ticks with fromS <= tick <= toS, cut to what each generation's strip of that metric holds. */
  read(query: StripsQuery): Promise<StripRun[]>;
};

export type HeldStrip = { readonly metric: StripMetric } & Pick<Ring, "sinceS" | "untilS">;

/** Which rows or codes a digest is of: row seconds, the strip of total or of another metric, the last values of a width. */
export type ArchiveName = number | "strip" | `strip ${StripMetric}` | `LAST ${number}`;
