/**
 * The live bus: what just happened, for pages that are open now. Nothing is kept.
 * Published to by ingest and alert, read by the api's event stream.
 */
import type { LiveEvent } from "../wire/api-overview.ts";
import { type Bus, bus } from "../wire/bus.ts";

export type LiveBus = Bus<LiveEvent>;

/** A bus of its own; there is no shared one. */
export function liveBus(): LiveBus {
  return bus<LiveEvent>();
}
