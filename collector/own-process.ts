/**
 * What a collector's process asks of V8: that it holds what it needs, where more room gains nothing.
 *
 * For new objects V8 takes up to twice 32 MiB after a burst of samples or one large answer, and keeps it. Twice 8 are
 * enough for a thousand targets and their pages; where samples keep coming by the thousand a second it gets twice 16, at
 * which one costs the same processor time as with more. Threads of the store have limits of their own.
 */
import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { giveBackStartGarbage } from "./store/start-garbage.ts";

/** Garbage that may come together, as a share of what is in use; V8 lets it be up to four times that. */
const GARBAGE_PERCENT = 50;
/** Both halves together: at first, and where much comes for long. */
const LITTLE_BYTES = 16 * 1024 * 1024;
const ENOUGH_BYTES = 32 * 1024 * 1024;
/** Room for new objects that was used up so often within so long: no page makes so many. */
const MANY_TIMES = 100;
const WITHIN_MS = 5_000;

/** When all has started. The bench measures a process set up like this. */
export function beSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${GARBAGE_PERCENT}`);
  // At once: the first pages would come on top of it.
  giveBackStartGarbage(boundNewSpace, 0);
}

/** When all threads have grown to what they need: the flag holds for them too. V8 makes the room small when it idles. */
function boundNewSpace(): void {
  let mostBytes = LITTLE_BYTES;
  let times = { fromMs: 0, count: 0 };
  let growth = 2;
  const grow = (factor: number) => {
    if (factor !== growth) setFlagsFromString(`--semi-space-growth-factor=${factor}`);
    growth = factor;
  };
  const observer = new PerformanceObserver((list) => {
    const bytes = newSpaceBytes();
    if (bytes < mostBytes / 2) mostBytes = LITTLE_BYTES;
    for (const { startTime } of list.getEntries()) {
      if (bytes < mostBytes || startTime - times.fromMs > WITHIN_MS) times = { fromMs: startTime, count: 0 };
      times.count += 1;
    }
    if (times.count >= MANY_TIMES) mostBytes = ENOUGH_BYTES;
    grow(bytes < mostBytes ? 2 : 1);
  });
  observer.observe({ entryTypes: ["gc"] });
}

function newSpaceBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space")?.space_size ?? 0;
}
