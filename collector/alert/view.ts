/** An incident as pages see it: with the name of its target or vantage, and the carriers it concerns. */
import type { Incident, IncidentView } from "../wire/incident.ts";
import type { Facts, WatchedRegistry } from "./facts.ts";

/** Carriers that were believed bad at any time; of a vantage, its own. */
export async function viewOf(
  incident: Incident,
  registry: Pick<WatchedRegistry, "targets">,
  facts: Pick<Facts, "vantages">,
): Promise<IncidentView> {
  if (incident.subject === "vantage") {
    const vantage = facts.vantages.find((entry) => entry.id === incident.target);
    return {
      ...incident,
      name: vantage?.name ?? incident.target,
      carriers: vantage ? [vantage.carrier] : [],
    };
  }
  const target = await registry.targets.find(incident.target);
  const bad = incident.transitions.flatMap((transition) => transition.belief?.bad ?? []);
  return {
    ...incident,
    name: target?.name ?? incident.name ?? incident.target,
    carriers: [...new Set(bad)].sort(),
  };
}
