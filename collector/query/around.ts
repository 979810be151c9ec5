/**
 * What stands around the numbers: the target with its vantages, its addresses, events, and which series there are.
 *
 * Reads only.
 */

import type { Registry } from "../registry/registry.ts";
import { seriesName } from "../store/series.ts";
import type { Generation, HeldRing, Store } from "../store/store.ts";
import type { SeriesList, TargetAddresses } from "../wire/api-addresses.ts";
import type { Archives } from "../wire/archives.ts";
import type { Clock } from "../wire/clock.ts";
import { NotFoundError } from "../wire/errors.ts";
import { type Event, type EventKind, isWithdrawnEvent } from "../wire/event.ts";
import { type Target, TargetInput } from "../wire/target.ts";
import { addressesOf, goneAt, type NetworkOf } from "./addresses.ts";
import { incidentEvents } from "./events.ts";
import { addressSubjectOf, type Subject, subjectOf } from "./subject.ts";

export type EventsQuery = {
  readonly target?: string;
  readonly vantage?: string;
  readonly kinds?: readonly EventKind[];
  readonly fromS?: number;
  readonly toS?: number;
  /** Default 100. */
  readonly limit?: number;
};

export type SeriesQuery = { readonly target?: string; readonly vantage?: string };

export type Around = {
  /** By vantage, what is measured apart and what was left out. @throws NotFoundError */
  addresses(id: string): Promise<TargetAddresses>;
  /** Newest first; with a target also those of no target. */
  events(query: EventsQuery): Promise<Event[]>;
  /** Those that may explain an incident, newest first. @throws NotFoundError */
  incidentEvents(id: string): Promise<Event[]>;
  /** What the store holds, of removed targets and vantages too. */
  series(query: SeriesQuery): Promise<SeriesList>;
};

type Options = {
  readonly store: Store;
  readonly registry: Pick<Registry, "targets" | "carriers" | "vantages">;
  readonly clock: Clock;
  readonly networkOf?: NetworkOf;
};

export function aroundPart(options: Options): Around {
  const { store, clock, networkOf = () => null } = options;
  return {
    async addresses(id) {
      const { subject, generations } = await wholeOf(options, id);
      return await addressesOf(store, subject, generations, Math.floor(clock.nowMs() / 1000), networkOf);
    },
    async events({ limit = 100, ...wanted }) {
      const found = await store.events.list({ ...wanted, limit });
      const { target } = wanted;
      if (target !== undefined && !found.some((event) => event.target === target))
        await targetOrRemoved(options, target);
      return found.filter((event) => !isWithdrawnEvent(event));
    },
    async incidentEvents(id) {
      const incident = await store.incidents.get(id);
      if (!incident) throw new NotFoundError("incident", id);
      return await incidentEvents(store.events, incident);
    },
    series: async ({ target, vantage }) => ({
      series: seriesHeld(await store.samples.generations(target), vantage),
    }),
  };
}

/** A target with everything around it; with an address, the subject is that address's. @throws NotFoundError */
export async function wholeOf(options: Options, id: string, address?: string) {
  return await around(options, await options.registry.targets.get(id), address);
}

/** As wholeOf, also of a target that was removed and left its history. @throws NotFoundError */
export async function historyOf(options: Options, id: string, address?: string) {
  return await around(options, await targetOrRemoved(options, id), address);
}

/** @throws NotFoundError when there is neither the target nor anything measured of it. */
async function targetOrRemoved({ store, registry }: Options, id: string): Promise<Target> {
  const target = await registry.targets.find(id);
  if (target) return target;
  const generations = await store.samples.generations(id);
  const newest = generations.toSorted((a, b) => b.lastTick - a.lastTick)[0];
  if (!newest) throw new NotFoundError("target", id);
  const { stepS } = newest;
  const createdS = Math.min(...generations.map(({ openedTick }) => openedTick));
  // Nobody measures it any more: each of its carriers ends with its last tick.
  const from = { all: false, carriers: [], tags: [], vantages: [] };
  const input = TargetInput.parse({ name: id, url: "https://removed.invalid/" });
  return { ...input, from, id, group: id, stepS, phaseS: 0, createdS, pauses: [], version: 0 };
}

async function around({ store, registry }: Options, target: Target, address: string | undefined) {
  const { id } = target;
  const [generations, vantages, carriers] = await Promise.all([
    store.samples.generations(id),
    registry.vantages.list(),
    registry.carriers.list(),
  ]);
  const whole = subjectOf(target, generations, vantages, carriers);
  if (address === undefined) return { subject: whole, generations, vantages };
  const own = generations.filter(({ series }) => series.address === address);
  if (own.length === 0) throw new NotFoundError("address", address);
  const subject: Subject = addressSubjectOf(whole, own, await goneAt(store, whole, address));
  return { subject, generations, vantages };
}

function lastsOf(lasts: readonly HeldRing[]): { steps: number; sinceS: number }[] {
  return lasts.filter(({ untilS }) => untilS === null).map(({ steps, sinceS }) => ({ steps, sinceS }));
}

function setOf(rings: readonly HeldRing[]): Archives {
  const live = rings.filter(({ untilS }) => untilS === null);
  return live.map(({ steps, rows, xff }) => ({ steps, rows, xff }));
}

/** Generations as series, from the first tick to the newest. */
function seriesHeld(generations: readonly Generation[], vantage: string | undefined): SeriesList["series"] {
  const wanted = generations.filter(({ series }) => vantage === undefined || series.vantage === vantage);
  return [...Map.groupBy(wanted, ({ series }) => seriesName(series)).values()].flatMap((held) => {
    const [first] = held;
    if (!first) return [];
    return {
      ...first.series,
      firstS: Math.min(...held.map(({ openedTick }) => openedTick)),
      lastS: Math.max(...held.map(({ lastTick }) => lastTick)),
      generations: held.map(({ stepS, openedTick, lastTick, rings, lasts }) => ({
        stepS,
        firstS: openedTick,
        lastS: lastTick,
        ...(rings ? { archives: setOf(rings) } : {}),
        ...(lasts ? { lasts: lastsOf(lasts) } : {}),
      })),
    };
  });
}
