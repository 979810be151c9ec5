/** Events as charts mark them, and which of them belong to an incident. Pure but for the reading. */
import type { Events } from "../store/store.ts";
import type { ChartEvent, Event } from "../wire/event.ts";
import type { Incident } from "../wire/incident.ts";

/** Most that a chart or an incident shows. */
const SHOWN = 200;
/** A route is taken at once; a change of address may have come some ticks before what it caused. */
const BEFORE_S = 1_800;

/** Those of a range that concern a target and its vantages, newest first. */
export async function chartEvents(
  events: Events,
  target: string,
  vantages: ReadonlySet<string>,
  range: { readonly fromS: number; readonly toS: number },
): Promise<ChartEvent[]> {
  const found = await events.list({ target, ...range, limit: SHOWN * 5 });
  return found
    .filter((event) => event.vantage === null || vantages.has(event.vantage))
    .slice(0, SHOWN)
    .map(markOf);
}

/** What may explain an incident: from half an hour before it until its end. */
export async function incidentEvents(
  events: Events,
  incident: Pick<Incident, "subject" | "target" | "fromS" | "toS">,
): Promise<Event[]> {
  const { subject, target, fromS, toS } = incident;
  return await events.list({
    ...(subject === "vantage" ? { vantage: target } : { target }),
    fromS: Math.max(0, fromS - BEFORE_S),
    ...(toS === null ? {} : { toS }),
    limit: SHOWN,
  });
}

function markOf(event: Event): ChartEvent {
  if (event.kind !== "path") return event;
  const { evidence, ...place } = event;
  return { ...place, tool: evidence.tool, hops: evidence.hops.length, reached: evidence.reached };
}
