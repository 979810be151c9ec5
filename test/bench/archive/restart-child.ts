/**
 * A start after kill -9: `restart-child.ts DIR fill SERIES` writes until the journal is as long as it gets, says how long
 * that is and waits to be killed; `restart-child.ts DIR open` opens what that left, says in how many ms, and ends.
 */
import { join } from "node:path";
import Database from "better-sqlite3";
import { DATABASE_NAME, openSqliteStore } from "../../../collector/store/sqlite/sqlite-store.ts";
import { silentLog } from "../../../collector/wire/log.ts";
import { nowAfter } from "../../contract/times.ts";
import { FIRST_TICK, roundOf, STEP_S } from "./samples.ts";

const [dir = "", mode = "", series = "10000"] = process.argv.slice(2);
/** The sweep comes long before. */
const MOST_ROUNDS = 48;

const beforeMs = performance.now();
const store = await openSqliteStore({ dir, log: silentLog });
if (mode === "open") {
  process.stdout.write(`${performance.now() - beforeMs}\n`);
  await store.close();
} else {
  const db = new Database(join(dir, DATABASE_NAME), { readonly: true });
  const journal = db.prepare<[], number>("SELECT coalesce(sum(length(data)), 0) FROM journal").pluck();
  let longest = 0;
  for (let round = 0; round < MOST_ROUNDS; round += 1) {
    const tick = FIRST_TICK + round * STEP_S;
    for (const batch of roundOf(Number(series), tick)) await store.samples.put(batch, nowAfter(tick));
    await store.claims.done(await store.claims.due(nowAfter(tick), 60_000, 5_000));
    const bytes = Number(journal.get());
    // The second time that it is nearly as long as it was: full, and not just begun.
    if (round > 20 && bytes > 0.9 * longest) break;
    longest = Math.max(longest, bytes);
  }
  process.stdout.write(`full ${Number(journal.get())}\n`);
  setInterval(() => {}, 1_000);
}
