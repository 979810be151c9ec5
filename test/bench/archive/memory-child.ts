/**
 * What the engine's process holds with many series: `memory-child.ts DIR SERIES ROUNDS [real]`.
 *
 * Batches are made one at a time, as they come over HTTP, so that the figure is the store's. The process is set up as a
 * collector's is. With `real` they have the details of real probes and come in columns. Prints one line of JSON.
 */
import { beSmall } from "../../../collector/own-process.ts";
import { openSqliteStore } from "../../../collector/store/sqlite/sqlite-store.ts";
import { silentLog } from "../../../collector/wire/log.ts";
import { nowAfter } from "../../contract/times.ts";
import { BATCH, FIRST_TICK, recordOf, STEP_S } from "./samples.ts";
import { shippedColumns } from "./shipped-columns.ts";

const [dir = "", series = "100000", rounds = "4", details = "plain"] = process.argv.slice(2);
const MiB = 2 ** 20;
const columns = shippedColumns(true);
const plain = (at: number, tick: number) => Array.from({ length: BATCH }, (_, i) => recordOf(at + i, tick));

let store = await openSqliteStore({ dir, log: silentLog });
beSmall();
for (let round = 0; round < Number(rounds); round += 1) {
  const tick = FIRST_TICK + round * STEP_S;
  for (let at = 0; at < Number(series); at += BATCH) {
    if (details === "real") await store.samples.putColumns(columns(at / BATCH, tick), nowAfter(tick));
    else await store.samples.put(plain(at, tick), nowAfter(tick));
  }
  const due = await store.claims.due(nowAfter(tick), 60_000, BATCH);
  await store.claims.done(due);
}
const rssMiB = process.memoryUsage.rss() / MiB;
await store.close();
const before = performance.now();
store = await openSqliteStore({ dir, log: silentLog });
const startMs = performance.now() - before;
await store.close();
process.stdout.write(`${JSON.stringify({ rssMiB, startMs })}\n`);
