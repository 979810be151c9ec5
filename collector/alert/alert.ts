/**
 * The evaluator: what is due -> judged, one target after another, at once when a live sample was stored.
 *
 * One of all collectors holds the lease "alert" and judges; the others stand by. A tick's due mark is settled only
 * after it was judged and stored, so a crash anywhere repeats the work and changes nothing. Next stop: notifier.ts.
 */
import type { LiveBus } from "../ingest/live.ts";
import type { Store } from "../store/store.ts";
import type { Clock } from "../wire/clock.ts";
import type { Log } from "../wire/log.ts";
import { type Agenda, agenda } from "./agenda.ts";
import type { WatchedRegistry } from "./facts.ts";
import { roundWorker } from "./round.ts";

/** After a sample: others of the same tick come with it. */
const KICK_MS = 200;
const ROUND_MS = 5_000;

export type AlertOptions = {
  readonly store: Store;
  readonly registry: WatchedRegistry;
  readonly clock: Clock;
  readonly log: Log;
  readonly live: LiveBus;
  /** Names this evaluator in the lease, unlike any other; random by default. */
  readonly holder?: string;
  /**
   * Resolves at once when nobody delivers samples; otherwise as soon as that may be so, or after so many ms. Absent: news
   * that came late waits for nobody.
   */
  readonly quiet?: (mostMs: number) => Promise<void>;
};

export type Alert = {
  start(): void;
  /** Resolves when nothing runs any more; the lease is given back. */
  stop(): Promise<void>;
  /** One round now, after the one that may be running: judges what is due. */
  round(): Promise<void>;
};

/** The evaluator over one store. */
export function alertPart(options: AlertOptions): Alert {
  const { clock, registry, live } = options;
  const todo = agenda();
  const worker = roundWorker(options, todo);
  let stopped = true;
  let running: Promise<void> = Promise.resolve();
  let cancel = () => {};
  let plannedMonoMs: number | null = null;
  const unsubscribe: (() => void)[] = [];

  const round = () => {
    running = running.then(() => worker.round());
    return running;
  };
  const fire = () => {
    plannedMonoMs = null;
    void round().then(() => plan(nextIn(todo, clock)));
  };
  /** A round that is planned sooner stays. */
  const plan = (ms: number) => {
    const atMonoMs = clock.monoMs() + ms;
    if (stopped || (plannedMonoMs !== null && plannedMonoMs <= atMonoMs)) return;
    cancel();
    plannedMonoMs = atMonoMs;
    cancel = clock.after(ms, fire);
  };
  return {
    start() {
      if (!stopped) return;
      stopped = false;
      unsubscribe.push(
        live.subscribe(
          (event) => {
            if (event.type !== "sample" || !event.sample.live) return;
            todo.sample(event.sample.sample.target, event.sample.sample.tick);
            plan(KICK_MS);
          },
          { lateSamples: false },
        ),
        registry.onChange((change) => {
          if (change.kind === "target") todo.changed(change.id);
          else worker.sweepSoon();
          plan(KICK_MS);
        }),
      );
      plan(0);
    },
    async stop() {
      stopped = true;
      cancel();
      plannedMonoMs = null;
      for (const end of unsubscribe.splice(0)) end();
      await running;
      await worker.release();
    },
    round,
  };
}

function nextIn(todo: Agenda, clock: Clock): number {
  const nextMs = todo.nextMs();
  return nextMs === null ? ROUND_MS : Math.max(KICK_MS, Math.min(ROUND_MS, nextMs - clock.nowMs()));
}
