/**
 * What loading a program leaves behind is given back once, some time after the start.
 *
 * Compiling makes more garbage than the program then holds, and V8 keeps the room for it: 50 MiB of a collector's main
 * thread, 5 of each thread of the store. By itself it gives back little of that, even to an idle process.
 */
import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

/** Whoever waits for the start is served first: this takes a tenth of a second of the main thread. */
const AFTER_START_MS = 2_000;

/** Of the thread that calls; `then` follows. @param afterMs Of a thread that nobody waits for less than of others. */
export function giveBackStartGarbage(then: () => void = () => {}, afterMs = AFTER_START_MS): void {
  setTimeout(() => {
    collectAll();
    then();
  }, afterMs).unref();
}

/** As V8 does before it would run out: all garbage goes, and with it the room for more. */
function collectAll(): void {
  // Of the process, not of the thread: whoever takes it back may take it from another thread that is at this line.
  setFlagsFromString("--expose-gc");
  const collect: unknown = runInNewContext("globalThis.gc");
  if (typeof collect === "function") collect({ type: "major", execution: "sync", flavor: "last-resort" });
}
