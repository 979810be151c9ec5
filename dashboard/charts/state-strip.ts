/**
 * The availability of one carrier over a range, as cells side by side: how much of each was up, down, not measured.
 *
 * A cell that covers many ticks shows its share of failures from the bottom, on top of a sliver that any failure has: one
 * failure in a month must be found, and still look like less than two hours of them. A failure never leaves its cell, so
 * that it hides no neighbour. UNKNOWN is neither up nor down. x and width are shares of the range, 0..1.
 */
import type { StateCell } from "../../collector/wire/api-chart.ts";

export type CellKind = "up" | "down" | "suspect" | "unknown" | "paused";

export type StripCell = {
  readonly x: number;
  readonly width: number;
  readonly kind: CellKind;
  /** Share of the cell's height that is drawn as down, 0..1. */
  readonly downHeight: number;
  readonly cell: StateCell;
};

/**
 * Cells of the strip, clipped to the range.
 *
 * @param sliver The share of a cell's height that any failure has, 0..1; the share of failures fills the rest.
 */
export function stripCells(
  cells: readonly StateCell[],
  fromS: number,
  toS: number,
  sliver: number,
): StripCell[] {
  const span = toS - fromS;
  if (span <= 0) return [];
  return cells.flatMap((cell) => {
    const from = Math.max(fromS, cell.fromS);
    const to = Math.min(toS, cell.toS);
    if (to <= from) return [];
    return [{ x: (from - fromS) / span, width: (to - from) / span, ...look(cell, sliver), cell }];
  });
}

function look(cell: StateCell, sliver: number): Pick<StripCell, "kind" | "downHeight"> {
  if (cell.paused) return { kind: "paused", downHeight: 0 };
  if (cell.state === "unknown") return { kind: "unknown", downHeight: 0 };
  if (cell.state !== "down") return { kind: cell.state, downHeight: 0 };
  const share = cell.share ?? 0;
  return share <= 0
    ? { kind: "down", downHeight: 1 }
    : { kind: "up", downHeight: sliver + (1 - sliver) * (1 - share) };
}

/**
 * Without the cells before a target was made, from which nothing can be known.
 *
 * @param createdS When it was made; what was brought in from before stays, and what is unknown after that.
 */
export function sinceMade(cells: readonly StateCell[], createdS: number): StateCell[] {
  const first = cells.findIndex((cell) => cell.state !== "unknown" || cell.toS > createdS);
  return first < 0 ? [] : cells.slice(first);
}

/** Cells of a bar that shows about a hundred, as the collector cuts it: the least whole width that fits. */
export function cellWidthS(fromS: number, toS: number, stepS: number): number {
  const least = (toS - fromS) / 96;
  const named = [60, 300, 600, 900, 1800, 3600, 7200, 10_800, 21_600, 43_200];
  const fits = (width: number) => width >= least && width % stepS === 0;
  return (
    [stepS, ...named].sort((a, b) => a - b).find(fits) ?? Math.max(1, Math.ceil(least / 86_400)) * 86_400
  );
}

/** Runs of equal cells, cut where the cells of `widthS` meet: k x widthS in UTC. */
export function cutCells(cells: readonly StateCell[], widthS: number): StateCell[] {
  return cells.flatMap((cell) => {
    const parts: StateCell[] = [];
    for (let at = cell.fromS; at < cell.toS; ) {
      const end = Math.min(cell.toS, (Math.floor(at / widthS) + 1) * widthS);
      parts.push({ ...cell, fromS: at, toS: end });
      at = end;
    }
    return parts;
  });
}
