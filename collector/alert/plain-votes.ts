/**
 * What the rules look at, read in columns: for a target where something fails, and nothing is there to be compared.
 *
 * A carrier that is down for an hour is down at every target at once, and whole samples cost ten times as much. Only
 * where details can tell one carrier's answers from the others', or a line is drawn at a phase that failed samples
 * reach, are they read (evaluate.ts). Next stop: window.ts.
 */
import { OUTLINE_STATES, type Outlines } from "../store/outline.ts";
import type { Store } from "../store/store.ts";
import { METRICS, PHASES } from "../wire/metric.ts";
import type { Timings } from "../wire/sample.ts";
import type { Target } from "../wire/target.ts";
import { SKEW_LIMIT_MS } from "../wire/vantage.ts";
import { plainness } from "./altered/plainness.ts";
import type { Said } from "./altered/sealed.ts";
import type { Vote } from "./vote.ts";
import type { Voter } from "./window.ts";

const M = METRICS.length;
const DOWN = OUTLINE_STATES.indexOf("down");
const NO_TIMINGS = Object.fromEntries(METRICS.map((metric) => [metric, null])) as Timings;

export type Stretch = {
  readonly target: Pick<Target, "id" | "url" | "stepS" | "alarm">;
  readonly voters: readonly Voter[];
  /** More than one carrier measures it, so that answers have to be compared. */
  readonly compared: boolean;
  /** Ascending, a step apart. */
  readonly ticks: readonly number[];
};

/** @returns As Samples.states, of those at the ticks; null = whole samples have to be read. */
export async function plainVotes(
  samples: Pick<Store["samples"], "outlines">,
  stretch: Stretch,
): Promise<Vote[] | null> {
  const { target, compared, ticks } = stretch;
  const [fromS, toS] = [ticks[0], ticks.at(-1)];
  if (fromS === undefined || toS === undefined) return null;
  const outlines = await samples.outlines([
    { target: target.id, fromS, toS, values: true, answers: compared },
  ]);
  return votesIn(outlines, stretch, fromS);
}

function votesIn(outlines: Outlines, stretch: Stretch, firstTick: number): Vote[] | null {
  const { target } = stretch;
  const { series, ticks } = outlines;
  const isTold = telling(outlines, stretch);
  const voteAt = voting(outlines);
  const votes: Vote[] = [];
  let from = 0;
  for (const [at, to] of series.ends.entries()) {
    const vantage = series.vantages[at] ?? "";
    const stepS = series.stepsS[at] ?? 0;
    for (let i = from; i < to; i += 1) {
      // A series of another step has ticks between those that are judged.
      if (((ticks[i] ?? 0) - firstTick) % target.stepS !== 0) continue;
      if (!isTold(i, vantage, stepS)) return null;
      votes.push(voteAt(i, vantage, stepS));
    }
    from = to;
  }
  return votes;
}

/** Whether an entry is told by its outline; each is asked of once. */
function telling(
  outlines: Outlines,
  { target, voters, compared }: Stretch,
): (i: number, vantage: string, stepS: number) => boolean {
  const { states, skewsMs } = outlines;
  const own = new Set(voters.map((voter) => voter.vantage));
  const isPlain = compared ? plainness(target.url, outlines) : () => true;
  // What a failed sample's phases took stands in it alone.
  const needsPhases = PHASES.some((phase) => target.alarm.lines[phase] !== undefined);
  return (i, vantage, stepS) => {
    if (needsPhases && states[i] === DOWN) return false;
    const isWitness =
      own.has(vantage) && stepS === target.stepS && !(Math.abs(skewsMs[i] ?? 0) > SKEW_LIMIT_MS);
    return !isWitness || isPlain(i);
  };
}

/** Reads entries one after another. */
function voting(outlines: Outlines): (i: number, vantage: string, stepS: number) => Vote {
  const { ticks, states, skewsMs, lives, said, texts, present, values } = outlines;
  const failures = new Map<number, Said["f"]>();
  const failureOf = (text: number): Said["f"] => {
    if (!failures.has(text)) failures.set(text, (JSON.parse(texts[text] ?? "{}") as Said).f);
    return failures.get(text);
  };
  const timingsAt = (i: number): Timings => {
    const bits = present[i] ?? 0;
    if (bits === 0) return NO_TIMINGS;
    const value = (m: number): number | null => ((bits >> m) & 1 ? (values[i * M + m] ?? 0) : null);
    return {
      dns: value(0),
      connect: value(1),
      tls: value(2),
      wait: value(3),
      transfer: value(4),
      ttfb: value(5),
      total: value(6),
      speed: value(7),
    };
  };
  return (i, vantage, stepS) => {
    const state = OUTLINE_STATES[states[i] ?? 0] ?? "unknown";
    const skewMs = skewsMs[i] ?? Number.NaN;
    const failure = state === "down" ? failureOf(said[i] ?? 0) : undefined;
    return {
      vantage,
      skewMs: Number.isNaN(skewMs) ? null : skewMs,
      live: lives[i] === 1,
      sample: { tick: ticks[i] ?? 0, stepS, state, timings: timingsAt(i), ...(failure ? { failure } : {}) },
    };
  };
}
