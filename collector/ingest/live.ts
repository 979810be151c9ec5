/**
 * The live bus: what just happened, for pages that are open now. Nothing is kept.
 * Published to by ingest and alert, read by the api's event stream.
 */
import type { Events } from "../store/store.ts";
import type { LiveEvent } from "../wire/api-overview.ts";
import { type Bus, bus } from "../wire/bus.ts";

export type LiveBus = Bus<LiveEvent>;

/** A bus of its own; there is no shared one. */
export function liveBus(): LiveBus {
  return bus<LiveEvent>();
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
