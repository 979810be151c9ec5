/** Who wants to know that the registry changed: held probe polls, live pages. A listener that throws is dropped. */
import type { RegistryChange } from "./registry.ts";

export type ChangeBus = {
  publish(change: RegistryChange): void;
  subscribe(listener: (change: RegistryChange) => void): () => void;
};

/** A bus of its own; there is no shared one. */
export function changeBus(): ChangeBus {
  const listeners = new Set<(change: RegistryChange) => void>();
  return {
    publish(change) {
      for (const listener of [...listeners]) {
        try {
          listener(change);
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
