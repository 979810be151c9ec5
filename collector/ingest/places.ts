/**
 * Which addresses of a target have a series: so many places, given on sight, taken back only from the long unseen.
 *
 * Pure, by the ticks of the samples alone, so that a backlog decides as live samples did. An address that goes round
 * with others (a CDN's) neither loses its place to them nor is said to be gone each time it is not among the answers.
 */
import type { AddressBook } from "../wire/api-addresses.ts";

type Mutable<T> = { -readonly [K in keyof T]: T[K] };
type Live = Mutable<AddressBook["live"][number]>;

/** A book that is being written, and what only this process knows of it. */
export type Places = {
  readonly live: Live[];
  readonly leaving: AddressBook["leaving"];
  readonly other: Mutable<AddressBook["other"]>;
  /** The newest tick, and who was seen at it. */
  openTick: number;
  readonly seen: Set<string>;
  /** Ticks running for which an address was not seen. */
  readonly missed: Map<string, number>;
  /** Whether the book differs from what is stored. */
  changed: boolean;
};

/** At a tick these came, or were missing from then on. */
export type Change = { readonly atS: number; readonly added: string[]; readonly gone: string[] };

/** What a sample says of its address. */
export type Sighting = { readonly address: string; readonly tick: number; readonly stepS: number };

/** An address unseen for as long gives its place to any new one. Shorter, and those that go round would drive each other out. */
export const UNSEEN_S = 86_400;
/** One that is gone gives it sooner, to one that was seen at every tick for as long: nothing that goes round is. */
export const STEADY_S = 3_600;
/** An address is gone when it was missing for more ticks running than this, and than four times what it was before. */
const MISSED_LEAST = 2;
const MISSED_FACTOR = 4;
/** Missing for at most so many ticks and back again is going round. */
const LEARNED_MOST = 24;
const OTHERS_NAMED = 32;

/** @param lastSeen Newest tick of each address that has a series, where that is later than the book says. */
export function placesOf(book: AddressBook | null, lastSeen: ReadonlyMap<string, number>): Places {
  const live = (book?.live ?? []).map((one) => ({
    ...one,
    lastS: Math.max(one.lastS, lastSeen.get(one.address) ?? 0),
  }));
  const openTick = Math.max(0, ...live.map(({ lastS }) => lastS));
  return {
    live,
    leaving: [...(book?.leaving ?? [])],
    other: book?.other ?? { count: 0, addresses: [] },
    openTick,
    seen: new Set(live.filter(({ lastS }) => lastS === openTick).map(({ address }) => address)),
    missed: new Map(),
    changed: false,
  };
}

/** What of it is stored. */
export function bookFrom({ live, leaving, other }: Places): AddressBook {
  return { live: live.map((one) => ({ ...one })), leaving: [...leaving], other: { ...other } };
}

/**
 * Takes note of a sample of an address.
 *
 * @param max How many places there are.
 * @param mayLeave Whether an address may lose its place: its history must be exportable.
 * @returns Whether it has a series, and what changed among the target's addresses.
 */
export function sighted(
  places: Places,
  sighting: Sighting,
  max: number,
  mayLeave: boolean,
): { readonly kept: boolean; readonly changes: Change[] } {
  const { address, tick } = sighting;
  if (places.leaving.some((one) => one.address === address)) return other(places, sighting);
  const known = places.live.find((one) => one.address === address);
  if (!known && places.live.length >= max && !(mayLeave && makeRoom(places, sighting)))
    return other(places, sighting);
  const isFirst = places.live.every(({ firstS }) => firstS >= tick) && places.leaving.length === 0;
  // The tick before is closed first: who is back now was still missing at it.
  const changes = noteTick(places, sighting);
  const added = known ? known.gone && tick > known.lastS : !isFirst;
  if (added) changes.push({ atS: tick, added: [address], gone: [] });
  if (!known || added) places.changed = true;
  if (!known) places.live.push({ address, firstS: tick, lastS: tick, mostMissed: 0, gone: false });
  else
    Object.assign(known, {
      firstS: Math.min(known.firstS, tick),
      lastS: Math.max(known.lastS, tick),
      gone: known.gone && !added,
    });
  return { kept: true, changes };
}

/** The longest unseen leaves, when it was unseen long enough for who comes; one at a time. */
function makeRoom(places: Places, newcomer: Sighting): boolean {
  if (places.leaving.length > 0) return false;
  const [oldest] = [...places.live].sort((a, b) => a.lastS - b.lastS);
  if (!oldest) return false;
  const unseenS = newcomer.tick - oldest.lastS;
  const isGone = unseenS / newcomer.stepS > Math.max(MISSED_LEAST, MISSED_FACTOR * oldest.mostMissed);
  const moved = isGone && unseenS >= STEADY_S && isSteady(places, newcomer);
  if (unseenS < UNSEEN_S && !moved) return false;
  places.live.splice(places.live.indexOf(oldest), 1);
  places.leaving.push({ address: oldest.address, lastS: oldest.lastS });
  places.changed = true;
  return true;
}

/** Seen at every tick for an hour up to this one, without a place. */
function isSteady({ other: { addresses } }: Places, { address, tick, stepS }: Sighting): boolean {
  const before = addresses.find((one) => one.address === address);
  if (before?.sinceS === undefined || before.lastS < tick - stepS) return false;
  return tick - before.sinceS >= STEADY_S;
}

/** Counts it once, however often its sample is sent. */
function other(places: Places, { address, tick, stepS }: Sighting): { kept: boolean; changes: Change[] } {
  const { addresses, count } = places.other;
  const before = addresses.find((one) => one.address === address);
  if (before && before.lastS >= tick) return { kept: false, changes: [] };
  const unbroken = before !== undefined && before.lastS >= tick - stepS;
  const sinceS = (unbroken ? before.sinceS : undefined) ?? tick;
  const now = { address, sinceS, lastS: tick, count: (before?.count ?? 0) + 1 };
  const others = addresses.filter((one) => one !== before);
  places.other.addresses = [now, ...others].sort((a, b) => b.lastS - a.lastS).slice(0, OTHERS_NAMED);
  places.other.count = count + 1;
  places.changed = true;
  return { kept: false, changes: [] };
}

/** With the first sample of a newer tick the one before is whole: now it can be said who was missing at it. */
function noteTick(places: Places, { address, tick, stepS }: Sighting): Change[] {
  if (tick < places.openTick) return [];
  const changes = tick > places.openTick && places.openTick > 0 ? closeTick(places, stepS) : [];
  if (tick > places.openTick) {
    places.openTick = tick;
    places.seen.clear();
  }
  places.seen.add(address);
  return changes;
}

function closeTick(places: Places, stepS: number): Change[] {
  const changes: Change[] = [];
  for (const one of places.live) {
    if (one.firstS > places.openTick) continue;
    const missed = places.missed.get(one.address) ?? 0;
    if (places.seen.has(one.address)) {
      places.missed.delete(one.address);
      // Away for longer it was not going round: how long a link was down says nothing of the next time.
      if (missed <= one.mostMissed || missed > LEARNED_MOST) continue;
      one.mostMissed = missed;
      places.changed = true;
      continue;
    }
    places.missed.set(one.address, missed + 1);
    if (one.gone || missed + 1 <= Math.max(MISSED_LEAST, MISSED_FACTOR * one.mostMissed)) continue;
    one.gone = true;
    places.changed = true;
    changes.push({ atS: one.lastS + stepS, added: [], gone: [one.address] });
  }
  return changes;
}
