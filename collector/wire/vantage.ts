/** A vantage: one place in one carrier's network that measures. Its identity comes from its key, never from a body. */
import * as z from "zod";
import { DisplayName, Id, Millis, Seconds } from "./ids.ts";

export const VantageInput = z.strictObject({
  name: DisplayName,
  carrier: Id,
  tags: z.array(z.string().trim().min(1).max(32)).max(16).default([]),
});
export type VantageInput = z.infer<typeof VantageInput>;

/** What the collector last heard of it. Kept apart from the identity, so that a contact never conflicts with an edit. */
export const Contact = z.strictObject({
  atMs: Millis,
  probeVersion: z.string().max(32),
  /** Probe clock minus collector clock, ms, half the round trip taken off; null = never measured. */
  skewMs: z.number().nullable(),
  spoolRecords: z.int().min(0),
  spoolBytes: z.int().min(0),
  /** Records the probe had to drop or quarantine since its spool was made. */
  dropped: z.int().min(0),
  quarantined: z.int().min(0),
  address: z.string().max(64).nullable(),
});
export type Contact = z.infer<typeof Contact>;

export const Vantage = z
  .strictObject({
    ...VantageInput.shape,
    id: Id,
    createdS: Seconds,
    /** Runs as a child of this collector; cannot be joined from elsewhere. */
    local: z.boolean().default(false),
    /** Simulated by `carrierwatch demo`; every page says so. */
    simulated: z.boolean().default(false),
    revokedS: Seconds.nullable().default(null),
    version: z.int().min(0),
  })
  .meta({ id: "Vantage" });
export type Vantage = z.infer<typeof Vantage>;

/** A vantage that has not been heard of for this long is silent: no vote, and an alert of its own. */
export const SILENT_AFTER_MS = 90_000;

/** Skew beyond which a vantage has no vote. */
export const SKEW_LIMIT_MS = 60_000;

/** Whether a target's `from` names a vantage. */
export function measuredFrom(
  from: { all: boolean; carriers: readonly string[]; tags: readonly string[]; vantages: readonly string[] },
  vantage: Pick<Vantage, "id" | "carrier" | "tags">,
): boolean {
  return (
    from.all ||
    from.carriers.includes(vantage.carrier) ||
    from.vantages.includes(vantage.id) ||
    vantage.tags.some((tag) => from.tags.includes(tag))
  );
}
