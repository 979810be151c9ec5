/**
 * Which labels of one width a generation shows, and from which of its rings: the newest rings first, each older one only
 * below what the ones before it show. Arithmetic only, for every engine.
 */
import { FUTURE_LIMIT_S, PDP_KEEP_S, rowOf } from "../archive/layout.ts";
import { type Layout, oldestOf, type Ring } from "../archive/sets.ts";

/** Labels fromS..toS of a ring, both included. */
export type Shown = { readonly ring: Ring; readonly fromS: number; readonly toS: number };

export type Reach = { readonly stepS: number; readonly openedTick: number; readonly lastTick: number };

/** @returns By time; no label twice. @param range Labels with fromS < label <= toS. */
export function shownRows(
  layout: Layout,
  reach: Reach,
  rowS: number,
  range: { readonly fromS: number; readonly toS: number },
): Shown[] {
  const shown: Shown[] = [];
  let belowS = Number.POSITIVE_INFINITY;
  for (const ring of ringsOf(layout, reach.stepS, rowS)) {
    const found = shownOf(ring, reach, { fromS: range.fromS, toS: Math.min(range.toS, belowS - 1) });
    if (!found) continue;
    shown.unshift(found);
    belowS = found.fromS;
  }
  return shown;
}

/** Those of a width: PDPs, live, frozen from the youngest to the oldest. */
function ringsOf(layout: Layout, stepS: number, rowS: number): Ring[] {
  const rings = layout.rings.filter((ring) => ring.rowS === rowS && ring.part !== 0);
  rings.sort((a, b) => (b.untilS ?? Number.MAX_SAFE_INTEGER) - (a.untilS ?? Number.MAX_SAFE_INTEGER));
  return rowS === stepS ? [pdpRing(layout, stepS), ...rings] : rings;
}

/** All PDPs that are kept can be read as rows of one step. */
function pdpRing(layout: Layout, stepS: number): Ring {
  const xff = layout.rings[0]?.xff ?? 0;
  const rows = Math.ceil(PDP_KEEP_S(stepS) / stepS);
  return { part: 0, steps: 1, rowS: stepS, rows, xff, sinceS: 0, untilS: null };
}

/** What of a ring is shown; null = nothing in the range. */
export function shownOf(
  ring: Ring,
  { openedTick, lastTick }: Reach,
  range: { readonly fromS: number; readonly toS: number },
): Shown | null {
  const { rowS } = ring;
  const fromS = Math.max(
    Math.floor(range.fromS / rowS) * rowS + rowS,
    oldestOf(ring, lastTick) + rowS,
    rowOf(openedTick, rowS),
  );
  const toS = Math.min(
    Math.floor(range.toS / rowS) * rowS,
    rowOf(lastTick, rowS),
    ring.untilS ?? Number.MAX_SAFE_INTEGER,
  );
  return fromS > toS ? null : { ring, fromS, toS };
}

/**
 * The tick from which a changed set holds: none of the target's series has a newer one, and none gets one before that.
 *
 * @param atS The collector's clock; 0 = from the beginning.
 * @param newest Newest ticks of the target's generations of that step.
 */
export function changeTick(stepS: number, atS: number, newest: readonly number[]): number {
  const latest = Math.max(0, ...newest);
  return atS === 0 ? latest : Math.max(latest, rowOf(atS + FUTURE_LIMIT_S, stepS));
}
