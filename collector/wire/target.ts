/**
 * A target: a URL that is watched, who measures it, how it is asked, what counts as up, and its alarm lines.
 *
 * `TargetInput` is what a person or a verb writes; `Target` is what the registry stores and the pages read.
 * Defaults stand here and nowhere else. Durations in ms, speed in bytes per second.
 */
import * as z from "zod";
import { Archives, STRIP_METRICS } from "./archives.ts";
import { Expect } from "./expect.ts";
import { DisplayName, Id, Seconds, TimeZone } from "./ids.ts";
import { METRICS } from "./metric.ts";
import { Addresses, METHODS, RequestOptions, TlsOptions } from "./request.ts";

export const DEFAULT_CRON = "*/5 * * * *";

/** Who measures: everybody, or each vantage that any of the lists names. */
export const From = z
  .strictObject({
    all: z.boolean().default(false),
    carriers: z.array(Id).max(64).default([]),
    tags: z.array(z.string().trim().min(1).max(32)).max(64).default([]),
    vantages: z.array(Id).max(256).default([]),
  })
  .refine((from) => from.all || from.carriers.length + from.tags.length + from.vantages.length > 0, {
    message: "nobody would measure it: choose all, or name carriers, tags or vantages",
  });
export type From = z.infer<typeof From>;

export const Timeouts = z
  .strictObject({
    connectMs: z.int().min(100).max(60_000).default(5_000),
    totalMs: z.int().min(100).max(120_000).default(10_000),
  })
  .refine((t) => t.connectMs <= t.totalMs, {
    message: "connectMs is longer than totalMs",
    path: ["connectMs"],
  });

/** Beyond this the metric is in alarm: above for times (ms), below for speed (bytes per second). */
export const AlarmLine = z.strictObject({
  limit: z.number().positive().max(4_294_967_295),
  /** Another limit for one carrier; null = no line for it. */
  carriers: z.record(Id, z.number().positive().max(4_294_967_295).nullable()).default({}),
});
export type AlarmLine = z.infer<typeof AlarmLine>;

export const Alarm = z.strictObject({
  lines: z.partialRecord(z.enum(METRICS), AlarmLine).default({}),
  /** Ticks running before an incident opens, and before it ends. */
  ticks: z.int().min(1).max(60).default(2),
  /** Carriers that must fail for "service down": more than half of those that report, or a number. */
  carriers: z.union([z.literal("majority"), z.int().min(1).max(64)]).default("majority"),
});
export type Alarm = z.infer<typeof Alarm>;

export const TargetInput = z.strictObject({
  name: DisplayName,
  /** http, https, tcp://host:port, tls://host:port, ping://host:port (TCP connects), dns://name?type=A. */
  url: z.string().min(1, "which URL?").max(2048),
  /** Heading it stands under; empty or absent: the registrable domain of the URL. */
  group: z.union([DisplayName, z.literal("")]).optional(),
  from: From.default({ all: true, carriers: [], tags: [], vantages: [] }),
  method: z.enum(METHODS).default("GET"),
  request: RequestOptions.optional(),
  tls: TlsOptions.optional(),
  addresses: Addresses.optional(),
  family: z.enum(["any", "ipv4", "ipv6"]).default("any"),
  cron: z.string().max(128).default(DEFAULT_CRON),
  timeZone: TimeZone.default("UTC"),
  expect: Expect.prefault({}),
  timeouts: Timeouts.prefault({}),
  redirects: z.int().min(0).max(10).default(5),
  /** Body bytes read, decoded or not, before the answer is judged too large. */
  bodyCapBytes: z.int().min(0).max(100_000_000).default(10_000_000),
  alarm: Alarm.prefault({}),
  /** Fixed upper end of the y axis per metric (ms, or bytes per second); absent = automatic. */
  yMax: z.partialRecord(z.enum(METRICS), z.number().positive()).default({}),
  /** Its own archives instead of the default ones of its step; steps and rows as rrdtool counts them. */
  archives: Archives.optional(),
  /** LAST beside AVERAGE, MAX and MIN in its archives. */
  last: z.boolean().optional(),
  /** Metrics beside total whose percentiles are kept, each in a tick strip. */
  percentiles: z.array(z.enum(STRIP_METRICS)).max(STRIP_METRICS.length).optional(),
  /** Recipients told of its incidents; null = everyone who receives mail. */
  recipients: z.array(Id).max(64).nullable().default(null),
});
export type TargetInput = z.infer<typeof TargetInput>;

/** While paused nobody measures; the interval is laid over the ticks when read, never burned in. toS null = still paused. */
export const Pause = z.strictObject({ fromS: Seconds, toS: Seconds.nullable() });
export type Pause = z.infer<typeof Pause>;

export const Target = z
  .strictObject({
    ...TargetInput.shape,
    id: Id,
    group: DisplayName,
    /** Derived from cron and timeZone. */
    stepS: z.int().min(10).max(86_400),
    phaseS: z.int().min(0).max(86_399),
    createdS: Seconds,
    pauses: z.array(Pause).max(10_000).default([]),
    /** Registry version: what an edit must name. */
    version: z.int().min(0),
  })
  .meta({ id: "Target" });
export type Target = z.infer<typeof Target>;

/** Whether nobody measures the target at an instant. */
export function isPaused(target: Pick<Target, "pauses">, atS: number): boolean {
  return target.pauses.some((pause) => pause.fromS <= atS && (pause.toS === null || atS < pause.toS));
}
