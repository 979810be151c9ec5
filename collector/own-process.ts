/**
 * What a collector's process asks of V8: that room for new objects stops growing where more of it gains nothing.
 *
 * V8 takes up to twice 32 MiB for them after a burst of samples or one large answer, and keeps it. At twice 16 a sample
 * costs the same processor time. Threads of the store have limits of their own. The bench measures a process set up so.
 */
import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";

/** Both halves together. */
const ENOUGH_BYTES = 32 * 1024 * 1024;

/** Once, when all threads have started: the flag holds for them too. */
export function boundNewSpace(): void {
  const observer = new PerformanceObserver(() => {
    const found = getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space");
    if (!found || found.space_size < ENOUGH_BYTES) return;
    setFlagsFromString("--semi-space-growth-factor=1");
    observer.disconnect();
  });
  observer.observe({ entryTypes: ["gc"] });
}
