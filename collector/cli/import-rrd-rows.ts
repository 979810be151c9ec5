/**
 * Rows of several steps of an RRD, as whole rows of the archives here.
 *
 * Arithmetic only. Each archive is made from that of the file with the widest rows that make up its own: of the same width
 * when there is one. A row never was single measurements, so it counts as complete: n = its steps, sum = AVERAGE x n.
 * Without MAX or MIN of that width the average stands for it; LAST is that of the row that ends it. Numbers are rounded as every measured one.
 */
import { isArchivable } from "../archive/layout.ts";
import { EMPTY_ROW, mergeRows, type Row } from "../archive/row.ts";
import { specsOf } from "../archive/sets.ts";
import type { Archive } from "../wire/archives.ts";
import { METRICS, type Metric, PDP_MAX, toPdp } from "../wire/metric.ts";
import type { Mapped } from "./import-lines.ts";
import { type Dump, type DumpArchive, labelOf } from "./rrd-dump.ts";

export type WholeRow = {
  readonly rowS: number;
  readonly labelS: number;
  readonly values: { readonly [M in Metric]?: Row };
  /** Of its last tick; absent = the file has no LAST of that width. */
  readonly lasts?: { readonly [M in Metric]?: number };
};

/**
 * @param mapped By data source: its metric and unit.
 * @param set The archives of the series it goes to; null = the default ones of the file's step.
 * @param nowS Finer archives give way to wider ones where they do not reach.
 */
export function rrdRows(
  dump: Dump,
  mapped: ReadonlyMap<string, Mapped>,
  nowS: number,
  set: readonly Archive[] | null = null,
): WholeRow[] {
  const { stepS, archives } = dump;
  if (!isArchivable(stepS)) return [];
  const averages = archives
    .filter(({ cf, steps }) => cf === "AVERAGE" && steps > 1)
    .sort((a, b) => b.steps - a.steps);
  const own = specsOf(stepS, set).filter(({ steps }) => steps > 1);
  return own.flatMap(({ rowS, steps, rows }, i) => {
    const sources = averages
      .filter((source) => steps % source.steps === 0)
      .map((one) => known(dump, one, mapped));
    const reachS = i === own.length - 1 ? 0 : nowS - (rows - 2) * rowS;
    const labels = sources.flatMap(({ byLabel }) =>
      [...byLabel.keys()].map((at) => Math.ceil(at / rowS) * rowS),
    );
    return [...new Set(labels)]
      .sort((a, b) => a - b)
      .filter((labelS) => labelS > reachS && labelS <= dump.lastS)
      .flatMap((labelS) => rowAt(labelS, rowS, sources) ?? []);
  });
}

type Values = { readonly [M in Metric]?: Row & { readonly last?: number } };
type Source = {
  readonly rowS: number;
  /** The first row that the file has; what is before it nobody knows. */
  readonly firstS: number;
  readonly byLabel: ReadonlyMap<number, Values>;
};

/** As the first source says that reaches back over the whole row; what it does not know stays unknown. */
function rowAt(labelS: number, rowS: number, sources: readonly Source[]): WholeRow | null {
  for (const source of sources) {
    if (source.firstS > labelS - rowS + source.rowS) continue;
    const values: { [M in Metric]?: Row } = {};
    for (let at = labelS - rowS + source.rowS; at <= labelS; at += source.rowS) {
      for (const metric of METRICS) {
        const part = source.byLabel.get(at)?.[metric];
        if (!part) continue;
        const { last: _, ...row } = part;
        values[metric] = mergeRows(values[metric] ?? EMPTY_ROW, row);
      }
    }
    if (Object.keys(values).length === 0) return null;
    const lasts = lastsOf(source.byLabel.get(labelS) ?? {});
    return { rowS, labelS, values, ...(Object.keys(lasts).length === 0 ? {} : { lasts }) };
  }
  return null;
}

/** What the row that ends it says of its last tick. */
function lastsOf(values: Values): { [M in Metric]?: number } {
  const lasts: { [M in Metric]?: number } = {};
  for (const metric of METRICS) {
    const last = values[metric]?.last;
    if (last !== undefined) lasts[metric] = last;
  }
  return lasts;
}

/** The rows of an archive that say anything, with MAX, MIN and LAST of the same width. */
function known(dump: Dump, average: DumpArchive, mapped: ReadonlyMap<string, Mapped>): Source {
  const beside = (cf: string) => dump.archives.find((one) => one.cf === cf && one.steps === average.steps);
  const textsBy = (archive: DumpArchive | undefined) =>
    new Map(archive?.rows.map((texts, i) => [labelOf(dump, archive, i), texts]));
  const [largest, smallest] = [textsBy(beside("MAX")), textsBy(beside("MIN"))];
  const newest = textsBy(beside("LAST"));
  const byLabel = new Map<number, Values>();
  for (const [i, texts] of average.rows.entries()) {
    const labelS = labelOf(dump, average, i);
    const values: { [M in Metric]?: Row & { last?: number } } = {};
    for (const [at, text] of texts.entries()) {
      const meaning = mapped.get(dump.sources[at] ?? "");
      if (!meaning) continue;
      const numbers = { average: text, max: largest.get(labelS)?.[at], min: smallest.get(labelS)?.[at] };
      const row = rowOf(numbers, average.steps, meaning.perUnit);
      if (row) values[meaning.metric] = withLast(row, newest.get(labelS)?.[at], meaning.perUnit);
    }
    if (Object.keys(values).length > 0) byLabel.set(labelS, values);
  }
  return { rowS: average.steps * dump.stepS, firstS: labelOf(dump, average, 0), byLabel };
}

type Texts = { readonly average: string; readonly max: string | undefined; readonly min: string | undefined };

function rowOf({ average, max, min }: Texts, n: number, perUnit: number): Row | null {
  const measured = numberOf(average);
  if (measured === null) return null;
  const scaled = Math.min(measured * perUnit, PDP_MAX);
  const sum = Math.round(scaled * n);
  const whole = (text: string | undefined) => toPdp((numberOf(text) ?? measured) * perUnit).value;
  // Floats of two archives may differ in the last digit: the mean lies between the two all the same.
  return {
    n,
    sum,
    min: Math.min(whole(min), Math.floor(sum / n)),
    max: Math.max(whole(max), Math.ceil(sum / n)),
  };
}

/** Where the average stands for MAX or MIN, the last value may be beyond it. */
function withLast(row: Row, text: string | undefined, perUnit: number): Row & { last?: number } {
  const measured = numberOf(text);
  if (measured === null) return row;
  const last = toPdp(measured * perUnit).value;
  return { ...row, min: Math.min(row.min, last), max: Math.max(row.max, last), last };
}

/** null = NaN, or no number from 0 on. */
function numberOf(text: string | undefined): number | null {
  const value = text === undefined || text === "" ? Number.NaN : Number(text);
  return Number.isFinite(value) && value >= 0 ? value : null;
}
