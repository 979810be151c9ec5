/**
 * One leased batch of the outbox -> mails sent and messages settled.
 *
 * A message whose incident has told something newer since is dropped: the newer one says it all. More than
 * STORM of one recipient within a minute become one digest. What cannot be sent now is tried again for a day.
 */
import { createHash } from "node:crypto";
import type { LeasedMessage, Settlement, Store } from "../store/store.ts";
import type { Recipient } from "../wire/api-settings.ts";
import type { Clock } from "../wire/clock.ts";
import type { Log } from "../wire/log.ts";
import { AfterwardsPayload } from "./afterwards.ts";
import { afterwardsMail } from "./afterwards-mail.ts";
import { digestOf, mailOf } from "./mail.ts";
import { MailPayload } from "./message.ts";
import type { Recipients } from "./recipients.ts";
import type { SmtpSettings } from "./smtp-settings.ts";
import type { Delivery, sendMail } from "./transport.ts";

/** Mails to one recipient within STORM_MS, above which the rest is folded into one. */
export const STORM = 10;
export const STORM_MS = 60_000;
export const LEASE_MS = 90_000;
const GIVE_UP_MS = 24 * 3_600_000;
/** Waits between tries; the last one repeats. */
const WAITS_MS = [30_000, 120_000, 300_000, 900_000, 1_800_000, 3_600_000];
/** A batch stops sending here, long before its leases run out. */
const BATCH_MS = LEASE_MS - 46_000;

export type Deliverer = {
  readonly store: Pick<Store, "outbox" | "incidents" | "events" | "registry">;
  readonly recipients: Recipients;
  readonly clock: Clock;
  readonly log: Log;
  readonly publicUrl: () => string;
  readonly send: typeof sendMail;
  /** When mails were sent to each recipient lately, monotonic ms. */
  readonly sent: Map<string, number[]>;
};

type Letter = { readonly message: LeasedMessage; readonly payload: MailPayload };

/**
 * When to try again after the n-th failed try, n from 0: 30 s, 2, 5, 15, 30, 60 min, then hourly.
 *
 * @returns UTC ms. From 30 min on, a multiple of the wait, half a wait or more away: what failed at different times
 *   comes back together, so that an outage of the mail server ends in one digest.
 */
export function nextTryMs(attempts: number, nowMs: number): number {
  const wait = WAITS_MS[Math.min(attempts, WAITS_MS.length - 1)] ?? 3_600_000;
  return wait < 1_800_000 ? nowMs + wait : Math.ceil((nowMs + wait / 2) / wait) * wait;
}

/** Sends what can be sent; every message of the batch is settled or left to its lease. */
export async function deliverBatch(
  parts: Deliverer,
  settings: SmtpSettings,
  batch: readonly LeasedMessage[],
): Promise<void> {
  const endMonoMs = parts.clock.monoMs() + BATCH_MS;
  let unreachable: Delivery | null = null;
  for (const [id, messages] of Map.groupBy(batch, (message) => message.recipient)) {
    const recipient = await parts.recipients.find(id);
    if (!recipient) {
      await settleAll(parts, messages, (atMs) => ({
        kind: "dead",
        atMs,
        error: "the recipient was removed",
      }));
      continue;
    }
    const [digests, notices] = sorted(messages);
    for (const one of digests) unreachable ??= await deliverAfterwards(parts, settings, recipient, one);
    const letters = await current(parts, notices);
    if (letters.length === 0) continue;
    // One try has found out that the server cannot be reached: the others wait as if they had.
    if (unreachable) await settle(parts, letters, unreachable);
    else unreachable = await deliverTo(parts, settings, recipient, letters, endMonoMs);
  }
}

type Daily = { readonly message: LeasedMessage; readonly payload: AfterwardsPayload };

function sorted(messages: readonly LeasedMessage[]): [Daily[], LeasedMessage[]] {
  const daily = messages.flatMap((message) => {
    const payload = AfterwardsPayload.safeParse(message.payload).data;
    return payload ? [{ message, payload }] : [];
  });
  const ids = new Set(daily.map(({ message }) => message.id));
  return [daily, messages.filter((message) => !ids.has(message.id))];
}

/** @returns As deliverTo. */
async function deliverAfterwards(
  parts: Deliverer,
  settings: SmtpSettings,
  recipient: Recipient,
  daily: Daily,
): Promise<Delivery | null> {
  const { message, payload } = daily;
  const mail = await afterwardsMail(parts.store, payload, recipient, parts.publicUrl());
  if (mail === null) {
    await settleAll(parts, [message], (atMs) => ({ kind: "dropped", atMs }));
    return null;
  }
  const delivery = await parts.send(settings, { to: recipient, mail, id: message.id, thread: null });
  await settle(parts, [daily], delivery);
  return isUnreachable(delivery) ? delivery : null;
}

/** @returns How it failed when the server could not be used at all; null = it could. */
async function deliverTo(
  parts: Deliverer,
  settings: SmtpSettings,
  recipient: Recipient,
  letters: readonly Letter[],
  endMonoMs: number,
): Promise<Delivery | null> {
  const { clock, sent } = parts;
  const url = parts.publicUrl();
  const lately = (sent.get(recipient.id) ?? []).filter((at) => clock.monoMs() - at < STORM_MS);
  sent.set(recipient.id, lately);
  if (letters.length > STORM) {
    const mail = digestOf(
      letters.map((letter) => letter.payload),
      recipient,
      url,
    );
    const id = digestId(letters);
    const delivery = await parts.send(settings, { to: recipient, mail, id, thread: null });
    lately.push(clock.monoMs());
    await settle(parts, letters, delivery);
    return isUnreachable(delivery) ? delivery : null;
  }
  for (const [at, letter] of letters.entries()) {
    // Left to its lease: it comes back within a minute and a half, with what has gathered by then.
    if (lately.length >= STORM || clock.monoMs() > endMonoMs) return null;
    const delivery = await parts.send(settings, {
      to: recipient,
      mail: mailOf(letter.payload, recipient, url),
      id: letter.message.id,
      thread: threadOf(letter.payload),
    });
    lately.push(clock.monoMs());
    await settle(parts, isUnreachable(delivery) ? letters.slice(at) : [letter], delivery);
    if (isUnreachable(delivery)) return delivery;
  }
  return null;
}

/** No connection, or no sign-in: the next mail would fare the same. */
function isUnreachable(delivery: Delivery): boolean {
  return delivery.kind === "retry" && (delivery.failure.status === null || delivery.failure.code === "EAUTH");
}

/** Settles letters by what became of their mail. */
async function settle(
  parts: Deliverer,
  letters: readonly Pick<Letter, "message">[],
  delivery: Delivery,
): Promise<void> {
  // One instant for all: what failed together is tried again together.
  const atMs = parts.clock.nowMs();
  for (const { message } of letters) {
    await parts.store.outbox.settle(message.id, message.lease, settlementOf(message, delivery, atMs));
  }
  const fields = { messages: letters.length, recipient: letters[0]?.message.recipient };
  if (delivery.kind === "sent") parts.log.info({ ...fields, answer: delivery.answer }, "mail sent");
  else parts.log.warn({ ...fields, ...delivery.failure, outcome: delivery.kind }, "mail not sent");
}

function settlementOf(message: LeasedMessage, delivery: Delivery, nowMs: number): Settlement {
  if (delivery.kind === "sent") return { kind: "sent", atMs: nowMs };
  const error = delivery.failure.words;
  const atMs = nextTryMs(message.attempts, nowMs);
  if (delivery.kind === "dead" || atMs - message.createdMs > GIVE_UP_MS)
    return { kind: "dead", atMs: nowMs, error };
  return { kind: "retry", atMs, error };
}

/** Letters that still have to go out; what is unreadable, too old, or overtaken is settled here. */
async function current(parts: Deliverer, messages: readonly LeasedMessage[]): Promise<Letter[]> {
  const letters: Letter[] = [];
  for (const message of messages) {
    const nowMs = parts.clock.nowMs();
    const payload = MailPayload.safeParse(message.payload).data;
    const end = (settlement: Settlement) => parts.store.outbox.settle(message.id, message.lease, settlement);
    if (!payload) await end({ kind: "dead", atMs: nowMs, error: "the message is not readable" });
    else if (await isOvertaken(parts, payload, message.recipient))
      await end({ kind: "dropped", atMs: nowMs });
    else if (nowMs - message.createdMs > GIVE_UP_MS + 3_600_000)
      await end({ kind: "dead", atMs: nowMs, error: "nobody could send it for more than a day" });
    else letters.push({ message, payload });
  }
  return letters;
}

/** Whether the same recipient is told something newer of the incident. */
async function isOvertaken(parts: Deliverer, payload: MailPayload, recipient: string): Promise<boolean> {
  const incident = await parts.store.incidents.get(payload.incident);
  const told = incident?.transitions.filter((transition) => transition.told) ?? [];
  return told.slice(payload.ordinal + 1).some((newer) => newer.toldTo?.includes(recipient) ?? true);
}

async function settleAll(
  parts: Deliverer,
  messages: readonly LeasedMessage[],
  of: (atMs: number) => Settlement,
): Promise<void> {
  for (const message of messages) {
    await parts.store.outbox.settle(message.id, message.lease, of(parts.clock.nowMs()));
  }
}

function digestId(letters: readonly Letter[]): string {
  const ids = letters.map((letter) => letter.message.id).sort();
  return createHash("sha256").update(ids.join()).digest("hex");
}

function threadOf(payload: MailPayload): string {
  return createHash("sha256").update(`thread ${payload.incident}`).digest("hex").slice(0, 32);
}
