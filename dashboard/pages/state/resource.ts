/**
 * Data of a page: loaded once, loaded again when something happened, never blinking in between.
 *
 * While it loads again the old data stays; `stale` says so when the question itself has changed.
 */
import { useCallback, useEffect, useRef, useState } from "preact/hooks";
import type { LiveNews } from "../../api/live.ts";
import { useApp } from "./app.ts";

export type Resource<T> = {
  readonly data: T | undefined;
  /** Why the newest load failed; the old data may still be there. */
  readonly error: unknown;
  readonly stale: boolean;
  reload(): void;
  /** Shows an answer that came another way. */
  set(data: T): void;
};

/**
 * Loads `load` whenever `key` changes.
 *
 * @param key Names the question, e.g. the path with its query.
 */
export function useResource<T>(key: string, load: (signal: AbortSignal) => Promise<T>): Resource<T> {
  const [state, setState] = useState<{ key?: string; data?: T; error?: unknown }>({});
  const [round, setRound] = useState(0);
  const loader = useRef(load);
  loader.current = load;
  useEffect(() => {
    const abort = new AbortController();
    loader.current(abort.signal).then(
      (data) => {
        if (!abort.signal.aborted) setState({ key, data });
      },
      (error: unknown) => {
        if (!abort.signal.aborted) setState((old) => ({ ...old, error }));
      },
    );
    return () => abort.abort();
  }, [key, round]);
  return {
    data: state.data,
    error: state.error,
    stale: state.data !== undefined && state.key !== key,
    reload: useCallback(() => setRound((n) => n + 1), []),
    set: useCallback((data: T) => setState({ key, data }), [key]),
  };
}

/** Hears the live stream for as long as the page is shown. */
export function useLive(hear: (news: LiveNews) => void): void {
  const { live } = useApp();
  const hearer = useRef(hear);
  hearer.current = hear;
  useEffect(() => live?.listen((news) => hearer.current(news)), [live]);
}

/**
 * Calls `act` at once, then at most every `everyMs`; a call in between is made up for at the end, and one while the
 * page is hidden when it is seen again.
 *
 * A thousand samples in a minute must not become a thousand loads.
 */
export function useThrottled(act: () => void, everyMs: number): () => void {
  const newest = useRef({ act, everyMs });
  newest.current = { act, everyMs };
  const timer = useRef<ReturnType<typeof setTimeout> | null>(null);
  const again = useRef(false);
  const call = useCallback(() => {
    again.current = timer.current !== null || document.hidden;
    if (again.current) return;
    newest.current.act();
    timer.current = setTimeout(() => {
      timer.current = null;
      if (again.current) call();
    }, newest.current.everyMs);
  }, []);
  useEffect(() => {
    const seen = () => {
      if (!document.hidden && again.current && timer.current === null) call();
    };
    document.addEventListener("visibilitychange", seen);
    return () => {
      document.removeEventListener("visibilitychange", seen);
      if (timer.current) clearTimeout(timer.current);
    };
  }, [call]);
  return call;
}

/** The time, again every `everyMs`: for countdowns and "ago". */
export function useNow(everyMs: number): number {
  const [now, setNow] = useState(Date.now);
  useEffect(() => {
    const timer = setInterval(() => setNow(Date.now()), everyMs);
    return () => clearInterval(timer);
  }, [everyMs]);
  return now;
}

/**
 * The collector's clock, again every `everyMs`: the instant an answer named, and the time that passed here since.
 *
 * The reader's own clock may be minutes off; only its differences are used.
 */
export function useCollectorNow(namedMs: number, everyMs: number): number {
  const offset = useRef({ namedMs: Number.NaN, ms: 0 });
  if (offset.current.namedMs !== namedMs) offset.current = { namedMs, ms: namedMs - Date.now() };
  return useNow(everyMs) + offset.current.ms;
}
