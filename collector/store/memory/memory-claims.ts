/** The reference for leases and due marks: who may work on what, with tokens that only grow. */
import { compareText } from "../cursor.ts";
import type { Claims } from "../store.ts";

type Mark = {
  readonly target: string;
  readonly tick: number;
  /** Live flag of what arrived since the last claim; null = nothing. */
  news: boolean | null;
  /** Live flag of what is claimed and not yet done; null = nothing. */
  taken: boolean | null;
  token: number;
  untilMs: number;
};

export function memoryClaims(): Claims & { mark(target: string, tick: number, live: boolean): void } {
  const leases = new Map<string, { holder: string; token: number; untilMs: number }>();
  const marks = new Map<string, Mark>();
  let tokens = 0;
  return {
    mark(target, tick, live) {
      const key = `${tick}/${target}`;
      const known = marks.get(key) ?? { target, tick, news: null, taken: null, token: 0, untilMs: 0 };
      known.news = known.news === true || live;
      marks.set(key, known);
    },
    async take(name, holder, nowMs, leaseMs) {
      const held = leases.get(name);
      if (held && held.holder !== holder && held.untilMs > nowMs) return null;
      const token = (held?.token ?? 0) + 1;
      leases.set(name, { holder, token, untilMs: nowMs + leaseMs });
      return token;
    },
    async release(name, token) {
      const held = leases.get(name);
      if (held?.token === token) held.untilMs = 0;
    },
    async due(nowMs, leaseMs, limit) {
      const free = [...marks.values()]
        .filter((mark) => mark.untilMs <= nowMs)
        .sort((a, b) => a.tick - b.tick || compareText(a.target, b.target))
        .slice(0, limit);
      return free.map((mark) => {
        tokens += 1;
        mark.taken = mark.taken === true || mark.news === true;
        Object.assign(mark, { news: null, token: tokens, untilMs: nowMs + leaseMs });
        return { target: mark.target, tick: mark.tick, live: mark.taken, token: tokens };
      });
    },
    async done(ticks) {
      for (const { target, tick, token } of ticks) {
        const mark = marks.get(`${tick}/${target}`);
        if (!mark || mark.token !== token) continue;
        if (mark.news === null) marks.delete(`${tick}/${target}`);
        else Object.assign(mark, { taken: null, untilMs: 0 });
      }
    },
  };
}
