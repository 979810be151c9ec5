/**
 * When the WAL is folded in: by a thread of its own as soon as it has grown, by the writer itself only when it runs away.
 *
 * The thread is started when it is first needed, which a small installation never sees.
 */
import { Worker } from "node:worker_threads";
import type Database from "better-sqlite3";
import { pagesOf } from "./page-size.ts";
import { workerUrl } from "./worker-url.ts";

/** Bytes in the WAL at which the thread is asked. */
const ASK_BYTES = 2 * 1024 * 1024;
/** Bytes at which the writer does it within its commit: with the largest transaction a quarter of the reserve. */
const OWN_BYTES = 8 * 1024 * 1024;

export type Checkpoints = {
  /** After a commit. */
  ask(): void;
  /** Before the connection is closed. */
  end(): Promise<void>;
};

export function checkpoints(db: Database.Database, file: string): Checkpoints {
  let worker: Worker | null = null;
  let running = false;
  const askPages = pagesOf(db, ASK_BYTES);
  const walPages = walPagesOf(db);
  db.pragma(`wal_autocheckpoint = ${pagesOf(db, OWN_BYTES)}`);
  const start = (): Worker => {
    const started = new Worker(workerUrl("checkpointer", import.meta.url), {
      workerData: file,
      // It makes nothing: all but the least would be idle memory.
      resourceLimits: { maxYoungGenerationSizeMb: 3, maxOldGenerationSizeMb: 64, stackSizeMb: 1 },
    });
    started.on("message", () => {
      running = false;
    });
    // Without it the writer folds the WAL in by itself.
    started.on("error", () => {
      running = true;
    });
    started.unref();
    return started;
  };
  return {
    ask() {
      if (running || walPages() < askPages) return;
      running = true;
      worker ??= start();
      worker.postMessage("go");
    },
    async end() {
      await worker?.terminate();
    },
  };
}

/** Pages of the WAL that are not in the database yet. */
function walPagesOf(db: Database.Database): () => number {
  const ask = db.prepare<[], { log: number; checkpointed: number }>("PRAGMA wal_checkpoint(NOOP)");
  return () => {
    const found = ask.get();
    return found ? found.log - found.checkpointed : 0;
  };
}
