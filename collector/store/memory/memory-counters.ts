/** The reference for the counters: one line per vantage that was ever heard of. */
import { compareText } from "../cursor.ts";
import type { IngestCounters } from "../store.ts";
import type { Counts } from "./memory-samples.ts";

export function memoryCounters() {
  const all = new Map<string, Counts>();
  return {
    of(vantage: string): Counts {
      const known = all.get(vantage) ?? {
        vantage,
        stored: 0,
        duplicate: 0,
        conflict: 0,
        tooOld: 0,
        future: 0,
        rejected: 0,
        late: 0,
        clamped: 0,
      };
      all.set(vantage, known);
      return known;
    },
    list: (): IngestCounters[] =>
      [...all.values()].map((one) => ({ ...one })).sort((a, b) => compareText(a.vantage, b.vantage)),
  };
}
