/**
 * Incidents as a page shows them: those of the same carriers that overlap in time are one outage, seen by several targets.
 *
 * Pure; nothing stored changes, and each incident is in exactly one group. Two overlap when one begins while the other
 * lasts; one that begins long after the rest of a group is of another outage, even where something chronic lasts since
 * before both. Times are UTC seconds.
 */
import type { IncidentClass, IncidentView } from "../../../collector/wire/incident.ts";

export type Group = {
  /** Newest first; never empty. */
  readonly incidents: readonly IncidentView[];
  /** The worst there is among those that last; of an ended group, of all. */
  readonly class: IncidentClass;
  readonly fromS: number;
  /** null = one of them is open. */
  readonly toS: number | null;
};

/** How much later than the newest before it another may begin. */
const APART_S = 3 * 3600;

const WORST: readonly IncidentClass[] = ["down", "degraded", "slow", "silent"];

/** Groups, the one that began last first. */
export function groupsOf(incidents: readonly IncidentView[]): Group[] {
  const groups: IncidentView[][] = [];
  const growing = new Map<string, { group: IncidentView[]; endS: number; newestS: number }>();
  for (const incident of [...incidents].sort((a, b) => a.fromS - b.fromS)) {
    const { subject, carriers, fromS } = incident;
    const endS = incident.toS ?? Number.POSITIVE_INFINITY;
    const key = [subject, ...[...carriers].sort()].join(" ");
    const last = carriers.length === 0 ? undefined : growing.get(key);
    if (last && fromS < last.endS && fromS - last.newestS <= APART_S) {
      last.group.push(incident);
      growing.set(key, { group: last.group, endS: Math.max(last.endS, endS), newestS: fromS });
      continue;
    }
    const group = [incident];
    groups.push(group);
    growing.set(key, { group, endS, newestS: fromS });
  }
  return groups.map(groupOf).sort((a, b) => b.fromS - a.fromS);
}

function groupOf(group: readonly IncidentView[]): Group {
  const open = group.filter(({ toS }) => toS === null);
  const counted = open.length > 0 ? open : group;
  return {
    incidents: [...group].reverse(),
    class: WORST.find((one) => counted.some((incident) => incident.class === one)) ?? "silent",
    fromS: Math.min(...group.map(({ fromS }) => fromS)),
    toS: open.length > 0 ? null : Math.max(...group.map(({ fromS, toS }) => toS ?? fromS)),
  };
}

/** A target or vantage of a group once, however many incidents it had: its newest, and whether none of them lasts. */
export function membersOf({
  incidents,
}: Pick<Group, "incidents">): { newest: IncidentView; isOver: boolean }[] {
  const lasting = new Set(incidents.filter(({ toS }) => toS === null).map(({ target }) => target));
  const newest = new Map([...incidents].reverse().map((incident) => [incident.target, incident]));
  return incidents
    .filter((incident) => newest.get(incident.target) === incident)
    .map((incident) => ({ newest: incident, isOver: !lasting.has(incident.target) }));
}

/** What most of them say, and how many say something else. @param texts One per incident. */
export function commonest(texts: readonly string[]): { readonly text: string; readonly others: number } {
  const counts = new Map<string, number>();
  for (const text of texts) counts.set(text, (counts.get(text) ?? 0) + 1);
  const [text, n] = [...counts].reduce((a, b) => (b[1] > a[1] ? b : a), ["", 0]);
  return { text, others: texts.length - n };
}
