/**
 * Columns and codes filled from tiles: each tile of the span of its own lap, then what is still in the open state.
 *
 * What no tile has stays 0: n = 0 is "no value", code 0 is UNKNOWN.
 */
import { METRICS, type Metric } from "../../wire/metric.ts";
import type { RowColumns } from "../store.ts";
import { type Band, entryOf, TICKS_PER_TILE, tileOf } from "./bands.ts";
import {
  codeBlock,
  maxAt,
  minAt,
  nAt,
  type PdpBlock,
  pdpAt,
  type RowBlock,
  rowBlock,
  sumAt,
} from "./blocks.ts";
import { fillDerived } from "./derived-rows.ts";
import { sectionOf } from "./pdp-section.ts";
import { rowNo } from "./rings.ts";
import type { Look, Seen, Span } from "./view.ts";

export function emptyColumns(metrics: readonly Metric[], rows: number): { [K in Metric]?: RowColumns } {
  const column = () => new Float64Array(rows);
  return Object.fromEntries(
    metrics.map((metric) => [metric, { n: column(), sum: column(), min: column(), max: column() }]),
  );
}

function put(column: RowColumns, i: number, n: number, sum: number, min: number, max: number): void {
  column.n[i] = n;
  column.sum[i] = sum;
  column.min[i] = min;
  column.max[i] = max;
}

export function fillPdps(seen: Seen, span: Span, columns: { [K in Metric]?: RowColumns }, look: Look): void {
  const band = seen.bands.pdps;
  const newestTile = tileOf(band, seen.lastTick / seen.stepS);
  for (let number = tileOf(band, span.first); number <= tileOf(band, span.last); number += 1) {
    const bytes = number === newestTile ? null : look(seen, band, number);
    const block = number === newestTile ? seen.state.pdps : bytes && sectionOf(bytes);
    if (block) fillTicks(block, number * TICKS_PER_TILE, span, columns);
  }
}

function fillTicks(
  block: PdpBlock,
  tileFirst: number,
  span: Span,
  columns: { [K in Metric]?: RowColumns },
): void {
  const from = Math.max(tileFirst, span.first);
  const to = Math.min(tileFirst + TICKS_PER_TILE - 1, span.last);
  METRICS.forEach((metric, m) => {
    const column = columns[metric];
    if (!column) return;
    for (let tickNo = from; tickNo <= to; tickNo += 1) {
      const value = pdpAt(block, tickNo - tileFirst, m);
      if (value !== null) put(column, tickNo - span.first, 1, value, value, value);
    }
  });
}

export function fillRows(
  seen: Seen,
  band: Band,
  span: Span,
  columns: { [K in Metric]?: RowColumns },
  look: Look,
): void {
  if (band.derived) {
    fillDerived(seen, band, span, columns, look);
    return;
  }
  fillStored(seen, band, span, columns, look);
  const open = entryOf(band, rowNo(seen));
  if (band.held && open >= span.first && open <= span.last)
    fillRow(seen.openRows(), seen.bands.coarse.indexOf(band), open - span.first, columns);
  addTicksApart(seen, band, span, columns);
}

function fillStored(
  seen: Seen,
  band: Band,
  span: Span,
  columns: { [K in Metric]?: RowColumns },
  look: Look,
): void {
  for (let number = tileOf(band, span.first); number <= tileOf(band, span.last); number += 1) {
    const bytes = look(seen, band, number);
    if (!bytes) continue;
    const tileFirst = number * band.perTile;
    const from = Math.max(tileFirst, span.first);
    const to = Math.min(tileFirst + band.perTile - 1, span.last);
    const block = rowBlock(bytes, 0, band.perTile);
    for (let entry = from; entry <= to; entry += 1)
      fillRow(block, entry - tileFirst, entry - span.first, columns);
  }
}

/** Ticks of the open tile that are in no row yet. */
function addTicksApart(
  { bands, state, lastTick, stepS }: Seen,
  band: Band,
  span: Span,
  columns: { [K in Metric]?: RowColumns },
): void {
  const tileFirst = tileOf(bands.pdps, lastTick / stepS) * TICKS_PER_TILE;
  for (let slot = 0; slot < TICKS_PER_TILE; slot += 1) {
    if (!((state.apart >> slot) & 1)) continue;
    const entry = entryOf(band, tileFirst + slot);
    if (entry < span.first || entry > span.last || entry <= band.since || entry > band.until) continue;
    METRICS.forEach((metric, m) => {
      const column = columns[metric];
      const value = pdpAt(state.pdps, slot, m);
      if (column && value !== null) add(column, entry - span.first, value);
    });
  }
}

function add(column: RowColumns, i: number, value: number): void {
  const n = column.n[i] ?? 0;
  const { min, max, sum } = column;
  put(
    column,
    i,
    n + 1,
    (sum[i] ?? 0) + value,
    n === 0 ? value : Math.min(min[i] ?? 0, value),
    Math.max(max[i] ?? 0, value),
  );
}

function fillRow(block: RowBlock, at: number, i: number, columns: { [K in Metric]?: RowColumns }): void {
  METRICS.forEach((metric, m) => {
    const column = columns[metric];
    if (column)
      put(column, i, nAt(block, at, m), sumAt(block, at, m), minAt(block, at, m), maxAt(block, at, m));
  });
}

/** @param open Codes of the open ticks. */
export function stripCodes(seen: Seen, band: Band, span: Span, open: Uint16Array, look: Look): Uint16Array {
  const codes = new Uint16Array(span.last - span.first + 1);
  for (let number = tileOf(band, span.first); number <= tileOf(band, span.last); number += 1) {
    const bytes = look(seen, band, number);
    if (!bytes) continue;
    const tileFirst = number * band.perTile;
    const from = Math.max(tileFirst, span.first);
    const to = Math.min(tileFirst + band.perTile - 1, span.last);
    const kept = codeBlock(bytes, 0, band.perTile).subarray(from - tileFirst, to - tileFirst + 1);
    codes.set(kept, from - span.first);
  }
  const headFirst = tileOf(seen.bands.pdps, seen.lastTick / seen.stepS) * TICKS_PER_TILE;
  open.forEach((code, i) => {
    const at = headFirst + i - span.first;
    if (at >= 0 && at < codes.length) codes[at] = code;
  });
  return codes;
}
