/**
 * A process that owns a store until it is killed: `store-child.ts DIR hold | write FIRST [BATCHES [LANES]]`.
 *
 * `write` puts batches of 20 samples over 10 series for ever (or BATCHES times), three at once (or LANES), and writes
 * `ack N` on stdout, unbuffered, after batch N was acknowledged.
 */
import { writeSync } from "node:fs";
import { openSqliteStore } from "../../collector/store/sqlite/sqlite-store.ts";
import { silentLog } from "../../collector/wire/log.ts";
import { batchOf } from "./store-batches.ts";

const [dir = "", mode = "hold", first = "0", batches = "Infinity", lanes = "3"] = process.argv.slice(2);
const store = await openSqliteStore({ dir, log: silentLog, reserveBytes: 64 * 1024 });
writeSync(1, "open\n");

async function writeEvery(from: number): Promise<void> {
  const end = Number(first) + Number(batches);
  for (let n = from; n < end; n += Number(lanes)) {
    const { records, nowMs } = batchOf(n);
    const outcomes = await store.samples.put(records, nowMs);
    if (outcomes.some((outcome) => outcome !== "stored" && outcome !== "duplicate"))
      throw new Error(`batch ${n}: ${outcomes.join()}`);
    writeSync(1, `ack ${n}\n`);
  }
}

if (mode === "hold") setInterval(() => {}, 1_000);
else {
  await Promise.all(Array.from({ length: Number(lanes) }, (_, i) => writeEvery(Number(first) + i)));
  await store.close();
}
