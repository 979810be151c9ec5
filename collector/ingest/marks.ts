/**
 * How many batches of each vantage this database has seen. A probe that remembers more than that has outlived a
 * restored backup, and is asked to send again what the backup may lack.
 *
 * How far back: to when the spool was last seen empty, because everything measured before was stored by then. A mark
 * goes to the disk together with its records or after them, so that no backup has the mark alone; that the spool was
 * empty is written with the next mark, when the records are known to be there. One that asks for more waits until its
 * records are stored: refused ones (a full disk) bring no answer, and must not count up to what the probe knows.
 */
import * as z from "zod";
import { LATE_WINDOW_S } from "../archive/layout.ts";
import type { Store } from "../store/store.ts";
import type { BatchHead } from "./envelope.ts";

export type Marked = {
  readonly mark: number;
  /** Set when the probe knows more batches than this database: send kept records from this tick on again. */
  readonly rewindToS: number | null;
  /** To be called when the batch's records are stored. */
  stored(): void;
};

const StoredMark = z.object({
  mark: z.number(),
  /** Probe time at which nothing was left to send, UTC seconds; null = never seen so. */
  emptyAtS: z.number().nullable(),
});

const DAY_S = 86_400;
/** The longest from a tick to its sample in the spool: one step of a day, and the measurement. */
const UNDER_WAY_S = DAY_S + 600;

/** @returns Counts a batch whose records the store was given before; one at a time per vantage. */
export function marks({ store: { registry } }: { store: Pick<Store, "registry"> }) {
  const queues = new Map<string, Promise<unknown>>();
  /** As stored, but for an emptied spool, which the next mark tells; nobody else writes them. */
  const known = new Map<string, z.infer<typeof StoredMark>>();
  const lastOf = async (vantage: string): Promise<z.infer<typeof StoredMark>> => {
    const doc = await registry.get("mark", vantage);
    return StoredMark.safeParse(doc?.value).data ?? { mark: 0, emptyAtS: null };
  };
  const count = async (
    vantage: string,
    batch: BatchHead,
    nowMs: number,
    storing: Promise<unknown>,
  ): Promise<Marked> => {
    const last = known.get(vantage) ?? (await lastOf(vantage));
    const mark = last.mark + 1;
    const lost = batch.knownMark > last.mark;
    const earliestS = Math.max(0, Math.floor(nowMs / 1000) - LATE_WINDOW_S);
    const emptied = batch.spool.records <= batch.count && !lost;
    if (lost) await storing;
    await registry.put("mark", vantage, null, { mark, emptyAtS: last.emptyAtS });
    known.set(vantage, { mark, emptyAtS: last.emptyAtS });
    return {
      mark,
      rewindToS: lost ? Math.max(earliestS, (last.emptyAtS ?? 0) - UNDER_WAY_S) : null,
      stored() {
        const now = known.get(vantage);
        if (emptied && now) known.set(vantage, { ...now, emptyAtS: Math.floor(batch.sentMs / 1000) });
      },
    };
  };
  return (...counted: Parameters<typeof count>): Promise<Marked> => {
    const [vantage] = counted;
    const mine = (queues.get(vantage) ?? Promise.resolve()).then(() => count(...counted));
    queues.set(
      vantage,
      mine.catch(() => undefined),
    );
    return mine;
  };
}
