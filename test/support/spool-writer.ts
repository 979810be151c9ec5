/**
 * A process that spools as fast as it can until it is killed: `node spool-writer.ts FOLDER FIRST`.
 *
 * Says `kept N` once sample N is on disk. Samples go in bursts; small segments, so that a kill meets rolling too.
 */
import { randomBytes } from "node:crypto";
import { join } from "node:path";
import { systemClock } from "../../collector/wire/clock.ts";
import { silentLog } from "../../collector/wire/log.ts";
import { nodeFiles } from "../../probe/spool/files.ts";
import { openSpool } from "../../probe/spool/spool.ts";
import { sampleOf } from "./spool.ts";

const [folder = "", first = "0"] = process.argv.slice(2);
const clock = systemClock();
const spool = await openSpool({
  files: nodeFiles(),
  folder: join(folder, "spool"),
  // No gathering: every burst is a write and a sync of its own.
  clock: { ...clock, after: (_ms, act) => clock.after(0, act) },
  log: silentLog,
  newEpoch: () => randomBytes(8).toString("hex"),
  maxBytes: 1 << 30,
  keepS: 86_400,
  segmentBytes: 4_000,
});
const alive = setInterval(() => {}, 1_000);
process.stdout.write("open\n");
for (let n = Number(first); n < Number(first) + 100_000; ) {
  const burst = Array.from({ length: 1 + (n % 7) }, (_, i) => n + i);
  n += burst.length;
  const kept = await Promise.all(burst.map((each) => spool.append(sampleOf(each))));
  process.stdout.write(burst.map((each, i) => (kept[i] ? `kept ${each}\n` : `dropped ${each}\n`)).join(""));
}
clearInterval(alive);
