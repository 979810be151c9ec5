/**
 * How soon after its last configuration a vantage is made the next one: changes that come close together go together.
 *
 * Who adds a thousand targets one by one has each of them measured at once at first, and the last ones ten times a
 * second. A change that comes alone is never kept waiting.
 */
import type { Clock } from "../wire/clock.ts";

/** For each assignment of the list. To make and send one takes up to 3 us: of a core a thirtieth for each vantage. */
const REST_MS = 0.1;

export type PollPace = {
  /** Milliseconds until the vantage's next one may be made; 0 or less = now. */
  restMs(vantage: string): number;
  /** It was given one, of so many assignments. */
  given(vantage: string, assignments: number): void;
};

export function pollPace(clock: Pick<Clock, "monoMs">): PollPace {
  const from = new Map<string, number>();
  return {
    restMs: (vantage) => (from.get(vantage) ?? 0) - clock.monoMs(),
    given: (vantage, assignments) => from.set(vantage, clock.monoMs() + Math.floor(assignments * REST_MS)),
  };
}
