/** The reference for outlines: every sample the log holds, each looked at whole. */
import { METRICS } from "../../wire/metric.ts";
import type { Sample } from "../../wire/sample.ts";
import { compareText } from "../cursor.ts";
import { OUTLINE_STATES, type OutlineQuery, type Outlines } from "../outline.ts";
import { OutlineColumns, type OutlineEntry } from "../outline-columns.ts";
import { allGenerations, kept, type MemoryGeneration, reach, type Shelf } from "./memory-shelf.ts";

export function outlinesOf(shelf: Shelf, asked: readonly OutlineQuery[]): Outlines {
  const columns = new OutlineColumns();
  for (const [i, query] of asked.entries())
    for (const generation of ownOf(shelf, query.target)) {
      for (const { sample, skewMs, live } of kept(generation)) {
        if (sample.tick < query.fromS || sample.tick > query.toS) continue;
        columns.sample(sample.tick, entryOf(sample, skewMs, query), columns.text(textOf(sample)), live);
      }
      const { series, stepS } = generation;
      columns.series(i, series.vantage, stepS, reach(generation).lastTick);
    }
  return columns.taken();
}

function ownOf(shelf: Shelf, target: string): MemoryGeneration[] {
  return allGenerations(shelf)
    .filter(
      ({ series, byTick }) => series.target === target && series.address === undefined && byTick.size > 0,
    )
    .sort((a, b) => compareText(a.series.vantage, b.series.vantage));
}

function entryOf(sample: Sample, skewMs: number | null, query: OutlineQuery): OutlineEntry {
  const values = query.values ? valuesOf(sample) : { present: 0, values: new Uint32Array(0) };
  const { status = 0, bodyBytes = Number.NaN } = query.answers ? sample.detail : {};
  const state = OUTLINE_STATES.indexOf(sample.state);
  return { state, skewMs: skewMs ?? Number.NaN, ...values, status, bodyBytes };
}

function valuesOf({ state, timings }: Sample): { present: number; values: Uint32Array } {
  const values = Uint32Array.from(METRICS, (metric) => timings[metric] ?? 0);
  const bits = METRICS.map((metric, m) => (timings[metric] === null ? 0 : 1 << m));
  return { present: state === "up" ? bits.reduce((sum, bit) => sum + bit, 0) : 0, values };
}

function textOf({ detail, failure, unknownReason }: Sample): string {
  const { address: _, family: __, ...others } = detail;
  const d = Object.fromEntries(Object.entries(others).filter(([, value]) => typeof value !== "number"));
  const { elapsedUs: ___, ...f } = failure ?? { elapsedUs: 0 };
  return JSON.stringify({ d, ...(failure ? { f } : {}), ...(unknownReason ? { u: unknownReason } : {}) });
}
