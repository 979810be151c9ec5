/** A chart as a table: for screen readers, and for who wants the numbers. */
import { type DrawnRows, drawnColumn } from "../../charts/drawn.ts";
import type { Line, LinesMetric } from "../../charts/metric-chart.ts";
import { useApp } from "../state/app.ts";

/** More rows than anybody reads; the API has them all. */
const MOST_ROWS = 400;

type ValueTableProps = { metric: LinesMetric; rows: DrawnRows; lines: readonly Line[] };

export function ValueTable({ metric, rows: drawn, lines }: ValueTableProps) {
  const { t, f } = useApp();
  const say = metric === "speed" ? f.speed : f.ms;
  const [of = "AVERAGE"] = drawn.of;
  const columns = lines.map((line) => ({ line, values: drawnColumn(drawn, line.carrier, of) }));
  const rows = drawn.labels
    .map((atS, i) => ({ atS, i }))
    .reverse()
    .slice(0, MOST_ROWS);
  return (
    // biome-ignore lint/a11y/noNoninteractiveTabindex: a box that scrolls must be reachable by keyboard.
    <section class="values" tabIndex={0} aria-label={t("target.chart.table")}>
      <table class="legend">
        <thead>
          <tr>
            <th scope="col">{t("target.chart.time")}</th>
            {columns.map(({ line }) => (
              <th key={line.carrier} scope="col">
                {line.name}
              </th>
            ))}
          </tr>
        </thead>
        <tbody>
          {rows.map(({ atS, i }) => (
            <tr key={atS}>
              <th scope="row">{f.dayClock(atS * 1000)}</th>
              {columns.map(({ line, values }) => (
                <td key={line.carrier}>{say(values[i] ?? null)}</td>
              ))}
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}
