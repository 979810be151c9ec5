/**
 * Rows of an archive that keeps none: they are made of primary data points when they are read (bands.ts says which).
 *
 * What was laid where nobody measured is not in the primary data points: its rows stand in tiles as those of any archive.
 */
import { METRICS, type Metric } from "../../wire/metric.ts";
import type { RowColumns } from "../store.ts";
import { type Band, entryOf, TICKS_PER_TILE, tileOf } from "./bands.ts";
import { maxAt, minAt, nAt, type PdpBlock, rowBlock, sumAt } from "./blocks.ts";
import { emptyPdps, sectionOf } from "./pdp-section.ts";
import type { Look, Seen, Span } from "./view.ts";

const M = METRICS.length;

/** Where a metric of METRICS goes. */
type Column = { readonly m: number; readonly to: RowColumns };

const inTile = emptyPdps();

/** @param columns All zeros so far. */
export function fillDerived(
  seen: Seen,
  band: Band,
  span: Span,
  columns: { readonly [K in Metric]?: RowColumns },
  look: Look,
): void {
  const wanted = METRICS.flatMap((metric, m): Column[] => {
    const to = columns[metric];
    return to ? [{ m, to }] : [];
  });
  const { pdps } = seen.bands;
  const newestNo = seen.lastTick / seen.stepS;
  const newestTile = tileOf(pdps, newestNo);
  const firstNo = (span.first - 1) * band.steps + 1;
  const lastNo = Math.min(span.last * band.steps, newestNo);
  for (let tile = tileOf(pdps, firstNo); tile <= tileOf(pdps, lastNo); tile += 1) {
    const bytes = tile === newestTile ? null : look(seen, pdps, tile);
    const block = tile === newestTile ? seen.state.pdps : bytes && sectionOf(bytes, inTile);
    if (!block) continue;
    const tileFirst = tile * TICKS_PER_TILE;
    const ticks = {
      tileFirst,
      from: Math.max(firstNo, tileFirst),
      to: Math.min(lastNo, tileFirst + TICKS_PER_TILE - 1),
    };
    for (const column of wanted) addTicks(column, block, ticks, band.steps, span.first);
  }
  if (seen.state.laidTo > (span.first - 1) * band.steps * seen.stepS)
    fillLaid(seen, band, span, wanted, look);
}

type Ticks = { readonly tileFirst: number; readonly from: number; readonly to: number };

/** Ticks of a tile go into their rows. @param firstRow The entry that stands at the columns' beginning. */
function addTicks(
  { m, to }: Column,
  { flags, values }: PdpBlock,
  { tileFirst, from, to: last }: Ticks,
  steps: number,
  firstRow: number,
): void {
  const { n, sum, min, max } = to;
  for (let tickNo = from; tickNo <= last; tickNo += 1) {
    const slot = tickNo - tileFirst;
    if (!(((flags[slot] ?? 0) >> m) & 1)) continue;
    const value = values[slot * M + m] ?? 0;
    const i = Math.ceil(tickNo / steps) - firstRow;
    const before = n[i] ?? 0;
    n[i] = before + 1;
    sum[i] = (sum[i] ?? 0) + value;
    if (before === 0 || value < (min[i] ?? 0)) min[i] = value;
    if (value > (max[i] ?? 0)) max[i] = value;
  }
}

/** Rows that were laid come where no tick has a value. */
function fillLaid(seen: Seen, band: Band, span: Span, wanted: readonly Column[], look: Look): void {
  const last = Math.min(span.last, entryOf(band, seen.state.laidTo / seen.stepS));
  for (let number = tileOf(band, span.first); number <= tileOf(band, last); number += 1) {
    const bytes = look(seen, band, number);
    if (!bytes) continue;
    const tileFirst = number * band.perTile;
    const block = rowBlock(bytes, 0, band.perTile);
    const to = Math.min(tileFirst + band.perTile - 1, last);
    for (let entry = Math.max(tileFirst, span.first); entry <= to; entry += 1) {
      const [at, i] = [entry - tileFirst, entry - span.first];
      for (const { m, to: column } of wanted) {
        if (column.n[i] !== 0) continue;
        column.n[i] = nAt(block, at, m);
        column.sum[i] = sumAt(block, at, m);
        column.min[i] = minAt(block, at, m);
        column.max[i] = maxAt(block, at, m);
      }
    }
  }
}
