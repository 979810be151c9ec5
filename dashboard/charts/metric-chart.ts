/**
 * ChartData to the Chart.js configuration of one metric: response time (total) or speed, one line per carrier.
 *
 * Pure: no DOM, no fetch, no clock. Drawn by pages/target and by the mail image. Values are ms or bytes per second;
 * null is a gap and is never bridged.
 */
import type { ChartConfiguration, ChartDataset } from "chart.js";
import type { ChartData } from "../../collector/wire/api-chart.ts";
import type { Language } from "../../collector/wire/ids.ts";
import type { Metric } from "../../collector/wire/metric.ts";
import type { Target } from "../../collector/wire/target.ts";
import { type Drawn, type DrawnRows, drawnColumn, keptRows } from "./drawn.ts";
import { type EventMark, eventsPlugin, textsAt } from "./event-marks.ts";
import { frameOptions } from "./frame.ts";
import { hiddenWorst, limitFor, pointsOf, radii, type XY } from "./lines.ts";
import { type AlarmMark, alarmPlugin, type Band, bandsPlugin, crosshairPlugin } from "./marks.ts";
import { type ChartTheme, withAlpha } from "./theme.ts";
import { msTickText, speedTickText, type ValueAxis, valueAxis } from "./value-axis.ts";

export type LinesMetric = Metric;

/** What a carrier is called and drawn in, on the ground of the theme. */
export type Line = { readonly carrier: string; readonly name: string; readonly color: string };

export type ChartInput = {
  readonly data: ChartData;
  readonly target: Pick<Target, "alarm" | "yMax">;
  /** What is drawn of the metric; absent = the AVERAGE of the data's own rows. */
  readonly rows?: DrawnRows;
  /** The carriers to draw, in order; others are left out. */
  readonly lines: readonly Line[];
  /** What happened meanwhile; absent = nothing is marked. */
  readonly events?: readonly EventMark[];
  readonly theme: ChartTheme;
  readonly timeZone: string;
  readonly language: Language;
  readonly text: {
    value(value: number): string;
    title(atS: number): string;
    /** Label of an alarm line; `carrier` is set for a carrier's own. */
    alarm(limit: number, carrier: string | null): string;
    /** Name of the line that shows the worst value of each row. */
    worst(carrier: string): string;
    /** Name of a line that draws something else than the average. */
    line(carrier: string, of: Drawn): string;
  };
};

/** Pixels a dot may stand out at the sides, where the newest value is: half a dot says half of it. */
export const EDGE = { left: 3, right: 4, top: 1, bottom: 1 };

type Dataset = ChartDataset<"line", XY[]>;

/** One line per carrier, alarm lines across, incidents and pauses as bands. */
export function linesChart(metric: LinesMetric, input: ChartInput): ChartConfiguration<"line", XY[]> {
  const { data, target, theme, rows = keptRows(data, metric) } = input;
  const alarm = target.alarm.lines[metric];
  const below = metric === "speed";
  const datasets: Dataset[] = [];
  for (const line of input.lines) {
    const columns = rows.columns.get(line.carrier);
    if (!columns) continue;
    const hidden = hiddenWorst(columns, rows.of, limitFor(alarm, line.carrier), below);
    if (hidden.some((value) => value !== null))
      datasets.push(worstOf(pointsOf(rows, hidden), input.text.worst(line.name), line.color));
    datasets.push(...drawnLines(rows, line, input.text));
  }
  const marks = marksOf(metric, input);
  const axis = axisOf(datasets, marks, target.yMax[metric] ?? null);
  return {
    type: "line",
    data: { datasets },
    options: frameOptions({
      data: { ...data, rowS: rows.rowS },
      theme,
      axis,
      stacked: false,
      timeZone: input.timeZone,
      language: input.language,
      tickText: below ? speedTickText(axis.max) : msTickText(axis.max),
      valueText: input.text.value,
      titleText: input.text.title,
      noteText: (atS, roomPx) => textsAt(input.events ?? [], atS, roomPx, { ...data, rowS: rows.rowS }),
    }),
    plugins: [
      bandsPlugin(bandsOf(data, theme)),
      eventsPlugin(input.events ?? [], theme),
      alarmPlugin(
        marks.map((mark) => ({ ...mark, above: mark.limit > axis.max })),
        theme,
      ),
      crosshairPlugin(theme),
    ],
  };
}

/** How the first, second ... line of one carrier is drawn: told apart by width and dash, as the colour is the carrier's. */
const STROKES = [
  { width: 1.8, alpha: 1, dash: [] },
  { width: 1.4, alpha: 0.85, dash: [6, 3] },
  { width: 1.2, alpha: 0.8, dash: [2, 2] },
  { width: 1, alpha: 0.7, dash: [8, 3, 2, 3] },
] as const;

/** Lines one carrier may have in one chart. */
export const MOST_DRAWN = STROKES.length;

function drawnLines(rows: DrawnRows, line: Line, text: ChartInput["text"]): Dataset[] {
  const plain = rows.of.length === 1 && rows.of[0] === "AVERAGE";
  return rows.of.slice(0, MOST_DRAWN).map((of, i) => {
    const { width, alpha, dash } = STROKES[i] ?? STROKES[0];
    const points = pointsOf(rows, drawnColumn(rows, line.carrier, of));
    const color = alpha === 1 ? line.color : withAlpha(line.color, alpha);
    const label = plain ? line.name : text.line(line.name, of);
    return { ...lineOf(points, label, color, width), borderDash: [...dash] };
  });
}

/** A line of this product: straight between neighbours, broken at gaps, a dot where a value stands alone. */
export function lineOf(points: XY[], label: string, color: string, width: number): Dataset {
  const radius = radii(points, 2.6);
  return {
    label,
    data: points,
    borderColor: color,
    backgroundColor: color,
    borderWidth: width,
    borderJoinStyle: "round",
    borderCapStyle: "round",
    spanGaps: false,
    pointRadius: radius,
    pointHoverRadius: 3.5,
    pointBorderWidth: 0,
    pointHitRadius: 8,
    clip: EDGE,
    tension: 0,
    fill: false,
  };
}

/** Worst values where the average hides them: small dots, joined thinly where rows follow one another. */
function worstOf(points: XY[], label: string, color: string): Dataset {
  const line = lineOf(points, label, withAlpha(color, 0.6), 0.9);
  return { ...line, pointRadius: points.map((point) => (point.y === null ? 0 : 1.9)) };
}

/** Incidents in the colour of their class, pauses hatched; an open one reaches to the end. */
export function bandsOf(data: ChartData, theme: ChartTheme): Band[] {
  const incidents = data.incidents
    .filter((incident) => incident.subject === "target")
    .map((incident) => ({
      fromS: incident.fromS - data.stepS,
      toS: incident.toS === null ? data.toS : incident.toS - data.stepS,
      color: withAlpha(incident.class === "down" ? theme.down : theme.slow, theme.dark ? 0.13 : 0.08),
      hatched: false,
    }));
  const pauses = data.pauses.map((pause) => ({
    fromS: pause.fromS,
    toS: pause.toS ?? data.toS,
    color: withAlpha(theme.unknown, 0.35),
    hatched: true,
  }));
  return [...pauses, ...incidents];
}

function marksOf(metric: LinesMetric, input: ChartInput): AlarmMark[] {
  const alarm = input.target.alarm.lines[metric];
  if (!alarm) return [];
  const shared = input.lines.some((line) => !Object.hasOwn(alarm.carriers, line.carrier));
  const mark = (limit: number, color: string, carrier: string | null) => ({
    limit,
    color,
    text: input.text.alarm(limit, carrier),
    above: false,
  });
  const own = input.lines.flatMap((line) => {
    const limit = alarm.carriers[line.carrier];
    return limit === undefined || limit === null ? [] : [mark(limit, line.color, line.name)];
  });
  return shared ? [mark(alarm.limit, input.theme.down, null), ...own] : own;
}

function axisOf(datasets: readonly Dataset[], marks: readonly AlarmMark[], fixed: number | null): ValueAxis {
  const values = datasets.flatMap((dataset) => dataset.data.map((point) => point.y));
  return valueAxis(values, marks.length === 0 ? null : Math.max(...marks.map((mark) => mark.limit)), fixed);
}
