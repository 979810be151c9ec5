/**
 * What is found only afterwards: incidents nobody was told of -> one digest a day to each recipient who would have been.
 *
 * The message is posted in the transaction that stores such an incident, under an id of recipient and day, and falls
 * due at the recipient's next 09:00: no job has to run then, none is missed, and a day without any has no message.
 * What it lists is read from the record when it is sent. Pure; next stop: the outbox, then afterwards-mail.ts.
 */
import { createHash } from "node:crypto";
import * as z from "zod";
import type { OutboxMessage } from "../store/store.ts";
import type { Incident } from "../wire/incident.ts";
import { isWithdrawn } from "./record.ts";

const HOUR = 9;
/** What is judged in the last minutes belongs to the next day: a transaction may still be under way. */
const MARGIN_MS = 300_000;
const DAY_MS = 86_400_000;

/** Lists incidents found after `fromMs` and not after `toMs`, UTC ms. */
export const AfterwardsPayload = z.strictObject({
  kind: z.literal("afterwards"),
  fromMs: z.int(),
  toMs: z.int(),
});
export type AfterwardsPayload = z.infer<typeof AfterwardsPayload>;

/**
 * The digest that will list what is found now.
 *
 * @param timeZone The recipient's; an unknown one counts as UTC.
 * @returns `sendMs` is 09:00 there, also on a day of 23 or 25 hours.
 */
export function digestDue(timeZone: string, nowMs: number): AfterwardsPayload & { readonly sendMs: number } {
  const today = Math.floor((nowMs + offsetMs(timeZone, nowMs)) / DAY_MS) * DAY_MS;
  const times = [-1, 0, 1, 2].map((day) => nineOf(timeZone, today + day * DAY_MS));
  const at = times.findIndex((time) => time - MARGIN_MS >= nowMs);
  const sendMs = times[at] ?? nowMs;
  const beforeMs = times[at - 1] ?? sendMs - DAY_MS;
  return { kind: "afterwards", fromMs: beforeMs - MARGIN_MS, toMs: sendMs - MARGIN_MS, sendMs };
}

/** One message for each of them; stored once a day, whoever finds what, however often. */
export function afterwardsMessages(
  recipients: readonly string[],
  timeZones: ReadonlyMap<string, string>,
  nowMs: number,
): OutboxMessage[] {
  return recipients.map((recipient) => {
    const { sendMs, ...payload } = digestDue(timeZones.get(recipient) ?? "UTC", nowMs);
    const id = createHash("sha256")
      .update(JSON.stringify(["afterwards", sendMs, "mail", recipient]))
      .digest("hex");
    return { id, channel: "mail", recipient, payload, createdMs: sendMs };
  });
}

/** Whether an incident of a target stands in the record and nobody was told of it. */
export function isUntold(incident: Incident): boolean {
  const said = incident.transitions.some((transition) => transition.told);
  return incident.subject === "target" && !said && !isWithdrawn(incident);
}

/** When it first came into the record, UTC ms; later corrections do not move it. */
export function foundMs(incident: Pick<Incident, "transitions">): number {
  return Math.min(...incident.transitions.map((transition) => transition.atMs));
}

/** 09:00 of a local day, UTC ms. `dayMs`: the day's name as if it were UTC. */
function nineOf(timeZone: string, dayMs: number): number {
  const wallMs = dayMs + HOUR * 3_600_000;
  const nearMs = wallMs - offsetMs(timeZone, wallMs);
  return wallMs - offsetMs(timeZone, nearMs);
}

/** Local time minus UTC, ms. */
function offsetMs(timeZone: string, atMs: number): number {
  try {
    const name = new Intl.DateTimeFormat("en", { timeZone, timeZoneName: "longOffset" })
      .formatToParts(atMs)
      .find((part) => part.type === "timeZoneName")?.value;
    const [, sign, hours, minutes = 0] = /GMT([+-])(\d+):(\d+)/.exec(name ?? "") ?? [];
    return (sign === "-" ? -1 : 1) * (Number(hours ?? 0) * 60 + Number(minutes)) * 60_000;
  } catch {
    return 0;
  }
}
