/**
 * The checkpoint thread: folds the WAL into the database when the writer says so, so that no acknowledgement waits for it.
 *
 * A passive checkpoint holds nobody up: it copies what is there when it begins while the writer goes on appending.
 */
import { parentPort, workerData } from "node:worker_threads";
import { giveBackStartGarbage } from "../start-garbage.ts";
import { openForCheckpoints } from "./open-database.ts";

const db = openForCheckpoints(String(workerData));
giveBackStartGarbage();

parentPort?.on("message", () => {
  try {
    db.pragma("wal_checkpoint(PASSIVE)");
  } catch {
    // A full disk: the writer meets it too, and says so.
  }
  parentPort?.postMessage("done");
});
