/**
 * The reader thread: a read-only connection that answers queries, each from one consistent view of the database.
 *
 * In WAL mode it never waits for the writer, and the writer never for it.
 */
import { parentPort, workerData } from "node:worker_threads";
import { giveBackStartGarbage } from "../start-garbage.ts";
import { readerDirectory } from "./directory.ts";
import { readerEvents } from "./events.ts";
import { type Answer, type Call, type Operations, plainErrorOf } from "./messages.ts";
import { openForReading } from "./open-database.ts";
import { readerDesk } from "./reader-desk.ts";
import { readerLog } from "./reader-log.ts";
import { readerOutlines } from "./reader-outlines.ts";
import { readerRows } from "./reader-rows.ts";
import { readerSizes } from "./reader-sizes.ts";
import { type StatesMemory, sharedStates } from "./shared-states.ts";
import { viewOf } from "./view.ts";

export type ReaderData = {
  readonly file: string;
  /** Where the writer shows open states. */
  readonly states: StatesMemory;
};

function openReader(data: ReaderData) {
  const db = openForReading(data.file);
  const states = sharedStates(data.states);
  const view = viewOf(db, states);
  const operations = {
    ...readerRows(view),
    ...readerLog(db, view),
    ...readerOutlines(db, view),
    ...readerDirectory(db),
    ...readerEvents(db),
    ...readerDesk(db),
    ...readerSizes(db, view, states),
    synchronous: () => db.pragma("synchronous", { simple: true }),
  } satisfies Operations;
  return { view, operations };
}

export type ReaderOperations = ReturnType<typeof openReader>["operations"];

function post(answer: Answer): void {
  parentPort?.postMessage(answer);
}

function serve(): void {
  const { view, operations } = openReader(workerData as ReaderData);
  const byName: Operations = operations;
  const run = (call: Call) => view.during(() => byName[call.op]?.(...call.args));
  parentPort?.on("message", (call: Call) => {
    try {
      post({ kind: "value", id: call.id, value: run(call) });
    } catch (error) {
      post({ kind: "error", id: call.id, error: plainErrorOf(error) });
    }
  });
}

// Loaded while the writer opens the file, which may have to be made or brought to its form first.
parentPort?.once("message", () => {
  try {
    serve();
    post({ kind: "opened" });
    giveBackStartGarbage();
  } catch (error) {
    post({ kind: "failed", error: plainErrorOf(error) });
    parentPort?.close();
  }
});
