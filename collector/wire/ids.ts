/** Names that travel between the parts: what an id, a name and a UTC instant look like on the wire. */
import * as z from "zod";

/** Version of the probe protocol; in every batch. A collector accepts its own and the one before. */
export const WIRE_VERSION = 1;

/** Stable identifier, made by the collector (targets, users) or chosen by the operator (carriers, vantages). */
export const Id = z
  .string()
  .regex(/^[a-z0-9](?:[a-z0-9-]{0,46}[a-z0-9])?$/, "use 1 to 48 of a-z, 0-9 and -, not at the ends")
  .meta({ id: "Id" });

/** What people call it. Control and bidirectional-override characters are refused: names reach mail headers. */
export const DisplayName = z
  .string()
  .trim()
  .min(1, "give it a name")
  .max(64, "at most 64 characters")
  .regex(/^[^\p{Cc}\p{Cf}\u2028\u2029]*$/u, "control characters are not allowed");

/** UTC seconds, whole. */
export const Seconds = z.int().min(0).max(253_402_300_799);

/** UTC milliseconds, whole. */
export const Millis = z.int().min(0).max(253_402_300_799_999);

/** IANA time zone name; whether this machine knows it is checked where it is used. */
export const TimeZone = z
  .string()
  .regex(/^[A-Za-z][A-Za-z0-9_+/-]{0,63}$/, "an IANA name, for example Asia/Shanghai");

export const Language = z.enum(["zh", "en"]);
export type Language = z.infer<typeof Language>;
