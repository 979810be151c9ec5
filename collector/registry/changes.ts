/** Who wants to know that the registry changed: held probe polls, live pages. */
import { type Bus, bus } from "../wire/bus.ts";
import type { RegistryChange } from "./registry.ts";

export type ChangeBus = Bus<RegistryChange>;

/** A bus of its own; there is no shared one. */
export function changeBus(): ChangeBus {
  return bus<RegistryChange>();
}
