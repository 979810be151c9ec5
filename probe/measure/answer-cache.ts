/**
 * Answers of the resolver, kept for their TTL: only for targets that ask for it, so that what visitors' machines keep for
 * them can be measured too. Per name and families; the oldest goes first. Ages by the monotonic clock.
 */
import type { Clock } from "../../collector/wire/clock.ts";
import type { Addresses } from "./lookup.ts";

const KEPT = 1_024;
/** Longer than any resolver keeps an answer. */
const MAX_TTL_S = 86_400;

export type AnswerCache = {
  /** The addresses, without what only an answer has; null = nobody asked within the TTL. */
  get(host: string, families: readonly (4 | 6)[]): Addresses | null;
  put(host: string, families: readonly (4 | 6)[], found: Addresses): void;
};

export function answerCache(clock: Pick<Clock, "monoMs">): AnswerCache {
  const kept = new Map<string, { readonly found: Addresses; readonly untilMs: number }>();
  const keyOf = (host: string, families: readonly (4 | 6)[]) => `${host} ${families.join()}`;
  return {
    get(host, families) {
      const key = keyOf(host, families);
      const entry = kept.get(key);
      if (entry === undefined) return null;
      if (clock.monoMs() < entry.untilMs) return entry.found;
      kept.delete(key);
      return null;
    },
    put(host, families, { family, addresses, answers = [] }) {
      const key = keyOf(host, families);
      kept.delete(key);
      const ttlS = Math.min(MAX_TTL_S, ...answers.map((answer) => answer.ttlS));
      if (answers.length === 0 || ttlS <= 0) return;
      kept.set(key, { found: { family, addresses }, untilMs: clock.monoMs() + ttlS * 1000 });
      for (const oldest of kept.keys()) {
        if (kept.size <= KEPT) break;
        kept.delete(oldest);
      }
    },
  };
}
