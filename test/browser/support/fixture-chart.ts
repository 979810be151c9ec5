/** An invented chart: three carriers, a slow one, a gap, a failure. */
import type { ChartData, MetricColumns, Range, StateCell } from "../../../collector/wire/api-chart.ts";
import { RANGE_S } from "../../../collector/wire/api-chart.ts";
import type { IncidentView } from "../../../collector/wire/incident.ts";
import { METRICS, type Metric } from "../../../collector/wire/metric.ts";
import { availability, CARRIERS, incidentOf, NOW_S, STORIES, type Story, wander } from "./fixtures.ts";

const STEP_S = 300;

const ROWS: Readonly<Record<Exclude<Range, "custom">, number>> = {
  "3h": 300,
  day: 300,
  week: 1800,
  month: 7200,
  year: 86_400,
};

export function chart(story: Story, range: Range, custom?: { fromS: number; toS: number }): ChartData {
  const spanS =
    range === "custom" ? (custom?.toS ?? NOW_S) - (custom?.fromS ?? NOW_S - 86_400) : RANGE_S[range];
  const toS = range === "custom" ? (custom?.toS ?? NOW_S) : NOW_S;
  const fromS = toS - spanS;
  const rowS = range === "custom" ? 1800 : ROWS[range];
  const first = Math.ceil(fromS / rowS) * rowS;
  const labels = Array.from({ length: Math.floor((toS - first) / rowS) + 1 }, (_, i) => first + i * rowS);
  const n = labels.length;
  return {
    target: story.id,
    range,
    fromS,
    toS,
    rowS,
    stepS: STEP_S,
    labels,
    series: CARRIERS.map((carrier, i) => seriesOf(story, carrier.id, i, { n, fromS, toS, rowS })),
    incidents: [incidentOf(story), past(story, toS)].flatMap((one) => one ?? []),
    events: [],
    pauses: range === "week" ? [{ fromS: toS - 3 * 86_400, toS: toS - 2.6 * 86_400 }] : [],
    nowS: NOW_S,
  };
}

function past(story: Story, toS: number): IncidentView | null {
  const open = incidentOf(STORIES[0] ?? story);
  if (!open) return null;
  const fromS = toS - 5400;
  return {
    ...open,
    id: "past",
    target: story.id,
    name: story.name,
    class: "degraded",
    carriers: ["cmcc"],
    fromS,
    toS: fromS + 600,
  };
}

function seriesOf(
  story: Story,
  carrier: string,
  i: number,
  span: { n: number; fromS: number; toS: number; rowS: number },
): ChartData["series"][number] {
  const slow = story.slow === carrier;
  const hill = slow ? { at: span.n * 0.9, width: span.n * 0.18, height: 1650 } : undefined;
  const total = wander(span.n, story.base * (1 + i * 0.16), 17 + i, hill);
  const gap = carrier === "cnc" ? [Math.floor(span.n * 0.25), Math.floor(span.n * 0.3)] : [-1, -1];
  const column = (factor: (ms: number, at: number) => number): MetricColumns => {
    const average = total.map((ms, at) =>
      at >= (gap[0] ?? -1) && at <= (gap[1] ?? -1) ? null : factor(ms, at),
    );
    return {
      AVERAGE: average,
      MAX: average.map((value, at) =>
        value === null ? null : value * (span.rowS > STEP_S ? 1.6 + (at % 7 === 0 ? 6 : 0) : 1),
      ),
      MIN: average.map((value) => (value === null ? null : value * 0.7)),
    };
  };
  const shares: Record<Metric, (ms: number) => number> = {
    dns: () => 9 + i,
    connect: () => 14 + i * 2,
    tls: () => 26 + i * 3,
    wait: (ms) => ms * 0.5,
    transfer: (ms) => Math.max(4, ms * 0.5 - 49 - i * 6),
    ttfb: (ms) => ms * 0.8,
    total: (ms) => ms,
    speed: (ms) => 184_320_000 / ms,
  };
  const metrics = Object.fromEntries(METRICS.map((metric) => [metric, column(shares[metric])]));
  const summary = Object.fromEntries(
    METRICS.map((metric) => {
      const values = column(shares[metric]).AVERAGE.filter((value) => value !== null);
      const sorted = [...values].sort((a, b) => a - b);
      const at = (share: number) => sorted[Math.floor(sorted.length * share)] ?? null;
      return [
        metric,
        {
          current: values.at(-1) ?? null,
          average: at(0.5),
          max: at(0.999),
          min: at(0),
          p50: at(0.5),
          p95: at(0.95),
        },
      ];
    }),
  );
  const ticks = Math.round((span.toS - span.fromS) / STEP_S);
  const bad =
    carrier === "cmcc"
      ? {
          fromS: span.fromS + (span.toS - span.fromS) * 0.5,
          state: "down" as const,
          share: span.rowS > STEP_S ? 0.97 : 0,
        }
      : null;
  const cells: StateCell[] = bad
    ? [
        { fromS: span.fromS, toS: bad.fromS, state: "up", paused: false, share: 1 },
        {
          fromS: bad.fromS,
          toS: bad.fromS + (span.toS - span.fromS) / 96,
          state: "down",
          paused: false,
          share: bad.share,
        },
        {
          fromS: bad.fromS + (span.toS - span.fromS) / 96,
          toS: span.toS,
          state: "up",
          paused: false,
          share: 1,
        },
      ]
    : [
        {
          fromS: span.fromS,
          toS: span.fromS + (span.toS - span.fromS) * 0.25,
          state: carrier === "cnc" ? "up" : "up",
          paused: false,
          share: 1,
        },
        {
          fromS: span.fromS + (span.toS - span.fromS) * 0.25,
          toS: span.fromS + (span.toS - span.fromS) * 0.3,
          state: carrier === "cnc" ? "unknown" : "up",
          paused: false,
          share: carrier === "cnc" ? null : 1,
        },
        {
          fromS: span.fromS + (span.toS - span.fromS) * 0.3,
          toS: span.toS,
          state: "up",
          paused: false,
          share: 1,
        },
      ];
  return {
    carrier,
    vantages: carrier === "ct" ? ["ct-1", "ct-2"] : [`${carrier}-1`],
    metrics,
    summary,
    availability: availability(carrier === "cmcc" ? 1 : 0, carrier === "cnc" ? 2 : 0, ticks),
    cells,
  };
}
