/**
 * What a collector's process asks of V8: that it holds what it needs, where more room gains nothing.
 *
 * For new objects V8 takes up to twice 32 MiB after a burst of samples or one large answer, and keeps it. With twice 8 a
 * sample costs the same processor time, also where they keep coming by the hundred thousand a second. Threads of the
 * store have limits of their own.
 */
import { PerformanceObserver } from "node:perf_hooks";
import { getHeapSpaceStatistics, setFlagsFromString } from "node:v8";
import { giveBackStartGarbage } from "./store/start-garbage.ts";

/** Garbage that may come together, as a share of what is in use; V8 lets it be up to four times that. */
const GARBAGE_PERCENT = 50;
/** Room for new objects, both halves together. */
const NEW_BYTES = 16 * 1024 * 1024;

/** When all has started. The bench measures a process set up like this. */
export function beSmall(): void {
  setFlagsFromString(`--heap-growing-percent=${GARBAGE_PERCENT}`);
  // At once: the first pages would come on top of it.
  giveBackStartGarbage(boundNewSpace, 0);
}

/** When all threads have grown to what they need: the flag holds for them too. V8 makes the room small when it idles. */
function boundNewSpace(): void {
  let growth = 2;
  const observer = new PerformanceObserver(() => {
    const factor = newSpaceBytes() < NEW_BYTES ? 2 : 1;
    if (factor !== growth) setFlagsFromString(`--semi-space-growth-factor=${factor}`);
    growth = factor;
  });
  observer.observe({ entryTypes: ["gc"] });
}

function newSpaceBytes(): number {
  return getHeapSpaceStatistics().find(({ space_name: name }) => name === "new_space")?.space_size ?? 0;
}
