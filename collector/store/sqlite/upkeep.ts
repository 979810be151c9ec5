/** The upkeep thread: backups and checks, which take seconds to minutes, on a read-only connection of their own. */
import { parentPort, workerData } from "node:worker_threads";
import { backupTo } from "./backup.ts";
import { type Answer, type Call, type Operations, plainErrorOf } from "./messages.ts";
import { openForReading } from "./open-database.ts";
import { verifyDatabase } from "./verify.ts";

export type UpkeepData = { readonly file: string };

function openUpkeep({ file }: UpkeepData) {
  return {
    backup: (path: string) => backupTo(file, path),
    verify() {
      const db = openForReading(file);
      try {
        return db.transaction(() => verifyDatabase(db))();
      } finally {
        db.close();
      }
    },
  } satisfies Operations;
}

export type UpkeepOperations = ReturnType<typeof openUpkeep>;

function post(answer: Answer): void {
  parentPort?.postMessage(answer);
}

const operations: Operations = openUpkeep(workerData as UpkeepData);
let last: Promise<unknown> = Promise.resolve();

async function answer(call: Call): Promise<void> {
  try {
    post({ kind: "value", id: call.id, value: await operations[call.op]?.(...call.args) });
  } catch (error) {
    post({ kind: "error", id: call.id, error: plainErrorOf(error) });
  }
}

// One after the other: two backups at once would only hold the WAL open longer.
parentPort?.on("message", (call: Call) => {
  last = last.then(() => answer(call));
});
post({ kind: "opened" });
