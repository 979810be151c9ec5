/**
 * What a collector's process asks of V8: that it holds what it needs, where more room gains nothing.
 *
 * For new objects V8 takes up to twice 32 MiB after a burst of samples or one large answer, and keeps it. At twice 16 a
 * sample costs the same processor time. Threads of the store have limits of their own.
 */
import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { giveBackStartGarbage } from "./store/start-garbage.ts";

/** Garbage that may come together, as a share of what is in use; V8 lets it be up to four times that. */
const GARBAGE_PERCENT = 50;
/** Both halves together. */
const ENOUGH_BYTES = 32 * 1024 * 1024;

/** When all has started. The bench measures a process set up like this. */
export function beSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${GARBAGE_PERCENT}`);
  giveBackStartGarbage(boundNewSpace);
}

/** When all threads have grown to what they need: the flag holds for them too. */
function boundNewSpace(): void {
  const observer = new PerformanceObserver(() => {
    const found = getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space");
    if (!found || found.space_size < ENOUGH_BYTES) return;
    setFlagsFromString("--semi-space-growth-factor=1");
    observer.disconnect();
  });
  observer.observe({ entryTypes: ["gc"] });
}
