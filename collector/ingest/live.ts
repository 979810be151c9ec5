/**
 * The live bus: what just happened, for pages that are open now. Nothing is kept; a subscriber that throws is dropped.
 * Published to by ingest and alert, read by the api's event stream.
 */
import type { LiveEvent } from "../wire/api-overview.ts";

export type LiveBus = {
  publish(event: LiveEvent): void;
  /** @returns Ends the subscription. */
  subscribe(listener: (event: LiveEvent) => void): () => void;
};

/** A bus of its own; there is no shared one. */
export function liveBus(): LiveBus {
  const listeners = new Set<(event: LiveEvent) => void>();
  return {
    publish(event) {
      for (const listener of [...listeners]) {
        try {
          listener(event);
        } catch {
          listeners.delete(listener);
        }
      }
    },
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}
