/**
 * One tick of one target: samples of its vantages -> the state of each carrier.
 *
 * A vantage without a sample, or whose clock is off by more than SKEW_LIMIT_MS, has no vote. The majority of the
 * votes is the carrier's state, a tie is down, none is UNKNOWN; suspect counts as up. Pure; next stop: rules.ts.
 */

import { pdpsOf } from "../archive/pdp.ts";
import { beyondLine, meanTotalUs } from "../query/line.ts";
import type { StoredSample } from "../store/store.ts";
import type { CarrierEvidence } from "../wire/incident.ts";
import type { Failure, Sample } from "../wire/sample.ts";
import type { Alarm } from "../wire/target.ts";
import { SKEW_LIMIT_MS } from "../wire/vantage.ts";

/** What the rules look at of a sample. */
export type Vote = Pick<StoredSample, "vantage" | "skewMs" | "live"> & {
  readonly sample: Pick<Sample, "tick" | "stepS" | "state" | "timings"> & {
    readonly failure?: Pick<Failure, "phase" | "cause" | "source"> | undefined;
  };
};

/** Whether a sample has a vote: somebody measured, by a clock that can be believed. */
export function hasVote(stored: Vote): boolean {
  return (
    stored.sample.state !== "unknown" && (stored.skewMs === null || Math.abs(stored.skewMs) <= SKEW_LIMIT_MS)
  );
}

/**
 * The state of one carrier at one tick.
 *
 * @param votes Samples that have a vote, one per vantage of the carrier.
 * @param assumedFine Votes not in yet that are taken as up: what a waiting evaluator may already be sure of.
 * @returns State and evidence; `state` unknown and `reporting` 0 when nobody voted.
 */
export function carrierAt(
  carrier: string,
  votes: readonly Vote[],
  alarm: Pick<Alarm, "lines">,
  assumedFine = 0,
): CarrierEvidence {
  const values = votes.map((vote) => pdpsOf(vote.sample));
  const failed = votes.filter((vote) => vote.sample.state === "down");
  const reporting = votes.length + assumedFine;
  const evidence = { carrier, totalUs: meanTotalUs(values), reporting, down: failed.length };
  if (reporting === 0) return { ...evidence, state: "unknown" };
  if (failed.length * 2 >= reporting) {
    const failure = commonest(failed);
    return { ...evidence, state: "down", ...(failure ? { failure } : {}) };
  }
  const beyond = beyondLine(carrier, values, alarm);
  const measured = assumedFine > 0 || votes.some((vote) => vote.sample.state === "up");
  return { ...evidence, state: measured ? "up" : "suspect", ...(beyond ? { beyond } : {}) };
}

/** Whether a carrier fails or is beyond its line; null = it does not report. */
export function isBad(evidence: CarrierEvidence): boolean | null {
  if (evidence.state === "unknown") return null;
  return evidence.state === "down" || evidence.beyond !== undefined;
}

/** Whether a carrier fails; null = it does not report. */
export function isDown(evidence: CarrierEvidence): boolean | null {
  return evidence.state === "unknown" ? null : evidence.state === "down";
}

/**
 * How many of the carriers that report it takes.
 *
 * @param wanted "majority" = more than half; a number never asks for more carriers than report.
 */
export function quorum(wanted: Alarm["carriers"], reporting: number): number {
  return wanted === "majority" ? Math.floor(reporting / 2) + 1 : Math.min(wanted, reporting);
}

/**
 * Carriers to service: whether as many as the rule asks for are in a state.
 *
 * @returns null = no carrier reports.
 */
export function serviceIs(
  states: readonly CarrierEvidence[],
  wanted: Alarm["carriers"],
  test: (evidence: CarrierEvidence) => boolean | null,
): boolean | null {
  const answers = states.map(test).filter((answer) => answer !== null);
  if (answers.length === 0) return null;
  return answers.filter(Boolean).length >= quorum(wanted, answers.length);
}

type Counted = { readonly failure: NonNullable<Vote["sample"]["failure"]>; readonly n: number };

/** The failure most vantages report; of equals the first in the order of vantage ids. */
function commonest(failed: readonly Vote[]): CarrierEvidence["failure"] {
  const counts = new Map<string, Counted>();
  for (const vote of [...failed].sort((a, b) => (a.vantage < b.vantage ? -1 : 1))) {
    const { failure } = vote.sample;
    if (!failure) continue;
    const key = `${failure.phase}/${failure.cause}/${failure.source}`;
    counts.set(key, { failure, n: (counts.get(key)?.n ?? 0) + 1 });
  }
  const best = [...counts.values()].reduce<Counted | null>(
    (found, entry) => (found === null || entry.n > found.n ? entry : found),
    null,
  );
  if (best === null) return undefined;
  const { phase, cause, source } = best.failure;
  return { phase, cause, source };
}
