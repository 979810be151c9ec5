/**
 * The rules of alarm: what is believed of a target after each tick, and when that changes.
 *
 * A belief turns on when m known ticks running say so, and off when m known ticks running say the opposite. UNKNOWN
 * ticks do neither; they are skipped, but a run must fit into 2 m ticks, so that none reaches across a long silence.
 * That makes a belief a function of the one before and of a short window: a replay from anywhere agrees. Pure.
 */
import type { Belief, CarrierEvidence, IncidentClass } from "../wire/incident.ts";
import { isBad, isDown, serviceIs } from "./vote.ts";
import type { Rule, TickView } from "./window.ts";

export const NO_BELIEF: Belief = { down: false, most: false, failing: [], bad: [] };

/** One tick at which the belief changed. */
export type Change = {
  readonly tick: number;
  readonly belief: Belief;
  /** First tick of the earliest run that turned something on; null = nothing was turned on. */
  readonly onsetS: number | null;
  /** First tick of the latest run that turned something off; null = nothing was turned off. */
  readonly easedS: number | null;
  readonly evidence: readonly CarrierEvidence[];
  readonly reason?: "paused" | "unwatched";
};

export type Replay = {
  readonly changes: readonly Change[];
  /** After the last tick that could be judged. */
  readonly belief: Belief;
  /** The first tick that has to wait for votes; null = all were judged. */
  readonly waitingAt: number | null;
};

/** How many ticks before one the rules look at. */
export function lookBackTicks(rule: Pick<Rule, "alarm">): number {
  return 2 * rule.alarm.ticks;
}

/** The class of a belief; null = no incident. */
export function classOf(belief: Belief): IncidentClass | null {
  if (belief.down) return "down";
  if (belief.failing.length > 0) return "degraded";
  if (belief.most) return "slow";
  return belief.bad.length > 0 ? "degraded" : null;
}

/** Whether two beliefs are the same. */
export function sameBelief(a: Belief, b: Belief): boolean {
  return (
    a.down === b.down &&
    a.most === b.most &&
    a.failing.join() === b.failing.join() &&
    a.bad.join() === b.bad.join()
  );
}

/** Above 0 when `a` is worse than `b`: down, then carriers that fail, then most slow, then carriers beyond the line. */
export function compareBeliefs(a: Belief, b: Belief): number {
  return (
    Number(a.down) - Number(b.down) ||
    a.failing.length - b.failing.length ||
    Number(a.most) - Number(b.most) ||
    a.bad.length - b.bad.length
  );
}

/**
 * Judges ticks one after another.
 *
 * @param from What is believed before the first tick.
 * @param ticks Ascending, a step apart.
 * @returns Every change, up to the first tick whose votes have to be waited for. A tick that is down whatever
 *   the missing votes say is judged at once when the service was believed up.
 */
export function replay(
  rule: Rule,
  look: (tick: number) => TickView,
  from: Belief,
  ticks: readonly number[],
): Replay {
  const changes: Change[] = [];
  let belief = from;
  for (const tick of ticks) {
    const view = look(tick);
    if (view.waiting && (belief.down || !view.surelyDown)) return { changes, belief, waitingAt: tick };
    const change = judge(rule, look, belief, view);
    if (change) {
      changes.push(change);
      belief = change.belief;
    }
  }
  return { changes, belief, waitingAt: null };
}

/** One tick: the change it makes, or null. */
export function judge(
  rule: Rule,
  look: (tick: number) => TickView,
  before: Belief,
  view: TickView,
): Change | null {
  if (view.paused || view.held.length === 0) {
    if (classOf(before) === null) return null;
    const reason = view.paused ? "paused" : "unwatched";
    return { tick: view.tick, belief: NO_BELIEF, onsetS: null, easedS: view.tick, evidence: [], reason };
  }
  const turns: Turns = { onsetS: null, easedS: null };
  const run = (value: (view: TickView) => boolean | null, want: boolean) =>
    runStart(rule, look, view.tick, value, want);
  const turn = (on: boolean, now: Reading, held: Reading): boolean => {
    const start = on ? run(held, false) : run(now, true);
    if (start === null) return on;
    if (on) turns.easedS = Math.max(turns.easedS ?? start, start);
    else turns.onsetS = Math.min(turns.onsetS ?? start, start);
    return !on;
  };
  const ofService = (test: typeof isDown, on: boolean, believed: readonly string[]) =>
    turn(
      on,
      (at) => serviceIs(at.reported, rule.alarm.carriers, test),
      (at) =>
        someoneReports(at)
          ? serviceIs(at.held, rule.alarm.carriers, (entry) => test(entry) ?? wordOf(entry, believed))
          : null,
    );
  const ofCarriers = (test: typeof isDown, believed: readonly string[]) =>
    view.reported
      .map((entry) => entry.carrier)
      .filter((carrier) =>
        turn(
          believed.includes(carrier),
          (at) => answerOf(at.reported, carrier, test),
          (at) => (answerOf(at.reported, carrier, test) === null ? null : answerOf(at.held, carrier, test)),
        ),
      );
  const belief: Belief = {
    down: ofService(isDown, before.down, before.failing),
    most: ofService(isBad, before.most, before.bad),
    failing: ofCarriers(isDown, before.failing),
    bad: ofCarriers(isBad, before.bad),
  };
  if (sameBelief(belief, before)) return null;
  return { tick: view.tick, belief, ...turns, evidence: view.reported };
}

type Reading = (view: TickView) => boolean | null;
type Turns = { onsetS: number | null; easedS: number | null };

/** First tick of the run of m known ticks that ends at a tick and reads `want`; null = there is none. */
function runStart(
  rule: Rule,
  look: (tick: number) => TickView,
  lastTick: number,
  value: Reading,
  want: boolean,
): number | null {
  let n = 0;
  for (let i = 0; i < lookBackTicks(rule); i += 1) {
    const view = look(lastTick - i * rule.stepS);
    const read = view.paused ? !want : value(view);
    if (read === null && i > 0) continue;
    if (read !== want) return null;
    n += 1;
    if (n === rule.alarm.ticks) return view.tick;
  }
  return null;
}

/** A carrier that was believed bad and has no last word any more still counts as bad; any other has no say. */
function wordOf(entry: CarrierEvidence, believed: readonly string[]): true | null {
  return believed.includes(entry.carrier) ? true : null;
}

function someoneReports(view: TickView): boolean {
  return view.reported.some((entry) => entry.reporting > 0);
}

function answerOf(
  states: readonly CarrierEvidence[],
  carrier: string,
  test: (evidence: CarrierEvidence) => boolean | null,
): boolean | null {
  const entry = states.find((state) => state.carrier === carrier);
  return entry ? test(entry) : null;
}
