/**
 * What is drawn behind and over the lines: incident and pause bands, alarm lines, the crosshair.
 *
 * Each is a small Chart.js plugin made of one pure draw function over (context, area, positions); no state of its own.
 */
import type { Chart, Plugin } from "chart.js";
import type { ChartTheme } from "./theme.ts";
import { withAlpha } from "./theme.ts";

export type Band = {
  readonly fromS: number;
  readonly toS: number;
  /** The fill; pauses are hatched in it. */
  readonly color: string;
  readonly hatched: boolean;
};

export type AlarmMark = {
  readonly limit: number;
  readonly color: string;
  readonly text: string;
  /** The line lies above the axis: only its label is drawn, at the top. */
  readonly above: boolean;
};

/** Where the lines are drawn, px. */
export type Area = {
  readonly left: number;
  readonly right: number;
  readonly top: number;
  readonly bottom: number;
};

/** The part of a canvas context that is used here; a browser's and a server's both have it. */
export type Draw = {
  save(): void;
  restore(): void;
  beginPath(): void;
  rect(x: number, y: number, w: number, h: number): void;
  clip(): void;
  moveTo(x: number, y: number): void;
  lineTo(x: number, y: number): void;
  stroke(): void;
  fill(): void;
  fillRect(x: number, y: number, w: number, h: number): void;
  roundRect(x: number, y: number, w: number, h: number, r: number): void;
  fillText(text: string, x: number, y: number): void;
  measureText(text: string): { width: number };
  setLineDash(dash: number[]): void;
  fillStyle: unknown;
  strokeStyle: unknown;
  lineWidth: number;
  font: string;
  textAlign: string;
  textBaseline: string;
};

/** Bands behind the lines, over the whole height. */
export function bandsPlugin(bands: readonly Band[]): Plugin<"line"> {
  return {
    id: "bands",
    beforeDatasetsDraw(chart) {
      const x = positionOf(chart, "x");
      for (const band of bands) drawBand(chart.ctx, chart.chartArea, x(band.fromS), x(band.toS), band);
    },
  };
}

/** Alarm lines across the chart, each with its label at the right end. */
export function alarmPlugin(marks: readonly AlarmMark[], theme: ChartTheme): Plugin<"line"> {
  return {
    id: "alarm",
    afterDatasetsDraw(chart) {
      const y = positionOf(chart, "y");
      for (const mark of marks) {
        const at = mark.above ? chart.chartArea.top + 2 : y(mark.limit);
        drawAlarm(chart.ctx, chart.chartArea, at, mark, theme);
      }
    },
  };
}

/** A thin line at the instant the pointer is over. */
export function crosshairPlugin(theme: ChartTheme): Plugin<"line"> {
  return {
    id: "crosshair",
    beforeDatasetsDraw(chart) {
      const active = chart.tooltip?.getActiveElements()[0];
      if (active) drawCrosshair(chart.ctx, chart.chartArea, active.element.x, theme);
    },
  };
}

export function drawBand(draw: Draw, area: Area, fromX: number, toX: number, band: Band): void {
  const left = Math.max(area.left, fromX);
  const right = Math.min(area.right, toX);
  if (right < area.left || left > area.right) return;
  const width = Math.max(1.5, right - left);
  const height = area.bottom - area.top;
  draw.save();
  draw.fillStyle = band.color;
  if (!band.hatched) draw.fillRect(left, area.top, width, height);
  else {
    draw.beginPath();
    draw.rect(left, area.top, width, height);
    draw.clip();
    draw.strokeStyle = band.color;
    draw.lineWidth = 1;
    draw.beginPath();
    for (let x = left - height; x < left + width; x += 7) {
      draw.moveTo(x, area.bottom);
      draw.lineTo(x + height, area.top);
    }
    draw.stroke();
  }
  draw.restore();
}

export function drawAlarm(draw: Draw, area: Area, y: number, mark: AlarmMark, theme: ChartTheme): void {
  if (y < area.top - 1 || y > area.bottom + 1) return;
  draw.save();
  draw.strokeStyle = mark.color;
  draw.lineWidth = 1.25;
  draw.setLineDash([6, 4]);
  draw.beginPath();
  if (!mark.above) {
    draw.moveTo(area.left, y);
    draw.lineTo(area.right, y);
    draw.stroke();
  }
  draw.setLineDash([]);
  draw.font = `600 11px ${theme.font}`;
  const text = mark.above ? `↑ ${mark.text}` : mark.text;
  const width = draw.measureText(text).width + 16;
  const top = Math.max(area.top, Math.min(area.bottom - 18, y - 9));
  draw.fillStyle = theme.panel;
  draw.beginPath();
  draw.roundRect(area.right - width - 4, top, width, 18, 9);
  draw.fill();
  draw.fillStyle = withAlpha(mark.color, theme.dark ? 0.24 : 0.13);
  draw.fill();
  draw.fillStyle = mark.color;
  draw.textAlign = "center";
  draw.textBaseline = "middle";
  draw.fillText(text, area.right - width / 2 - 4, top + 9.5);
  draw.restore();
}

export function drawCrosshair(draw: Draw, area: Area, x: number, theme: ChartTheme): void {
  draw.save();
  draw.strokeStyle = theme.ink3;
  draw.lineWidth = 1;
  draw.setLineDash([2, 3]);
  draw.beginPath();
  draw.moveTo(x, area.top);
  draw.lineTo(x, area.bottom);
  draw.stroke();
  draw.restore();
}

/** Where a value lies on an axis, px. */
export function positionOf(chart: Chart<"line">, axis: "x" | "y"): (value: number) => number {
  const scale = chart.scales[axis];
  return (value) => scale?.getPixelForValue(value) ?? Number.NaN;
}
