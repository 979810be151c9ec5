/**
 * The response time of one carrier, taken apart: its five phases as areas on each other, the total as a line on top.
 *
 * A failed measurement keeps the phases it completed, so an area may go on where the total has a gap.
 */
import type { ChartConfiguration, ChartDataset } from "chart.js";
import { PHASES, type Phase } from "../../collector/wire/metric.ts";
import { frameOptions } from "./frame.ts";
import { columnsOf, limitFor, pointsOf, radii, type XY } from "./lines.ts";
import { alarmPlugin, bandsPlugin, crosshairPlugin } from "./marks.ts";
import { bandsOf, type ChartInput, type Line, lineOf } from "./metric-chart.ts";
import { withAlpha } from "./theme.ts";
import { msTickText, valueAxis } from "./value-axis.ts";

/** Areas of the phases of `line.carrier`. @param name What a phase is called. */
export function phasesChart(
  line: Line,
  name: (phase: Phase) => string,
  input: ChartInput,
): ChartConfiguration<"line", XY[]> {
  const { data, theme, target } = input;
  const series = data.series.find((candidate) => candidate.carrier === line.carrier);
  const areas = PHASES.map((phase, i) => {
    const points = series ? pointsOf(data, columnsOf(series, phase).AVERAGE) : [];
    return areaOf(points, name(phase), theme.phases[phase], i === 0);
  });
  const total: ChartDataset<"line", XY[]> = {
    ...lineOf(series ? pointsOf(data, columnsOf(series, "total").AVERAGE) : [], line.name, line.color, 1.6),
    stack: "total",
    // Chart.js draws lower orders on top.
    order: -1,
  };
  const limit = limitFor(target.alarm.lines.total, line.carrier);
  const sums = (areas[0]?.data ?? []).map((_, i) =>
    areas.reduce((sum, area) => sum + (area.data[i]?.y ?? 0), 0),
  );
  const axis = valueAxis([...sums, ...total.data.map((point) => point.y)], limit, target.yMax.total ?? null);
  const marks =
    limit === null
      ? []
      : [{ limit, color: theme.down, text: input.text.alarm(limit, null), above: limit > axis.max }];
  return {
    type: "line",
    data: { datasets: [...areas, total] },
    options: frameOptions({
      data,
      theme,
      axis,
      stacked: true,
      timeZone: input.timeZone,
      language: input.language,
      tickText: msTickText(axis.max),
      valueText: input.text.value,
      titleText: input.text.title,
    }),
    plugins: [bandsPlugin(bandsOf(data, theme)), alarmPlugin(marks, theme), crosshairPlugin(theme)],
  };
}

function areaOf(points: XY[], label: string, color: string, first: boolean): ChartDataset<"line", XY[]> {
  return {
    label,
    data: points,
    stack: "phases",
    borderColor: color,
    backgroundColor: withAlpha(color, 0.72),
    borderWidth: 0.6,
    pointRadius: radii(points, 2.4),
    pointBorderWidth: 0,
    pointBackgroundColor: color,
    pointHoverRadius: 0,
    spanGaps: false,
    fill: first ? "origin" : "-1",
  };
}
