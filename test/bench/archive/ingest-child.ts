/**
 * Our side, in a process of its own so that it can be held to one core: `ingest-child.ts DIR SERIES ROUNDS LANES [FORM [quick]]`.
 *
 * The slots it writes hold the lap before, as in a database that has run for years. Batches are made before the clock
 * starts, and what making them left behind is collected; LANES of them wait at a time. A collector runs for months, so
 * the first rounds, while V8 compiles, are told apart. FORM is how a batch is put: in `columns`, as the probes of this
 * version ship it and unless told otherwise; as `objects`, which is what JSON becomes; `real`, in columns with the details
 * of real probes. Prints one line of JSON.
 */
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";
import Database from "better-sqlite3";
import { bandsOf, tileId, tileOf } from "../../../collector/store/sqlite/bands.ts";
import { codeBytes, rowBytes } from "../../../collector/store/sqlite/blocks.ts";
import { DATABASE_NAME, openSqliteStore } from "../../../collector/store/sqlite/sqlite-store.ts";
import type { Store } from "../../../collector/store/store.ts";
import { silentLog } from "../../../collector/wire/log.ts";
import { nowAfter } from "../../contract/times.ts";
import { BATCH, FIRST_TICK, roundOf, STEP_S, warmRounds } from "./samples.ts";
import { shippedColumns } from "./shipped-columns.ts";

const [dir = "", seriesText = "1000", roundsText = "12", lanesText = "4", form = "columns", quick] =
  process.argv.slice(2);
const SERIES = Number(seriesText);
const ROUNDS = Number(roundsText);
const LANES = Number(lanesText);
const WARM_ROUNDS = warmRounds(SERIES, quick !== undefined);
/** V8's own threads go on for so long with what is garbage from making batches, and compile what made them. */
const HELPERS_MS = 40;
/** A tile of the log before it is overwritten: as long as those that the run writes, as in a ring that went round. */
const LOG_TILE_BYTES = 1_020;

const opened = () => openSqliteStore({ dir, log: silentLog });

type Put = (store: Store, nowMs: number) => Promise<readonly string[]>;

/** A round's batches, each ready to be put. */
function putsOf(): (tick: number) => Put[] {
  const columns = shippedColumns(form === "real");
  return (tick) =>
    form === "objects"
      ? roundOf(SERIES, tick).map(
          (batch): Put =>
            (store, nowMs) =>
              store.samples.put(batch, nowMs),
        )
      : Array.from({ length: Math.ceil(SERIES / BATCH) }, (_, vantage): Put => {
          const batch = columns(vantage, tick, Math.min(BATCH, SERIES - vantage * BATCH));
          return (store, nowMs) => store.samples.putColumns(batch, nowMs);
        });
}

async function putAll(store: Store, batches: readonly Put[], tick: number): Promise<void> {
  let next = 0;
  const lane = async () => {
    for (let put = batches[next]; put; put = batches[next]) {
      next += 1;
      const outcomes = await put(store, nowAfter(tick));
      if (outcomes.some((outcome) => outcome !== "stored")) throw new Error(outcomes.join());
    }
  };
  await Promise.all(Array.from({ length: LANES }, lane));
}

/** What the evaluator does: marks are claimed and done, so that they do not pile up. */
async function judge(store: Store, tick: number): Promise<void> {
  for (;;) {
    const due = await store.claims.due(nowAfter(tick), 60_000, 5_000);
    await store.claims.done(due);
    if (due.length < 5_000) return;
  }
}

/** The lap before, in every slot the run will write. */
function prefill(): void {
  const db = new Database(join(dir, DATABASE_NAME));
  db.pragma("synchronous = OFF");
  const bands = bandsOf(STEP_S);
  const ids = db.prepare<[], number>("SELECT id FROM generation ORDER BY id").pluck().all();
  const insert = db.prepare("INSERT OR IGNORE INTO tile (id, number, data) VALUES (?, ?, zeroblob(?))");
  const last = FIRST_TICK + (WARM_ROUNDS + ROUNDS) * STEP_S;
  const each = [
    { band: bands.log, bytes: LOG_TILE_BYTES },
    ...bands.stored.map((band) => ({ band, bytes: rowBytes(band.perTile) })),
    { band: bands.strip, bytes: codeBytes(bands.strip.perTile) },
  ];
  db.transaction(() => {
    for (const { band, bytes } of each) {
      const width = band.steps * STEP_S;
      const to = tileOf(band, Math.ceil(last / width));
      for (let tile = tileOf(band, Math.floor(FIRST_TICK / width)); tile <= to; tile += 1)
        for (const id of ids) insert.run(tileId(id, band, tile), tile - band.ring, bytes);
    }
  })();
  db.pragma("wal_checkpoint(TRUNCATE)");
  db.close();
}

function cpuMs(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
}

setFlagsFromString("--expose-gc");
const collectGarbage = runInNewContext("gc") as () => void;
const batchesAt = putsOf();
let store = await opened();
await putAll(store, batchesAt(FIRST_TICK - STEP_S), FIRST_TICK);
await judge(store, FIRST_TICK);
await store.close();
prefill();
const openMs = performance.now();
store = await opened();
const startMs = performance.now() - openMs;
/** What some rounds took, making their batches left out. */
async function timed(from: number, rounds: number): Promise<{ wallMs: number; cpuMs: number }> {
  const sum = { wallMs: 0, cpuMs: 0 };
  for (let round = from; round < from + rounds; round += 1) {
    const tick = FIRST_TICK + round * STEP_S;
    const batches = batchesAt(tick);
    collectGarbage();
    await pause(HELPERS_MS);
    const cpuBefore = cpuMs();
    const before = performance.now();
    await putAll(store, batches, tick);
    sum.wallMs += performance.now() - before;
    sum.cpuMs += cpuMs() - cpuBefore;
    await judge(store, tick);
  }
  return sum;
}

const cold = await timed(0, WARM_ROUNDS);
const warm = await timed(WARM_ROUNDS, ROUNDS);
const rssMiB = process.memoryUsage.rss() / 2 ** 20;
const samples = SERIES * ROUNDS;
await store.close();
const perSecond = (samples * 1_000) / warm.wallMs;
const cpuUs = (warm.cpuMs * 1_000) / samples;
const coldPerSecond = (SERIES * WARM_ROUNDS * 1_000) / cold.wallMs;
process.stdout.write(`${JSON.stringify({ samples, perSecond, cpuUs, coldPerSecond, rssMiB, startMs })}\n`);
