/**
 * What happens at the collector, as it happens: the event stream, kept open for as long as the page is.
 *
 * Reconnects by itself with growing pauses and says whether it is connected. After a gap the listeners hear
 * "resumed", because what happened meanwhile is not repeated. The newest progress of each measurement is kept for a
 * page that opens in the middle of one.
 */
import type { LiveEvent } from "../../collector/wire/api-overview.ts";

export type ProgressEvent = Extract<LiveEvent, { type: "progress" }>;
export type LiveNews = LiveEvent | { readonly type: "resumed" };

export type Live = {
  /** @returns Ends the subscription. */
  listen(listener: (news: LiveNews) => void): () => void;
  /** Newest progress of a target by vantage. */
  progressOf(target: string): ReadonlyMap<string, ProgressEvent>;
  connected(): boolean;
  /** @returns Ends the subscription. */
  onConnection(listener: (connected: boolean) => void): () => void;
  close(): void;
};

const TYPES = ["sample", "progress", "once", "incident", "target", "vantage", "event"] as const;
const RETRY_MS = [500, 1000, 2000, 5000, 10_000];

/** The stream at `url`; opens at once. */
export function openLive(url: string): Live {
  const listeners = new Set<(news: LiveNews) => void>();
  const watchers = new Set<(connected: boolean) => void>();
  const progress = new Map<string, Map<string, ProgressEvent>>();
  let source: EventSource | null = null;
  let connected = false;
  let failures = 0;
  let opened = false;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let closed = false;

  const tell = (news: LiveNews) => {
    for (const listener of [...listeners]) listener(news);
  };
  const setConnected = (now: boolean) => {
    if (now === connected) return;
    connected = now;
    for (const watcher of [...watchers]) watcher(now);
  };
  const take = (text: string) => {
    const event = JSON.parse(text) as LiveEvent;
    if (event.type === "progress") {
      const byVantage = progress.get(event.progress.target) ?? new Map<string, ProgressEvent>();
      byVantage.set(event.vantage, event);
      progress.set(event.progress.target, byVantage);
    } else if (event.type === "sample") {
      progress.get(event.sample.sample.target)?.delete(event.sample.vantage);
    }
    tell(event);
  };
  const open = () => {
    const stream = new EventSource(url);
    source = stream;
    stream.addEventListener("open", () => {
      failures = 0;
      setConnected(true);
      if (opened) tell({ type: "resumed" });
      opened = true;
    });
    stream.addEventListener("error", () => {
      stream.close();
      setConnected(false);
      if (closed) return;
      timer = setTimeout(open, RETRY_MS[Math.min(failures, RETRY_MS.length - 1)]);
      failures += 1;
    });
    for (const type of TYPES) stream.addEventListener(type, (event) => take(String(event.data)));
  };
  open();
  return {
    listen(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    progressOf: (target) => progress.get(target) ?? new Map(),
    connected: () => connected,
    onConnection(listener) {
      watchers.add(listener);
      return () => watchers.delete(listener);
    },
    close() {
      closed = true;
      clearTimeout(timer);
      source?.close();
    },
  };
}
