/**
 * A chart of the page as a picture: heading, the page's own chart, and the carriers' numbers under it.
 *
 * The chart is built by dashboard/charts and drawn by Chart.js on a server's canvas; heading and numbers are drawn around
 * it on the same one. Values as in ChartData: ms or bytes per second, null is a gap and a dash.
 */
import {
  Chart,
  type ChartConfiguration,
  type ChartItem,
  Filler,
  LinearScale,
  LineController,
  LineElement,
  PointElement,
} from "chart.js";
import { type DrawnRows, hasPercentiles, isPercentile, keptRows } from "../../dashboard/charts/drawn.ts";
import type { XY } from "../../dashboard/charts/lines.ts";
import {
  type ChartInput,
  type Line,
  type LinesMetric,
  linesChart,
} from "../../dashboard/charts/metric-chart.ts";
import { phasesChart } from "../../dashboard/charts/phases-chart.ts";
import { shapeOf } from "../../dashboard/charts/target-kind.ts";
import { type ChartTheme, carrierColor, DARK, LIGHT, PHASE_ORDER } from "../../dashboard/charts/theme.ts";
import { chartText, chartTitle, rowText } from "../../dashboard/i18n/chart-text.ts";
import { type Format, formatFor } from "../../dashboard/i18n/format.ts";
import { type Translate, translate } from "../../dashboard/i18n/translate.ts";
import type { ChartData } from "../wire/api-chart.ts";
import type { Carrier } from "../wire/carrier.ts";
import type { Language } from "../wire/ids.ts";
import type { Metric } from "../wire/metric.ts";
import type { Target } from "../wire/target.ts";
import { FONT_FAMILY, type PictureForm, type Sheet, sheetOf } from "./canvas.ts";
import { drawHeading, drawNumbers, HEADING_PX, numbersPx } from "./picture-text.ts";

Chart.register(LineController, LineElement, PointElement, LinearScale, Filler);

export type PictureOptions = {
  readonly data: ChartData;
  readonly target: Pick<Target, "name" | "url" | "alarm" | "yMax" | "percentiles">;
  readonly carriers: readonly Carrier[];
  /** phases: the response time of one carrier, taken apart. */
  readonly metric: LinesMetric | "phases";
  /** What is drawn of the metric; absent = the average, as the data came. */
  readonly rows?: DrawnRows;
  /** Ids of the carriers to draw; null = all. phases draws the first. */
  readonly only: readonly string[] | null;
  readonly form: PictureForm;
  /** CSS pixels. */
  readonly width: number;
  /** Of the chart itself, CSS pixels. */
  readonly height: number;
  readonly scale: number;
  readonly dark: boolean;
  readonly language: Language;
  readonly timeZone: string;
};

const MARGIN_PX = 16;

/**
 * Draws the picture.
 *
 * @throws CarrierwatchError code no_canvas; code usage when none of the carriers is in the data
 */
export async function pictureOf(options: PictureOptions): Promise<Buffer> {
  const { form, width, height, scale, language } = options;
  const t = translate(language);
  const f = formatFor(language, options.timeZone);
  const theme: ChartTheme = { ...(options.dark ? DARK : LIGHT), font: FONT_FAMILY };
  const lines = linesOf(options);
  const shown = options.metric === "phases" ? lines.slice(0, 1) : lines;
  const numbers = numbersOf(options, shown, { theme, t, f });
  const bottomPx = numbersPx(numbers.rows.length);
  const fullPx = HEADING_PX + height + bottomPx;
  const sheet = await sheetOf(form, width, fullPx, scale);
  if (form === "png") sheet.context.scale(scale, scale);
  sheet.context.fillStyle = theme.panel;
  sheet.context.fillRect(0, 0, width, fullPx);
  const config = configOf(options, shown, theme, t, f);
  drawChart(sheet, config, { width, height: fullPx, scale, top: HEADING_PX, bottom: bottomPx });
  const say = { context: sheet.context, theme, width: width - 2 * MARGIN_PX, left: MARGIN_PX };
  drawHeading(say, headingOf(options, shown, t, f));
  drawNumbers(say, HEADING_PX + height, numbers);
  return sheet.bytes();
}

function linesOf({ data, carriers, only, dark, language }: PictureOptions): Line[] {
  return data.series
    .filter((series) => only === null || only.includes(series.carrier))
    .map(({ carrier: id }) => {
      const carrier = carriers.find((one) => one.id === id);
      return {
        carrier: id,
        name: carrier?.name[language] ?? id,
        color: carrierColor(carrier?.color ?? "#7d5fb8", dark),
      };
    });
}

function configOf(
  options: PictureOptions,
  lines: readonly Line[],
  theme: ChartTheme,
  t: Translate,
  f: Format,
): ChartConfiguration<"line", XY[]> {
  const { data, target, metric, language } = options;
  const of: LinesMetric = metric === "phases" ? "total" : metric;
  const rows = rowsOf(options);
  const text = chartText(t, f, of, rows);
  const input: ChartInput = { data, target, lines, rows, theme, timeZone: f.timeZone, language, text };
  const [first] = lines;
  return metric === "phases" && first
    ? phasesChart(first, (phase) => t(`phase.${phase}`), input)
    : linesChart(of, input);
}

function rowsOf({ data, metric, rows }: PictureOptions): DrawnRows {
  return rows ?? keptRows(data, metric === "phases" ? "total" : metric);
}

type Place = {
  readonly width: number;
  readonly height: number;
  readonly scale: number;
  /** Pixels above and below the chart that are not its own. */
  readonly top: number;
  readonly bottom: number;
};

function drawChart(sheet: Sheet, config: ChartConfiguration<"line", XY[]>, place: Place): void {
  const { width, height, top, bottom } = place;
  const { context } = sheet;
  context.save();
  const chart = new Chart(asPageContext(context, width, height), {
    ...config,
    options: {
      ...config.options,
      responsive: false,
      devicePixelRatio: 1,
      events: [],
      layout: { padding: { top: top + 6, bottom: bottom + 4, left: MARGIN_PX - 8, right: MARGIN_PX } },
    },
  });
  chart.draw();
  context.restore();
}

/**
 * The context as Chart.js wants it: of a canvas as large as the picture in CSS pixels, which it may not resize.
 *
 * The one place where a server's context stands for a page's: both have what a line chart draws with.
 */
function asPageContext(context: Sheet["context"], width: number, height: number): ChartItem {
  const canvas = { width, height, style: {}, getContext: () => page };
  const page = new Proxy(context, {
    get(real, key) {
      if (key === "canvas") return canvas;
      // Chart.js starts by setting its own scale and wiping the sheet, heading and all.
      if (key === "setTransform" || key === "resetTransform" || key === "clearRect") return () => undefined;
      const value: unknown = Reflect.get(real, key, real);
      return typeof value === "function" ? value.bind(real) : value;
    },
    set: (real, key, value) => Reflect.set(real, key, value, real),
  });
  return page as unknown as ChartItem;
}

function headingOf(
  options: PictureOptions,
  lines: readonly Line[],
  t: Translate,
  f: Format,
): { title: string; note: string } {
  const { data, target, metric } = options;
  const name = metric === "phases" ? "target.chart.phases" : chartTitle(metric, shapeOf(target.url).kind);
  const whose = metric === "phases" ? ` · ${lines[0]?.name ?? ""}` : "";
  const range = `${f.span(data.fromS * 1000, data.toS * 1000)} ${f.timeZone}`;
  const rows = rowText(t, f, rowsOf(options), data.stepS);
  const of = data.address === undefined ? target.name : `${target.name} (${data.address})`;
  return { title: `${of} · ${t(name)}${whose}`, note: `${range} · ${rows}` };
}

type Numbers = { head: string[]; rows: { color: string; cells: string[] }[] };
type Told = { theme: ChartTheme; t: Translate; f: Format };

const COLUMNS = ["current", "average", "max", "min"] as const;

function numbersOf(options: PictureOptions, lines: readonly Line[], { theme, t, f }: Told): Numbers {
  const { data, metric, target } = options;
  const of: LinesMetric = metric === "phases" ? "total" : metric;
  const { of: drawn, whole } = rowsOf(options);
  const asked = drawn.filter(isPercentile);
  const percentiles = asked.length > 0 ? asked : hasPercentiles(of, target) ? (["p95"] as const) : [];
  const say = of === "speed" ? f.speed : f.ms;
  const row = (carrier: string, name: string, color: string, measured: Metric) => {
    const summary = data.series.find((series) => series.carrier === carrier)?.summary[measured];
    const known = percentiles.map((one) =>
      asked.length > 0 ? (whole.get(carrier)?.get(one) ?? null) : (summary?.p95 ?? null),
    );
    const cells = [...COLUMNS.map((column) => summary?.[column] ?? null), ...known].map(say);
    return { color, cells: [name, ...cells] };
  };
  const rows = lines.map((line) => row(line.carrier, line.name, line.color, of));
  const [single] = lines;
  const phases = metric === "phases" && single ? PHASE_ORDER : [];
  return {
    head: ["", ...COLUMNS.map((column) => t(`target.col.${column}`)), ...percentiles],
    rows: [
      ...rows,
      ...phases.map((phase) => row(single?.carrier ?? "", t(`phase.${phase}`), theme.phases[phase], phase)),
    ],
  };
}
