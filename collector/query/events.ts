/** Events as charts mark them, and which of them belong to an incident. Pure but for the reading. */
import type { Events } from "../store/store.ts";
import { type ChartEvent, type Event, isWithdrawnEvent } from "../wire/event.ts";
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
  const [found, before] = await Promise.all([
    events.list({ target, ...range, limit: SHOWN * 5 }),
    goingOn(events, target, range.fromS),
  ]);
  return [...found, ...before]
    .filter((event) => !isWithdrawnEvent(event))
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
  const startS = Math.max(0, fromS - BEFORE_S);
  const [found, before] = await Promise.all([
    events.list({
      ...(subject === "vantage" ? { vantage: target } : { target }),
      fromS: startS,
      ...(toS === null ? {} : { toS }),
      limit: SHOWN,
    }),
    subject === "vantage" ? [] : goingOn(events, target, startS),
  ]);
  return [...found, ...before].filter((event) => !isWithdrawnEvent(event)).slice(0, SHOWN);
}

/** Altered answers that began before an instant and were not over by then, newest first. */
async function goingOn(events: Events, target: string, atS: number): Promise<Event[]> {
  const toS = Math.max(0, atS - 1);
  const found = await events.list({ target, kinds: ["altered"], toS, limit: SHOWN });
  return found.filter((event) => event.kind === "altered" && (event.toS === null || event.toS > atS));
}

function markOf(event: Event): ChartEvent {
  if (event.kind !== "path") return event;
  const { evidence, ...place } = event;
  return { ...place, tool: evidence.tool, hops: evidence.hops.length, reached: evidence.reached };
}
