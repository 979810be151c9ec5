/** Under a chart: each carrier's current, average, max, min and a percentile over the shown range; pressing one shows it alone. */
import type { ChartData, MetricSummary } from "../../../collector/wire/api-chart.ts";
import type { Target } from "../../../collector/wire/target.ts";
import { type Drawn, type DrawnRows, hasPercentiles, isPercentile } from "../../charts/drawn.ts";
import { limitFor } from "../../charts/lines.ts";
import type { Line, LinesMetric } from "../../charts/metric-chart.ts";
import { Dot } from "../parts/fields.tsx";
import { useApp } from "../state/app.ts";

type LegendProps = {
  metric: LinesMetric;
  data: ChartData;
  rows: DrawnRows;
  target: Target;
  lines: readonly Line[];
  shown: readonly Line[];
  onPick: (carrier: string | null) => void;
};

const COLUMNS = ["current", "average", "max", "min"] as const;

export function Legend({ metric, data, rows, target, lines, shown, onPick }: LegendProps) {
  const { t, f } = useApp();
  // The percentile that is drawn, else the one people ask for first.
  const percentile = hasPercentiles(metric, target) ? (rows.of.find(isPercentile) ?? "p95") : null;
  const say = metric === "speed" ? f.speed : f.ms;
  return (
    <div class="scroll-x">
      <table class="legend">
        <thead>
          <tr>
            <th scope="col">
              <span class="sr">{t("target.col.carrier")}</span>
            </th>
            {COLUMNS.map((column) => (
              <th key={column} scope="col">
                {t(`target.col.${column}`)}
              </th>
            ))}
            {percentile && <th scope="col">{percentile}</th>}
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => {
            const series = data.series.find((one) => one.carrier === line.carrier);
            const summary = series?.summary[metric];
            const limit = limitFor(target.alarm.lines[metric], line.carrier);
            const known = rows.whole.get(line.carrier);
            const values: (readonly [string, number | null])[] = [
              ...COLUMNS.map((column) => [column, summary?.[column] ?? null] as const),
              ...(percentile
                ? [[percentile, known?.get(percentile) ?? percentileIn(summary, percentile)] as const]
                : []),
            ];
            const alone = shown.length === 1 && shown[0]?.carrier === line.carrier;
            return (
              <tr key={line.carrier} class={shown.includes(line) ? "" : "off"}>
                <th scope="row">
                  <button
                    type="button"
                    disabled={lines.length === 1}
                    aria-pressed={alone}
                    onClick={() => onPick(alone ? null : line.carrier)}
                  >
                    <Dot color={line.color} />
                    <span class="name" title={line.name}>
                      {line.name}
                    </span>
                  </button>
                </th>
                {values.map(([column, value]) => (
                  <td key={column} class={isBeyond(value, limit, metric) ? "slow" : ""}>
                    {say(value)}
                  </td>
                ))}
              </tr>
            );
          })}
        </tbody>
      </table>
    </div>
  );
}

function isBeyond(value: number | null, limit: number | null, metric: LinesMetric): boolean {
  if (value === null || limit === null) return false;
  return metric === "speed" ? value < limit : value > limit;
}

/** A percentile that came with the chart; null = it did not. */
function percentileIn(summary: MetricSummary | undefined, one: Drawn): number | null {
  return one === "p50" || one === "p95" ? (summary?.[one] ?? null) : null;
}
