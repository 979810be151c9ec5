/**
 * An incident: from the tick a rule began to hold until the tick it stopped, with every transition and its evidence.
 *
 * Written by `alert`, one synced transaction per transition, before anything is sent; read by pages and reports.
 */
import * as z from "zod";
import { Differences } from "./event.ts";
import { Id, Millis, Seconds } from "./ids.ts";
import { METRICS } from "./metric.ts";
import { FAILURE_PHASES, FailureCause, FailureSource, State } from "./sample.ts";

/** down: the service. degraded: some carriers fail while it is up. slow: most are beyond the alarm line. silent: a vantage says nothing. */
export const IncidentClass = z.enum(["down", "degraded", "slow", "silent"]);
export type IncidentClass = z.infer<typeof IncidentClass>;

/** What one carrier showed at the tick that decided. */
export const CarrierEvidence = z.strictObject({
  carrier: Id,
  state: State,
  /** Beyond its alarm line: value and limit in ms, or bytes per second for speed. */
  beyond: z.strictObject({ metric: z.enum(METRICS), value: z.number(), limit: z.number() }).optional(),
  failure: z
    .strictObject({ phase: z.enum(FAILURE_PHASES), cause: FailureCause, source: FailureSource })
    .optional(),
  totalUs: z.int().nullable(),
  /** Vantages that reported, and how many of them were down. */
  reporting: z.int().min(0),
  down: z.int().min(0),
  /** Its users get another answer than the others' do: what differs. Absent = nothing that is known. */
  altered: Differences.optional(),
});
export type CarrierEvidence = z.infer<typeof CarrierEvidence>;

/** What is believed of a target's carriers after m ticks running, ids sorted. `failing` is part of `bad`. */
export const Belief = z.strictObject({
  /** The service is down. */
  down: z.boolean(),
  /** Most carriers are at least beyond their alarm line. */
  most: z.boolean(),
  failing: z.array(Id),
  /** Failing or beyond the alarm line. */
  bad: z.array(Id),
});
export type Belief = z.infer<typeof Belief>;

/** Why a transition was not decided by votes. unwatched: no vantage is left that measures it. */
export const TransitionReason = z.enum(["silent", "skewed", "paused", "removed", "unwatched", "corrected"]);
export type TransitionReason = z.infer<typeof TransitionReason>;

export const Transition = z.strictObject({
  kind: z.enum(["opened", "escalated", "eased", "ended"]),
  class: IncidentClass,
  /** The tick that decided, UTC seconds. */
  tick: Seconds,
  /** When the collector decided, UTC ms. */
  atMs: Millis,
  /** Whether it was told to anybody: late evidence corrects history and pages nobody. */
  told: z.boolean(),
  /** Ids of the recipients it was told to; absent where it was not told, or by an older version. */
  toldTo: z.array(Id).optional(),
  evidence: z.array(CarrierEvidence),
  /** What is believed from here on; absent for vantages. */
  belief: Belief.optional(),
  reason: TransitionReason.optional(),
});
export type Transition = z.infer<typeof Transition>;

export const Incident = z
  .strictObject({
    id: z.string().min(1).max(200),
    /** Target id; with subject "vantage" (class silent) the vantage's id. */
    target: Id,
    /** What the target was called when this was last written: its name survives its removal. */
    name: z.string().optional(),
    subject: z.enum(["target", "vantage"]),
    class: IncidentClass,
    /** First tick at which the rule held, not the one at which it was believed. */
    fromS: Seconds,
    /** First tick at which it no longer held; null = open. */
    toS: Seconds.nullable(),
    transitions: z.array(Transition),
  })
  .meta({ id: "Incident" });
export type Incident = z.infer<typeof Incident>;

/** As the API lists it: with what a page needs to say it in a sentence. */
export const IncidentView = Incident.extend({
  /** Name of the target or vantage. */
  name: z.string(),
  /** Carriers it concerns, ids. */
  carriers: z.array(Id),
}).meta({ id: "IncidentView" });
export type IncidentView = z.infer<typeof IncidentView>;
