/** When a tick can be judged: who may still vote, until when they are waited for, and how long telling is news. */
import type { StoredSample } from "../store/store.ts";
import { spreadMsOf } from "../wire/spread.ts";
import { isPaused, type Target } from "../wire/target.ts";
import { measuredFrom, SILENT_AFTER_MS, SKEW_LIMIT_MS, type Vantage } from "../wire/vantage.ts";
import type { Facts } from "./facts.ts";
import type { Voter } from "./window.ts";

/** Beyond the target's own timeout: shipping, and a collector that is busy. */
export const GRACE_MS = 20_000;

/** Until when a tick's missing votes are waited for, UTC ms by the collector's clock. */
export function deadlineMs(
  target: Pick<Target, "id" | "stepS" | "phaseS" | "createdS" | "timeouts">,
  tick: number,
): number {
  const { stepS, phaseS, createdS } = target;
  // A new target is measured at once, which fills the tick under way; nobody measured it at those before.
  const isExpected = tick + stepS > createdS;
  const startMs = Math.max(tick + phaseS, isExpected ? createdS : 0) * 1000;
  return startMs + spreadMsOf(target.id, stepS) + target.timeouts.totalMs + GRACE_MS;
}

/** Whether telling of a tick is still news: within the live window, and the time it takes to judge. */
export function isRecent(target: Pick<Target, "stepS" | "timeouts">, tick: number, nowMs: number): boolean {
  const liveMs = Math.max(2 * target.stepS, 120) * 1000;
  return nowMs - tick * 1000 <= liveMs + target.timeouts.totalMs + GRACE_MS;
}

/** Every vantage with its carrier; those that do not measure the target now keep the votes they cast. */
export function votersOf(target: Pick<Target, "from">, vantages: readonly Vantage[]): Voter[] {
  return vantages.map((vantage) => ({
    vantage: vantage.id,
    carrier: vantage.carrier,
    active: vantage.revokedS === null && measuredFrom(target.from, vantage),
  }));
}

/** Measures the target, in contact, with a clock that can be believed. */
export function canStillVote(voter: Voter, facts: Facts): boolean {
  const contact = facts.contacts.get(voter.vantage);
  if (!voter.active || !contact) return false;
  if (contact.skewMs !== null && Math.abs(contact.skewMs) > SKEW_LIMIT_MS) return false;
  return facts.nowMs - contact.atMs < SILENT_AFTER_MS;
}

/** The newest tick with a sample, or the first of a pause that is on; null = nothing to judge. */
export function newestTick(
  target: Pick<Target, "pauses" | "stepS">,
  latest: readonly StoredSample[],
  nowMs: number,
): number | null {
  const ticks = latest.map((stored) => stored.sample.tick);
  const on = isPaused(target, Math.floor(nowMs / 1000));
  const pause = on ? target.pauses.findLast((entry) => entry.toS === null) : undefined;
  if (pause) ticks.push(Math.ceil(pause.fromS / target.stepS) * target.stepS);
  return ticks.length === 0 ? null : Math.max(...ticks);
}
