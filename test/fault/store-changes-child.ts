/** A process that changes a store until it is killed: `store-changes-child.ts DIR FIRST`; says `begin N KIND` and `ack N`. */
import { writeSync } from "node:fs";
import { openSqliteStore } from "../../collector/store/sqlite/sqlite-store.ts";
import { silentLog } from "../../collector/wire/log.ts";
import { act, changeOf } from "./store-changes.ts";

const [dir = "", first = "0"] = process.argv.slice(2);
const store = await openSqliteStore({ dir, log: silentLog, reserveBytes: 64 * 1024 });
writeSync(1, "open\n");
for (let n = Number(first); ; n += 1) {
  writeSync(1, `begin ${n} ${changeOf(n)}\n`);
  await act(store, n);
  writeSync(1, `ack ${n}\n`);
}
