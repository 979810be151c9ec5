/**
 * Which targets a vantage was ever told to measure. Only on those may it report: a stolen key cannot invent series.
 *
 * What was assigned once stays so: the spool may hold samples of a target that was removed, or given to others, since.
 */
import * as z from "zod";
import type { Store } from "../store/store.ts";
import type { Target } from "../wire/target.ts";
import { measuredFrom, type Vantage } from "../wire/vantage.ts";

/** What ingest asks the registry. */
export type Known = {
  readonly targets: { find(id: string): Promise<Pick<Target, "from" | "addresses"> | null> };
  readonly vantages: {
    find(id: string): Promise<Pick<Vantage, "id" | "carrier" | "tags"> | null>;
    /** @throws NotFoundError */
    get(id: string): Promise<Pick<Vantage, "carrier">>;
  };
};

export type Assigned = {
  /** The vantage is being given these. */
  add(vantage: string, targets: readonly string[]): Promise<void>;
  has(vantage: string, target: string): Promise<boolean>;
  /** Those of the targets it may report on. What is new to it is written down once for all of them. */
  among(vantage: string, targets: Iterable<string>): Promise<ReadonlySet<string>>;
};

const StoredAssigned = z.object({ targets: z.array(z.string()) });

export function assigned(deps: {
  readonly store: Pick<Store, "registry">;
  readonly registry: Known;
}): Assigned {
  const { registry } = deps.store;
  const known = new Map<string, Set<string>>();
  const of = async (vantage: string): Promise<Set<string>> => {
    const held = known.get(vantage);
    if (held) return held;
    const doc = await registry.get("assigned", vantage);
    const set = known.get(vantage) ?? new Set(StoredAssigned.safeParse(doc?.value).data?.targets);
    known.set(vantage, set);
    return set;
  };
  const add = async (vantage: string, targets: readonly string[]): Promise<void> => {
    const set = await of(vantage);
    const fresh = targets.filter((target) => !set.has(target));
    if (fresh.length === 0) return;
    for (const target of fresh) set.add(target);
    try {
      await registry.put("assigned", vantage, null, { targets: [...set] });
    } catch (error) {
      // Not written down: the next time must try again, or a restart would forget it.
      for (const target of fresh) set.delete(target);
      throw error;
    }
  };
  const among = async (vantage: string, targets: Iterable<string>): Promise<ReadonlySet<string>> => {
    const held = await of(vantage);
    const unknown: string[] = [];
    for (const target of targets) if (!held.has(target)) unknown.push(target);
    const place = unknown.length === 0 ? null : await deps.registry.vantages.find(vantage);
    if (!place) return held;
    const fresh: string[] = [];
    for (const target of unknown) {
      const watched = await deps.registry.targets.find(target);
      if (watched && measuredFrom(watched.from, place)) fresh.push(target);
    }
    await add(vantage, fresh);
    return held;
  };
  return {
    add,
    among,
    has: async (vantage, target) => (await among(vantage, new Set([target]))).has(target),
  };
}
