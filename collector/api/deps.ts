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
import type { Query } from "../query/query.ts";
import type { Registry } from "../registry/registry.ts";
import type { Store } from "../store/store.ts";
import type { SmtpInput, SmtpTestAnswer, StorageView } from "../wire/api-settings.ts";
import type { Clock } from "../wire/clock.ts";
import type { Language } from "../wire/ids.ts";
import type { Log } from "../wire/log.ts";

/** The test button of the settings page; the notifier's. */
export type MailTest = {
  test(to: string, smtp?: SmtpInput, language?: Language): Promise<SmtpTestAnswer>;
};

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

/** What a slow or hostile peer may take; the defaults stand in listener.ts. */
export type HttpLimits = {
  readonly headersTimeoutMs: number;
  readonly requestTimeoutMs: number;
  readonly keepAliveTimeoutMs: number;
  readonly connectionsCheckingIntervalMs: number;
  /** Without a byte moving either way; longer than a held poll. */
  readonly idleTimeoutMs: number;
  readonly maxConnections: number;
  readonly maxConnectionsPerAddress: number;
  readonly bodyLimitBytes: number;
  readonly decodedLimitBytes: number;
};

export type ApiDeps = {
  readonly store: Store;
  readonly registry: Registry;
  readonly query: Query;
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
  /** A probe runs beside this collector, for the vantage marked local. */
  readonly localProbe?: boolean;
  readonly assets: Assets;
  readonly probeProgram: ProbeProgram;
  readonly storage: StorageFacts;
};
