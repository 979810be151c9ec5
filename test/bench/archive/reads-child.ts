/**
 * Reading while the writer is busy, backlog beside live samples, late data and start-up: `reads-child.ts DIR [quick]`.
 *
 * One series has a full year of every tick, so that year, month and strip are read from rings that are full. Prints one
 * line of JSON: medians in ms, rates in samples/s.
 */

import { percentileOf, sortedTotals } from "../../../collector/archive/strip-window.ts";
import { openSqliteStore } from "../../../collector/store/sqlite/sqlite-store.ts";
import type { SampleRecord, Store } from "../../../collector/store/store.ts";
import { silentLog } from "../../../collector/wire/log.ts";
import { nowAfter } from "../../contract/times.ts";
import { BATCH, FIRST_TICK, recordOf, roundOf, STEP_S } from "./samples.ts";

const [dir = "", mode = ""] = process.argv.slice(2);
const QUICK = mode === "quick";
const SERIES = 10_000;
const READS = QUICK ? 40 : 200;
const YEAR_TICKS = (365 * 86_400) / STEP_S;
const BUSY_ROUND = 4;

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

async function timed(act: () => Promise<unknown>): Promise<number> {
  const before = performance.now();
  await act();
  return performance.now() - before;
}

/** Series 0 measured every tick for a year before the run. */
async function fillYear(store: Store): Promise<void> {
  const chunk = 4_000;
  for (let at = 0; at < YEAR_TICKS; at += chunk) {
    const records = Array.from({ length: Math.min(chunk, YEAR_TICKS - at) }, (_, i) =>
      recordOf(0, FIRST_TICK - (YEAR_TICKS - at - i) * STEP_S),
    );
    await store.samples.load(records, nowAfter(FIRST_TICK));
  }
}

/** Writes rounds until told to stop, so that what is read meanwhile is read beside a busy writer. */
function busyWriter(store: Store, firstTick: number): { stop(): Promise<void> } {
  let running = true;
  const work = (async () => {
    for (let round = 0; running; round += 1) {
      const tick = firstTick + round * STEP_S;
      for (const batch of roundOf(BATCH * BUSY_ROUND, tick)) {
        if (!running) return;
        await store.samples.put(batch, nowAfter(tick));
      }
      await store.claims.done(await store.claims.due(nowAfter(tick), 60_000, BATCH));
    }
  })();
  return {
    async stop() {
      running = false;
      await work;
    },
  };
}

async function reads(store: Store): Promise<Record<string, number>> {
  const series = [{ target: "shop-0", vantage: "v-0" }];
  const to = FIRST_TICK;
  const rows = (rowS: number, spanS: number) => () =>
    store.rows.read({ series, metrics: ["total"], rowS, fromS: to - spanS, toS: to });
  const asked: Record<string, () => Promise<unknown>> = {
    "3 h, 36 PDPs": rows(STEP_S, 3 * 3_600),
    "a day, 288 PDPs": rows(STEP_S, 86_400),
    "a week, 336 rows of 30 min": rows(1_800, 7 * 86_400),
    "a month, 360 rows of 2 h": rows(7_200, 30 * 86_400),
    "a year, 365 rows of a day": rows(86_400, 365 * 86_400),
    "p95 of a year from the strip": async () => {
      const runs = await store.strip.read({ series, fromS: to - 365 * 86_400, toS: to });
      return percentileOf(sortedTotals(runs.map(({ codes }) => codes)), 95);
    },
  };
  const found: Record<string, number> = {};
  for (const [name, act] of Object.entries(asked)) {
    const millis: number[] = [];
    for (let i = 0; i < READS; i += 1) millis.push(await timed(act));
    found[name] = median(millis);
  }
  const all = Array.from({ length: SERIES }, (_, i) => ({
    target: `shop-${i % BATCH}`,
    vantage: `v-${Math.floor(i / BATCH)}`,
  }));
  const [newest, latest]: [number[], number[]] = [[], []];
  for (let i = 0; i < READS; i += 1) newest.push(await timed(() => store.samples.newest(all)));
  for (let i = 0; i < 5; i += 1) latest.push(await timed(() => store.samples.latest(all)));
  found["newest state of 10,000 series"] = median(newest);
  found["latest sample of 10,000 series"] = median(latest);
  return found;
}

/** A minute's step: 50 targets, one vantage, a week; live samples come in beside it. */
async function backlog(store: Store): Promise<Record<string, number>> {
  const targets = 50;
  const ticks = QUICK ? 1_000 : 10_080;
  const nowTick = FIRST_TICK + 86_400;
  const one = (target: number, tick: number): SampleRecord => {
    const record = recordOf(target, tick, nowTick * 1_000);
    return {
      ...record,
      vantage: "backlog",
      sample: { ...record.sample, target: `late-${target}`, stepS: 60, seq: tick / 60 },
    };
  };
  const liveMs: number[] = [];
  let running = true;
  const live = (async () => {
    for (let i = 1; running; i += 1) {
      const tick = nowTick + i * 60;
      const records = Array.from({ length: targets }, (_, t) => one(t, tick));
      liveMs.push(await timed(() => store.samples.put(records, nowAfter(tick))));
    }
  })();
  const startMs = performance.now();
  for (let at = 0; at < ticks; at += BATCH / targets) {
    const batch = Array.from({ length: BATCH }, (_, i) =>
      one(i % targets, nowTick - (ticks - at - Math.floor(i / targets)) * 60),
    );
    await store.samples.put(batch, nowAfter(nowTick));
  }
  const seconds = (performance.now() - startMs) / 1_000;
  running = false;
  await live;
  return { samples: targets * ticks, seconds, liveWorstMs: Math.max(...liveMs) };
}

/** Late samples in the order of a spool, and in no order, behind series that are ahead of them. */
async function late(store: Store): Promise<Record<string, number>> {
  const batches = QUICK ? 40 : 200;
  const series = 50;
  const newest = FIRST_TICK + 10 * 86_400;
  const one = (vantage: string, target: number, tick: number): SampleRecord => {
    const record = recordOf(target, tick, newest * 1_000);
    return { ...record, vantage, sample: { ...record.sample, target: `slow-${target}` } };
  };
  const run = async (vantage: string, tickOf: (batch: number, i: number) => number): Promise<number> => {
    await store.samples.put(
      Array.from({ length: series }, (_, i) => one(vantage, i, newest)),
      nowAfter(newest),
    );
    let ms = 0;
    for (let batch = 0; batch < batches; batch += 1) {
      const records = Array.from({ length: BATCH }, (_, i) => one(vantage, i % series, tickOf(batch, i)));
      ms += await timed(() => store.samples.put(records, nowAfter(newest)));
    }
    return (batches * BATCH * 1_000) / ms;
  };
  const perBatch = BATCH / series;
  const ticks = batches * perBatch;
  const inOrder = (batch: number, i: number) => batch * perBatch + Math.floor(i / series);
  const at = (n: number) => newest - (ticks - n) * STEP_S;
  return {
    spool: await run("late-spool", (batch, i) => at(inOrder(batch, i))),
    // 1,009 is prime to the number of ticks: every tick once, none beside its neighbour.
    random: await run("late-random", (batch, i) => at((inOrder(batch, i) * 1_009) % ticks)),
  };
}

let store = await openSqliteStore({ dir, log: silentLog });
for (const batch of roundOf(SERIES, FIRST_TICK)) await store.samples.put(batch, nowAfter(FIRST_TICK));
await fillYear(store);
const busy = busyWriter(store, FIRST_TICK + STEP_S);
const readMs = await reads(store);
await busy.stop();
const idleMs = await reads(store);
const backlogFound = await backlog(store);
const lateFound = await late(store);
await store.close();
const startMs = await timed(async () => {
  store = await openSqliteStore({ dir, log: silentLog });
});
await store.close();
process.stdout.write(
  `${JSON.stringify({ readMs, idleMs, backlog: backlogFound, late: lateFound, startMs })}\n`,
);
