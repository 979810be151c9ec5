/**
 * What a probe and its collector say to each other besides samples: joining, assignments, progress.
 *
 * Assignments are data, never code: the probe parses them with these schemas and applies its own egress policy.
 */
import * as z from "zod";
import { Id, Millis, WIRE_VERSION } from "./ids.ts";
import { METRICS } from "./metric.ts";
import { ONCE_MAX, Once } from "./on-demand.ts";
import { SecretName } from "./request.ts";
import { Target } from "./target.ts";

/** The part of a target a probe needs. */
export const Assignment = z
  .strictObject({
    id: Id,
    url: Target.shape.url,
    method: Target.shape.method,
    family: Target.shape.family,
    stepS: Target.shape.stepS,
    phaseS: Target.shape.phaseS,
    expect: Target.shape.expect,
    timeouts: Target.shape.timeouts,
    redirects: Target.shape.redirects,
    bodyCapBytes: Target.shape.bodyCapBytes,
    request: Target.shape.request,
    tls: Target.shape.tls,
    addresses: Target.shape.addresses,
    /** Changes when something that is measured changes: then the target is measured at once. */
    revision: z.int().min(0),
  })
  .meta({ id: "Assignment" });
export type Assignment = z.infer<typeof Assignment>;

export const ProbeConfig = z
  .strictObject({
    wire: z.literal(WIRE_VERSION),
    vantage: Id,
    carrier: Id,
    assignments: z.array(Assignment),
    /** Values of the secrets that its assignments name; what the probe's own file says goes before. */
    secrets: z.record(SecretName, z.string().max(8192)).optional(),
    /** To be measured now, each once; only for a probe that said it understands this. Not part of the ETag. */
    once: z.array(Once).max(ONCE_MAX).optional(),
  })
  .meta({ id: "ProbeConfig" });
export type ProbeConfig = z.infer<typeof ProbeConfig>;

/** Longest a probe may ask the collector to hold a configuration poll. */
export const POLL_WAIT_MAX_S = 55;

/** A phase of a first measurement, for the page that waits for it; never archived. */
export const Progress = z.strictObject({
  target: Id,
  startedMs: Millis,
  /** Phases completed so far, in order, us. */
  done: z.array(z.strictObject({ metric: z.enum(METRICS), us: z.int().min(0) })).max(METRICS.length),
});
export type Progress = z.infer<typeof Progress>;

/**
 * What the pasted join text carries: everything a fresh host needs to trust the collector and be trusted, as
 * base64url JSON behind the prefix `cwj1_`. Single use, one hour.
 */
export const JoinToken = z.strictObject({
  /** Public URL of the collector, base path included. */
  url: z.url(),
  secret: z.string().min(20).max(64),
  /** sha256 of the collector's TLS certificate, hex; null = plain http or a publicly trusted certificate. */
  certificateSha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .nullable(),
  /** sha256 of the probe program, hex. */
  programSha256: z.string().regex(/^[0-9a-f]{64}$/),
});
export type JoinToken = z.infer<typeof JoinToken>;

export const JOIN_PREFIX = "cwj1_";

export const JoinRequest = z.strictObject({
  secret: JoinToken.shape.secret,
  hostname: z.string().max(255),
  probeVersion: z.string().max(32),
});
export type JoinRequest = z.infer<typeof JoinRequest>;

/** The vantage's own key: shown once, stored hashed. */
export const JoinAnswer = z.strictObject({ vantage: Id, name: z.string(), key: z.string() });
export type JoinAnswer = z.infer<typeof JoinAnswer>;

/** Text to token, or null when it is none. */
export function parseJoinToken(text: string): JoinToken | null {
  const match = /cwj1_([A-Za-z0-9_-]+)/.exec(text);
  if (!match) return null;
  try {
    const json = new TextDecoder().decode(
      Uint8Array.from(atob((match[1] ?? "").replaceAll("-", "+").replaceAll("_", "/")), (c) =>
        c.charCodeAt(0),
      ),
    );
    return JoinToken.safeParse(JSON.parse(json)).data ?? null;
  } catch {
    return null;
  }
}
