/**
 * Whether all who measured a target in the open at a tick were answered alike: then no sign of signs.ts and no mark of
 * portal.ts tells one of them from the others. Pure; for samples that doubtOf (sealed.ts) leaves to it.
 */
import type { Outlines } from "../../store/outline.ts";
import type { Doubt } from "./sealed.ts";
import { LENGTH_MARGIN } from "./signs.ts";

/** What was answered at a tick, by all who spoke so far. */
type Told = { readonly doubt: Doubt; readonly status: number; leastBytes: number; mostBytes: number };

/** Whether somebody on the way could write what a target's first answer is. */
export function isInTheOpen(url: string): boolean {
  return url.startsWith("http:");
}

/**
 * @param outlines With answers.
 * @returns Called with each entry of one target: whether it is as those of its tick before it.
 */
export function answeredAlike({
  ticks,
  statuses,
  bodiesBytes,
}: Outlines): (i: number, doubt: Doubt) => boolean {
  const told = new Map<number, Told>();
  return (i, doubt) => {
    const tick = ticks[i] ?? 0;
    const status = statuses[i] ?? 0;
    const bytes = bodiesBytes[i] ?? Number.NaN;
    const all = told.get(tick);
    if (all === undefined) {
      told.set(tick, { doubt, status, leastBytes: bytes, mostBytes: bytes });
      return true;
    }
    // Some over TLS and some in the open are two answers, whatever they say.
    if (all.doubt !== doubt) return false;
    if (doubt === "none") return true;
    // An empty page is no page to the comparison of portals, as where there was none (NaN).
    if (all.status !== status || all.leastBytes > 0 !== bytes > 0) return false;
    all.leastBytes = Math.min(all.leastBytes, bytes);
    all.mostBytes = Math.max(all.mostBytes, bytes);
    return !(all.mostBytes - all.leastBytes >= LENGTH_MARGIN);
  };
}
