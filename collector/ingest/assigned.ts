/**
 * Which targets a vantage was ever told to measure. Only on those may it report: a stolen key cannot invent series.
 *
 * What was assigned once stays so: the spool may hold samples of a target that was removed, or given to others, since.
 */
import * as z from "zod";
import type { Store } from "../store/store.ts";
import { From } from "../wire/target.ts";
import { measuredFrom, Vantage } from "../wire/vantage.ts";

export type Assigned = {
  /** The vantage is being given these. */
  add(vantage: string, targets: readonly string[]): Promise<void>;
  has(vantage: string, target: string): Promise<boolean>;
};

const StoredAssigned = z.object({ targets: z.array(z.string()) });
const Target = z.object({ from: From });

export function assigned({ store: { registry } }: { store: Pick<Store, "registry"> }): Assigned {
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
    const before = set.size;
    for (const target of targets) set.add(target);
    if (set.size > before) await registry.put("assigned", vantage, null, { targets: [...set] });
  };
  return {
    add,
    async has(vantage, target) {
      if ((await of(vantage)).has(target)) return true;
      const [place, watched] = await Promise.all([
        registry.get("vantage", vantage),
        registry.get("target", target),
      ]);
      const where = Vantage.pick({ carrier: true, tags: true }).strip().safeParse(place?.value).data;
      const what = Target.safeParse(watched?.value).data;
      if (!where || !what || !measuredFrom(what.from, { ...where, id: vantage })) return false;
      await add(vantage, [target]);
      return true;
    },
  };
}
