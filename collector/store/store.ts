/**
 * The store interface: what every engine promises (memory, SQLite, later PostgreSQL).
 *
 * All promises, no callback transactions, no slots or rowids, no implicit clock: `nowMs` and `nowS` are parameters.
 * A write resolves only after its transaction is synced. Rows are integers {n, sum, min, max}; consolidation
 * functions and xff are applied on read, by `query`. One contract test (test/contract) for all engines.
 */
import type { ArchiveSpec } from "../archive/layout.ts";
import type { Row } from "../archive/row.ts";
import type { Ring } from "../archive/sets.ts";
import type { Archive, Extras } from "../wire/archives.ts";
import type { SampleColumns } from "../wire/columns.ts";
import type { Event, EventKind } from "../wire/event.ts";
import type { Incident } from "../wire/incident.ts";
import type { Metric } from "../wire/metric.ts";
import type { OutcomeKind, Sample } from "../wire/sample.ts";
import type { ArchiveName, HeldStrip, Lasts, Strips } from "./lasts-and-strips.ts";
import type { Newest } from "./newest.ts";
import type { Outlining } from "./outline.ts";

/**
 * target x vantage, and address where a target has several measured (an IP address, "ipv4" or "ipv6"; absent: the
 * target's own series); no part ever contains a slash.
 */
export type SeriesKey = { readonly target: string; readonly vantage: string; readonly address?: string };

/** One sample as received: whose it is and how late it came. */
export type SampleRecord = {
  readonly vantage: string;
  /** Identity of the probe's spool; with `sample.seq` the identity of the record. */
  readonly epoch: string;
  /** When the collector received it, UTC ms by the collector's clock. */
  readonly receivedMs: number;
  /** Probe clock minus collector clock, ms; null = unknown. */
  readonly skewMs: number | null;
  readonly sample: Sample;
};

/** Samples of one vantage by columns, received together; each as the schema lets it through. */
export type ColumnRecords = Omit<SampleRecord, "sample"> & { readonly columns: SampleColumns };

export type StoredSample = SampleRecord & {
  /** Received within max(2 steps, 120 s) of its tick, by the skew-corrected clock. */
  readonly live: boolean;
};

/** Rows of one archive of a generation of a series. Row i is labelled fromS + i * rowS and covers (label - rowS, label]. */
export type RowRun = {
  readonly series: SeriesKey;
  readonly stepS: number;
  readonly rowS: number;
  /** Largest share of nulls with which a row is known. */
  readonly xff: number;
  readonly fromS: number;
  readonly rows: number;
  /** Per metric asked for; each array has `rows` entries; n = 0 where no PDP has a value. */
  readonly columns: { readonly [M in Metric]?: RowColumns };
};

export type RowColumns = {
  readonly n: Float64Array;
  readonly sum: Float64Array;
  readonly min: Float64Array;
  readonly max: Float64Array;
};

export type RowsQuery = {
  readonly series: readonly SeriesKey[];
  readonly metrics: readonly Metric[];
  /** Width of the rows wanted, seconds: of one of the generation's archives, or its step (PDPs). */
  readonly rowS: number;
  /** Rows with fromS < label <= toS. */
  readonly fromS: number;
  readonly toS: number;
};

export type SamplesQuery = {
  readonly series: readonly SeriesKey[];
  /** Ticks with fromS <= tick <= toS. */
  readonly fromS: number;
  readonly toS: number;
  readonly limit: number;
  readonly order: "newest" | "oldest";
  /** From the page before; absent = the first. */
  readonly cursor?: string;
};

/**
 * A generation of a series: its ticks of one step, from the first to the newest. A step that comes back goes on in the
 * generation it had, so that two generations may overlap in time; no tick is ever in both.
 */
export type Generation = {
  readonly series: SeriesKey;
  readonly stepS: number;
  readonly openedTick: number;
  readonly lastTick: number;
  /** The rows it has, those of its set first, then the frozen ones; absent = the default set of its step. */
  readonly rings?: readonly HeldRing[];
  /** Of rows' last ticks; absent = none. */
  readonly lasts?: readonly HeldRing[];
  /** Tick strips beside that of total; absent = none. */
  readonly strips?: readonly HeldStrip[];
};

/** A whole row from elsewhere, for an archive of several PDPs per row. Metrics that are absent have no value in it. */
export type HistoryRow = {
  readonly series: SeriesKey;
  readonly stepS: number;
  readonly rowS: number;
  readonly labelS: number;
  /** Whole numbers below 2^53; min <= sum / n <= max, 1 <= n <= PDPs of the row. */
  readonly values: { readonly [M in Metric]?: Row };
  /** Values of its last tick, min <= last <= max; kept where the archive has LAST. */
  readonly lasts?: { readonly [M in Metric]?: number } | undefined;
};

/** Rows of one archive of a generation: labels after sinceS and, frozen, up to untilS, the newest `rows` of them. */
export type HeldRing = ArchiveSpec & Pick<Ring, "sinceS" | "untilS">;

export type Samples = {
  /**
   * Stores what is new, in one synced transaction, and marks its (target, tick) due for the evaluator; samples of an
   * address mark nothing.
   *
   * @param records Any order, any mixture of series; the record is the unit of atomicity.
   * @param nowMs The collector's clock; with the tick it alone decides tooOld and future.
   * @returns One outcome per record, in order: duplicate, conflict, tooOld, future (quarantined) or stored.
   */
  put(records: readonly SampleRecord[], nowMs: number): Promise<OutcomeKind[]>;
  /** As put, of samples that nobody made objects of. */
  putColumns(records: ColumnRecords, nowMs: number): Promise<OutcomeKind[]>;
  /**
   * As put, for history: any tick within the longest archive, never marked due, never counted late. Where the sample
   * log no longer reaches, a tick that is up, down or suspect already is answered as a duplicate.
   */
  load(records: readonly SampleRecord[], nowMs: number): Promise<OutcomeKind[]>;
  /**
   * Lays whole rows where nobody measured: history that has no single ticks any more. Nothing else of the series changes,
   * neither strip nor other archives nor log; the generation begins where its first row does.
   *
   * What is measured wins: a row is a duplicate when any tick of its window is up, down or suspect, in whichever
   * generation of the series, or when a row lies there; and it is gone once such a tick of its generation arrives late.
   *
   * @returns One outcome per row, in order. rejected: no archive with such rows (a frozen one counts until its newest
   * row is too old), a label that is none of its own, no value, or an unmeasured window with no sample of that step at
   * or after the label. tooOld: not inside the archive by nowMs, its oldest two rows excepted, or not by the newest
   * sample. future: the row is not complete by nowMs. Counted nowhere.
   */
  loadRows(rows: readonly HistoryRow[], nowMs: number): Promise<OutcomeKind[]>;
  /** The newest sample of each series asked for; series without one are absent. */
  latest(series: readonly SeriesKey[]): Promise<StoredSample[]>;
  /** Samples of many targets at a glance. */
  readonly outlines: Outlining;
  /** The newest tick of each series asked for, at a cost that thousands of series can be asked for at once. */
  newest(series: readonly SeriesKey[]): Promise<Newest>;
  /** Every sample of a target's own series at the given ticks, all vantages: what the evaluator judges by. */
  states(target: string, ticks: readonly number[]): Promise<StoredSample[]>;
  page(query: SamplesQuery): Promise<{ samples: StoredSample[]; cursor: string | null }>;
  /**
   * Gives all series of a target at one step another set of archives and extras, from now on and for what can be made of
   * what is kept; every other row stays readable until it ages out. The same again changes nothing.
   *
   * Resolves when all rows are made. What a crash leaves is made at the next start; until then a series is as before.
   *
   * @param archives As setProblems accepts them; null = the default set of the step.
   * @param atS The collector's clock; 0 before anything was measured: the set was never another.
   * @param extras Absent = none.
   */
  shape(
    target: string,
    stepS: number,
    archives: readonly Archive[] | null,
    atS: number,
    extras?: Extras,
  ): Promise<void>;
  /** Series that hold anything, with their generations, oldest first. */
  generations(target?: string): Promise<Generation[]>;
  /** Forgets a series whole, all generations: rows, PDPs, strip, log. One that is not there is no error. */
  purge(series: SeriesKey): Promise<void>;
};

/** What happened around the samples; a fixed number of each kind is kept, the oldest go first. */
export type Events = {
  /**
   * Adds what is new; an id that is there already is replaced.
   *
   * @param outbox Messages that tell of them, stored in the same transaction; absent = none.
   */
  put(events: readonly Event[], outbox?: readonly OutboxMessage[]): Promise<void>;
  /** Newest first; fromS <= atS <= toS. `target`: events of that target and those of no target. */
  list(query: {
    readonly target?: string;
    readonly vantage?: string;
    readonly kinds?: readonly EventKind[];
    readonly fromS?: number;
    readonly toS?: number;
    readonly limit: number;
  }): Promise<Event[]>;
  /** Those of the targets whose users are answered otherwise at some carrier, or were after a moment. */
  alteredAfter(targets: readonly string[], atS: number): Promise<string[]>;
};

/** Events kept of each kind. */
export const EVENTS_KEPT: Readonly<Record<EventKind, number>> = {
  egress: 5_000,
  addresses: 10_000,
  path: 2_000,
  altered: 5_000,
};

/** Registry documents are JSON objects; their schemas belong to whoever owns the kind. */
export type Kind =
  | "target"
  | "vantage"
  | "contact"
  | "carrier"
  | "key"
  | "join"
  | "user"
  | "session"
  | "token"
  | "setting"
  | "recipient"
  | "verdict"
  | "mark"
  | "assigned"
  | "secret"
  | "egress"
  | "addresses";
export type Doc<T = unknown> = { readonly id: string; readonly version: number; readonly value: T };

export type Registry = {
  get(kind: Kind, id: string): Promise<Doc | null>;
  /** Ordered by id. */
  list(kind: Kind): Promise<Doc[]>;
  /**
   * Changes with every put of the kind, by one each, at the latest when that resolves; while it stays, the list of
   * before still holds. Means nothing after the store was closed.
   */
  revision(kind: Kind): Promise<number>;
  /**
   * Writes a document; `value: null` removes it.
   *
   * @param expectedVersion 0 = must not exist; null = whatever is there (for contacts and other last-writer-wins kinds).
   * @returns The new version, 1 for a new document; versions of one id never repeat, not even after removal.
   * @throws VersionConflictError
   */
  put(kind: Kind, id: string, expectedVersion: number | null, value: unknown): Promise<number>;
};

/** One message to one recipient, made in the transaction that stored the transition it tells of. */
export type OutboxMessage = {
  /** Stable: sha256 of incident, transition, channel and recipient; also the Message-ID. Unique. */
  readonly id: string;
  readonly channel: "mail";
  readonly recipient: string;
  /** What the notifier renders from; JSON. */
  readonly payload: unknown;
  readonly createdMs: number;
};

export type LeasedMessage = OutboxMessage & {
  /** Leases before this one, whether they were settled or lost; 0 at the first. */
  readonly attempts: number;
  readonly lease: string;
};

/** How a lease ends. dropped: there was nothing to say any more; it counts as neither sent nor failed. */
export type Settlement =
  | { readonly kind: "sent" | "dropped"; readonly atMs: number }
  | { readonly kind: "retry"; readonly atMs: number; readonly error: string }
  | { readonly kind: "dead"; readonly atMs: number; readonly error: string };

export type Incidents = {
  /**
   * Stores the next state of an incident and its messages in one synced transaction.
   *
   * @param expectedVersion 0 = new.
   * @returns The new version.
   * @throws VersionConflictError when another evaluator was faster; nothing is stored then.
   */
  transition(incident: Incident, expectedVersion: number, outbox: readonly OutboxMessage[]): Promise<number>;
  get(id: string): Promise<(Incident & { version: number }) | null>;
  /** Newest first. `open` = not ended. Range: incidents that touch it. */
  list(query: {
    target?: string;
    open?: boolean;
    fromS?: number;
    toS?: number;
    limit: number;
  }): Promise<(Incident & { version: number })[]>;
  /** Those of the targets with an incident that touches the time from a moment on. */
  touching(targets: readonly string[], fromS: number): Promise<string[]>;
};

export type Outbox = {
  /** Messages due by now, each leased to the caller until nowMs + leaseMs; a lost lease returns them. */
  lease(nowMs: number, leaseMs: number, limit: number): Promise<LeasedMessage[]>;
  /** False when the lease was lost in the meantime: somebody else settles it. */
  settle(id: string, lease: string, settlement: Settlement): Promise<boolean>;
  /** What waits, what is dead and the last errors: for the banner and the settings page. */
  summary(): Promise<{
    pending: number;
    /** Of those pending, how many could not be sent at the last try. */
    failing: number;
    dead: number;
    sent: number;
    lastError: string | null;
    lastSentMs: number | null;
  }>;
};

/** A (target, tick) that has news and is claimed by one evaluator. */
export type DueTick = {
  readonly target: string;
  readonly tick: number;
  readonly live: boolean;
  readonly token: number;
};

export type Claims = {
  /** A named lease: a fencing token that only grows, or null while another holder's lease runs. */
  take(name: string, holder: string, nowMs: number, leaseMs: number): Promise<number | null>;
  release(name: string, token: number): Promise<void>;
  /** Due (target, tick) marks, oldest first, claimed until nowMs + leaseMs. `live` is false when only late samples came. */
  due(nowMs: number, leaseMs: number, limit: number): Promise<DueTick[]>;
  /** Judged; the mark goes, unless new samples arrived since the claim. */
  done(ticks: readonly DueTick[]): Promise<void>;
};

/** Counters since the database was made, by vantage: nothing is lost in silence. */
export type IngestCounters = { readonly vantage: string } & { readonly [K in OutcomeKind]: number } & {
  readonly late: number;
  readonly clamped: number;
};

/** For how long measured a series is estimated, besides full age: 50 hours, two weeks, two months, two years. */
export const ESTIMATE_AGES_S = [50 * 3_600, 14 * 86_400, 61 * 86_400, 730 * 86_400] as const;

export type StoreEstimate = {
  /** Bytes per series, everything counted, by part. */
  readonly parts: readonly {
    readonly part: string;
    /** At full age. */
    readonly bytesPerSeries: number;
    /** Measured for ESTIMATE_AGES_S. */
    readonly bytesPerSeriesAt: readonly number[];
    /** Of all series together. */
    readonly bytesNow: number;
  }[];
  readonly series: number;
  readonly bytesPerSeriesFull: number;
  /** The files when every series there is has been measured for ESTIMATE_AGES_S, as it is measured now. */
  readonly bytesAt: readonly number[];
  /** Bytes at full age of what does not depend on the series: events, journal, settings. Part of bytesFull. */
  readonly bytesFixed: number;
  /** Samples whose details were dropped to keep a series' log within its budget, since the database was made. */
  readonly detailsDropped: number;
  readonly bytesNow: number;
  readonly bytesFull: number;
};

export type Ops = {
  /** A consistent copy at `path` (written beside it, verified, renamed) while writes go on. */
  backup(path: string): Promise<{ bytes: number; sha256: string }>;
  /** Integrity of the file, and rows recomputed from PDPs against the stored ones. */
  verify(): Promise<{ ok: boolean; problems: string[] }>;
  /** @param archives The set whose full size is stated, with these extras; null or absent = the default one, none. */
  estimate(stepS: number, archives?: readonly Archive[] | null, extras?: Extras): Promise<StoreEstimate>;
  counters(): Promise<IngestCounters[]>;
  /** Counts a record the schema refused before it could become one. */
  countRejected(vantage: string, n: number): Promise<void>;
  /** Writable within a second, migrations done, disk reserve present; reasons when not. */
  ready(): Promise<{ ok: boolean; reasons: string[] }>;
};

/** A store engine. Every engine passes test/contract. */
export type Store = {
  readonly samples: Samples;
  /**
   * Runs by series as asked for, then by the generation's first tick; each cut to what the archive shows, the open row
   * included. Generations without that archive, or with nothing in the range, have no run. One whose set changed may
   * have several, by time: no label is in two of them.
   */
  readonly rows: { read(query: RowsQuery): Promise<RowRun[]> };
  readonly lasts: Lasts;
  readonly strip: Strips;
  readonly events: Events;
  readonly registry: Registry;
  readonly incidents: Incidents;
  readonly outbox: Outbox;
  readonly claims: Claims;
  readonly ops: Ops;
  /** sha256 over everything an archive of a series holds, the same in every engine for the same samples. */
  digest(series: SeriesKey, archive: ArchiveName): Promise<string>;
  close(): Promise<void>;
};
