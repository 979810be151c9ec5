/**
 * A target with everything a query needs to know of it before it reads a number: which vantages of which carriers,
 * since when, until when, and when a missing tick counts as missing.
 */
import { seriesKey } from "../store/series.ts";
import type { Generation, SeriesKey } from "../store/store.ts";
import type { Carrier } from "../wire/carrier.ts";
import { spreadMsOf } from "../wire/spread.ts";
import type { Target } from "../wire/target.ts";
import { measuredFrom, type Vantage } from "../wire/vantage.ts";
import type { Schedule } from "./tick-states.ts";

/** Seconds a probe may take to ship what it measured before the absence of a sample counts. */
const SHIPPING_S = 30;

export type SubjectVantage = {
  readonly vantage: Vantage;
  /** It measures the target now, unless that is paused. */
  readonly active: boolean;
  /** From when and until when it was to measure; null = still. */
  readonly createdS: number;
  readonly endedS: number | null;
};

export type SubjectCarrier = { readonly carrier: string; readonly vantages: readonly SubjectVantage[] };

export type Subject = {
  readonly target: Target;
  readonly generations: readonly Generation[];
  /** In display order; those with a vantage that measures it or holds history of it. */
  readonly carriers: readonly SubjectCarrier[];
};

/**
 * The subject of a target.
 *
 * @param all Generations of this target as the store lists them; those of single addresses are left out.
 */
export function subjectOf(
  target: Target,
  all: readonly Generation[],
  vantages: readonly Vantage[],
  carriers: readonly Carrier[],
): Subject {
  const generations = all.filter(({ series }) => series.address === undefined);
  const involved = vantages.flatMap((vantage): SubjectVantage[] => {
    const active = vantage.revokedS === null && measuredFrom(target.from, vantage);
    const own = generations.filter((generation) => generation.series.vantage === vantage.id);
    if (!active && own.length === 0) return [];
    const createdS = Math.max(target.createdS, vantage.createdS);
    const lastS = Math.max(createdS, ...own.map((one) => one.lastTick + one.stepS));
    return [{ vantage, active, createdS, endedS: active ? null : (vantage.revokedS ?? lastS) }];
  });
  const order = [...carriers.map((carrier) => carrier.id), ...involved.map((one) => one.vantage.carrier)];
  const named = [...new Set(order)].map((carrier) => ({
    carrier,
    vantages: involved.filter((one) => one.vantage.carrier === carrier),
  }));
  return { target, generations, carriers: named.filter((one) => one.vantages.length > 0) };
}

/**
 * The subject of one address of a target: the vantages that hold a series of it, from its first sample on.
 *
 * @param gone Vantages at which it is no longer among the target's addresses: nothing is expected of those any more.
 */
export function addressSubjectOf(
  subject: Subject,
  own: readonly Generation[],
  gone: ReadonlySet<string>,
): Subject {
  const carriers = subject.carriers.map(({ carrier, vantages }) => ({
    carrier,
    vantages: vantages.flatMap((one): SubjectVantage[] => {
      const held = own.filter(({ series }) => series.vantage === one.vantage.id);
      if (held.length === 0) return [];
      const openedS = Math.min(...held.map(({ openedTick }) => openedTick));
      const lastS = Math.max(...held.map(({ lastTick, stepS }) => lastTick + stepS));
      const endedS = gone.has(one.vantage.id) ? lastS : one.endedS;
      return [{ ...one, createdS: Math.max(one.createdS, openedS), endedS }];
    }),
  }));
  return {
    target: subject.target,
    generations: own,
    carriers: carriers.filter(({ vantages }) => vantages.length > 0),
  };
}

/** Series of some vantages of a target; of one of its addresses where that is given. */
export function seriesOf(target: Target, carriers: readonly SubjectCarrier[], address?: string): SeriesKey[] {
  return carriers.flatMap((carrier) =>
    carrier.vantages.map(({ vantage }) => seriesKey(target.id, vantage.id, address)),
  );
}

/** When a tick of this carrier counts. */
export function scheduleOf(target: Target, carrier: SubjectCarrier, nowS: number): Schedule {
  const ends = carrier.vantages.map((one) => one.endedS);
  return {
    createdS: Math.min(...carrier.vantages.map((one) => one.createdS)),
    endedS: ends.includes(null) ? null : Math.max(...ends.map((end) => end ?? 0)),
    pauses: target.pauses,
    startS: startDelayS(target),
    graceS: target.timeouts.totalMs / 1000 + SHIPPING_S,
    nowS,
  };
}

/** Seconds from a tick to the start of its measurement. */
export function startDelayS(target: Pick<Target, "id" | "stepS" | "phaseS">): number {
  return target.phaseS + spreadMsOf(target.id, target.stepS) / 1000;
}

/** The next start after an instant, UTC ms. */
export function nextStartMs(target: Pick<Target, "id" | "stepS" | "phaseS">, nowMs: number): number {
  const delayMs = target.phaseS * 1000 + spreadMsOf(target.id, target.stepS);
  const stepMs = target.stepS * 1000;
  return (Math.floor((nowMs - delayMs) / stepMs) + 1) * stepMs + delayMs;
}
