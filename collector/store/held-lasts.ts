/**
 * What a generation shows of the values of rows' last ticks (from primary data points, the ring of the width, or one of
 * narrower rows, whose last tick is the same) and of strips beside that of total. Arithmetic only, for every engine.
 */
import { PDP_KEEP_S, rowOf } from "../archive/layout.ts";
import { type Layout, oldestOf, type Ring } from "../archive/sets.ts";
import { type Reach, type Shown, shownOfWidth } from "./held-rows.ts";

/**
 * @param rowS Any multiple of the step.
 * @param range Labels with fromS < label <= toS.
 * @returns By time; no label twice, and none that cannot be answered. The ring with part 0 are primary data points.
 */
export function shownLasts(
  layout: Layout,
  reach: Reach,
  rowS: number,
  range: { readonly fromS: number; readonly toS: number },
): Shown[] {
  const shown: Shown[] = [];
  let belowS = Number.POSITIVE_INFINITY;
  for (const ring of sourcesOf(layout, reach.stepS, rowS)) {
    const above = Math.max(range.fromS, oldestOf(ring, reach.lastTick));
    const fromS = Math.max(Math.floor(above / rowS) * rowS + rowS, rowOf(reach.openedTick, rowS));
    const until = Math.min(range.toS, belowS - 1, reach.lastTick, ring.untilS ?? reach.lastTick);
    const toS = Math.floor(until / rowS) * rowS;
    if (fromS > toS) continue;
    shown.unshift({ ring, fromS, toS });
    belowS = fromS;
  }
  return shown;
}

/** Youngest first; of those that go on the ring of the width itself, then ticks, then narrower rows. */
function sourcesOf(layout: Layout, stepS: number, rowS: number): Ring[] {
  const untilS = (ring: Ring) => ring.untilS ?? Number.MAX_SAFE_INTEGER;
  const rank = (ring: Ring) => (ring.rowS === rowS ? 0 : ring.steps);
  const ticks = layout.rings.filter((ring) => ring.steps === 1 && ring.part !== 0);
  return [tickRing(stepS), ...ticks, ...(layout.lasts ?? [])]
    .filter((ring) => rowS % ring.rowS === 0)
    .sort((a, b) => untilS(b) - untilS(a) || rank(a) - rank(b));
}

function tickRing(stepS: number): Ring {
  const rows = Math.ceil(PDP_KEEP_S(stepS) / stepS);
  return { part: 0, steps: 1, rowS: stepS, rows, xff: 0, sinceS: 0, untilS: null };
}

/** The stretches of the strip of a metric, by time; no tick twice. @param range Ticks with fromS <= tick <= toS. */
export function shownStrips(
  strips: readonly Ring[],
  reach: Reach,
  range: { readonly fromS: number; readonly toS: number },
): Shown[] {
  return shownOfWidth(strips, reach, { fromS: range.fromS - 1, toS: range.toS });
}
