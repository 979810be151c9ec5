/**
 * The route to a target as a probe saw it when the target turned bad: hops, names, certificates, the answer's head.
 *
 * Made by the probe with what its host has, sent beside the samples, kept by the collector as an event of the target.
 * All text is hostile. Times in ms; null = no answer.
 */
import * as z from "zod";
import { Id, Millis, Seconds } from "./ids.ts";

export const PATH_TOOLS = ["tcptraceroute", "mtr", "traceroute", "tracepath"] as const;

/** Whose network an address is in, as far as a table that is shipped with the program knows. */
export const NetworkHint = z.strictObject({
  asn: z.int().min(1).optional(),
  /** For people: "China Telecom". */
  name: z.string().max(80).optional(),
  /** Id of a carrier that goes by default with this network: ct, cnc, cmcc. */
  carrier: Id.optional(),
});
export type NetworkHint = z.infer<typeof NetworkHint>;

export const PathHop = z.strictObject({
  ttl: z.int().min(1).max(64),
  /** Who answered; null = nobody. */
  address: z.string().max(64).nullable(),
  timesMs: z.array(z.number().min(0)).max(5),
  hint: NetworkHint.optional(),
});
export type PathHop = z.infer<typeof PathHop>;

export const PathEvidence = z.strictObject({
  takenMs: Millis,
  /** Null: nothing on the host can look; `note` says what to install. */
  tool: z.enum(PATH_TOOLS).nullable(),
  address: z.string().max(64).nullable(),
  port: z.int().min(1).max(65_535),
  hops: z.array(PathHop).max(64),
  /** The last hop is the target. */
  reached: z.boolean(),
  /** What the resolver said, and which one. */
  answers: z.array(z.string().max(64)).max(16),
  resolver: z.string().max(64).optional(),
  /** The certificates that were sent, leaf first. */
  chain: z
    .array(z.strictObject({ subject: z.string().max(256), issuer: z.string().max(256), notAfterS: Seconds }))
    .max(8),
  /** Status line and headers as they came, cut. */
  head: z.string().max(4096).optional(),
  note: z.string().max(300).optional(),
});
export type PathEvidence = z.infer<typeof PathEvidence>;

/** One report of a probe. */
export const PathReport = z
  .strictObject({
    /** Random, 16 hex digits: sent twice, kept once. */
    id: z.string().regex(/^[0-9a-f]{16}$/),
    target: Id,
    tick: Seconds,
    evidence: PathEvidence,
  })
  .meta({ id: "PathReport" });
export type PathReport = z.infer<typeof PathReport>;
