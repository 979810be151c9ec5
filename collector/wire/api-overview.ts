/** API shapes: the overview (targets x carriers), one target's page head, samples, and the live event stream. */
import * as z from "zod";
import { Availability, StateCell } from "./api-chart.ts";
import { Carrier } from "./carrier.ts";
import { Differences, EVENT_KINDS } from "./event.ts";
import { Id, Millis, Seconds } from "./ids.ts";
import { IncidentView } from "./incident.ts";
import { OnceId, OnceLane } from "./on-demand.ts";
import { Progress } from "./probe-protocol.ts";
import { Failure, Sample, SeriesAddress, State, UnknownReason } from "./sample.ts";
import { Target, TargetInput } from "./target.ts";

/** A stored sample as pages see it: with its vantage and carrier. */
export const SampleView = z
  .strictObject({
    vantage: Id,
    carrier: Id,
    receivedMs: Millis,
    live: z.boolean(),
    sample: Sample,
  })
  .meta({ id: "SampleView" });
export type SampleView = z.infer<typeof SampleView>;

/** A carrier's users get another answer than the others' do, now. */
export const AlteredNow = z.strictObject({
  /** First tick at which it was so. */
  sinceS: Seconds,
  differs: Differences,
});
export type AlteredNow = z.infer<typeof AlteredNow>;

/** none = no vantage of this carrier measures the target. */
const CellState = z.enum([...State.options, "none", "waiting", "paused"]);
export type CellState = z.infer<typeof CellState>;

/** Worst that holds now. */
const RowStatus = z.enum(["down", "degraded", "slow", "up", "unknown", "paused", "waiting"]);
export type RowStatus = z.infer<typeof RowStatus>;

/** One carrier's cell in the row of a target's page. */
export const TargetCell = z.strictObject({
  carrier: Id,
  state: CellState,
  /** Beyond the target's alarm line now. */
  slow: z.boolean(),
  latest: SampleView.nullable(),
  /** Total of the last 3 h, ms, one per tick, oldest first; null = UNKNOWN or not measured. */
  spark: z.array(z.number().nullable()),
  cells: z.array(StateCell),
  availability24h: Availability,
  /** Set while every vantage of the carrier is silent: since when, UTC ms. */
  silentSinceMs: Millis.nullable(),
  /** null = nothing is known to differ from the other carriers. */
  altered: AlteredNow.nullable(),
});
export type TargetCell = z.infer<typeof TargetCell>;

export const TargetRow = z.strictObject({
  target: Target,
  status: RowStatus,
  incident: IncidentView.nullable(),
  cells: z.array(TargetCell),
  availability24h: Availability,
  nextTickMs: Millis,
});
export type TargetRow = z.infer<typeof TargetRow>;

/** Ticks by state; what is absent is 0. */
export const Ticks = z.strictObject({
  up: z.int().optional(),
  down: z.int().optional(),
  suspect: z.int().optional(),
  unknown: z.int().optional(),
});
export type Ticks = z.infer<typeof Ticks>;

/**
 * Neighbouring half hours (k x 1,800 s UTC) of the last day that look alike: how, how many, and with down the share of
 * ticks that were not down.
 */
export const BarRun = z.union([
  z.tuple([z.enum(["up", "suspect", "unknown", "paused"]), z.int().min(1)]),
  z.tuple([z.literal("down"), z.int().min(1), z.number()]),
]);
export type BarRun = z.infer<typeof BarRun>;

/** One carrier's cell of the overview, as small as it can be: there are thousands. What is absent is said at each key. */
export const OverviewCell = z.strictObject({
  /** Absent = up. */
  state: CellState.optional(),
  /** Total of the newest sample, ms; absent = it has none. */
  totalMs: z.number().optional(),
  /** Of the newest sample, with state down. */
  failure: Failure.pick({ phase: true, cause: true, source: true }).optional(),
  /** Of the newest sample, with state unknown, where the probe said why it did not measure. */
  unknownReason: UnknownReason.optional(),
  /** HTTP status of an answer that was judged down. */
  httpStatus: z.int().optional(),
  /** Beyond the target's alarm line now; absent = no. */
  slow: z.literal(true).optional(),
  /** Alarm limit of the total, ms, where totalMs is beyond it. */
  limitMs: z.number().optional(),
  /** While every vantage of the carrier is silent: since when, UTC ms; absent = not so. */
  silentSinceMs: Millis.optional(),
  /** Absent = nothing is known to differ from the other carriers. */
  altered: AlteredNow.optional(),
  /**
   * Total of the last 3 h against the largest of them, a letter per tick, oldest first: A (next to nothing) to Z, a to z,
   * 0 to 9, + and / (the largest); . = UNKNOWN or not measured. For a small line; the numbers are in the chart.
   */
  spark: z.string().optional(),
  /** The last day up to nowMs; absent = up all along, or there is nothing (state none, waiting, paused). */
  bar: z.array(BarRun).optional(),
  /** Of the last day; absent = as many as the row has. */
  ticks24h: Ticks.optional(),
});
export type OverviewCell = z.infer<typeof OverviewCell>;

export const OverviewRow = z.strictObject({
  target: Target.pick({ id: true, name: true, url: true, group: true, stepS: true }).extend({
    /** Absent = before the last day began. */
    createdS: Seconds.optional(),
  }),
  status: RowStatus,
  /** Id of the one of openIncidents that is told; absent = none. */
  incident: z.string().optional(),
  /** By carrier; a carrier that is absent has no vantage that measures the target. */
  cells: z.record(Id, OverviewCell),
  /** Of the last day, of the service: down when as many carriers are as the alarm asks for. */
  ticks24h: Ticks,
});
export type OverviewRow = z.infer<typeof OverviewRow>;

export const Overview = z
  .strictObject({
    nowMs: Millis,
    /** When the newest measurement that is known began, and when the next is due; null = none. */
    lastStartMs: Millis.nullable(),
    nextStartMs: Millis.nullable(),
    /** Carriers that have a vantage, in order: the columns. */
    carriers: z.array(Carrier),
    /** Bad first, then by group and name. */
    rows: z.array(OverviewRow),
    openIncidents: z.array(IncidentView),
    /** Why nobody would be told of a failure now; null = somebody would. */
    untold: z.enum(["no-smtp", "no-recipient", "smtp-failing"]).nullable(),
  })
  .meta({ id: "Overview" });
export type Overview = z.infer<typeof Overview>;

/** Head of a target's page. */
export const TargetView = z
  .strictObject({
    row: TargetRow,
    carriers: z.array(Carrier),
    /** Newest sample of each vantage. */
    latest: z.array(SampleView),
    availability30d: Availability,
    p50Ms30d: z.number().nullable(),
    p95Ms30d: z.number().nullable(),
    certificateNotAfterS: Seconds.nullable(),
    nowMs: Millis,
  })
  .meta({ id: "TargetView" });
export type TargetView = z.infer<typeof TargetView>;

/** What would be measured and what traffic that makes, for the form to say in one sentence; or every problem. */
export const TargetPreview = z
  .strictObject({
    ok: z.boolean(),
    issues: z.array(z.strictObject({ path: z.string(), message: z.string() })),
    hint: z.string().nullable(),
    /** With ok: the input with every default filled in. */
    target: TargetInput.nullable(),
    group: z.string().nullable(),
    stepS: z.int().nullable(),
    vantages: z.array(Id),
    carriers: z.array(Id),
    measurementsPerDay: z.int().nullable(),
    /** Bytes at full age, everything counted: of one series, and of all that its vantages and addresses make. */
    space: z.strictObject({ bytesPerSeries: z.int(), series: z.int(), bytes: z.int() }).nullable(),
  })
  .meta({ id: "TargetPreview" });
export type TargetPreview = z.infer<typeof TargetPreview>;

export const SamplesPage = z
  .strictObject({ samples: z.array(SampleView), cursor: z.string().nullable() })
  .meta({ id: "SamplesPage" });
export type SamplesPage = z.infer<typeof SamplesPage>;

/** Rows of exactly one archive, as `carrierwatch fetch` prints them: t in UTC seconds, value in ms or bytes/s. */
export const FetchedRows = z
  .strictObject({
    target: Id,
    vantage: Id,
    address: SeriesAddress.optional(),
    metric: z.string(),
    cf: z.string(),
    rowS: z.int(),
    rows: z.array(z.strictObject({ t: Seconds, value: z.number().nullable() })),
  })
  .meta({ id: "FetchedRows" });
export type FetchedRows = z.infer<typeof FetchedRows>;

/** Server-sent events; `event:` is the type, `data:` the JSON. */
export const LiveEvent = z.discriminatedUnion("type", [
  z.strictObject({ type: z.literal("sample"), sample: SampleView }),
  z.strictObject({ type: z.literal("progress"), vantage: Id, carrier: Id, progress: Progress }),
  /** Only to whoever asked for the measurement. */
  z.strictObject({ type: z.literal("once"), measurement: OnceId, lane: OnceLane }),
  z.strictObject({ type: z.literal("incident"), incident: IncidentView }),
  z.strictObject({ type: z.literal("target"), target: Id }),
  z.strictObject({ type: z.literal("vantage"), vantage: Id }),
  /** There is news in the event log. */
  z.strictObject({
    type: z.literal("event"),
    kind: z.enum(EVENT_KINDS),
    target: Id.nullable(),
    vantage: Id.nullable(),
  }),
]);
export type LiveEvent = z.infer<typeof LiveEvent>;
