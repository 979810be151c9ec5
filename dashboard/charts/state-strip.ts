/**
 * The availability of one carrier over a range, as cells side by side: how much of each was up, down, not measured.
 *
 * A cell that covers many ticks shows its share of failures from the bottom, never less than is visible: one failure
 * in a month must be found. UNKNOWN is neither up nor down. x and width are shares of the range, 0..1.
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

const LEAST_DOWN = 0.3;

/** Cells of the strip, clipped to the range. */
export function stripCells(cells: readonly StateCell[], fromS: number, toS: number): StripCell[] {
  const span = toS - fromS;
  if (span <= 0) return [];
  return cells.flatMap((cell) => {
    const from = Math.max(fromS, cell.fromS);
    const to = Math.min(toS, cell.toS);
    if (to <= from) return [];
    return [{ x: (from - fromS) / span, width: (to - from) / span, ...look(cell), cell }];
  });
}

function look(cell: StateCell): Pick<StripCell, "kind" | "downHeight"> {
  if (cell.paused) return { kind: "paused", downHeight: 0 };
  if (cell.share === null)
    return { kind: cell.state === "down" ? "down" : cell.state, downHeight: cell.state === "down" ? 1 : 0 };
  if (cell.share >= 1) return { kind: cell.state === "suspect" ? "suspect" : "up", downHeight: 0 };
  if (cell.share <= 0) return { kind: "down", downHeight: 1 };
  return { kind: "up", downHeight: Math.max(LEAST_DOWN, 1 - cell.share) };
}
