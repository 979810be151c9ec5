/**
 * A measurement somebody asks for now: what is asked, what travels to a probe, what comes back, what the asker sees.
 *
 * Data, never code, and never kept: it goes into no spool, no log of samples, no archive, no strip. Durations in us
 * unless the name says ms. Offered only to probes that say they understand it (`UNDERSTANDS`).
 */
import * as z from "zod";
import { Expect } from "./expect.ts";
import { Id, Millis } from "./ids.ts";
import { METRICS } from "./metric.ts";
import { PathEvidence } from "./path-evidence.ts";
import { Sample } from "./sample.ts";
import { From, Target, TargetInput, Timeouts } from "./target.ts";

/** Header of a configuration poll and its value: the probe's schema knows `once`. Older probes do not send it. */
export const UNDERSTANDS = { header: "x-carrierwatch-understands", once: "once" } as const;

/** Nobody waits longer than this for an answer. */
export const ONCE_WITHIN_MS = 60_000;
/** Most that one configuration carries. */
export const ONCE_MAX = 16;

export const OnceId = z.string().regex(/^[0-9a-f]{16}$/);

/** What a probe is asked to measure at once, under its own limits and its own egress guard. */
export const Once = z
  .strictObject({
    id: OnceId,
    url: Target.shape.url,
    method: Target.shape.method,
    family: Target.shape.family,
    expect: Target.shape.expect,
    timeouts: Target.shape.timeouts,
    redirects: Target.shape.redirects,
    bodyCapBytes: Target.shape.bodyCapBytes,
    request: Target.shape.request,
    tls: Target.shape.tls,
    addresses: Target.shape.addresses,
    /** The route is looked at too. */
    path: z.boolean().optional(),
    /** From now; nobody listens after it. */
    withinMs: z.int().min(0).max(ONCE_WITHIN_MS),
  })
  .meta({ id: "Once" });
export type Once = z.infer<typeof Once>;

const Done = z.array(z.strictObject({ metric: z.enum(METRICS), us: z.int().min(0) })).max(METRICS.length);

/** A sample without its place in a series: it has none. */
export const OnceResult = z.strictObject({
  startedMs: Millis,
  state: Sample.shape.state,
  failure: Sample.shape.failure,
  unknownReason: Sample.shape.unknownReason,
  timings: Sample.shape.timings,
  detail: Sample.shape.detail,
  path: PathEvidence.optional(),
});
export type OnceResult = z.infer<typeof OnceResult>;

/** What a probe says of one: how far it is, what came out, or that it has too much to do. */
export const OnceNews = z
  .discriminatedUnion("kind", [
    z.strictObject({ kind: z.literal("progress"), id: OnceId, done: Done }),
    z.strictObject({ kind: z.literal("measured"), id: OnceId, result: OnceResult }),
    z.strictObject({ kind: z.literal("busy"), id: OnceId }),
  ])
  .meta({ id: "OnceNews" });
export type OnceNews = z.infer<typeof OnceNews>;

/** One vantage of it. busy = refused by its own limits; no-answer = nothing came in time; old = its probe cannot. */
export const OnceLane = z
  .strictObject({
    vantage: Id,
    name: z.string(),
    carrier: Id,
    state: z.enum(["waiting", "measuring", "measured", "busy", "no-answer", "old"]),
    /** Metrics that are complete so far. */
    done: Done,
    /** With measured, and only then. */
    result: OnceResult.nullable(),
  })
  .meta({ id: "OnceLane" });
export type OnceLane = z.infer<typeof OnceLane>;

/** What a target would say itself. */
const OF_URL = ["request", "tls", "addresses", "timeouts", "expect"] as const;

/** A target's id, or a URL; and who measures it: as a target says it, or names of carriers and vantages. */
export const MeasurementInput = z
  .strictObject({
    target: Id.optional(),
    url: TargetInput.shape.url.optional(),
    /** Absent: those that measure the target; every vantage for a URL. */
    from: z.union([z.array(Id).min(1).max(64), From]).optional(),
    /** How a URL is asked, as for a target; without secrets. A target has its own. */
    method: TargetInput.shape.method.optional(),
    family: TargetInput.shape.family.optional(),
    request: TargetInput.shape.request,
    tls: TargetInput.shape.tls,
    addresses: TargetInput.shape.addresses,
    redirects: TargetInput.shape.redirects.optional(),
    timeouts: Timeouts.optional(),
    /** Absent: any status from 200 to 399. */
    expect: Expect.optional(),
    /** Look at the route too: seconds longer. */
    path: z.boolean().optional(),
  })
  .refine((input) => (input.target === undefined) !== (input.url === undefined), {
    message: "name a target or give a URL, one of them",
  })
  .refine(
    ({ target, ...input }) => target === undefined || OF_URL.every((field) => input[field] === undefined),
    {
      message: "a target says itself how it is measured; give a URL to say it here",
    },
  );
export type MeasurementInput = z.infer<typeof MeasurementInput>;

/** A measurement under way or over; gone some minutes later. */
export const MeasurementView = z
  .strictObject({
    id: OnceId,
    target: Id.nullable(),
    url: z.string(),
    askedMs: Millis,
    /** Changes with every piece of news: name it to wait for the next. */
    revision: z.int().min(0),
    /** Every lane has come to its end. */
    over: z.boolean(),
    lanes: z.array(OnceLane),
  })
  .meta({ id: "MeasurementView" });
export type MeasurementView = z.infer<typeof MeasurementView>;
