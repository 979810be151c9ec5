/**
 * A stretch of ticks of one target: samples -> what every carrier shows at each tick, on demand and remembered.
 *
 * Two readings of a tick. `reported`: only who reported votes; it may open an incident. `held`: a vantage that says
 * nothing keeps its last word; it decides whether an incident ends, so that going silent while down recovers nothing.
 */
import type { CarrierEvidence } from "../wire/incident.ts";
import { isPaused, type Target } from "../wire/target.ts";
import { carrierAt, hasVote, isDown, serviceIs, type Vote } from "./vote.ts";

/** What of a target the rules depend on. */
export type Rule = Pick<Target, "alarm" | "stepS" | "pauses">;

export type Voter = {
  readonly vantage: string;
  readonly carrier: string;
  /** Measures the target now; false for one that is revoked or no longer named, whose history keeps its votes. */
  readonly active: boolean;
};

export type WindowInput = {
  readonly rule: Rule;
  readonly voters: readonly Voter[];
  /** Any order; samples of another step, without a vote, or of an unknown vantage are ignored. */
  readonly samples: readonly Vote[];
  /** Vantages whose sample of a tick may still come. */
  readonly outstanding: (tick: number) => ReadonlySet<string>;
};

export type TickView = {
  readonly tick: number;
  readonly paused: boolean;
  /** Every carrier with a vantage that is active or reported, ordered by id. */
  readonly reported: readonly CarrierEvidence[];
  readonly held: readonly CarrierEvidence[];
  /** A vantage whose vote may still come: nothing may end by this tick yet. */
  readonly waiting: boolean;
  /** Down whatever the vantages say that are still awaited. */
  readonly surelyDown: boolean;
  /** A vote was received in time. */
  readonly live: boolean;
};

/** Looks at single ticks of a stretch. */
export function windowOf(input: WindowInput): (tick: number) => TickView {
  const { rule } = input;
  const carriers = carriersOf(input.voters);
  const carrierOf = new Map(input.voters.map((voter) => [voter.vantage, voter.carrier]));
  const spoken = wordsOf(input, carrierOf);
  const byTick = Map.groupBy(
    [...spoken.values()].flat().filter((stored) => stored.sample.stepS === rule.stepS),
    (stored) => stored.sample.tick,
  );
  const views = new Map<number, TickView>();

  const look = (tick: number): TickView => {
    const votes = byTick.get(tick) ?? [];
    const of = (carrier: string) => votes.filter((vote) => carrierOf.get(vote.vantage) === carrier);
    const awaited = input.outstanding(tick);
    const reported: CarrierEvidence[] = [];
    const held: CarrierEvidence[] = [];
    const assumed: CarrierEvidence[] = [];
    for (const [carrier, vantages] of carriers) {
      const own = of(carrier);
      const active = vantages.filter((vantage) => vantage.active);
      if (own.length === 0 && active.length === 0) continue;
      const quiet = active.filter((voter) => own.every((vote) => vote.vantage !== voter.vantage));
      const words = quiet.flatMap((voter) => lastBefore(spoken.get(voter.vantage) ?? [], tick) ?? []);
      const missing = quiet.filter((voter) => awaited.has(voter.vantage)).length;
      reported.push(carrierAt(carrier, own, rule.alarm));
      held.push(carrierAt(carrier, [...own, ...words], rule.alarm));
      assumed.push(carrierAt(carrier, own, rule.alarm, missing));
    }
    return {
      tick,
      paused: isPaused(rule, tick),
      reported,
      held,
      waiting: awaited.size > 0 && !isPaused(rule, tick),
      surelyDown: serviceIs(assumed, rule.alarm.carriers, isDown) === true,
      live: votes.some((vote) => vote.live),
    };
  };
  return (tick) => {
    const known = views.get(tick);
    if (known) return known;
    const view = look(tick);
    views.set(tick, view);
    return view;
  };
}

function carriersOf(voters: readonly Voter[]): [string, Voter[]][] {
  return [...Map.groupBy(voters, (voter) => voter.carrier)].sort((a, b) => (a[0] < b[0] ? -1 : 1));
}

/** What each vantage said, oldest first. */
function wordsOf(input: WindowInput, carrierOf: ReadonlyMap<string, string>): ReadonlyMap<string, Vote[]> {
  const votes = input.samples.filter((stored) => carrierOf.has(stored.vantage) && hasVote(stored));
  const spoken = Map.groupBy(votes, (stored) => stored.vantage);
  for (const words of spoken.values()) words.sort((a, b) => a.sample.tick - b.sample.tick);
  return spoken;
}

/** The newest of ascending samples before a tick. */
function lastBefore(words: readonly Vote[], tick: number): Vote | undefined {
  let low = 0;
  let high = words.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((words[middle]?.sample.tick ?? tick) < tick) low = middle + 1;
    else high = middle;
  }
  return words[low - 1];
}
