/**
 * The newest samples of a target's vantages -> how each carrier is doing at this moment.
 *
 * Pure. A silent or skewed vantage has no vote; one whose newest sample is a step behind the others' still has.
 * Alarm lines are compared as the chart draws them: the mean of the carrier's vantages.
 */
import type { StoredSample } from "../store/store.ts";
import type { OverviewCell } from "../wire/api-overview.ts";
import type { Target } from "../wire/target.ts";
import { type Contact, SILENT_AFTER_MS, SKEW_LIMIT_MS } from "../wire/vantage.ts";
import { beyondLine } from "./line.ts";
import type { SubjectCarrier } from "./subject.ts";

export type CarrierNow = Pick<OverviewCell, "state" | "slow" | "silentSinceMs"> & {
  readonly latest: StoredSample | null;
};

/** What is known of the vantages now, by vantage id. */
export type Heard = {
  readonly latest: ReadonlyMap<string, StoredSample>;
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
  const rest = { latest, silentSinceMs, slow: false };
  if (active.length === 0) return { ...rest, state: "none", silentSinceMs: null };
  if (options.paused) return { ...rest, state: "paused" };
  if (!latest) return { ...rest, state: "waiting" };
  const votes = votesOf(samples, latest, target.stepS, heard, options.freshS);
  const state = stateOf(votes);
  return {
    ...rest,
    state,
    slow: state === "up" && beyondLine(carrier.carrier, votes, target.alarm) !== undefined,
  };
}

function newestOf(samples: readonly StoredSample[]): StoredSample | null {
  return samples.reduce<StoredSample | null>(
    (a, b) => (a === null || b.sample.tick > a.sample.tick ? b : a),
    null,
  );
}

/** When the last of the vantages was heard of; null while one of them is not silent, or none ever was heard. */
function silentSince(active: readonly string[], heard: Heard): number | null {
  const lastMs = active.flatMap((id) => heard.contacts.get(id)?.atMs ?? []);
  if (lastMs.length === 0) return null;
  const newestMs = Math.max(...lastMs);
  return heard.nowMs - newestMs >= SILENT_AFTER_MS ? newestMs : null;
}

function votesOf(
  samples: readonly StoredSample[],
  latest: StoredSample,
  stepS: number,
  heard: Heard,
  freshS: number,
): StoredSample[] {
  if (heard.nowMs > (latest.sample.tick + freshS) * 1000) return [];
  return samples.filter((stored) => {
    const contact = heard.contacts.get(stored.vantage);
    const silent = contact !== undefined && heard.nowMs - contact.atMs >= SILENT_AFTER_MS;
    const skewed = contact?.skewMs != null && Math.abs(contact.skewMs) > SKEW_LIMIT_MS;
    const recent = stored.sample.tick >= latest.sample.tick - stepS;
    return recent && !silent && !skewed && stored.sample.state !== "unknown";
  });
}

function stateOf(votes: readonly StoredSample[]): "up" | "down" | "suspect" | "unknown" {
  const count = (state: string) => votes.filter((vote) => vote.sample.state === state).length;
  if (votes.length === 0) return "unknown";
  if (count("down") * 2 >= votes.length) return "down";
  return count("up") === 0 ? "suspect" : "up";
}
