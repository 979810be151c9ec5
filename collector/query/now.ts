/**
 * The newest ticks of a target's vantages -> how each carrier is doing at this moment.
 *
 * Pure. A silent or skewed vantage has no vote; one whose newest sample is a step behind the others' still has.
 * Alarm lines are compared as the chart draws them: the mean of the carrier's vantages.
 */
import { type Pdps, pdpsOf } from "../archive/pdp.ts";
import type { StoredSample } from "../store/store.ts";
import type { TargetCell } from "../wire/api-overview.ts";
import type { State } from "../wire/sample.ts";
import type { Target } from "../wire/target.ts";
import { type Contact, SILENT_AFTER_MS, SKEW_LIMIT_MS } from "../wire/vantage.ts";
import { beyondLine } from "./line.ts";
import type { SubjectCarrier } from "./subject.ts";

/** The newest tick of a series: what is archived of it, and the sample itself where its details are wanted. */
export type NewestTick = {
  readonly vantage: string;
  readonly tick: number;
  readonly state: State;
  readonly pdps: Pdps;
  readonly sample: StoredSample | null;
};

export type CarrierNow = Pick<TargetCell, "state" | "slow" | "silentSinceMs"> & {
  /** The newest; of several the first. */
  readonly latest: NewestTick | null;
  /** What stands for the state: the newest of those that are as the carrier is, else the newest. */
  readonly shown: NewestTick | null;
};

/** What is known of the vantages now, by vantage id. */
export type Heard = {
  readonly latest: ReadonlyMap<string, NewestTick>;
  readonly contacts: ReadonlyMap<string, Contact>;
  readonly nowMs: number;
};

/**
 * One carrier's cell, without its history.
 *
 * @param paused Whether the target is: then nobody votes, but the newest sample is still shown.
 * @param freshS Seconds after its tick for which a sample speaks for now.
 */
export function carrierNow(
  target: Pick<Target, "alarm" | "stepS">,
  carrier: SubjectCarrier,
  heard: Heard,
  options: { readonly paused: boolean; readonly freshS: number },
): CarrierNow {
  const active = carrier.vantages.filter((one) => one.active).map((one) => one.vantage.id);
  const samples = active.flatMap((id) => heard.latest.get(id) ?? []);
  const latest = newestOf(samples);
  const silentSinceMs = silentSince(active, heard);
  const rest = { latest, shown: latest, silentSinceMs, slow: false };
  if (active.length === 0) return { ...rest, state: "none", silentSinceMs: null };
  if (options.paused) return { ...rest, state: "paused" };
  if (!latest) return { ...rest, state: "waiting" };
  const votes = votesOf(samples, latest, target.stepS, heard, options.freshS);
  const state = stateOf(votes);
  const values = votes.map((vote) => vote.pdps);
  return {
    ...rest,
    state,
    shown: newestOf(votes.filter((vote) => vote.state === state)) ?? latest,
    slow: state === "up" && beyondLine(carrier.carrier, values, target.alarm) !== undefined,
  };
}

/** A sample with its details as the newest tick. */
export function newestTickOf(stored: StoredSample): NewestTick {
  const { vantage, sample } = stored;
  return { vantage, tick: sample.tick, state: sample.state, pdps: pdpsOf(sample), sample: stored };
}

function newestOf(samples: readonly NewestTick[]): NewestTick | null {
  return samples.reduce<NewestTick | null>((a, b) => (a === null || b.tick > a.tick ? b : a), null);
}

/** When the last of the vantages was heard of; null while one of them is not silent, or none ever was heard. */
function silentSince(active: readonly string[], heard: Heard): number | null {
  const lastMs = active.flatMap((id) => heard.contacts.get(id)?.atMs ?? []);
  if (lastMs.length === 0) return null;
  const newestMs = Math.max(...lastMs);
  return heard.nowMs - newestMs >= SILENT_AFTER_MS ? newestMs : null;
}

function votesOf(
  samples: readonly NewestTick[],
  latest: NewestTick,
  stepS: number,
  heard: Heard,
  freshS: number,
): NewestTick[] {
  if (heard.nowMs > (latest.tick + freshS) * 1000) return [];
  return samples.filter((stored) => {
    const contact = heard.contacts.get(stored.vantage);
    const silent = contact !== undefined && heard.nowMs - contact.atMs >= SILENT_AFTER_MS;
    const skewed = contact?.skewMs != null && Math.abs(contact.skewMs) > SKEW_LIMIT_MS;
    const recent = stored.tick >= latest.tick - stepS;
    return recent && !silent && !skewed && stored.state !== "unknown";
  });
}

function stateOf(votes: readonly NewestTick[]): "up" | "down" | "suspect" | "unknown" {
  const count = (state: string) => votes.filter((vote) => vote.state === state).length;
  if (votes.length === 0) return "unknown";
  if (count("down") * 2 >= votes.length) return "down";
  return count("up") === 0 ? "suspect" : "up";
}
