/**
 * The samples an evaluator has read anyway -> times in which carriers were answered otherwise, and events to write.
 *
 * Pure. Called for every judged target that more than one carrier measures; the store is read for the record alone.
 */
import { groupOf } from "../../registry/url.ts";
import type { StoredSample } from "../../store/store.ts";
import type { AlteredEvent, Difference } from "../../wire/event.ts";
import type { Target } from "../../wire/target.ts";
import { isPaused } from "../../wire/target.ts";
import { lookBackTicks } from "../rules.ts";
import type { Voter } from "../window.ts";
import { compareCarriers, type Finding, type Findings } from "./compare.ts";
import { type Beside, neighboursAt } from "./neighbours.ts";
import { comparePortals } from "./portal.ts";
import { carriedAt, reconcileAltered } from "./record.ts";
import { begunBy, differingAt, type Look, replaySpans, type Span } from "./replay.ts";
import { type Witness, witnessOf } from "./witness.ts";

export type AlteredInput = {
  readonly target: Pick<Target, "id" | "url" | "stepS" | "alarm" | "pauses">;
  readonly voters: readonly Voter[];
  /** Every sample from reachTicks() before firstTick to lastTick; others are ignored. */
  readonly samples: readonly StoredSample[];
  /** Other targets, where one of the samples asks for them. */
  readonly beside: readonly Beside[];
  readonly recorded: readonly AlteredEvent[];
  readonly firstTick: number;
  readonly lastTick: number;
  readonly nowMs: number;
};

export type Altered = {
  /** To be stored; empty = the record says it all. */
  readonly events: readonly AlteredEvent[];
  /** What differs at a carrier at a tick, as far as it is believed; null = nothing. */
  readonly at: (tick: number, carrier: string) => readonly Difference[] | null;
};

/** How many ticks before the first one are needed: twice the look-back, so that each run in it is seen whole. */
export function reachTicks(target: Pick<Target, "alarm">): number {
  return 2 * lookBackTicks(target);
}

/** Replays from the look-back on: what is older stands in the record, and nothing that is decided later began before. */
export function judgeAltered(input: AlteredInput): Altered {
  const { target, voters, recorded, firstTick, lastTick, nowMs } = input;
  const { stepS, alarm } = target;
  const startTick = Math.max(0, firstTick - lookBackTicks(target) * stepS);
  const afterTick = startTick - stepS;
  const look = lookOf(input, firstTick - reachTicks(target) * stepS);
  const ticks: number[] = [];
  for (let tick = startTick; tick <= lastTick; tick += stepS) ticks.push(tick);
  const carriers = new Set([
    ...voters.map((voter) => voter.carrier),
    ...recorded.map((event) => event.carrier),
  ]);
  const spans = [...carriers].sort().flatMap((carrier) => {
    const event = carriedAt(recorded, carrier, afterTick);
    const carried = event && { fromS: event.atS, differs: carriedDiffers(event.differs, afterTick) };
    return replaySpans({ stepS, ticks: alarm.ticks }, look, carrier, carried, ticks);
  });
  const stretch = { target: target.id, afterTick, lastTick, nowMs };
  return {
    events: reconcileAltered(recorded, spans, stretch),
    at: (tick, carrier) => differsAt(spans, tick, carrier),
  };
}

function differsAt(spans: readonly Span[], tick: number, carrier: string): readonly Difference[] | null {
  const span = spans.find(
    (one) => one.carrier === carrier && one.fromS <= tick && (one.toS === null || tick < one.toS),
  );
  return span ? differingAt(span.differs, tick) : null;
}

/**
 * What begins or ends later is judged anew. Of a time that goes on although all of it is over, the last was not known
 * to be over yet: something that begins later took its place.
 */
function carriedDiffers(differs: readonly Difference[], tick: number): Difference[] {
  const still = new Map(differingAt(differs, tick).map((one) => [one.what, one]));
  const begun = begunBy(differs, tick);
  if (still.size > 0) return begun.map((one) => still.get(one.what) ?? one);
  const lastS = Math.max(...begun.map(({ toS = 0 }) => toS));
  return begun.map(({ toS, ...one }) => (toS === undefined || toS === lastS ? one : { ...one, toS }));
}

const NOTHING: Findings = new Map();

function lookOf({ target, voters, samples, beside }: AlteredInput, fromTick: number): Look {
  const voterOf = new Map(voters.map((voter) => [voter.vantage, voter]));
  const site = groupOf(target.url);
  const active = new Set(voters.filter((voter) => voter.active).map((voter) => voter.carrier));
  const byTick = Map.groupBy(
    samples.filter(({ sample }) => sample.tick >= fromTick && sample.stepS === target.stepS),
    ({ sample }) => sample.tick,
  );
  const known = new Map<number, ReadonlyMap<string, Findings>>();
  const witnessesAt = (tick: number): Witness[] =>
    (byTick.get(tick) ?? []).flatMap((stored) => witnessOf(stored, voterOf, target.url) ?? []);
  return (tick, carrier) => {
    if (isPaused(target, tick)) return "over";
    let findings = known.get(tick);
    if (findings === undefined) {
      const witnesses = witnessesAt(tick);
      const portals = comparePortals(witnesses, site, neighboursAt(beside, voterOf, tick));
      findings = withPortals(compareCarriers(witnesses), portals);
      known.set(tick, findings);
    }
    return findings.get(carrier) ?? (active.has(carrier) ? NOTHING : "over");
  };
}

function withPortals(
  findings: ReadonlyMap<string, Findings>,
  portals: ReadonlyMap<string, Finding>,
): ReadonlyMap<string, Findings> {
  return new Map(
    [...findings].map(([carrier, own]) => {
      const portal = portals.get(carrier);
      return [carrier, portal === undefined ? own : new Map([...own, ["portal", portal]])];
    }),
  );
}
