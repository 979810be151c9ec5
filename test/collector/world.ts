/** A store, a registry and queries over a clock that stands: what registry and query tests begin with. */
import { type Query, queryPart } from "../../collector/query/query.ts";
import { type Registry, registryPart } from "../../collector/registry/registry.ts";
import type { Sealer } from "../../collector/registry/secrets.ts";
import { memoryStore } from "../../collector/store/memory/memory-store.ts";
import type { SampleRecord, Store } from "../../collector/store/store.ts";
import { NO_TIMINGS, type Sample, type Timings } from "../../collector/wire/sample.ts";
import type { Target } from "../../collector/wire/target.ts";
import { type FakeClock, fakeClock } from "../support/fake-clock.ts";

/** A midnight, so that days are whole rows. */
export const MIDNIGHT_S = Date.UTC(2026, 10, 21) / 1000;

export type World = {
  readonly store: Store;
  readonly registry: Registry;
  readonly query: Query;
  readonly clock: FakeClock;
  /** A target at step 300 unless the input says otherwise. */
  target(input?: Record<string, unknown>): Promise<Target>;
  vantage(id: string, carrier: string, more?: Record<string, unknown>): Promise<void>;
  /** Stores samples as history, so that any tick is taken. */
  history(records: readonly SampleRecord[]): Promise<void>;
  nowS(): number;
};

export type WorldOptions = {
  readonly startS?: number;
  readonly refusesLocally?: (url: string) => string | null;
  /** Default: a memory store. */
  readonly store?: Store;
  /** Absent = named secrets cannot be kept. */
  readonly sealer?: Sealer;
};

/** A world with the default carriers. */
export async function world(options: WorldOptions = {}): Promise<World> {
  const clock = fakeClock((options.startS ?? MIDNIGHT_S) * 1000);
  const store = options.store ?? memoryStore();
  let drawn = 0;
  const random = (size: number) => {
    drawn += 1;
    return Uint8Array.from({ length: size }, (_, i) => (drawn * 31 + i * 7) % 256);
  };
  const { refusesLocally, sealer } = options;
  const registry = registryPart({
    store,
    clock,
    random,
    ...(refusesLocally ? { refusesLocally } : {}),
    ...(sealer ? { sealer } : {}),
  });
  await registry.seed();
  return {
    store,
    registry,
    query: queryPart({ store, registry, clock }),
    clock,
    nowS: () => Math.floor(clock.nowMs() / 1000),
    target: (input = {}) =>
      registry.targets.create({ name: "site", url: "https://www.example.com/", ...input }),
    async vantage(id, carrier, more = {}) {
      await registry.vantages.create({ id, name: id, carrier, ...more });
    },
    async history(records) {
      const outcomes = await store.samples.load(records, clock.nowMs());
      if (outcomes.some((outcome) => outcome !== "stored")) throw new Error(`history: ${outcomes.join(" ")}`);
    },
  };
}

let seq = 0;

/** A sample that is up with this total and speed, in us and bytes per second. */
export function up(
  target: Pick<Target, "id" | "stepS">,
  vantage: string,
  tick: number,
  totalUs: number,
  timings: Partial<Timings> = {},
): SampleRecord {
  return recordOf(target, vantage, tick, {
    state: "up",
    timings: { ...NO_TIMINGS, total: totalUs, ...timings },
  });
}

/** A sample that failed while connecting. */
export function down(target: Pick<Target, "id" | "stepS">, vantage: string, tick: number): SampleRecord {
  return recordOf(target, vantage, tick, {
    state: "down",
    failure: { phase: "connect", cause: "connection-refused", source: "target", elapsedUs: 1000 },
    timings: { ...NO_TIMINGS, dns: 500 },
  });
}

/** A sample the probe could not trust. */
export function suspect(target: Pick<Target, "id" | "stepS">, vantage: string, tick: number): SampleRecord {
  return recordOf(target, vantage, tick, { state: "suspect", timings: { ...NO_TIMINGS, total: 9_000_000 } });
}

function recordOf(
  target: Pick<Target, "id" | "stepS">,
  vantage: string,
  tick: number,
  rest: Pick<Sample, "state" | "timings"> & Partial<Sample>,
): SampleRecord {
  seq += 1;
  const sample = {
    target: target.id,
    tick,
    stepS: target.stepS,
    seq,
    startedMs: tick * 1000,
    detail: {},
    ...rest,
  };
  return { vantage, epoch: "0123456789abcdef", receivedMs: tick * 1000 + 500, skewMs: 0, sample };
}

/** Ticks of a step with fromS < tick <= toS. */
export function ticksOf(stepS: number, fromS: number, toS: number): number[] {
  const first = Math.floor(fromS / stepS) + 1;
  const last = Math.floor(toS / stepS);
  return Array.from({ length: Math.max(0, last - first + 1) }, (_, i) => (first + i) * stepS);
}
