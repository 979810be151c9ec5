/** API shapes: vantages and joining, carriers, mail, storage figures. */
import * as z from "zod";
import { Egress } from "./egress.ts";
import { DisplayName, Id, Language, Millis, TimeZone } from "./ids.ts";
import { Contact, Vantage, VantageInput } from "./vantage.ts";

export const VantageView = z
  .strictObject({
    vantage: Vantage,
    contact: Contact.nullable(),
    /** Where it is seen from, IPv4 first: the address, since when, and whose network that is; empty = only from here. */
    egress: z.array(Egress).max(2),
    /** waiting = never joined; silent = no contact for 90 s; skewed = clock off by more than 60 s, no vote. */
    status: z.enum(["waiting", "ok", "silent", "skewed", "revoked"]),
    /** Samples by outcome since the database was made. */
    counters: z.record(z.string(), z.int()),
  })
  .meta({ id: "VantageView" });
export type VantageView = z.infer<typeof VantageView>;

export const VantageCreate = VantageInput.extend({ id: Id.optional() });
export type VantageCreate = z.infer<typeof VantageCreate>;

/** The text to paste on the other machine; shown once, single use, one hour. */
export const JoinCommand = z
  .strictObject({ vantage: Id, command: z.string(), token: z.string(), expiresMs: Millis })
  .meta({ id: "JoinCommand" });
export type JoinCommand = z.infer<typeof JoinCommand>;

/** Where mail goes out. The password is written, never read back. */
export const SmtpInput = z.strictObject({
  host: z.string().trim().min(1).max(255),
  port: z.int().min(1).max(65_535),
  /** tls: from the first byte (465). starttls: required after connecting (587). none: in the clear. */
  security: z.enum(["tls", "starttls", "none"]),
  username: z.string().max(255).default(""),
  /** Absent = keep the stored one. */
  password: z.string().max(1024).optional(),
  fromAddress: z.email().max(254),
  fromName: DisplayName.default("carrierwatch"),
});
export type SmtpInput = z.infer<typeof SmtpInput>;

export const SmtpView = z
  .strictObject({
    configured: z.boolean(),
    settings: SmtpInput.omit({ password: true }).extend({ hasPassword: z.boolean() }).nullable(),
    outbox: z.strictObject({
      pending: z.int(),
      failing: z.int(),
      dead: z.int(),
      sent: z.int(),
      lastError: z.string().nullable(),
      lastSentMs: Millis.nullable(),
    }),
  })
  .meta({ id: "SmtpView" });
export type SmtpView = z.infer<typeof SmtpView>;

/** Who is told. */
export const RecipientInput = z.strictObject({
  name: DisplayName,
  address: z.email().max(254),
  language: Language,
  timeZone: TimeZone,
});
export const Recipient = RecipientInput.extend({ id: Id, version: z.int() }).meta({ id: "Recipient" });
export type RecipientInput = z.infer<typeof RecipientInput>;
export type Recipient = z.infer<typeof Recipient>;

/** Answer of the test button: the server's own words, or how it failed. */
export const SmtpTestInput = z.strictObject({ to: z.email().max(254), smtp: SmtpInput.optional() });
export const SmtpTestAnswer = z
  .strictObject({ ok: z.boolean(), message: z.string() })
  .meta({ id: "SmtpTestAnswer" });
export type SmtpTestAnswer = z.infer<typeof SmtpTestAnswer>;

export const StorageView = z
  .strictObject({
    parts: z.array(
      z.strictObject({
        part: z.string(),
        /** At full age. */
        bytesPerSeries: z.number(),
        /** After 50 hours, two weeks, two months and two years. */
        bytesPerSeriesAt: z.array(z.number()),
        bytesNow: z.number(),
      }),
    ),
    series: z.int(),
    bytesPerSeriesFull: z.number(),
    /** The files when all series have been measured for 50 hours, two weeks, two months, two years. */
    bytesAt: z.array(z.number()),
    /** Of bytesFull, what does not depend on the series: events, journal, settings. */
    bytesFixed: z.number(),
    detailsDropped: z.number(),
    bytesNow: z.number(),
    bytesFull: z.number(),
    diskFreeBytes: z.number(),
    backups: z.array(
      z.strictObject({ name: z.string(), bytes: z.int(), atMs: Millis, verified: z.boolean() }),
    ),
    ready: z.boolean(),
    reasons: z.array(z.string()),
  })
  .meta({ id: "StorageView" });
export type StorageView = z.infer<typeof StorageView>;
