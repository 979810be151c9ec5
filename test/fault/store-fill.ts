/** Series measured for a given time, through the store's own write path: each tick is put as it came, with its clock. */
import type { SampleRecord, Store } from "../../collector/store/store.ts";
import { recordOf } from "../bench/archive/samples.ts";
import { nowAfter, T0 } from "../contract/support.ts";

/** Ticks on their way at once, committed in groups, in order: fewer tiles than the log's budget looks at in one commit. */
const AT_ONCE = 64;
const DUE_AT_ONCE = 5_000;

/** A realistic sample of series i, details and all. */
export function filled(i: number, tick: number, stepS: number): SampleRecord {
  const record = recordOf(i, tick);
  return { ...record, sample: { ...record.sample, stepS, seq: tick / stepS } };
}

/**
 * @param fromTick Number of the first tick after T0, and the one after the last.
 * @throws Error when one is not stored
 */
export async function fill(
  store: Store,
  { series, stepS }: { readonly series: number; readonly stepS: number },
  fromTick: number,
  endTick: number,
): Promise<void> {
  for (let at = fromTick; at < endTick; at += AT_ONCE) {
    const ticks = Array.from({ length: Math.min(AT_ONCE, endTick - at) }, (_, k) => T0 + (at + k) * stepS);
    const puts = ticks.map((tick) =>
      store.samples.put(
        Array.from({ length: series }, (_, i) => filled(i, tick, stepS)),
        nowAfter(tick),
      ),
    );
    const refused = (await Promise.all(puts)).flat().find((outcome) => outcome !== "stored");
    if (refused) throw new Error(`a sample was ${refused}`);
    await judge(store, nowAfter(ticks.at(-1) ?? 0));
  }
}

/** As the evaluator does: marks are claimed and done, so that they do not pile up. */
async function judge(store: Store, nowMs: number): Promise<void> {
  for (;;) {
    const due = await store.claims.due(nowMs, 60_000, DUE_AT_ONCE);
    await store.claims.done(due);
    if (due.length < DUE_AT_ONCE) return;
  }
}
