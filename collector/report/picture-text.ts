/** The text around a chart's picture: its heading above, the carriers' numbers below. Pixels are CSS pixels. */
import type { ChartTheme } from "../../dashboard/charts/theme.ts";
import type { Sheet } from "./canvas.ts";

export type Say = {
  readonly context: Sheet["context"];
  readonly theme: ChartTheme;
  readonly left: number;
  readonly width: number;
};

export const HEADING_PX = 50;
const ROW_PX = 22;

/** Height of the numbers of so many carriers. */
export function numbersPx(carriers: number): number {
  return ROW_PX * (carriers + 1) + 16;
}

export function drawHeading(
  { context, theme, left, width }: Say,
  heading: { title: string; note: string },
): void {
  context.textBaseline = "alphabetic";
  context.textAlign = "left";
  context.fillStyle = theme.ink;
  context.font = `15px ${theme.font}`;
  context.fillText(cut(context, heading.title, width), left, 23);
  context.fillStyle = theme.ink3;
  context.font = `11px ${theme.font}`;
  context.fillText(cut(context, heading.note, width), left, 41);
}

type Numbers = {
  readonly head: readonly string[];
  readonly rows: readonly { readonly color: string; readonly cells: readonly string[] }[];
};

/** A table whose first column is the carrier; the others stand right-aligned. */
export function drawNumbers(
  { context, theme, left, width }: Say,
  topPx: number,
  { head, rows }: Numbers,
): void {
  const nameWidth = Math.min(200, width * 0.3);
  const columnWidth = (width - nameWidth) / Math.max(1, head.length - 1);
  const line = (cells: readonly string[], y: number, color: string) => {
    context.fillStyle = color;
    for (const [i, cell] of cells.entries()) {
      context.textAlign = i === 0 ? "left" : "right";
      const room = i === 0 ? nameWidth - 22 : columnWidth - 8;
      context.fillText(cut(context, cell, room), i === 0 ? left + 16 : left + nameWidth + columnWidth * i, y);
    }
  };
  context.font = `12px ${theme.font}`;
  context.textBaseline = "middle";
  line(head, topPx + ROW_PX / 2 + 4, theme.ink3);
  for (const [i, { color, cells }] of rows.entries()) {
    const y = topPx + ROW_PX * (i + 1.5) + 4;
    context.fillStyle = theme.line;
    context.fillRect(left, y - ROW_PX / 2, width, 1);
    context.fillStyle = color;
    context.beginPath();
    context.arc(left + 5, y, 4, 0, Math.PI * 2);
    context.fill();
    line(cells, y, theme.ink);
  }
}

/** The text, or as much of it as there is room for. */
function cut(context: Sheet["context"], text: string, width: number): string {
  if (context.measureText(text).width <= width) return text;
  let letters = [...text];
  while (letters.length > 1 && context.measureText(`${letters.join("")}…`).width > width)
    letters = letters.slice(0, -1);
  return `${letters.join("")}…`;
}
