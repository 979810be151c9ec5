/**
 * Samples per second into the store, a year of history, and the time to read a year back.
 *
 * SQLite with synchronous=FULL on this machine's disk: every batch is answered after its sync. Rounds go on over a
 * database that fills up, since an empty one flatters; medians, with counts, because other work shares the machine.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openSqliteStore } from "../../collector/store/sqlite/sqlite-store.ts";
import type { SampleRecord, Store } from "../../collector/store/store.ts";
import { silentLog } from "../../collector/wire/log.ts";
import { nowAfter, record, T0, timingsOf } from "../contract/support.ts";

const BATCH = 500;
const ROUNDS = 120;
const WARM_UP = 20;
const YEAR_S = 365 * 86_400;
const HISTORY_SERIES = 12;
const HISTORY_CHUNK = 5_000;
const READS = 50;

const DETAIL = {
  status: 200,
  bodyBytes: 48_213,
  wireBytes: 11_840,
  redirects: 0,
  address: "192.0.2.10",
  family: 4 as const,
  protocol: "h2",
  tlsProtocol: "TLSv1.3",
  lateMs: 0.4,
  loopDelayMs: 1.2,
  certificate: {
    subject: "CN=shop.test",
    issuer: "C=US, O=Some Authority, CN=R11",
    notAfterS: 1_800_000_000,
    fingerprint256: "AB:".repeat(31).concat("CD"),
  },
};

const sampleOf = (target: string, tick: number): SampleRecord =>
  record({ target, tick, sample: { detail: DETAIL, timings: timingsOf(1_000 + ((tick / 300) % 977)) } });

function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.floor(sorted.length / 2)] ?? Number.NaN;
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const startMs = performance.now();
  await act();
  return performance.now() - startMs;
}

/** Batches one after the other: each waits for its acknowledgement, as one probe does. */
async function ingest(
  store: Store,
  name: string,
  batchOf: (round: number) => SampleRecord[],
): Promise<string> {
  const millis: number[] = [];
  for (let round = 0; round < ROUNDS + WARM_UP; round += 1) {
    const records = batchOf(round);
    const nowMs = nowAfter(Math.max(...records.map((one) => one.sample.tick)));
    const ms = await timed(() => store.samples.put(records, nowMs));
    if (round >= WARM_UP) millis.push(ms);
  }
  const perSecond = (millis.length * BATCH * 1_000) / millis.reduce((sum, ms) => sum + ms, 0);
  return `store: ${Math.round(perSecond)} samples/s, ${name} (batches of ${BATCH}, FULL, ${millis.length} rounds, median ${median(millis).toFixed(1)} ms)`;
}

/** Eight probes at once: their batches share transactions and syncs. */
async function ingestTogether(store: Store): Promise<string> {
  const lanes = 8;
  const rounds = 20;
  const lane = async (i: number) => {
    for (let round = 0; round < rounds; round += 1) {
      const tick = T0 + round * 300;
      const records = Array.from({ length: BATCH }, (_, n) => ({
        ...sampleOf(`many-${n}`, tick),
        vantage: `v-${i}`,
      }));
      await store.samples.put(records, nowAfter(tick));
    }
  };
  const ms = await timed(() => Promise.all(Array.from({ length: lanes }, (_, i) => lane(i))));
  const samples = lanes * rounds * BATCH;
  return `store: ${Math.round((samples * 1_000) / ms)} samples/s, ${lanes} probes at once, 4,000 series x 1 tick (batches of ${BATCH}, FULL, ${samples} samples)`;
}

async function history(store: Store): Promise<string> {
  const ticks = YEAR_S / 300;
  const perChunk = Math.floor(HISTORY_CHUNK / HISTORY_SERIES);
  const ms = await timed(async () => {
    for (let at = 0; at < ticks; at += perChunk) {
      const records: SampleRecord[] = [];
      for (let i = at; i < Math.min(at + perChunk, ticks); i += 1)
        for (let series = 0; series < HISTORY_SERIES; series += 1)
          records.push(sampleOf(`year-${series}`, T0 - YEAR_S + i * 300));
      await store.samples.load(records, nowAfter(T0));
    }
  });
  const samples = ticks * HISTORY_SERIES;
  return `store: a year of ${HISTORY_SERIES} series at 300 s, ${samples} samples, loads in ${(ms / 1_000).toFixed(1)} s (${Math.round((samples * 1_000) / ms)} samples/s)`;
}

async function reads(store: Store): Promise<string[]> {
  const series = [{ target: "year-3", vantage: "ct-1" }];
  const range = { fromS: T0 - YEAR_S, toS: T0 };
  const of = async (name: string, act: () => Promise<unknown>) => {
    const millis: number[] = [];
    for (let i = 0; i < READS; i += 1) millis.push(await timed(act));
    return `store: ${median(millis).toFixed(2)} ms to read ${name} (median of ${READS})`;
  };
  const rows = (rowS: number, fromS: number) => () =>
    store.rows.read({ series, metrics: ["total"], rowS, fromS, toS: T0 });
  return [
    await of("a year of one series, 365 rows of a day", rows(86_400, range.fromS)),
    await of("a month, 372 rows of 2 h", rows(7_200, T0 - 31 * 86_400)),
    await of("a day, 288 PDPs", rows(300, T0 - 86_400)),
    await of("a year's strip, 105,120 ticks", () => store.strip.read({ series, ...range })),
  ];
}

/** Lines to print. */
export async function bench(): Promise<string[]> {
  const dir = mkdtempSync(join(tmpdir(), "carrierwatch-bench-"));
  const store = await openSqliteStore({ dir, log: silentLog });
  try {
    const past = await history(store);
    return [
      past,
      await ingest(store, "500 series x 1 tick", (round) =>
        Array.from({ length: BATCH }, (_, i) => sampleOf(`wide-${i}`, T0 + round * 300)),
      ),
      await ingest(store, "5,000 series in turn x 1 tick", (round) =>
        Array.from({ length: BATCH }, (_, i) =>
          sampleOf(`wider-${(round % 10) * BATCH + i}`, T0 + Math.floor(round / 10) * 300),
        ),
      ),
      await ingest(store, "10 series x 50 ticks (catching up)", (round) =>
        Array.from({ length: BATCH }, (_, i) =>
          sampleOf(`deep-${i % 10}`, T0 + (round * 50 + Math.floor(i / 10)) * 300),
        ),
      ),
      await ingestTogether(store),
      ...(await reads(store)),
    ];
  } finally {
    await store.close();
    rmSync(dir, { recursive: true });
  }
}
