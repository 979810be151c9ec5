/**
 * What the outbox carries: everything a mail says, as data, frozen when the transition was stored.
 *
 * Language and time zone are the recipient's and are applied when the mail is written. Made by compose.ts in the
 * transaction of the transition; parsed again by the notifier, so that a message of an older version still goes out.
 */
import { createHash } from "node:crypto";
import * as z from "zod";
import type { OutboxMessage } from "../store/store.ts";
import { CarrierEvidence, IncidentClass, TransitionReason } from "../wire/incident.ts";

const BothNames = z.object({ zh: z.string(), en: z.string() });

/** One carrier at the deciding tick: what it showed, and whether it is believed to be bad. */
const CarrierLine = CarrierEvidence.extend({ name: BothNames, bad: z.boolean() });
export type CarrierLine = z.infer<typeof CarrierLine>;

export const MailPayload = z.object({
  incident: z.string(),
  /** Which of the incident's told transitions, from 0. */
  ordinal: z.int().min(0),
  /** What is said. brief = it began and ended before anybody could be told. */
  event: z.enum(["opened", "escalated", "eased", "ended", "brief"]),
  /** Of what holds now; with ended and brief, of what held. */
  class: IncidentClass,
  subject: z.enum(["target", "vantage"]),
  /** Target or vantage. */
  id: z.string(),
  name: z.string(),
  /** null for a vantage. */
  url: z.string().nullable(),
  fromS: z.int(),
  toS: z.int().nullable(),
  tick: z.int(),
  reason: TransitionReason.nullable(),
  /** Many mails about this target lately: shorter incidents are held for the daily digest from now on. */
  often: z.boolean().optional(),
  carriers: z.array(CarrierLine),
  /** What was bad, where it is over now. */
  was: z.array(CarrierLine),
  /** Set when only one carrier reports: that carrier, or its only vantage. */
  seenFrom: BothNames.nullable(),
  /** A vantage's carrier, last contact (UTC ms) and clock skew (ms). */
  vantage: z
    .object({ carrier: BothNames, lastContactMs: z.int().nullable(), skewMs: z.number().nullable() })
    .nullable(),
});
export type MailPayload = z.infer<typeof MailPayload>;

/** A message to each recipient. The id is the same whoever makes it, so it is stored once; it becomes the Message-ID. */
export function messagesFor(
  payload: MailPayload,
  recipients: readonly string[],
  nowMs: number,
): OutboxMessage[] {
  return recipients.map((recipient) => ({
    id: messageId(payload.incident, payload.ordinal, recipient),
    channel: "mail",
    recipient,
    payload,
    createdMs: nowMs,
  }));
}

/** sha256 of incident, transition, channel and recipient, hex. */
export function messageId(incident: string, ordinal: number, recipient: string): string {
  return createHash("sha256")
    .update(JSON.stringify([incident, ordinal, "mail", recipient]))
    .digest("hex");
}
