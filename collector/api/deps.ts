/**
 * What the HTTP side needs of the other parts, as interfaces; `collector.ts` fills them in, tests give stubs.
 *
 * A route module is `(app, deps) => void`: it parses, calls one of these and serialises. No SQL, no arithmetic.
 */
import type { Accounts } from "../auth/accounts.ts";
import type { Secrets } from "../auth/secrets.ts";
import type { VantageKeys } from "../auth/vantage-keys.ts";
import type { Ingest } from "../ingest/ingest.ts";
import type { LiveBus } from "../ingest/live.ts";
import type { Store } from "../store/store.ts";
import type { ChartData, Range } from "../wire/api-chart.ts";
import type { FetchedRows, Overview, SamplesPage, TargetPreview, TargetView } from "../wire/api-overview.ts";
import type { SmtpInput, SmtpTestAnswer, StorageView, VantageCreate } from "../wire/api-settings.ts";
import type { Carrier } from "../wire/carrier.ts";
import type { Clock } from "../wire/clock.ts";
import type { IncidentView } from "../wire/incident.ts";
import type { Log } from "../wire/log.ts";
import type { ConsolidationFunction, Metric } from "../wire/metric.ts";
import type { ProbeConfig } from "../wire/probe-protocol.ts";
import type { Target } from "../wire/target.ts";
import type { Vantage, VantageInput } from "../wire/vantage.ts";

/** Typed documents over the store's registry. Every `get` throws NotFoundError, every write of an old version VersionConflictError. */
export type RegistryService = {
  readonly targets: {
    list(): Promise<Target[]>;
    get(id: string): Promise<Target>;
    /** @throws InvalidInputError with every problem of the input. */
    create(input: unknown): Promise<Target>;
    update(id: string, version: number, input: unknown): Promise<Target>;
    remove(id: string, version: number): Promise<void>;
    pause(id: string): Promise<Target>;
    resume(id: string): Promise<Target>;
    /** `exceptId`: the target being edited, whose own name is no duplicate. */
    preview(input: unknown, exceptId?: string): Promise<TargetPreview>;
  };
  readonly carriers: {
    list(): Promise<Carrier[]>;
    put(carrier: Carrier): Promise<Carrier>;
    remove(id: string): Promise<void>;
  };
  readonly vantages: {
    list(): Promise<Vantage[]>;
    get(id: string): Promise<Vantage>;
    create(input: VantageCreate, marks?: { local?: boolean; simulated?: boolean }): Promise<Vantage>;
    update(id: string, version: number, input: VantageInput): Promise<Vantage>;
    /** History stays; nobody measures from there any more. */
    revoke(id: string): Promise<Vantage>;
  };
  /** What a probe is told to measure; the etag changes when any of it does. */
  assignmentsFor(vantage: string): Promise<ProbeConfig & { etag: string }>;
  /** Called after a write of a target, carrier or vantage. @returns Ends it. */
  onChange(listener: (change: { kind: "target" | "carrier" | "vantage"; id: string }) => void): () => void;
};

export type ChartQuery = { range: Range; fromS?: number; toS?: number; points?: number };
export type SamplesPageQuery = {
  vantage?: string;
  fromS?: number;
  toS?: number;
  limit?: number;
  cursor?: string;
};
export type FetchQuery = {
  target: string;
  vantage: string;
  metric: Metric;
  cf: ConsolidationFunction;
  steps?: number;
  fromS?: number;
  toS?: number;
};

/** What pages read; all of it from the store. */
export type QueryService = {
  overview(): Promise<Overview>;
  targetView(id: string): Promise<TargetView>;
  chart(id: string, query: ChartQuery): Promise<ChartData>;
  samples(id: string, query: SamplesPageQuery): Promise<SamplesPage>;
  fetch(query: FetchQuery): Promise<FetchedRows>;
  incidents(query: { target?: string; open?: boolean; limit?: number }): Promise<IncidentView[]>;
};

/** The test button of the settings page; the notifier's. */
export type MailTest = { test(to: string, smtp?: SmtpInput): Promise<SmtpTestAnswer> };

/** Files of the pages, in memory: a path that is not a key does not exist, so there is no traversal. Keys like `/assets/app.js`. */
export type Assets = {
  readonly index: Buffer;
  readonly files: ReadonlyMap<string, { readonly bytes: Buffer; readonly type: string }>;
};

/** The single-file probe a fresh host fetches, and its sha256 in hex, which travels in the join token. */
export type ProbeProgram = { readonly bytes: Buffer; readonly sha256: string };

/** What the data folder's disk says; the rest of the storage page comes from the store. */
export type StorageFacts = () => Promise<Pick<StorageView, "diskFreeBytes" | "backups">>;

export type HttpOptions = {
  /** "" or "/carrierwatch": in front of every path. */
  readonly basePath: string;
  /** CIDRs whose x-forwarded-* are believed; empty = nobody's. */
  readonly trustedProxies: readonly string[];
  /** Files of the certificate chain and key, PEM; null = plain http. */
  readonly tls: { readonly certFile: string; readonly keyFile: string } | null;
  readonly limits?: Partial<HttpLimits>;
};

/** @see reliability notes 5.3; the defaults stand in server.ts. */
export type HttpLimits = {
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  readonly connectionsCheckingIntervalMs: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly bodyLimitBytes: number;
  readonly decodedLimitBytes: number;
};

export type ApiDeps = {
  readonly store: Store;
  readonly registry: RegistryService;
  readonly query: QueryService;
  readonly ingest: Ingest;
  readonly accounts: Accounts;
  readonly vantageKeys: VantageKeys;
  readonly secrets: Secrets;
  readonly mail: MailTest;
  readonly live: LiveBus;
  readonly clock: Clock;
  readonly log: Log;
  /** Where browsers and probes reach this collector, base path included, no slash at the end; known once it listens. */
  readonly publicUrl: () => string;
  readonly http: HttpOptions;
  readonly version: string;
  /** The carriers are simulated, and every page says so. */
  readonly demo: boolean;
  readonly assets: Assets;
  readonly probeProgram: ProbeProgram;
  readonly storage: StorageFacts;
};
