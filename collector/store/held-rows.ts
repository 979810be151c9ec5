/**
 * Which labels of one width a generation shows, and from which of its rings: the newest rings first, each older one only
 * below what the ones before it show. Arithmetic only, for every engine.
 */
import { FUTURE_LIMIT_S, PDP_KEEP_S, rowOf } from "../archive/layout.ts";
import { type Layout, oldestOf, type Ring } from "../archive/sets.ts";
import type { Generation, HeldRing } from "./store.ts";

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
  const pdps = rowS === reach.stepS ? [pdpRing(layout, rowS)] : [];
  const rings = layout.rings.filter((ring) => ring.rowS === rowS && ring.part !== 0);
  return shownOfWidth(rings, reach, range, pdps);
}

/** @param rings Of one width. @param first Those that come before all others. */
export function shownOfWidth(
  rings: readonly Ring[],
  reach: Reach,
  range: { readonly fromS: number; readonly toS: number },
  first: readonly Ring[] = [],
): Shown[] {
  const shown: Shown[] = [];
  let belowS = Number.POSITIVE_INFINITY;
  for (const ring of [...first, ...youngestFirst(rings)]) {
    const found = shownOf(ring, reach, { fromS: range.fromS, toS: Math.min(range.toS, belowS - 1) });
    if (!found) continue;
    shown.unshift(found);
    belowS = found.fromS;
  }
  return shown;
}

/** Live, then frozen from the youngest to the oldest. */
function youngestFirst(rings: readonly Ring[]): Ring[] {
  const untilS = (ring: Ring) => ring.untilS ?? Number.MAX_SAFE_INTEGER;
  return rings.toSorted((a, b) => untilS(b) - untilS(a));
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

/** How an engine shows a layout; nothing of one that was never changed. */
export function heldOf({
  version,
  rings,
  lasts = [],
  strips = [],
}: Layout): Pick<Generation, "rings" | "lasts" | "strips"> {
  if (version === 0) return {};
  return {
    rings: rings.map(heldRing),
    ...(lasts.length === 0 ? {} : { lasts: lasts.map(heldRing) }),
    ...(strips.length === 0
      ? {}
      : { strips: strips.map(({ metric, sinceS, untilS }) => ({ metric, sinceS, untilS })) }),
  };
}

function heldRing({ steps, rowS, rows, xff, sinceS, untilS }: Ring): HeldRing {
  return { steps, rowS, rows, xff, sinceS, untilS };
}
