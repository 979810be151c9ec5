/**
 * What somebody wants measured now: started at once beside the schedule, within limits that no collector can widen.
 *
 * At most two run and eight wait; what is more, or comes too often, is refused. The result goes to whoever asked, never
 * to the spool. What still waits when nobody listens any more is dropped.
 */
import type { Clock } from "../../collector/wire/clock.ts";
import type { Log } from "../../collector/wire/log.ts";
import type { Once, OnceNews, OnceResult } from "../../collector/wire/on-demand.ts";
import { NO_TIMINGS } from "../../collector/wire/sample.ts";
import type { MeasureOptions } from "../measure/measure.ts";

export type OnDemandDeps = {
  readonly clock: Clock;
  readonly log: Log;
  /** Rejects only with the reason of the signal it was given. */
  readonly measure: (once: Once, options: MeasureOptions) => Promise<OnceResult>;
  readonly tell: (news: OnceNews) => void;
};

export type OnDemand = {
  take(list: readonly Once[]): void;
  /** Starts nothing more and breaks off what runs. */
  stop(): void;
};

/** At the same time: more would falsify the schedule's own times. */
const AT_ONCE = 2;
const WAITING_MAX = 8;
/** Started in a minute, whoever asks. */
const PER_MINUTE = 30;
const MINUTE_MS = 60_000;

export function onDemandOf({ clock, log, measure, tell }: OnDemandDeps): OnDemand {
  const waiting: { once: Once; untilMonoMs: number }[] = [];
  const end = new AbortController();
  let running = 0;
  let taken: number[] = [];
  const run = async (once: Once): Promise<void> => {
    const startedMs = clock.nowMs();
    const { id } = once;
    tell({ kind: "progress", id, done: [] });
    try {
      const onProgress: MeasureOptions["onProgress"] = (done) => tell({ kind: "progress", id, done });
      const result = await measure(once, { signal: end.signal, onProgress });
      tell({ kind: "measured", id, result });
    } catch (error) {
      if (end.signal.aborted) return;
      log.error({ error }, "a measurement that was asked for broke off");
      const note = (error instanceof Error ? error.message : String(error)).slice(0, 300);
      const result = { startedMs, state: "unknown", unknownReason: "internal", timings: NO_TIMINGS } as const;
      tell({ kind: "measured", id, result: { ...result, detail: { note } } });
    }
  };
  const pump = (): void => {
    while (running < AT_ONCE && !end.signal.aborted) {
      const next = waiting.shift();
      if (!next) return;
      if (clock.monoMs() >= next.untilMonoMs) continue;
      running += 1;
      void run(next.once).finally(() => {
        running -= 1;
        pump();
      });
    }
  };
  return {
    take(list) {
      const nowMs = clock.monoMs();
      taken = taken.filter((atMs) => nowMs - atMs < MINUTE_MS);
      const refused = list.filter((once) => {
        const full = waiting.length >= WAITING_MAX || taken.length >= PER_MINUTE;
        if (full) return true;
        taken.push(nowMs);
        waiting.push({ once, untilMonoMs: nowMs + once.withinMs });
        pump();
        return false;
      });
      if (refused.length > 0)
        log.warn({ refused: refused.length }, "measurements on demand refused: too many");
      for (const { id } of refused) tell({ kind: "busy", id });
    },
    stop: () => end.abort(new Error("the probe stops")),
  };
}
