/**
 * Which carriers' users get another answer than the others' do, now: the altered events that go on, by target.
 *
 * One read for all targets. An event stays open while nothing can be compared; whose vantages are gone has no cell.
 */
import type { Store } from "../store/store.ts";
import type { AlteredNow } from "../wire/api-overview.ts";

/** Newest events looked through for open ones. */
const LOOKED_AT = 1_000;

/** By target id, then by carrier id; absent = nothing is known to differ. */
export type AlteredByTarget = ReadonlyMap<string, ReadonlyMap<string, AlteredNow>>;

/** @param target Absent = all. */
export async function alteredNow(events: Store["events"], target?: string): Promise<AlteredByTarget> {
  const about = target === undefined ? {} : { target };
  const found = await events.list({ ...about, kinds: ["altered"], limit: LOOKED_AT });
  const byTarget = new Map<string, Map<string, AlteredNow>>();
  for (const event of found) {
    if (event.kind !== "altered" || event.toS !== null) continue;
    const carriers = byTarget.get(event.target) ?? new Map<string, AlteredNow>();
    byTarget.set(event.target, carriers);
    const differs = event.differs.filter(({ toS }) => toS === undefined);
    if (!carriers.has(event.carrier)) carriers.set(event.carrier, { sinceS: event.atS, differs });
  }
  return byTarget;
}
