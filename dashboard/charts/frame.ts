/**
 * What every chart of this product shares: a linear time axis with its own ticks, a value axis from zero, a tooltip
 * that lists all lines at one instant, no legend (the table under the chart is one), no animation.
 */
import type { ChartOptions, TooltipItem } from "chart.js";
import type { ChartData } from "../../collector/wire/api-chart.ts";
import type { Language } from "../../collector/wire/ids.ts";
import type { ChartTheme } from "./theme.ts";
import { timeTicks } from "./time-axis.ts";
import type { ValueAxis } from "./value-axis.ts";

export type Frame = {
  readonly data: Pick<ChartData, "fromS" | "toS" | "rowS">;
  readonly theme: ChartTheme;
  readonly timeZone: string;
  readonly language: Language;
  readonly axis: ValueAxis;
  readonly stacked: boolean;
  readonly tickText: (value: number) => string;
  /** A value in the tooltip. */
  readonly valueText: (value: number) => string;
  /** The row's time in the tooltip. */
  readonly titleText: (atS: number) => string;
  /** Lines under the values in the tooltip, none wider than the room, px. */
  readonly noteText: (atS: number, roomPx: number) => string[];
};

/** Pixels one time label takes; on a phone the longest still stand apart. */
const LABEL_PX = 84;
const NARROW_LABEL_PX = 60;
const NARROW_PX = 400;

/** Pixels of a tooltip that are not text. */
const TOOLTIP_PX = 32;

/** Options of a line chart in this frame. */
export function frameOptions(frame: Frame): ChartOptions<"line"> {
  const { data, theme, axis } = frame;
  const font = { family: theme.font, size: 11 };
  const color = theme.ink3;
  // Chart.js asks for a tick's text after it has been given the ticks.
  const texts = new Map<number, string>();
  return {
    responsive: true,
    maintainAspectRatio: false,
    animation: false,
    parsing: false,
    normalized: true,
    interaction: { mode: "index", intersect: false },
    layout: { padding: { top: 6, right: 8 } },
    scales: {
      x: {
        type: "linear",
        min: data.fromS,
        max: data.toS,
        grid: { display: false },
        border: { color: theme.line },
        ticks: {
          color,
          font,
          maxRotation: 0,
          autoSkip: false,
          padding: 4,
          callback: (value) => texts.get(Number(value)) ?? "",
        },
        afterBuildTicks(scale) {
          const most = Math.floor(scale.width / (scale.width < NARROW_PX ? NARROW_LABEL_PX : LABEL_PX));
          const ticks = timeTicks(data.fromS, data.toS, most, frame.timeZone, frame.language);
          texts.clear();
          for (const tick of ticks) texts.set(tick.atS, tick.text);
          scale.ticks = ticks.map((tick) => ({ value: tick.atS }));
        },
      },
      y: {
        type: "linear",
        min: 0,
        max: axis.max,
        stacked: frame.stacked,
        grid: { color: theme.line, drawTicks: false },
        border: { display: false },
        ticks: {
          color,
          font,
          padding: 8,
          stepSize: axis.stepSize,
          callback: (value) => frame.tickText(Number(value)),
        },
        // A fixed width keeps the charts of one page aligned under each other.
        afterFit(scale) {
          scale.width = 62;
        },
      },
    },
    plugins: { legend: { display: false }, tooltip: tooltipOptions(frame) },
  };
}

function tooltipOptions(frame: Frame): NonNullable<NonNullable<ChartOptions<"line">["plugins"]>["tooltip"]> {
  const { theme } = frame;
  return {
    backgroundColor: theme.panel,
    borderColor: theme.dark ? "#36445a" : "#cdd3dc",
    borderWidth: 1,
    cornerRadius: 8,
    padding: 10,
    titleColor: theme.ink,
    titleFont: { family: theme.font, size: 12, weight: 600 },
    bodyColor: theme.ink2,
    bodyFont: { family: theme.font, size: 12 },
    footerColor: theme.ink2,
    footerFont: { family: theme.font, size: 12, weight: 400 },
    footerMarginTop: 8,
    usePointStyle: true,
    boxWidth: 8,
    boxHeight: 8,
    boxPadding: 6,
    caretSize: 0,
    // In a stack a phase of 0 is one that was skipped.
    filter: ({ parsed: { y } }) => y !== null && !Number.isNaN(y) && !(frame.stacked && y === 0),
    callbacks: {
      title: (items: TooltipItem<"line">[]) => frame.titleText(items[0]?.parsed.x ?? frame.data.fromS),
      footer: (items: TooltipItem<"line">[]) =>
        items[0] ? frame.noteText(items[0].parsed.x ?? Number.NaN, items[0].chart.width - TOOLTIP_PX) : [],
      label: (item: TooltipItem<"line">) =>
        `${item.dataset.label ?? ""}  ${frame.valueText(item.parsed.y ?? 0)}`,
      labelPointStyle: () => ({ pointStyle: "rectRounded", rotation: 0 }),
    },
  };
}
