/**
 * The newest tick of every series of many targets: read in columns, and of the few that need it the sample itself.
 *
 * A failure's cause, why nobody measured and what a suspect sample took stand in the log alone; what is up is told by its archived values.
 */
import { decode } from "../archive/strip.ts";
import { newestPdps } from "../store/newest.ts";
import type { SeriesKey, Store, StoredSample } from "../store/store.ts";
import { type NewestTick, newestTickOf } from "./now.ts";
import { type Subject, seriesOf, startDelayS } from "./subject.ts";

export type NewestTicks = {
  /** By target, then by vantage. */
  readonly byTarget: ReadonlyMap<string, ReadonlyMap<string, NewestTick>>;
  /** When the measurement that was due last began, UTC ms; null = nothing was measured yet. */
  readonly lastStartMs: number | null;
};

export async function newestTicks(
  store: Pick<Store, "samples">,
  subjects: readonly Subject[],
): Promise<NewestTicks> {
  const asked = subjects.flatMap(({ target, carriers }) => {
    const delayS = startDelayS(target);
    return seriesOf(target, carriers).map((key) => ({ key, delayS }));
  });
  const newest = await store.samples.newest(asked.map(({ key }) => key));
  const byTarget = new Map(subjects.map(({ target }) => [target.id, new Map<string, NewestTick>()]));
  const wanted: SeriesKey[] = [];
  let last: { readonly key: SeriesKey; readonly dueS: number } | null = null;
  for (const [i, { key, delayS }] of asked.entries()) {
    const tick = newest.ticks[i] ?? Number.NaN;
    if (Number.isNaN(tick)) continue;
    const { state } = decode(newest.codes[i] ?? 0);
    const pdps = newestPdps(newest, i);
    byTarget.get(key.target)?.set(key.vantage, { vantage: key.vantage, tick, state, pdps, sample: null });
    if (state !== "up") wanted.push(key);
    if (last === null || tick + delayS > last.dueS) last = { key, dueS: tick + delayS };
  }
  if (last === null) return { byTarget, lastStartMs: null };
  const details = await store.samples.latest([...wanted, last.key]);
  // What came in between is newer than the columns: it stands whole in their place.
  for (const one of details) byTarget.get(one.sample.target)?.set(one.vantage, newestTickOf(one));
  const { target, vantage } = last.key;
  const begun = details.find((one) => one.sample.target === target && one.vantage === vantage);
  return { byTarget, lastStartMs: begun?.sample.startedMs ?? null };
}

/** The same of samples that are there with their details. */
export function ticksOfSamples(samples: readonly StoredSample[]): Map<string, NewestTick> {
  return new Map(samples.map((stored) => [stored.vantage, newestTickOf(stored)]));
}
