/**
 * Which samples of a batch open pages and the evaluator are told of, as soon as they are stored.
 *
 * Of the targets' own series the live samples, and of late ones the newest of each: a backlog must not flood pages that
 * read the rest anyway, and those of single addresses come with them.
 */
import { liveLimitMs } from "../archive/layout.ts";
import type { ColumnRecords, SampleRecord } from "../store/store.ts";
import type { SampleView } from "../wire/api-overview.ts";
import { sampleAt } from "../wire/columns.ts";

/** A sample for pages, and its place among those that the store is given. */
export type Shown = { readonly at: number; readonly view: Omit<SampleView, "carrier"> };

type Candidate = {
  readonly at: number;
  readonly target: string;
  readonly tick: number;
  readonly live: boolean;
};

/** @param wantsLate false = nobody wants late ones. */
export function shownOf(records: readonly SampleRecord[], wantsLate: boolean): Shown[] {
  const own = records.flatMap((record, at) => {
    const { target, tick, stepS, address } = record.sample;
    const live = isLive(record, tick, stepS);
    return address === undefined && (wantsLate || live) ? [{ at, target, tick, live }] : [];
  });
  return worthShowing(own).flatMap(({ at, live }) => {
    const record = records[at];
    if (!record) return [];
    const { vantage, receivedMs, sample } = record;
    return [{ at, view: { vantage, receivedMs, live, sample } }];
  });
}

/** The same of samples that nobody made objects of: only those shown become some. */
export function shownOfColumns(records: ColumnRecords, wantsLate: boolean): Shown[] {
  const { columns, vantage, receivedMs } = records;
  const { count, tick, stepS, target, targets } = columns;
  const own: Candidate[] = [];
  for (let at = 0; at < count; at += 1) {
    const of = tick[at] ?? 0;
    const live = isLive(records, of, stepS[at] ?? 0);
    if (wantsLate || live) own.push({ at, target: targets[target[at] ?? 0] ?? "", tick: of, live });
  }
  return worthShowing(own).map(({ at, live }) => ({
    at,
    view: { vantage, receivedMs, live, sample: sampleAt(columns, at) },
  }));
}

function worthShowing(own: readonly Candidate[]): Candidate[] {
  const newest = new Map<string, Candidate>();
  for (const one of own) if (one.tick >= (newest.get(one.target)?.tick ?? 0)) newest.set(one.target, one);
  return own.filter((one) => one.live || newest.get(one.target) === one);
}

/** By the skew-corrected clock, as the store judges it. */
function isLive(
  { receivedMs, skewMs }: Pick<SampleRecord, "receivedMs" | "skewMs">,
  tick: number,
  stepS: number,
): boolean {
  return receivedMs + (skewMs ?? 0) - tick * 1000 <= liveLimitMs(stepS);
}
