/**
 * Loads the history into the store, series by series, with a line of progress on the terminal.
 *
 * Several batches are under way at once, so that making samples and storing them overlap. Repeating it changes nothing:
 * what is stored already is answered `duplicate`.
 */
import type { Store } from "../../collector/store/store.ts";
import { historyOf, historyRange, ticksOf } from "./history.ts";
import { CARRIERS, type DemoTarget, leadIn, pastIncidents, TARGETS } from "./scene.ts";

const BATCH = 2_000;
const UNDER_WAY = 3;

export type Progress = (doneShare: number, samples: number) => void;

/**
 * @param startS When the demo was first started, UTC seconds; no later tick is written.
 * @returns How many samples were handed over.
 */
export async function loadHistory(
  samples: Pick<Store["samples"], "load">,
  startS: number,
  nowMs: number,
  progress: Progress,
): Promise<number> {
  const incidents = [...pastIncidents(startS), ...leadIn(startS)];
  const jobs = TARGETS.flatMap((target) => CARRIERS.map((carrier) => ({ target, carrier })));
  const ticks = jobs.reduce((sum, { target }) => sum + ticksIn(target, startS), 0);
  const underWay = new Set<Promise<unknown>>();
  let handed = 0;
  for (const { target, carrier } of jobs) {
    const range = historyRange(target, startS);
    for (const batch of historyOf(target, carrier, incidents, range, BATCH)) {
      const loading = samples.load(batch, nowMs).finally(() => underWay.delete(loading));
      underWay.add(loading);
      if (underWay.size >= UNDER_WAY) await Promise.race(underWay);
      handed += batch.length;
      progress(Math.min(1, handed / ticks), handed);
    }
  }
  await Promise.all(underWay);
  progress(1, handed);
  return handed;
}

/** How many ticks a target's history has. */
export function ticksIn(target: DemoTarget, startS: number): number {
  return [...ticksOf(target, historyRange(target, startS))].length;
}
