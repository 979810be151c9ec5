/**
 * A sample: the outcome of one measurement of one target at one tick, as the probe spools and ships it.
 *
 * Numbers are integers, rounded by `metric.ts` before they get here. A timing is null when its phase was never
 * completed. The probe says what it measured; what of it is archived is decided by `archive/pdp`.
 */
import * as z from "zod";
import { Id, Millis, Seconds, WIRE_VERSION } from "./ids.ts";
import { FAILURE_PHASES, type FailurePhase, PDP_MAX } from "./metric.ts";

export { FAILURE_PHASES, type FailurePhase };

const Pdp = z.int().min(0).max(PDP_MAX).nullable();

/** up, down (with a failure), suspect (the probe was disturbed), unknown (nobody could measure; with a reason). */
export const State = z.enum(["up", "down", "suspect", "unknown"]);
export type State = z.infer<typeof State>;

/** Whose fault the evidence says it is. */
export const FailureSource = z.enum(["target", "resolver", "network", "probe"]);
export type FailureSource = z.infer<typeof FailureSource>;

export const FAILURE_CAUSES = [
  "nxdomain",
  "no-address",
  "servfail",
  "dns-refused",
  "dns-timeout",
  "dns-malformed",
  "connection-refused",
  "unreachable",
  "connect-timeout",
  "connection-reset",
  "tls-timeout",
  "tls-alert",
  "tls-not-tls",
  "tls-reset",
  "tls-protocol",
  "certificate-expired",
  "certificate-not-yet-valid",
  "certificate-name",
  "certificate-untrusted",
  "certificate-invalid",
  "first-byte-timeout",
  "empty-answer",
  "reset-before-answer",
  "not-http",
  "headers-too-large",
  "bad-headers",
  "body-timeout",
  "body-truncated",
  "body-reset",
  "bad-chunk",
  "bad-encoding",
  "too-large",
  "too-many-redirects",
  "redirect-loop",
  "bad-redirect",
  "redirect-refused",
  "status",
  "content",
  "header",
  "json",
  "too-small",
  "certificate-expiring",
  "record",
  "loss",
  "addresses",
  "hijacked",
  "no-local-port",
  "internal",
] as const;
export const FailureCause = z.enum(FAILURE_CAUSES);
export type FailureCause = z.infer<typeof FailureCause>;

export const Failure = z.strictObject({
  phase: z.enum(FAILURE_PHASES),
  cause: FailureCause,
  source: FailureSource,
  /** How long the failing phase had taken. */
  elapsedUs: z.int().min(0).max(PDP_MAX),
  /** For people, at most one line; hostile text. */
  detail: z.string().max(200).optional(),
});
export type Failure = z.infer<typeof Failure>;

/** Why a tick is UNKNOWN although the probe was there. */
export const UnknownReason = z.enum(["overload", "suspended", "guard", "probe-network", "clock", "internal"]);
export type UnknownReason = z.infer<typeof UnknownReason>;

/** In microseconds, speed in bytes per second. Phases are summed over redirect hops; ttfb and total are from the start. */
export const Timings = z.strictObject({
  dns: Pdp,
  connect: Pdp,
  tls: Pdp,
  wait: Pdp,
  transfer: Pdp,
  ttfb: Pdp,
  total: Pdp,
  speed: Pdp,
});
export type Timings = z.infer<typeof Timings>;

export const NO_TIMINGS: Timings = {
  dns: null,
  connect: null,
  tls: null,
  wait: null,
  transfer: null,
  ttfb: null,
  total: null,
  speed: null,
};

export const Certificate = z.strictObject({
  subject: z.string().max(256),
  issuer: z.string().max(256),
  notAfterS: Seconds,
  fingerprint256: z.string().max(95),
  /** Why the chain is not trusted; absent = it is. */
  problem: z.string().max(64).optional(),
  /** Its issuers as they were sent, common names, from the leaf's on; absent = the leaf came alone. */
  chain: z.array(z.string().max(128)).max(6).optional(),
});
export type Certificate = z.infer<typeof Certificate>;

/** One hop of a measurement that followed redirects, in the phases' units; null = not part of it, or not completed. */
export const HopDetail = z.strictObject({
  url: z.string().max(512),
  status: z.int().min(100).max(999).optional(),
  address: z.string().max(64).optional(),
  dns: Pdp,
  connect: Pdp,
  tls: Pdp,
  wait: Pdp,
  transfer: Pdp,
});
export type HopDetail = z.infer<typeof HopDetail>;

/** What the answer's head says that a cache, a proxy or a carrier on the way could have written. Hostile text, cut. */
export const HeadDetail = z.strictObject({
  via: z.string().max(128).optional(),
  server: z.string().max(128).optional(),
  ageS: z.int().min(0).optional(),
  contentLength: z.int().min(0).optional(),
});
export type HeadDetail = z.infer<typeof HeadDetail>;

/** TCP connects in a row; the sample's connect is their median. Times in us, null = none came through. */
export const PingDetail = z.strictObject({
  sent: z.int().min(1).max(100),
  received: z.int().min(0).max(100),
  minUs: Pdp,
  maxUs: Pdp,
});
export type PingDetail = z.infer<typeof PingDetail>;

/** Kept beside the archives, in the sample log. Absent = not reached or not known. */
export const Detail = z.strictObject({
  status: z.int().min(100).max(999).optional(),
  bodyBytes: z.int().min(0).optional(),
  wireBytes: z.int().min(0).optional(),
  receiveBps: Pdp.optional(),
  redirects: z.int().min(0).max(20).optional(),
  redirectUs: z.int().min(0).max(PDP_MAX).optional(),
  finalUrl: z.string().max(2048).optional(),
  address: z.string().max(64).optional(),
  family: z.union([z.literal(4), z.literal(6)]).optional(),
  protocol: z.string().max(16).optional(),
  tlsProtocol: z.string().max(16).optional(),
  certificate: Certificate.optional(),
  /** The certificate was not verified, because the target asks for that. */
  unverified: z.literal(true).optional(),
  /** The network's part of the handshake: from ClientHello to the server's first flight. TLS alone, of the last hop. */
  tlsNetUs: Pdp.optional(),
  /** Status line and headers as they came, the last hop's. */
  headerBytes: z.int().min(0).optional(),
  /** Only with redirects: every hop, the last one too. */
  hops: z.array(HopDetail).max(11).optional(),
  localAddress: z.string().max(64).optional(),
  /** The resolver that was asked, and what it answered; absent where nobody asked. */
  resolver: z.string().max(64).optional(),
  answers: z
    .array(z.strictObject({ address: z.string().max(64), ttlS: z.int().min(0).optional() }))
    .max(32)
    .optional(),
  head: HeadDetail.optional(),
  ping: PingDetail.optional(),
  /** Of a dns:// target: the records that came, as text. */
  records: z.array(z.string().max(512)).max(32).optional(),
  /** Of a target measured at several addresses: how many were up, of how many; and how many more were not measured. */
  addresses: z
    .strictObject({ up: z.int().min(0), of: z.int().min(0), other: z.int().min(1).optional() })
    .optional(),
  /** Start after the due instant, ms. */
  lateMs: z.number().min(0).optional(),
  /** Largest event-loop delay seen at a mark, ms. */
  loopDelayMs: z.number().min(0).optional(),
  /** One sentence for people: what the guard refused and the line that allows it, or why the probe could not measure. */
  note: z.string().max(300).optional(),
});
export type Detail = z.infer<typeof Detail>;

/** Which of a target's addresses a series is of. */
export const SeriesAddress = z
  .string()
  .regex(/^(?:ipv[46]|[0-9a-f:.]{2,45})$/, "an IP address, ipv4 or ipv6");

export const Sample = z
  .strictObject({
    target: Id,
    /**
     * The series of one address, or family, of a target that has several measured: an IP address, "ipv4" or "ipv6".
     * Absent: the target's own series.
     */
    address: SeriesAddress.optional(),
    /** k x stepS, UTC seconds. */
    tick: Seconds,
    stepS: z.int().min(10).max(86_400),
    seq: z.int().min(1),
    /** Probe wall clock at the start, UTC ms. */
    startedMs: Millis,
    state: State,
    failure: Failure.optional(),
    unknownReason: UnknownReason.optional(),
    timings: Timings,
    detail: Detail,
  })
  .refine((sample) => sample.tick % sample.stepS === 0, {
    message: "tick is not a multiple of stepS",
    path: ["tick"],
  })
  .refine((sample) => (sample.state === "down") === (sample.failure !== undefined), {
    message: "a failure goes with state down, and only with it",
    path: ["failure"],
  })
  .refine((sample) => (sample.state === "unknown") === (sample.unknownReason !== undefined), {
    message: "a reason goes with state unknown, and only with it",
    path: ["unknownReason"],
  })
  .meta({ id: "Sample" });
export type Sample = z.infer<typeof Sample>;

export const BATCH_MAX_SAMPLES = 500;

/** Random id of a probe's spool; a wiped probe makes a new one, so a seq is never reused. */
export const Epoch = z.string().regex(/^[0-9a-f]{16}$/);

/** The envelope only: samples are parsed one by one, so that one poison record cannot block a queue. */
export const BatchEnvelope = z.strictObject({
  wire: z.int().min(1),
  epoch: Epoch,
  sentMs: Millis,
  probeVersion: z.string().max(32),
  /** Mark of the last answer the probe received; a collector with a smaller one was restored from a backup. */
  knownMark: z.int().min(0),
  /** Round trip of the last exchange, ms; null = none yet. Halved, it corrects the skew. */
  rttMs: z.number().min(0).nullable(),
  spool: z.strictObject({
    records: z.int().min(0),
    bytes: z.int().min(0),
    dropped: z.int().min(0),
    quarantined: z.int().min(0),
  }),
  samples: z.array(z.unknown()).max(BATCH_MAX_SAMPLES),
});
export type BatchEnvelope = z.infer<typeof BatchEnvelope>;

/** What became of one record. All but `rejected` and `future` mean: never send it again; so do those two, which are counted. */
export const OutcomeKind = z.enum(["stored", "duplicate", "conflict", "tooOld", "future", "rejected"]);
export type OutcomeKind = z.infer<typeof OutcomeKind>;

export const BatchAnswer = z
  .strictObject({
    wire: z.literal(WIRE_VERSION),
    receivedMs: Millis,
    /** Probe clock minus collector clock, ms. */
    skewMs: z.number(),
    /** Batches of this vantage in the collector's database. */
    mark: z.int().min(0),
    /** In the order of the batch; every one is settled. `why` with rejected. */
    outcomes: z.array(z.strictObject({ outcome: OutcomeKind, why: z.string().max(300).optional() })),
    /** So many, all there were, have the outcome stored; `outcomes` is empty then. Only in answer to columns. */
    stored: z.int().min(1).optional(),
    /** Send every kept record with a tick from here on once more: this collector lost them. */
    rewindToS: Seconds.optional(),
  })
  .meta({ id: "BatchAnswer" });
export type BatchAnswer = z.infer<typeof BatchAnswer>;
