/** Carriers as documents: the default ones of a new database, and the user's own. */
import type { Store } from "../store/store.ts";
import { Carrier, DEFAULT_CARRIERS } from "../wire/carrier.ts";
import { CarrierwatchError, InvalidInputError } from "../wire/errors.ts";
import { Target } from "../wire/target.ts";
import { Vantage } from "../wire/vantage.ts";
import type { ChangeBus } from "./changes.ts";
import { documents } from "./documents.ts";
import { issuesOf } from "./issues.ts";
import type { Carriers } from "./registry.ts";

/** Setting that says the defaults were written, so that a carrier the user removed stays removed. */
const SEEDED = "carriers-seeded";

/** The carriers of a store. */
export function carriersPart(options: {
  store: Pick<Store, "registry">;
  changes: ChangeBus;
}): Carriers & { seed(): Promise<void> } {
  const { registry } = options.store;
  const docs = documents(registry, "carrier", Carrier, false);
  const vantages = documents(registry, "vantage", Vantage, true);
  const targets = documents(registry, "target", Target, true);

  return {
    find: (id) => docs.find(id),
    async list() {
      const all = await docs.list();
      return all.sort((a, b) => a.order - b.order || (a.id < b.id ? -1 : 1));
    },
    async put(input) {
      const parsed = Carrier.safeParse(input);
      if (!parsed.success) throw new InvalidInputError("carrier", issuesOf(parsed.error));
      const stored = await docs.put(parsed.data.id, null, parsed.data);
      options.changes.publish({ kind: "carrier", id: stored.id });
      return stored;
    },
    async remove(id) {
      const used = [
        ...(await vantages.list()).filter((vantage) => vantage.carrier === id).map((v) => `vantage ${v.id}`),
        ...(await targets.list()).filter((target) => names(target, id)).map(({ id }) => `target ${id}`),
      ];
      if (used.length > 0) {
        throw new CarrierwatchError(
          "in_use",
          `carrier ${JSON.stringify(id)} is used by ${used.slice(0, 3).join(", ")}`,
          {
            hint: "give them another carrier, or alarm lines without it, first; the history of a revoked vantage keeps its carrier",
          },
        );
      }
      await docs.remove(id, null);
      options.changes.publish({ kind: "carrier", id });
    },
    async seed() {
      if (await registry.get("setting", SEEDED)) return;
      for (const carrier of DEFAULT_CARRIERS) {
        if (!(await docs.find(carrier.id))) await docs.put(carrier.id, null, carrier);
      }
      await registry.put("setting", SEEDED, null, { seeded: true });
    },
  };
}

/** Whether a target is measured from a carrier, or has an alarm line of its own for it. */
function names({ from, alarm }: Target, carrier: string): boolean {
  const lines = Object.values(alarm.lines);
  return from.carriers.includes(carrier) || lines.some((line) => Object.hasOwn(line.carriers, carrier));
}
