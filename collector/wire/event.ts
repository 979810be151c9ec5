/**
 * Events: what happened around the samples and explains them. Marked on charts, listed with incidents.
 *
 * egress: a vantage is seen from another address than before. addresses: the set of addresses behind a target changed.
 * path: the route to a target when it turned bad. altered: a carrier's users get another answer than the others' do.
 */
import * as z from "zod";
import { Id, Seconds } from "./ids.ts";
import { NetworkHint, PathEvidence } from "./path-evidence.ts";

const Place = {
  /** Stable: the same news twice is one event. */
  id: z.string().min(1).max(200),
  atS: Seconds,
};

export const EgressEvent = z.strictObject({
  ...Place,
  kind: z.literal("egress"),
  target: z.null(),
  vantage: Id,
  from: z.string().max(64),
  to: z.string().max(64),
  fromHint: NetworkHint.optional(),
  toHint: NetworkHint.optional(),
});

export const AddressesEvent = z.strictObject({
  ...Place,
  kind: z.literal("addresses"),
  target: Id,
  vantage: Id,
  added: z.array(z.string().max(64)).max(64),
  gone: z.array(z.string().max(64)).max(64),
});

export const PathEvent = z.strictObject({
  ...Place,
  kind: z.literal("path"),
  target: Id,
  vantage: Id,
  evidence: PathEvidence,
});

/**
 * What differs between carriers at the same tick. reset: cut off where the others get an answer. portal: the same answer
 * as targets of other owners get there.
 */
export const ALTERED = [
  "answers",
  "certificate",
  "length",
  "via",
  "age",
  "redirect",
  "status",
  "reset",
  "portal",
] as const;

/**
 * One thing that differs, as it is here and as it is elsewhere: text of answers, seconds, bytes; "" = there is none.
 * Hostile text.
 */
export const Difference = z.strictObject({
  what: z.enum(ALTERED),
  here: z.string().max(256),
  elsewhere: z.string().max(256),
  /** First tick at which this was so, where other things had differed before; absent = from the beginning. */
  fromS: Seconds.optional(),
  /** First tick at which this was no longer so, where other things went on to differ; absent = to the end. */
  toS: Seconds.optional(),
});
export type Difference = z.infer<typeof Difference>;

/** Each thing once. */
export const Differences = z.array(Difference).min(1).max(ALTERED.length);

export const AlteredEvent = z.strictObject({
  ...Place,
  kind: z.literal("altered"),
  target: Id,
  /** Null: told of the carrier, not of one vantage. */
  vantage: z.null(),
  carrier: Id,
  /** First tick at which it was no longer so; null = it goes on; atS = later samples show that it never was. */
  toS: Seconds.nullable(),
  /** When it was found, which may be long after atS, UTC seconds. */
  foundS: Seconds.optional(),
  differs: Differences,
});
export type AlteredEvent = z.infer<typeof AlteredEvent>;

/** A route on a chart: that it was taken, and whether it reached the target. The whole is at /incidents/:id/events. */
export const PathMark = z.strictObject({
  ...Place,
  kind: z.literal("path"),
  target: Id,
  vantage: Id,
  tool: PathEvidence.shape.tool,
  hops: z.int().min(0),
  reached: z.boolean(),
});
export type PathMark = z.infer<typeof PathMark>;

/** An event as charts mark it. */
export const ChartEvent = z
  .discriminatedUnion("kind", [EgressEvent, AddressesEvent, PathMark, AlteredEvent])
  .meta({ id: "ChartEvent" });
export type ChartEvent = z.infer<typeof ChartEvent>;

export const Event = z
  .discriminatedUnion("kind", [EgressEvent, AddressesEvent, PathEvent, AlteredEvent])
  .meta({ id: "Event" });
export type Event = z.infer<typeof Event>;
export type EventKind = Event["kind"];

export const EVENT_KINDS = ["egress", "addresses", "path", "altered"] as const satisfies readonly EventKind[];

/** Whether later samples showed that it never was; kept, so that its id stays its own. */
export function isWithdrawnEvent(event: Event): boolean {
  return event.kind === "altered" && event.toS !== null && event.toS <= event.atS;
}
