/**
 * A route as rows to draw: a bar per hop that answered, one line for hops that did not, and where it ends.
 *
 * Pure. Times in ms. A bar is the best of a hop's times against the longest best of the route: a router answers its own
 * probes late when it is busy, so that its worst says nothing of the way.
 */
import type { NetworkHint, PathEvidence, PathHop } from "../../collector/wire/path-evidence.ts";

export type PathRow =
  | {
      readonly kind: "hop";
      readonly ttl: number;
      readonly address: string;
      readonly bestMs: number | null;
      /** Length of its bar, 0..1. */
      readonly share: number;
      readonly timesMs: readonly number[];
      readonly hint: NetworkHint | null;
      /** First hop of another network than the one before it. */
      readonly border: boolean;
      /** This hop is the target. */
      readonly target: boolean;
    }
  | { readonly kind: "silent"; readonly fromTtl: number; readonly toTtl: number };

export type PathEnd =
  | { readonly kind: "reached"; readonly ttl: number }
  | {
      readonly kind: "stopped";
      readonly ttl: number;
      readonly address: string;
      readonly hint: NetworkHint | null;
    }
  /** Nobody answered at all. */
  | { readonly kind: "silent" }
  /** Nothing on the host could look, or it gave no hop. */
  | { readonly kind: "none" };

type Route = Pick<PathEvidence, "hops" | "reached" | "tool">;

/** The rows of a route, in order of the hops. */
export function pathRows({ hops, reached }: Route): PathRow[] {
  const longest = Math.max(0.001, ...hops.map((hop) => bestOf(hop) ?? 0));
  const rows: PathRow[] = [];
  let network: string | null = null;
  for (const [i, hop] of hops.entries()) {
    const before = rows.at(-1);
    if (hop.address === null) {
      if (before?.kind === "silent") rows[rows.length - 1] = { ...before, toTtl: hop.ttl };
      else rows.push({ kind: "silent", fromTtl: hop.ttl, toTtl: hop.ttl });
      continue;
    }
    const bestMs = bestOf(hop);
    const own = networkOf(hop.hint);
    rows.push({
      kind: "hop",
      ttl: hop.ttl,
      address: hop.address,
      bestMs,
      share: (bestMs ?? 0) / longest,
      timesMs: hop.timesMs,
      hint: hop.hint ?? null,
      border: own !== null && network !== null && own !== network,
      target: reached && i === hops.length - 1,
    });
    network = own ?? network;
  }
  return rows;
}

/** Where a route ends. */
export function pathEnd({ hops, reached, tool }: Route): PathEnd {
  const last = hops.findLast((hop) => hop.address !== null);
  if (tool === null || hops.length === 0) return { kind: "none" };
  if (!last || last.address === null) return { kind: "silent" };
  if (reached) return { kind: "reached", ttl: last.ttl };
  return { kind: "stopped", ttl: last.ttl, address: last.address, hint: last.hint ?? null };
}

function bestOf(hop: PathHop): number | null {
  return hop.timesMs.length === 0 ? null : Math.min(...hop.timesMs);
}

/** Networks are told apart by carrier where it is known, for a carrier has several numbers. */
function networkOf(hint: NetworkHint | undefined): string | null {
  if (!hint) return null;
  return hint.carrier ?? (hint.asn === undefined ? (hint.name ?? null) : `AS${hint.asn}`);
}
