/** What every contract test needs: both engines, opened on real files where they have any, and records to give them. */
import { copyFileSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe } from "node:test";
import { memoryStore } from "../../collector/store/memory/memory-store.ts";
import { DATABASE_NAME, openSqliteStore } from "../../collector/store/sqlite/sqlite-store.ts";
import type { SampleRecord, Store } from "../../collector/store/store.ts";
import type { Incident } from "../../collector/wire/incident.ts";
import { silentLog } from "../../collector/wire/log.ts";
import { METRICS } from "../../collector/wire/metric.ts";
import { NO_TIMINGS, type Sample, type Timings } from "../../collector/wire/sample.ts";
import { nowAfter, T0 } from "./times.ts";

export { nowAfter, T0 };

export type Opened = {
  readonly store: Store;
  /** Closes the store and opens what it kept, in place of it. Absent: nothing survives, as in the reference. */
  again?(): Promise<Store>;
  /** Opens a backup beside it, as a restored store. Absent: there are no backups. */
  restored?(backup: string): Promise<Opened>;
  close(): Promise<void>;
};
export type Engine = { readonly name: string; open(): Promise<Opened> };

const SMALL_RESERVE_BYTES = 64 * 1024;

export const ENGINES: readonly Engine[] = [
  {
    name: "memory",
    async open() {
      const store = memoryStore();
      return { store, close: () => store.close() };
    },
  },
  { name: "sqlite", open: () => openSqlite() },
];

/** @param backup What the database is a copy of; absent = a new one. */
async function openSqlite(backup?: string): Promise<Opened> {
  const dir = mkdtempSync(join(tmpdir(), "carrierwatch-contract-"));
  if (backup !== undefined) copyFileSync(backup, join(dir, DATABASE_NAME));
  const options = { dir, log: silentLog, reserveBytes: SMALL_RESERVE_BYTES };
  let store = await openSqliteStore(options);
  return {
    store,
    async again() {
      await store.close();
      store = await openSqliteStore(options);
      return store;
    },
    restored: openSqlite,
    async close() {
      await store.close();
      rmSync(dir, { recursive: true });
    },
  };
}

/** The same tests for each engine. */
export function forEachEngine(behaviour: string, tests: (open: () => Promise<Opened>) => void): void {
  for (const engine of ENGINES) describe(`${behaviour} (${engine.name})`, () => tests(engine.open));
}

/** Runs one test with an open store, closed whatever happens. */
export function withStore(
  open: () => Promise<Opened>,
  act: (store: Store) => Promise<void>,
): () => Promise<void> {
  return async () => {
    const { store, close } = await open();
    try {
      await act(store);
    } finally {
      await close();
    }
  };
}

export const EPOCH = "0123456789abcdef";

/** Eight different, whole numbers that follow from one. */
export function timingsOf(base: number): Timings {
  return {
    dns: base,
    connect: base * 2,
    tls: base * 3,
    wait: base * 5,
    transfer: base * 7,
    ttfb: base * 11,
    total: base * 18,
    speed: base * 101,
  };
}

export type RecordParts = {
  readonly target?: string;
  readonly vantage?: string;
  readonly tick?: number;
  readonly stepS?: number;
  readonly seq?: number;
  readonly epoch?: string;
  readonly receivedMs?: number;
  readonly skewMs?: number | null;
  /** Replaces state, failure, timings and so on. */
  readonly sample?: Partial<Sample>;
};

/** An up sample, received 5 s after its tick; whatever matters to a test is named there. */
export function record(parts: RecordParts = {}): SampleRecord {
  const { target = "shop", vantage = "ct-1", tick = T0, stepS = 300, epoch = EPOCH } = parts;
  const seq = parts.seq ?? Math.floor(tick / stepS) + 1;
  return {
    vantage,
    epoch,
    receivedMs: parts.receivedMs ?? tick * 1000 + 5_000,
    skewMs: parts.skewMs ?? null,
    sample: {
      target,
      tick,
      stepS,
      seq,
      startedMs: tick * 1000 + 250,
      state: "up",
      timings: timingsOf(1_000 + (seq % 977)),
      detail: { status: 200, bodyBytes: 12_345, address: "192.0.2.10", family: 4 },
      ...parts.sample,
    },
  };
}

export const downAt = (phase: "dns" | "connect" | "tls" | "wait" | "transfer"): Partial<Sample> => ({
  state: "down",
  failure: { phase, cause: "connect-timeout", source: "network", elapsedUs: 5_000_000 },
});

export const unknownSample: Partial<Sample> = {
  state: "unknown",
  unknownReason: "overload",
  timings: NO_TIMINGS,
  detail: {},
};

export const ALL_METRICS = METRICS;
export const SERIES = { target: "shop", vantage: "ct-1" };

/** An incident of one target that is open unless told otherwise. */
export function incidentOf(parts: Partial<Incident> = {}): Incident {
  return {
    id: "shop-1",
    target: "shop",
    subject: "target",
    class: "down",
    fromS: T0,
    toS: null,
    transitions: [],
    ...parts,
  };
}
