/** Under a chart: each carrier's current, average, max, min and p95 over the shown range; pressing one shows it alone. */
import type { ChartData } from "../../../collector/wire/api-chart.ts";
import type { Target } from "../../../collector/wire/target.ts";
import { limitFor } from "../../charts/lines.ts";
import type { Line, LinesMetric } from "../../charts/metric-chart.ts";
import { Dot } from "../parts/fields.tsx";
import { useApp } from "../state/app.ts";

type LegendProps = {
  metric: LinesMetric;
  data: ChartData;
  target: Target;
  lines: readonly Line[];
  shown: readonly Line[];
  onPick: (carrier: string | null) => void;
};

export function Legend({ metric, data, target, lines, shown, onPick }: LegendProps) {
  const { t, f } = useApp();
  const columns =
    metric === "total" || metric === "ttfb"
      ? (["current", "average", "max", "min", "p95"] as const)
      : (["current", "average", "max", "min"] as const);
  const say = metric === "speed" ? f.speed : f.ms;
  return (
    <div class="scroll-x">
      <table class="legend">
        <thead>
          <tr>
            <th scope="col">
              <span class="sr">{t("target.col.carrier")}</span>
            </th>
            {columns.map((column) => (
              <th key={column} scope="col">
                {t(`target.col.${column}`)}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {lines.map((line) => {
            const series = data.series.find((one) => one.carrier === line.carrier);
            const summary = series?.summary[metric];
            const limit = limitFor(target.alarm.lines[metric], line.carrier);
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
                    {line.name}
                  </button>
                </th>
                {columns.map((column) => {
                  const value = summary?.[column] ?? null;
                  return (
                    <td key={column} class={isBeyond(value, limit, metric) ? "slow" : ""}>
                      {say(value)}
                    </td>
                  );
                })}
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
