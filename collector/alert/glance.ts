/**
 * Targets at a glance: those at which nothing is wrong and nothing is on record are judged without reading a sample.
 *
 * It never decides what the rules decide: it only tells where they have nothing to say. No vote is down or beyond a
 * line, no answer can be an altered one, and no incident or altered answer on record touches the ticks the rules would
 * look at; then a replay ends as it began. Answers that came in the open are none that could be altered while all
 * vantages were given the same. All others are judged in full (evaluate.ts).
 */

import { limitOf } from "../query/line.ts";
import type { Outlines } from "../store/outline.ts";
import { OUTLINE_STATES } from "../store/outline.ts";
import type { Store } from "../store/store.ts";
import { METRICS } from "../wire/metric.ts";
import { isPaused, type Target } from "../wire/target.ts";
import { SKEW_LIMIT_MS } from "../wire/vantage.ts";
import { isInTheOpen } from "./altered/alike.ts";
import { comparesCarriers } from "./altered/evidence.ts";
import { reachTicks } from "./altered/judge.ts";
import { plainness } from "./altered/plainness.ts";
import type { Evaluated, News } from "./evaluate.ts";
import type { Facts } from "./facts.ts";
import { lookBackTicks } from "./rules.ts";
import { canStillVote, deadlineMs, votersOf } from "./timing.ts";
import type { Voter } from "./window.ts";

export type Glanced = { readonly target: Target; readonly news: News };

type GlanceStore = {
  readonly samples: Pick<Store["samples"], "outlines">;
  readonly incidents: Pick<Store["incidents"], "touching">;
  readonly events: Pick<Store["events"], "alteredAfter">;
};

/** One target and the ticks that the rules would look at because of its news. */
type Stretch = {
  readonly target: Target;
  readonly voters: ReadonlyMap<string, Voter>;
  readonly compared: boolean;
  readonly firstTick: number;
  /** First tick whose samples count. */
  readonly fromTick: number;
  /** Where news that changed nothing is over. */
  readonly toTick: number;
  /** Alarm lines by place of the metric, of each carrier. */
  readonly lines: ReadonlyMap<string, readonly (number | null)[]> | null;
};

const FINE: Evaluated = { waiting: null, stored: [], events: [] };
const [DOWN, UNKNOWN] = [OUTLINE_STATES.indexOf("down"), OUTLINE_STATES.indexOf("unknown")];
const M = METRICS.length;

/**
 * @param asked Each target once.
 * @returns For each what judging it in full would return, or null = it has to be judged in full.
 */
export async function glance(
  store: GlanceStore,
  asked: readonly Glanced[],
  facts: Facts,
): Promise<(Evaluated | null)[]> {
  const stretches = asked.map((one) => stretchOf(one, facts));
  const looked = stretches.filter((one) => one !== null);
  if (looked.length === 0) return asked.map(() => null);
  const ids = looked.map(({ target }) => target.id);
  const least = (of: (one: Stretch) => number) => Math.max(0, Math.min(...looked.map(of)));
  // The record first: what is stored meanwhile by another evaluator is of samples that are read here too.
  const [onRecord, altered] = await Promise.all([
    store.incidents.touching(
      ids,
      least(({ target, firstTick }) => firstTick - spanS(target)),
    ),
    store.events.alteredAfter(
      ids,
      least(({ target, firstTick }) => firstTick - spanS(target) - target.stepS),
    ),
  ]);
  const told = new Set([...onRecord, ...altered]);
  const doubtless = looked.filter(({ target }) => !told.has(target.id));
  const outlines = await store.samples.outlines(
    doubtless.map(({ target, compared, fromTick, toTick, lines }) => ({
      target: target.id,
      fromS: fromTick,
      toS: toTick,
      values: lines !== null,
      answers: compared && isInTheOpen(target.url),
    })),
  );
  const series = seriesOf(outlines, doubtless.length);
  const found = new Map(
    doubtless.map((one, i) => [one, look(one, outlines, series[i] ?? [], facts)] as const),
  );
  return stretches.map((one) => (one === null ? null : (found.get(one) ?? null)));
}

/** What the rules look back. */
function spanS(target: Target): number {
  return lookBackTicks(target) * target.stepS;
}

function stretchOf({ target, news }: Glanced, facts: Facts): Stretch | null {
  if (isPaused(target, Math.floor(facts.nowMs / 1000))) return null;
  const voters = votersOf(target, facts.vantages);
  const compared = comparesCarriers(voters);
  const { stepS } = target;
  const firstTick = Math.floor(news.fromTick / stepS) * stepS;
  const back = compared ? reachTicks(target) : lookBackTicks(target);
  return {
    target,
    voters: new Map(voters.map((voter) => [voter.vantage, voter])),
    compared,
    firstTick,
    fromTick: Math.max(0, firstTick - back * stepS),
    toTick: news.toTick + 2 * spanS(target),
    lines: linesOf(target, voters),
  };
}

function linesOf({ alarm }: Target, voters: readonly Voter[]): Stretch["lines"] {
  if (Object.keys(alarm.lines).length === 0) return null;
  const carriers = new Set(voters.map(({ carrier }) => carrier));
  return new Map(
    [...carriers].map((carrier) => [carrier, METRICS.map((metric) => limitOf(metric, carrier, alarm))]),
  );
}

/** A series of outlines: its place, and where its samples are. */
type Part = { readonly at: number; readonly from: number; readonly to: number };

function seriesOf({ series }: Outlines, asked: number): Part[][] {
  const parts: Part[][] = Array.from({ length: asked }, () => []);
  let from = 0;
  for (let at = 0; at < series.ends.length; at += 1) {
    const to = series.ends[at] ?? from;
    parts[series.asked[at] ?? 0]?.push({ at, from, to });
    from = to;
  }
  return parts;
}

function look(stretch: Stretch, outlines: Outlines, parts: readonly Part[], facts: Facts): Evaluated | null {
  const own = parts.filter(({ at }) => stretch.voters.has(outlines.series.vantages[at] ?? ""));
  const endTick = newestTick(stretch, outlines, own);
  if (endTick === null || endTick < stretch.firstTick) return null;
  const isPlain = stretch.compared ? plainness(stretch.target.url, outlines) : () => true;
  if (!own.every((part) => isFine(stretch, outlines, part, isPlain))) return null;
  const lastTick = Math.min(stretch.toTick, endTick);
  const { target, firstTick } = stretch;
  if (facts.nowMs >= deadlineMs(target, lastTick)) return FINE;
  const tick = firstAwaited(stretch, lastTick, spokenIn(outlines, own, firstTick), facts);
  return tick === null ? FINE : { ...FINE, waiting: { tick, untilMs: deadlineMs(target, tick) } };
}

/** Of the vantages whose newest sample is of the target's step; null = there is none. */
function newestTick({ target }: Stretch, { series }: Outlines, own: readonly Part[]): number | null {
  const newest = new Map<string, { tick: number; stepS: number }>();
  for (const { at } of own) {
    const vantage = series.vantages[at] ?? "";
    const tick = series.lastTicks[at] ?? 0;
    if (tick > (newest.get(vantage)?.tick ?? -1))
      newest.set(vantage, { tick, stepS: series.stepsS[at] ?? 0 });
  }
  let found: number | null = null;
  for (const { tick, stepS } of newest.values())
    if (stepS === target.stepS) found = Math.max(found ?? tick, tick);
  return found;
}

/** Whether no sample of a series has anything to say against its target or its carrier. */
function isFine(
  stretch: Stretch,
  outlines: Outlines,
  { at, from, to }: Part,
  isPlain: (i: number) => boolean,
): boolean {
  const { target, voters, lines } = stretch;
  const { series, states, skewsMs } = outlines;
  if (series.stepsS[at] !== target.stepS) return true;
  const limits = lines?.get(voters.get(series.vantages[at] ?? "")?.carrier ?? "") ?? null;
  for (let i = from; i < to; i += 1) {
    // Not to be believed: it has no vote, and is no witness.
    if (Math.abs(skewsMs[i] ?? 0) > SKEW_LIMIT_MS) continue;
    if (isBadState(states[i]) || isBeyond(outlines, i, limits) || !isPlain(i)) return false;
  }
  return true;
}

/** One that is unknown may still say what a name was resolved to. */
function isBadState(state: number | undefined): boolean {
  return state === DOWN || state === UNKNOWN;
}

/** Whether any value is beyond its line: then the mean of a carrier may be. */
function isBeyond(
  { present, values }: Outlines,
  i: number,
  limits: readonly (number | null)[] | null,
): boolean {
  if (limits === null) return false;
  for (let m = 0; m < M; m += 1) {
    const limit = limits[m] ?? null;
    if (limit === null || !(((present[i] ?? 0) >> m) & 1)) continue;
    const value = values[i * M + m] ?? 0;
    if (METRICS[m] === "speed" ? value < limit : value / 1000 > limit) return true;
  }
  return false;
}

/** Ticks at which each vantage said anything, from one on. */
function spokenIn(
  { series, ticks }: Outlines,
  own: readonly Part[],
  firstTick: number,
): ReadonlyMap<string, ReadonlySet<number>> {
  const spoken = new Map<string, Set<number>>();
  for (const { at, from, to } of own) {
    const vantage = series.vantages[at] ?? "";
    const said = spoken.get(vantage) ?? new Set<number>();
    spoken.set(vantage, said);
    for (const tick of ticks.subarray(from, to)) if (tick >= firstTick) said.add(tick);
  }
  return spoken;
}

/** The first tick whose votes are not all in while they may still come; null = there is none. */
function firstAwaited(
  { target, voters, firstTick }: Stretch,
  lastTick: number,
  spoken: ReadonlyMap<string, ReadonlySet<number>>,
  facts: Facts,
): number | null {
  const able = [...voters.values()].filter((voter) => canStillVote(voter, facts));
  for (let tick = firstTick; tick <= lastTick; tick += target.stepS) {
    if (facts.nowMs >= deadlineMs(target, tick) || isPaused(target, tick)) continue;
    if (able.some(({ vantage }) => spoken.get(vantage)?.has(tick) !== true)) return tick;
  }
  return null;
}
