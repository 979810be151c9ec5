/**
 * Milliseconds for a year's chart, as the page asks for it: archives, strips, percentiles and cells of three carriers,
 * from a database that holds the demo's whole year. Beside it the other ranges and the overview.
 */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { queryPart } from "../../collector/query/query.ts";
import { registryPart } from "../../collector/registry/registry.ts";
import { openSqliteStore } from "../../collector/store/sqlite/sqlite-store.ts";
import { silentLog } from "../../collector/wire/log.ts";
import { loadHistory } from "../../deploy/demo/load.ts";
import { seedDocuments, seedIncidents } from "../../deploy/demo/seed.ts";
import { fakeClock } from "../support/fake-clock.ts";

const READS = 30;

export async function bench(): Promise<string[]> {
  const dir = mkdtempSync(join(tmpdir(), "carrierwatch-bench-chart-"));
  const store = await openSqliteStore({ dir, log: silentLog });
  try {
    const clock = fakeClock();
    const nowMs = clock.nowMs();
    await seedDocuments(store, { https: 1, http: 2 }, nowMs / 1000);
    await seedIncidents(store, nowMs / 1000);
    const samples = await loadHistory(store.samples, nowMs / 1000, nowMs, () => undefined);
    const registry = registryPart({ store, clock, random: (size) => new Uint8Array(size) });
    await registry.seed();
    const query = queryPart({ store, registry, clock });
    const lines = [`history: ${samples} samples, 5 targets x 3 carriers`];
    for (const range of ["3h", "day", "week", "month", "year"] as const) {
      lines.push(
        `chart of ${range}: ${await medianMs(() => query.chart("shop-home", { range, points: 600 }))}`,
      );
    }
    lines.push(`overview: ${await medianMs(() => query.overview())}`);
    return lines;
  } finally {
    await store.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

async function medianMs(act: () => Promise<unknown>): Promise<string> {
  const times: number[] = [];
  for (let read = 0; read < READS; read += 1) {
    const startMs = performance.now();
    await act();
    times.push(performance.now() - startMs);
  }
  times.sort((a, b) => a - b);
  const [best = 0] = times;
  return `median ${(times[READS >> 1] ?? 0).toFixed(1)} ms, best ${best.toFixed(1)} ms (${READS} reads)`;
}
