/** Incidents as pages list them: with a name to say and the carriers they concern. Pure. */
import type { Incident, IncidentView } from "../wire/incident.ts";
import type { Target } from "../wire/target.ts";
import type { Vantage } from "../wire/vantage.ts";

/** Names of what incidents are about. */
export type Names = { readonly targets: readonly Target[]; readonly vantages: readonly Vantage[] };

/** Whether later samples showed that it never was. */
export function isWithdrawn(incident: Pick<Incident, "fromS" | "toS">): boolean {
  return incident.toS !== null && incident.toS <= incident.fromS;
}

/** An incident with its name; one about a removed target has the name it kept. */
export function incidentView(stored: Incident & { version?: number }, names: Names): IncidentView {
  const { version: _, ...incident } = stored;
  const all: readonly { id: string; name: string }[] =
    incident.subject === "vantage" ? names.vantages : names.targets;
  const name = all.find((one) => one.id === incident.target)?.name ?? incident.name ?? incident.target;
  return { ...incident, name, carriers: carriersOf(incident, names.vantages) };
}

function carriersOf(incident: Incident, vantages: readonly Vantage[]): string[] {
  if (incident.subject === "vantage") {
    return vantages.filter((vantage) => vantage.id === incident.target).map((vantage) => vantage.carrier);
  }
  const concerned = incident.transitions.flatMap((transition) =>
    transition.belief
      ? transition.belief.bad
      : transition.evidence
          .filter((one) => one.state === "down" || one.beyond !== undefined)
          .map((one) => one.carrier),
  );
  return [...new Set(concerned)];
}
