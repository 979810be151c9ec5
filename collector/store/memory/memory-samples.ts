/**
 * The reference for samples: what is accepted goes on the shelf, every question looks through all of it.
 *
 * Nothing is consolidated here; `memory-rows` does that on every read.
 */
import { LATE_WINDOW_S, LONGEST_S, liveLimitMs } from "../../archive/layout.ts";
import { sampleAt } from "../../wire/columns.ts";
import { PDP_MAX } from "../../wire/metric.ts";
import type { OutcomeKind } from "../../wire/sample.ts";
import { comparePlaces, cursorOf, placed, placeOf } from "../cursor.ts";
import { heldOf } from "../held-rows.ts";
import { compareSeries, seriesName } from "../series.ts";
import type { Generation, IngestCounters, SampleRecord, Samples } from "../store.ts";
import { newestOf } from "./memory-newest.ts";
import { outlinesOf } from "./memory-outlines.ts";
import type { MemoryShapes } from "./memory-shapes.ts";
import {
  allGenerations,
  generationsOf,
  judge,
  kept,
  layRow,
  place,
  reach,
  type Shelf,
} from "./memory-shelf.ts";

export type Counts = { -readonly [K in keyof IngestCounters]: IngestCounters[K] };

/**
 * @param countsOf The counters of a vantage, to be added to.
 * @param mark Called for each sample of a target's own series stored by `put`: its (target, tick) has news.
 */
export function memorySamples(
  shelf: Shelf,
  shapes: MemoryShapes,
  countsOf: (vantage: string) => Counts,
  mark: (target: string, tick: number, live: boolean) => void,
): Samples {
  const accept = (record: SampleRecord, nowMs: number, history: boolean): OutcomeKind => {
    const outcome = judge(shelf, record, nowMs, history ? LONGEST_S : LATE_WINDOW_S);
    const counts = countsOf(record.vantage);
    counts[outcome] += 1;
    if (outcome !== "stored") return outcome;
    const { sample, receivedMs, skewMs } = record;
    const lateMs = receivedMs + (skewMs ?? 0) - sample.tick * 1000;
    const live = lateMs <= liveLimitMs(sample.stepS);
    place(shelf, { ...structuredClone(record), live });
    if (Object.values(sample.timings).includes(PDP_MAX)) counts.clamped += 1;
    if (history) return outcome;
    if (!live) counts.late += 1;
    if (sample.address === undefined) mark(sample.target, sample.tick, live);
    return outcome;
  };
  return {
    put: async (records, nowMs) => records.map((record) => accept(record, nowMs, false)),
    putColumns: async ({ columns, ...common }, nowMs) =>
      Array.from({ length: columns.count }, (_, i) =>
        accept({ ...common, sample: sampleAt(columns, i) }, nowMs, false),
      ),
    load: async (records, nowMs) => records.map((record) => accept(record, nowMs, true)),
    loadRows: async (rows, nowMs) => rows.map((row) => layRow(shelf, shapes.of, structuredClone(row), nowMs)),
    async latest(series) {
      return series.flatMap((key) => {
        const samples = generationsOf(shelf, key).flatMap(kept);
        const newest = Math.max(...samples.map(({ sample }) => sample.tick));
        return samples.filter(({ sample }) => sample.tick === newest);
      });
    },
    newest: async (series) => newestOf(shelf, series),
    outlines: async (asked) => outlinesOf(shelf, asked),
    async states(target, ticks) {
      return allGenerations(shelf)
        .filter(({ series }) => series.target === target && series.address === undefined)
        .flatMap(kept)
        .filter(({ sample }) => ticks.includes(sample.tick))
        .sort((a, b) => comparePlaces("oldest", placed(a), placed(b)));
    },
    async page({ series, fromS, toS, limit, order, cursor }) {
      const after = cursor === undefined ? null : placeOf(cursor);
      const found = series
        .flatMap((key) => generationsOf(shelf, key).flatMap(kept))
        .filter(({ sample }) => sample.tick >= fromS && sample.tick <= toS)
        .filter((stored) => !after || comparePlaces(order, placed(stored), after) > 0)
        .sort((a, b) => comparePlaces(order, placed(a), placed(b)));
      const samples = found.slice(0, limit);
      const last = samples.at(-1);
      return { samples, cursor: last && found.length > limit ? cursorOf(placed(last)) : null };
    },
    shape: shapes.shape,
    generations: async (target) => generationList(shelf, shapes, target),
    async purge(series) {
      shelf.delete(seriesName(series));
    },
  };
}

function generationList(shelf: Shelf, shapes: MemoryShapes, target: string | undefined): Generation[] {
  return allGenerations(shelf)
    .filter(({ series }) => target === undefined || series.target === target)
    .map(({ series, stepS, ...rest }) => {
      const held = heldOf(shapes.of(series.target, stepS));
      return { series, stepS, ...reach({ series, stepS, ...rest }), ...held };
    })
    .sort((a, b) => compareSeries(a.series, b.series) || a.openedTick - b.openedTick || a.stepS - b.stepS);
}
