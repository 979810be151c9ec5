/**
 * Events on a chart: which of them share a mark, and the marks at the foot of the lines.
 *
 * Pure but for the plugin, which draws. Marks that would stand on each other are one, whose texts are all of theirs.
 */
import type { Plugin } from "chart.js";
import type { ChartEvent } from "../../collector/wire/event.ts";
import { type Area, type Draw, positionOf } from "./marks.ts";
import { type ChartTheme, withAlpha } from "./theme.ts";

/** What is to be marked: an event and what is said of it. */
export type Marked = { readonly atS: number; readonly kind: ChartEvent["kind"]; readonly text: string };

export type EventMark = {
  /** Where it stands: the newest of its events, UTC seconds. */
  readonly atS: number;
  /** "several" = of different kinds. */
  readonly kind: ChartEvent["kind"] | "several";
  /** Newest first. */
  readonly texts: readonly string[];
};

/** Marks that stand apart side by side on a desktop's chart. */
const PLACES = 60;
/** Lines a tooltip has room for, and how wide one may be, px. */
const MOST_LINES = 4;
const MOST_PX = 520;
/** About what a character of a tooltip's text takes, px. */
const WIDE_PX = 12;
const NARROW_PX = 7;

/**
 * Events of a range as marks, oldest first.
 *
 * @param places How many marks the chart has room for; those closer than that share of the range are one.
 */
export function eventMarks(
  events: readonly Marked[],
  fromS: number,
  toS: number,
  places = PLACES,
): EventMark[] {
  const nearS = (toS - fromS) / places;
  const groups: Marked[][] = [];
  for (const event of events.filter(({ atS }) => atS >= fromS && atS <= toS).sort((a, b) => b.atS - a.atS)) {
    const last = groups.at(-1);
    // Measured from the group's first: a long row of events is several marks, not one that swallows the range.
    if (last?.[0] && last[0].atS - event.atS < nearS) last.push(event);
    else groups.push([event]);
  }
  return groups.reverse().map((group) => {
    const kinds = new Set(group.map(({ kind }) => kind));
    return {
      atS: group[0]?.atS ?? fromS,
      kind: kinds.size === 1 ? (group[0]?.kind ?? "several") : "several",
      texts: group.map(({ text }) => text),
    };
  });
}

/**
 * What a tooltip at an instant adds: the texts of the nearest mark, if one is near enough to be meant.
 *
 * @param roomPx How wide a line may be; a tooltip that is wider than its chart would be cut at the side.
 */
export function textsAt(
  marks: readonly EventMark[],
  atS: number,
  roomPx: number,
  { fromS, toS, rowS }: { readonly fromS: number; readonly toS: number; readonly rowS: number },
): string[] {
  const nearS = Math.max(rowS / 2, (toS - fromS) / (PLACES * 2));
  const distance = (mark: EventMark) => Math.abs(mark.atS - atS);
  const nearest = marks.reduce<EventMark | null>(
    (best, mark) => (best === null || distance(mark) < distance(best) ? mark : best),
    null,
  );
  if (nearest === null || distance(nearest) > nearS) return [];
  const shown = nearest.texts.slice(0, MOST_LINES).map((text) => cut(text, Math.min(MOST_PX, roomPx)));
  const more = nearest.texts.length - shown.length;
  return more > 0 ? [...shown, `+${more}`] : shown;
}

function cut(text: string, roomPx: number): string {
  let px = 0;
  const characters = [...text];
  const fits = characters.findIndex((one) => {
    px += one > "\u2e80" ? WIDE_PX : NARROW_PX;
    return px > roomPx;
  });
  return fits < 0 ? text : `${characters.slice(0, Math.max(1, fits - 1)).join("")}…`;
}

/** A small diamond at the foot of the chart, with a hair line upwards. */
export function eventsPlugin(marks: readonly EventMark[], theme: ChartTheme): Plugin<"line"> {
  return {
    id: "events",
    beforeDatasetsDraw(chart) {
      const x = positionOf(chart, "x");
      for (const mark of marks) drawEvent(chart.ctx, chart.chartArea, x(mark.atS), mark, theme);
    },
  };
}

const HALF = 4.5;

export function drawEvent(draw: Draw, area: Area, x: number, mark: EventMark, theme: ChartTheme): void {
  if (x < area.left - 1 || x > area.right + 1) return;
  const color = mark.kind === "altered" ? theme.slow : theme.ink2;
  draw.save();
  draw.strokeStyle = withAlpha(color, 0.4);
  draw.lineWidth = 1;
  draw.setLineDash([1, 3]);
  draw.beginPath();
  draw.moveTo(x, area.top);
  draw.lineTo(x, area.bottom - HALF);
  draw.stroke();
  draw.setLineDash([]);
  draw.fillStyle = color;
  draw.strokeStyle = theme.panel;
  draw.lineWidth = 1.5;
  draw.beginPath();
  draw.moveTo(x, area.bottom - 2 * HALF);
  draw.lineTo(x + HALF, area.bottom - HALF);
  draw.lineTo(x, area.bottom);
  draw.lineTo(x - HALF, area.bottom - HALF);
  draw.lineTo(x, area.bottom - 2 * HALF);
  draw.fill();
  draw.stroke();
  if (mark.texts.length > 1) {
    // Beside the diamond, where lines seldom are; on the other side of one at the very end.
    const atEnd = x > area.right - 24;
    draw.font = `600 10px ${theme.font}`;
    draw.textAlign = atEnd ? "right" : "left";
    draw.textBaseline = "middle";
    draw.fillText(String(mark.texts.length), x + (atEnd ? -HALF - 3 : HALF + 3), area.bottom - HALF);
  }
  draw.restore();
}
