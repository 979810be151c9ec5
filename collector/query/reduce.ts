/**
 * Which rows stay when there are more than points: never fewer than what shows every spike.
 *
 * Pure. All columns share one time axis, so that a row that stays for one of them stays for all, with the values it
 * has: nothing is averaged. minmax keeps of each group of rows the smallest, the largest and one that is UNKNOWN, of
 * every column; lttb keeps the row that makes the largest triangle with its neighbours, and the extremes of the whole.
 * @see Sveinn Steinarsson, Downsampling Time Series for Visual Representation (2013)
 */
import type { QueryColumns, Reduction } from "../wire/api-query.ts";

type Values = readonly (number | null)[];

/** Each round has so much fewer groups. */
const SHRINK = 0.85;

/**
 * Indices of the rows that stay, ascending.
 *
 * @param points Most rows wanted; only a number too small for the extremes of every column is exceeded.
 */
export function keptRows(columns: readonly Values[], points: number, reduction: Reduction): number[] {
  const size = columns[0]?.length ?? 0;
  if (size <= points) return Array.from({ length: size }, (_, i) => i);
  // Columns often agree on what stays, so the number of groups that fits is found by trying.
  for (let groups = points; ; groups = Math.floor(groups * SHRINK)) {
    const kept = new Set<number>();
    for (const values of columns) keepOf(values, Math.max(1, groups), reduction, kept);
    if (kept.size <= points || groups <= 1) return [...kept].sort((a, b) => a - b);
  }
}

function keepOf(values: Values, groups: number, reduction: Reduction, kept: Set<number>): void {
  if (reduction === "lttb") keepTriangles(values, groups, kept);
  const count = reduction === "lttb" ? 1 : groups;
  for (let group = 0; group < count; group += 1) {
    keepExtremes(values, groupStart(values, group, count), groupStart(values, group + 1, count), kept);
  }
}

function groupStart(values: Values, group: number, groups: number): number {
  return Math.floor((group * values.length) / groups);
}

function keepExtremes(values: Values, first: number, end: number, kept: Set<number>): void {
  let least = -1;
  let most = -1;
  let unknown = -1;
  for (let i = first; i < end; i += 1) {
    const value = values[i] ?? null;
    if (value === null) {
      if (unknown < 0) unknown = i;
      continue;
    }
    if (least < 0 || value < (values[least] ?? 0)) least = i;
    if (most < 0 || value > (values[most] ?? 0)) most = i;
  }
  for (const index of [least, most, unknown]) if (index >= 0) kept.add(index);
}

/** Of each group the row with the largest triangle; a group in which nothing is known keeps its first row. */
function keepTriangles(values: Values, groups: number, kept: Set<number>): void {
  let before = { at: 0, value: values.find((value) => value !== null) ?? 0 };
  for (let group = 0; group < groups; group += 1) {
    const first = groupStart(values, group, groups);
    const end = groupStart(values, group + 1, groups);
    if (end <= first) continue;
    const after = centreOf(values, end, groupStart(values, group + 2, groups));
    const index = largestTriangle(values, first, end, before, after);
    kept.add(index);
    const value = values[index] ?? null;
    if (value !== null) before = { at: index, value };
  }
}

type Place = { readonly at: number; readonly value: number };

function largestTriangle(values: Values, first: number, end: number, before: Place, after: Place | null) {
  let largest = -1;
  let index = first;
  for (let i = first; i < end; i += 1) {
    const value = values[i] ?? null;
    if (value === null) continue;
    const next = after ?? { at: end, value };
    const area = Math.abs(
      (before.at - next.at) * (value - before.value) - (before.at - i) * (next.value - before.value),
    );
    if (area > largest) {
      largest = area;
      index = i;
    }
  }
  return index;
}

/** The middle of the known rows of a group; null = it has none. */
function centreOf(values: Values, first: number, end: number): Place | null {
  let n = 0;
  let at = 0;
  let sum = 0;
  for (let i = first; i < Math.min(end, values.length); i += 1) {
    const value = values[i] ?? null;
    if (value === null) continue;
    n += 1;
    at += i;
    sum += value;
  }
  return n === 0 ? null : { at: at / n, value: sum / n };
}

/** The answer with no more rows than points; itself where it has none to lose. */
export function reducedTo(points: number, reduction: Reduction, data: QueryColumns): QueryColumns {
  if (data.t.length <= points) return data;
  const kept = keptRows(
    data.columns.map(({ values }) => values),
    points,
    reduction,
  );
  return {
    ...data,
    reduced: reduction,
    t: kept.map((i) => data.t[i] ?? 0),
    columns: data.columns.map((column) => ({
      ...column,
      values: kept.map((i) => column.values[i] ?? null),
    })),
  };
}
