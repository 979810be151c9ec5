/**
 * The reference for samples: every record ever stored, in maps by series, step and tick.
 *
 * Acceptance follows rule of value 9 word for word. Nothing is consolidated here; `memory-rows` does that on every
 * read. What a sized ring would have forgotten is left out when read, so that both engines answer alike.
 */
import {
  FUTURE_LIMIT_S,
  isArchivable,
  LATE_WINDOW_S,
  LONGEST_S,
  liveLimitMs,
  PDP_KEEP_S,
} from "../../archive/layout.ts";
import { codeOf, UNKNOWN_CODE } from "../../archive/strip.ts";
import { PDP_MAX } from "../../wire/metric.ts";
import type { OutcomeKind } from "../../wire/sample.ts";
import { comparePlaces, compareText, cursorOf, placeOf } from "../cursor.ts";
import type { Generation, IngestCounters, SampleRecord, Samples, SeriesKey, StoredSample } from "../store.ts";

/** All samples of one series with one step. */
export type MemoryGeneration = {
  readonly series: SeriesKey;
  readonly stepS: number;
  readonly byTick: Map<number, StoredSample>;
};

export type MemorySamples = Samples & {
  /** Generations of a series, by step. */
  of(series: SeriesKey): MemoryGeneration[];
  counters(): IngestCounters[];
  countRejected(vantage: string, n: number): void;
};

type Counts = { -readonly [K in keyof IngestCounters]: IngestCounters[K] };

const nameOf = (series: SeriesKey) => `${series.target}/${series.vantage}`;

/** First and newest tick of a generation. */
export function reach(generation: MemoryGeneration): { openedTick: number; lastTick: number } {
  let openedTick = Number.POSITIVE_INFINITY;
  let lastTick = Number.NEGATIVE_INFINITY;
  for (const tick of generation.byTick.keys()) {
    openedTick = Math.min(openedTick, tick);
    lastTick = Math.max(lastTick, tick);
  }
  return { openedTick, lastTick };
}

/** @param mark Called for each sample stored by `put`: its (target, tick) has news. */
export function memorySamples(
  mark: (target: string, tick: number, live: boolean, nowMs: number) => void,
): MemorySamples {
  const all = new Map<string, Map<number, MemoryGeneration>>();
  const counts = new Map<string, Counts>();

  const countsOf = (vantage: string): Counts => {
    const known = counts.get(vantage) ?? {
      vantage,
      stored: 0,
      duplicate: 0,
      conflict: 0,
      tooOld: 0,
      future: 0,
      rejected: 0,
      late: 0,
      clamped: 0,
    };
    counts.set(vantage, known);
    return known;
  };
  const of = (series: SeriesKey) =>
    [...(all.get(nameOf(series))?.values() ?? [])].sort((a, b) => a.stepS - b.stepS);
  const kept = (generation: MemoryGeneration): StoredSample[] => {
    const from = reach(generation).lastTick - PDP_KEEP_S(generation.stepS);
    return [...generation.byTick.values()].filter(({ sample }) => sample.tick > from);
  };

  const judge = (record: SampleRecord, nowMs: number, windowS: number): OutcomeKind => {
    const { sample, vantage } = record;
    if (!isArchivable(sample.stepS) || sample.tick % sample.stepS !== 0) return "rejected";
    for (const generation of of({ target: sample.target, vantage })) {
      const there = generation.byTick.get(sample.tick);
      if (!there) continue;
      const remembered = sample.tick > reach(generation).lastTick - PDP_KEEP_S(generation.stepS);
      if (remembered)
        return there.epoch === record.epoch && there.sample.seq === sample.seq ? "duplicate" : "conflict";
      if (codeOf(there.sample) !== UNKNOWN_CODE) return "duplicate";
    }
    const ageS = Math.floor(nowMs / 1000) - sample.tick;
    if (ageS > windowS) return "tooOld";
    return ageS < -FUTURE_LIMIT_S ? "future" : "stored";
  };

  const store = (record: SampleRecord): StoredSample => {
    const { sample, vantage } = record;
    const series = { target: sample.target, vantage };
    const steps = all.get(nameOf(series)) ?? new Map<number, MemoryGeneration>();
    all.set(nameOf(series), steps);
    const generation = steps.get(sample.stepS) ?? { series, stepS: sample.stepS, byTick: new Map() };
    steps.set(sample.stepS, generation);
    const lateMs = record.receivedMs + (record.skewMs ?? 0) - sample.tick * 1000;
    const stored: StoredSample = { ...structuredClone(record), live: lateMs <= liveLimitMs(sample.stepS) };
    generation.byTick.set(sample.tick, stored);
    return stored;
  };

  const accept = (record: SampleRecord, nowMs: number, history: boolean): OutcomeKind => {
    const outcome = judge(record, nowMs, history ? LONGEST_S : LATE_WINDOW_S);
    const count = countsOf(record.vantage);
    count[outcome] += 1;
    if (outcome !== "stored") return outcome;
    const stored = store(record);
    if (Object.values(stored.sample.timings).includes(PDP_MAX)) count.clamped += 1;
    if (!history) {
      if (!stored.live) count.late += 1;
      mark(stored.sample.target, stored.sample.tick, stored.live, nowMs);
    }
    return outcome;
  };

  return {
    of,
    counters: () => [...counts.values()].sort((a, b) => compareText(a.vantage, b.vantage)),
    countRejected(vantage, n) {
      countsOf(vantage).rejected += n;
    },
    async put(records, nowMs) {
      return records.map((record) => accept(record, nowMs, false));
    },
    async load(records, nowMs) {
      return records.map((record) => accept(record, nowMs, true));
    },
    async latest(series) {
      return series.flatMap((key) => {
        const samples = of(key).flatMap(kept);
        return samples.length === 0
          ? []
          : [samples.reduce((a, b) => (b.sample.tick > a.sample.tick ? b : a))];
      });
    },
    async states(target, ticks) {
      const wanted = new Set(ticks);
      return [...all.values()]
        .flatMap((steps) => [...steps.values()])
        .filter((generation) => generation.series.target === target)
        .flatMap(kept)
        .filter(({ sample }) => wanted.has(sample.tick))
        .sort((a, b) => a.sample.tick - b.sample.tick || compareText(a.vantage, b.vantage));
    },
    async page({ series, fromS, toS, limit, order, cursor }) {
      const after = cursor === undefined ? null : placeOf(cursor);
      const place = (stored: StoredSample) => ({
        tick: stored.sample.tick,
        target: stored.sample.target,
        vantage: stored.vantage,
      });
      const found = series
        .flatMap((key) => of(key).flatMap(kept))
        .filter(({ sample }) => sample.tick >= fromS && sample.tick <= toS)
        .filter((stored) => !after || comparePlaces(order, place(stored), after) > 0)
        .sort((a, b) => comparePlaces(order, place(a), place(b)));
      const samples = found.slice(0, limit);
      const last = samples.at(-1);
      return { samples, cursor: last && found.length > limit ? cursorOf(place(last)) : null };
    },
    async generations(target) {
      const found: Generation[] = [...all.values()]
        .flatMap((steps) => [...steps.values()])
        .filter((generation) => target === undefined || generation.series.target === target)
        .map((generation) => ({
          series: generation.series,
          stepS: generation.stepS,
          ...reach(generation),
        }));
      return found.sort(
        (a, b) =>
          compareText(a.series.target, b.series.target) ||
          compareText(a.series.vantage, b.series.vantage) ||
          a.openedTick - b.openedTick ||
          a.stepS - b.stepS,
      );
    },
  };
}
