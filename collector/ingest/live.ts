/**
 * The live bus: what just happened, for pages that are open now. Nothing is kept.
 * Published to by ingest and alert, read by the api's event stream.
 */
import type { Events } from "../store/store.ts";
import type { LiveEvent } from "../wire/api-overview.ts";
import { type Bus, bus } from "../wire/bus.ts";

export type LiveBus = Pick<Bus<LiveEvent>, "publish"> & {
  /**
   * Called in the order of subscription.
   *
   * @param wants lateSamples false = samples that came late may be left out; they still may come.
   * @returns Ends the subscription.
   */
  subscribe(listener: (news: LiveEvent) => void, wants?: { readonly lateSamples: boolean }): () => void;
  /** Whether anybody wants samples that came late: a backlog has many of them. */
  wantsLate(): boolean;
};

/** A bus of its own; there is no shared one. */
export function liveBus(): LiveBus {
  const { publish, subscribe } = bus<LiveEvent>();
  const late = new Set<symbol>();
  return {
    publish,
    subscribe(listener, { lateSamples } = { lateSamples: true }) {
      const end = subscribe(listener);
      const mine = Symbol("subscription");
      if (lateSamples) late.add(mine);
      return () => {
        late.delete(mine);
        end();
      };
    },
    wantsLate: () => late.size > 0,
  };
}

/** Events as the store keeps them; what is put is told to open pages when it is stored. */
export function announced(events: Events, live: LiveBus): Events {
  return {
    ...events,
    async put(fresh) {
      await events.put(fresh);
      for (const { kind, target, vantage } of fresh) live.publish({ type: "event", kind, target, vantage });
    },
  };
}
