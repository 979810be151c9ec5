/**
 * The response time of one carrier, taken apart: its five phases as areas on each other, the total as a line on top.
 *
 * A failed measurement keeps the phases it completed, so an area may go on where the total has a gap. A phase that a
 * measurement skips (TLS of plain http, DNS of a literal address) has no height there, and no area if it never was:
 * Chart.js draws no area upon one that has a hole.
 */
import type { ChartConfiguration, ChartDataset } from "chart.js";
import { PHASES, type Phase } from "../../collector/wire/metric.ts";
import { eventsPlugin, textsAt } from "./event-marks.ts";
import { frameOptions } from "./frame.ts";
import { columnsOf, limitFor, pointsOf, radii, type XY } from "./lines.ts";
import { alarmPlugin, bandsPlugin, crosshairPlugin } from "./marks.ts";
import { bandsOf, type ChartInput, EDGE, type Line, lineOf } from "./metric-chart.ts";
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
  const areas = series
    ? stackable(
        PHASES.map((phase) => ({ phase, points: pointsOf(data, columnsOf(series, phase).AVERAGE) })),
      ).map(({ phase, points }, i) => areaOf(points, name(phase), theme.phases[phase], i === 0))
    : [];
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
      noteText: (atS, roomPx) => textsAt(input.events ?? [], atS, roomPx, data),
    }),
    plugins: [
      bandsPlugin(bandsOf(data, theme)),
      eventsPlugin(input.events ?? [], theme),
      alarmPlugin(marks, theme),
      crosshairPlugin(theme),
    ],
  };
}

type PhasePoints = { readonly phase: Phase; readonly points: XY[] };

/** The phases that ever happened, in order; one that was skipped on the way to a later one is 0 there. */
function stackable(phases: readonly PhasePoints[]): PhasePoints[] {
  const present = phases.filter(({ points }) => points.some((point) => point.y !== null));
  return present.map(({ phase, points }, at) => ({
    phase,
    points: points.map((point, i) => {
      const skipped = point.y === null && present.slice(at + 1).some((later) => later.points[i]?.y != null);
      return skipped ? { x: point.x, y: 0 } : point;
    }),
  }));
}

function areaOf(points: XY[], label: string, color: string, first: boolean): ChartDataset<"line", XY[]> {
  return {
    label,
    data: points,
    stack: "phases",
    borderColor: color,
    backgroundColor: withAlpha(color, 0.72),
    borderWidth: 0.6,
    pointRadius: radii(points, 2.4).map((radius, i) => (points[i]?.y === 0 ? 0 : radius)),
    clip: EDGE,
    pointBorderWidth: 0,
    pointBackgroundColor: color,
    pointHoverRadius: 0,
    spanGaps: false,
    fill: first ? "origin" : "-1",
  };
}
