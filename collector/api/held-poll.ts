/**
 * Waits for the next change, a deadline or the caller's leaving, whichever is first; a change that came while the
 * caller was busy is not missed.
 */
import type { Clock } from "../wire/clock.ts";

export type Wake = "changed" | "deadline" | "left";

export type Waiting = {
  next(): Promise<Wake>;
  /** Until so much time has passed, or the caller leaves. */
  rest(ms: number): Promise<void>;
  leave(): void;
};

/** @param subscribe Starts telling of changes at once; its answer ends it. */
export function waiting(
  clock: Pick<Clock, "after">,
  waitMs: number,
  subscribe: (changed: () => void) => () => void,
): Waiting {
  const news = new Set<Wake>();
  let tell: (() => void) | null = null;
  const add = (wake: Wake) => {
    news.add(wake);
    tell?.();
  };
  const ends = [subscribe(() => add("changed"))];
  if (waitMs > 0) ends.push(clock.after(waitMs, () => add("deadline")));
  else add("deadline");
  const take = (): Wake | null => {
    if (news.has("left")) return "left";
    if (news.delete("changed")) return "changed";
    return news.has("deadline") ? "deadline" : null;
  };
  return {
    async next() {
      const already = take();
      if (already !== null) return already;
      await new Promise<void>((resolve) => {
        tell = resolve;
      });
      tell = null;
      return take() ?? "left";
    },
    rest(ms) {
      if (ms <= 0 || news.has("left")) return Promise.resolve();
      return new Promise((resolve) => {
        ends.push(clock.after(ms, resolve), resolve);
      });
    },
    leave() {
      for (const end of ends) end();
      add("left");
    },
  };
}
