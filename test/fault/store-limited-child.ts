/** Puts batches into a folder until several were refused; prints what it saw at each refusal. */
import { statSync } from "node:fs";
import { join } from "node:path";
import { openSqliteStore } from "../../collector/store/sqlite/sqlite-store.ts";
import { silentLog } from "../../collector/wire/log.ts";
import { nowAfter, record, T0 } from "../contract/support.ts";

const [dir = "", reserve = "0"] = process.argv.slice(2);
const SERIES = 100;
const REFUSALS = 6;

const store = await openSqliteStore({ dir, log: silentLog, reserveBytes: Number(reserve) });
const refusals: { message: string; ready: boolean; reserve: number | null }[] = [];
let acked = 0;
while (refusals.length < REFUSALS) {
  const batch = Array.from({ length: SERIES }, (_, i) =>
    record({ target: `shop-${i}`, tick: T0 + acked * 300, seq: acked + 1 }),
  );
  try {
    await store.samples.put(batch, nowAfter(T0 + acked * 300));
    acked += 1;
    refusals.length = 0;
  } catch (error) {
    const { ok } = await store.ops.ready();
    const held = statSync(join(dir, "reserve"), { throwIfNoEntry: false });
    refusals.push({
      message: error instanceof Error ? error.message : String(error),
      ready: ok,
      reserve: held?.ino ?? null,
    });
  }
}
const stored = (await store.ops.counters())[0]?.stored ?? 0;
process.stdout.write(JSON.stringify({ acked: acked * SERIES, stored, refusals }));
await store.close();
