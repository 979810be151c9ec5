/** One publisher, many listeners, nothing kept. A listener that throws is dropped: it must not cost the others the news. */

export type Bus<T> = {
  publish(news: T): void;
  /** Called in the order of subscription. @returns Ends the subscription. */
  subscribe(listener: (news: T) => void): () => void;
};

/** A bus of its own; there is no shared one. */
export function bus<T>(): Bus<T> {
  const listeners = new Set<(news: T) => void>();
  return {
    publish(news) {
      for (const listener of [...listeners]) {
        try {
          listener(news);
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
