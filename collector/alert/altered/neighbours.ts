/**
 * Other targets of the same vantages, read when one is answered otherwise at one carrier: to see whether they are given
 * the same. Nothing is read where nobody on the way can have written the answer. Next stop: portal.ts.
 */
import { groupOf } from "../../registry/url.ts";
import type { Store, StoredSample } from "../../store/store.ts";
import type { Target } from "../../wire/target.ts";
import { measuredFrom, type Vantage } from "../../wire/vantage.ts";
import type { Voter } from "../window.ts";
import { mayBePortal, type Neighbour } from "./portal.ts";
import { witnessOf } from "./witness.ts";

/** Sites looked at, one target of each. */
const SITES_MAX = 16;

/** What was read of one other target. */
export type Beside = Pick<Target, "url" | "stepS"> & {
  readonly site: string;
  readonly samples: readonly StoredSample[];
};

export type Asking = {
  readonly target: Target;
  readonly voters: readonly Voter[];
  readonly vantages: readonly Vantage[];
  readonly samples: readonly StoredSample[];
  /** Every target; called only when there is something to compare. */
  readonly targets: () => Promise<readonly Target[]>;
};

/** @returns Empty = no answer asks for a comparison, or there is nothing to compare with. */
export async function readBeside(store: Pick<Store, "samples">, asking: Asking): Promise<Beside[]> {
  const { target, voters, samples } = asking;
  const carriers = new Map(voters.map((voter) => [voter.vantage, voter]));
  const ticks = Map.groupBy(samples, ({ sample }) => sample.tick);
  const odd = [...ticks].filter(([, own]) =>
    mayBePortal(own.flatMap((one) => witnessOf(one, carriers, target.url) ?? [])),
  );
  if (odd.length === 0) return [];
  const chosen = neighboursOf(asking, await asking.targets());
  return await Promise.all(
    chosen.map(async ({ id, url, stepS }) => {
      const wanted = [...new Set(odd.map(([tick]) => alignDown(tick, stepS)))];
      return { url, stepS, site: groupOf(url), samples: await store.samples.states(id, wanted) };
    }),
  );
}

/** Neighbours at a tick: each by its own newest tick that is not later. */
export function neighboursAt(
  beside: readonly Beside[],
  voters: ReadonlyMap<string, Voter>,
  tick: number,
): Neighbour[] {
  return beside.map(({ site, url, stepS, samples }) => ({
    site,
    witnesses: samples
      .filter(({ sample }) => sample.tick === alignDown(tick, stepS))
      .flatMap((stored) => witnessOf(stored, voters, url) ?? []),
  }));
}

/** One target of each other site that several carriers measure; those of the same scheme first, as they can be given the same. */
function neighboursOf({ target, voters, vantages }: Asking, all: readonly Target[]): Target[] {
  const own = groupOf(target.url);
  const scheme = (url: string): boolean => url.split(":")[0] === target.url.split(":")[0];
  const measuring = vantages.filter(({ id }) => voters.some(({ vantage }) => vantage === id));
  const sites = new Map<string, Target>();
  const ordered = [...all].sort(
    (a, b) => Number(scheme(b.url)) - Number(scheme(a.url)) || (a.id < b.id ? -1 : 1),
  );
  for (const other of ordered) {
    const site = groupOf(other.url);
    if (site === own || sites.has(site)) continue;
    const carriers = new Set(
      measuring.filter((vantage) => measuredFrom(other.from, vantage)).map(({ carrier }) => carrier),
    );
    if (carriers.size > 1) sites.set(site, other);
    if (sites.size === SITES_MAX) break;
  }
  return [...sites.values()];
}

function alignDown(tick: number, stepS: number): number {
  return Math.floor(tick / stepS) * stepS;
}
