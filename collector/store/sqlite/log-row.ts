/**
 * A sample as the log keeps it: identity and clocks in columns, the rest as short JSON.
 *
 * What a row's place already says (target, vantage, address, tick, step) is not repeated. Field order here is the format.
 */
import { METRICS } from "../../wire/metric.ts";
import type { Sample, Timings } from "../../wire/sample.ts";
import type { SampleRecord, SeriesKey, StoredSample } from "../store.ts";

export type LogRow = {
  readonly tick: number;
  readonly epoch: string;
  readonly seq: number;
  readonly received_ms: number;
  readonly skew_ms: number | null;
  readonly live: number;
  readonly body: string;
};

type Body = [
  startedMs: number,
  state: Sample["state"],
  timings: (number | null)[],
  detail: Sample["detail"],
  failure: Sample["failure"] | 0,
  unknownReason: Sample["unknownReason"] | 0,
];

export function bodyOf({ sample }: SampleRecord): string {
  const { startedMs, state, timings, detail } = sample;
  const values = METRICS.map((metric) => timings[metric]);
  const body: Body = [startedMs, state, values, detail, sample.failure ?? 0, sample.unknownReason ?? 0];
  return JSON.stringify(body);
}

export function storedOf(series: SeriesKey, stepS: number, row: LogRow): StoredSample {
  // The database holds what bodyOf wrote; a damaged page shows in its own check, not here.
  const [startedMs, state, values, detail, failure, unknownReason] = JSON.parse(row.body) as Body;
  const timings = Object.fromEntries(METRICS.map((metric, i) => [metric, values[i] ?? null])) as Timings;
  return {
    vantage: series.vantage,
    epoch: row.epoch,
    receivedMs: row.received_ms,
    skewMs: row.skew_ms,
    live: row.live === 1,
    sample: {
      target: series.target,
      ...(series.address ? { address: series.address } : {}),
      tick: row.tick,
      stepS,
      seq: row.seq,
      startedMs,
      state,
      ...(failure ? { failure } : {}),
      ...(unknownReason ? { unknownReason } : {}),
      timings,
      detail,
    },
  };
}
