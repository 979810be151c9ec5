/**
 * The addresses behind a target, by vantage: what has a series, how it is doing, and what was left out.
 *
 * Reads; the states are laid over the strips as everywhere. Which ones are live stands in the address books, which
 * ingest writes.
 */

import { DAY_S } from "../archive/layout.ts";
import type { StripRun } from "../store/lasts-and-strips.ts";
import { seriesKey } from "../store/series.ts";
import type { Generation, SeriesKey, Store, StoredSample } from "../store/store.ts";
import { AddressBook, type AddressView, type TargetAddresses } from "../wire/api-addresses.ts";
import type { NetworkHint } from "../wire/path-evidence.ts";
import type { State } from "../wire/sample.ts";
import { availabilityOf } from "./availability.ts";
import { sampleView } from "./sample-view.ts";
import { segmentsOf, stepSpans } from "./segments.ts";
import { addressSubjectOf, type Subject, type SubjectVantage, scheduleOf } from "./subject.ts";
import { carrierStates, overlay } from "./tick-states.ts";

/** Whose network an address is in; null = the table does not know. */
export type NetworkOf = (address: string) => NetworkHint | null;

/** The book of a target at a vantage; null = no address was ever seen there. */
export async function bookOf(
  store: Pick<Store, "registry">,
  target: string,
  vantage: string,
): Promise<AddressBook | null> {
  const doc = await store.registry.get("addresses", `${target}/${vantage}`);
  return AddressBook.safeParse(doc?.value).data ?? null;
}

/** Vantages at which an address is no longer among the target's. A family never is. */
export async function goneAt(
  store: Pick<Store, "registry">,
  subject: Subject,
  address: string,
): Promise<Set<string>> {
  const gone = new Set<string>();
  if (isFamily(address)) return gone;
  for (const { vantage } of subject.carriers.flatMap(({ vantages }) => vantages)) {
    const book = await bookOf(store, subject.target.id, vantage.id);
    if (!isLive(book, address)) gone.add(vantage.id);
  }
  return gone;
}

/** @param generations Of the target, as the store lists them, addresses included. */
export async function addressesOf(
  store: Pick<Store, "registry" | "samples" | "strip">,
  subject: Subject,
  generations: readonly Generation[],
  nowS: number,
  networkOf: NetworkOf,
): Promise<TargetAddresses> {
  const all = subject.carriers.flatMap(({ carrier, vantages }) =>
    vantages.map((one) => ({ carrier, vantage: one.vantage.id })),
  );
  const vantages: TargetAddresses["vantages"] = [];
  for (const { carrier, vantage } of all) {
    const [book, addresses] = await Promise.all([
      bookOf(store, subject.target.id, vantage),
      heldAt(store, subject, vantage, generations, nowS),
    ]);
    if (addresses.length === 0 && !book) continue;
    const views = addresses.map((one) => viewOf(one, { book, carrier, networkOf, nowS }));
    views.sort((a, b) => Number(b.live) - Number(a.live) || (a.address < b.address ? -1 : 1));
    vantages.push({ vantage, carrier, addresses: views, other: book?.other ?? { count: 0, addresses: [] } });
  }
  return { target: subject.target.id, vantages, nowS };
}

type Held = {
  readonly address: string;
  readonly subject: Subject;
  readonly own: readonly Generation[];
  readonly strips: readonly StripRun[];
  readonly latest: StoredSample | null;
};

/** What the store holds of each address at a vantage. */
async function heldAt(
  store: Pick<Store, "samples" | "strip">,
  subject: Subject,
  vantage: string,
  generations: readonly Generation[],
  nowS: number,
): Promise<Held[]> {
  const here = generations.filter(({ series }) => series.vantage === vantage);
  const byAddress = Map.groupBy(here, ({ series }) => series.address);
  byAddress.delete(undefined);
  const series = [...byAddress.keys()].map((address) => seriesKey(subject.target.id, vantage, address));
  if (series.length === 0) return [];
  const [latest, strips] = await Promise.all([
    store.samples.latest(series),
    store.strip.read({ series, fromS: nowS - DAY_S, toS: nowS }),
  ]);
  return series.flatMap(({ address }: SeriesKey): Held[] => {
    if (address === undefined) return [];
    return [
      {
        address,
        subject,
        own: byAddress.get(address) ?? [],
        strips: strips.filter((strip) => strip.series.address === address),
        latest: latest.find(({ sample }) => sample.address === address) ?? null,
      },
    ];
  });
}

type Around = {
  readonly book: AddressBook | null;
  readonly carrier: string;
  readonly networkOf: NetworkOf;
  readonly nowS: number;
};

function viewOf({ address, subject, own, strips, latest }: Held, around: Around): AddressView {
  const { book, carrier, networkOf, nowS } = around;
  const live = isFamily(address) || isLive(book, address);
  const [vantage = ""] = own.map(({ series }) => series.vantage);
  const single = addressSubjectOf(subject, own, new Set(live ? [] : [vantage]));
  const { target } = subject;
  const [line] = single.carriers;
  const segments = segmentsOf(stepSpans(own, target.stepS, nowS - DAY_S, nowS + 1));
  const schedule = line && scheduleOf(target, line, nowS);
  const states = carrierStates(segments, strips);
  const freshS = schedule ? 2 * target.stepS + schedule.startS + schedule.graceS : 0;
  const hint = isFamily(address) ? null : networkOf(address);
  return {
    address,
    live,
    state: stateNow(latest, line?.vantages[0], nowS - freshS),
    latest: latest ? sampleView(latest, carrier) : null,
    availability24h: availabilityOf(schedule ? overlay(segments, states, schedule) : states),
    firstS: Math.min(...own.map(({ openedTick }) => openedTick)),
    lastS: Math.max(...own.map(({ lastTick }) => lastTick)),
    ...(hint ? { hint } : {}),
  };
}

function stateNow(latest: StoredSample | null, vantage: SubjectVantage | undefined, sinceS: number): State {
  if (!latest || vantage?.active !== true || latest.sample.tick < sinceS) return "unknown";
  return latest.sample.state;
}

function isLive(book: AddressBook | null, address: string): boolean {
  return book?.live.some((one) => one.address === address && !one.gone) ?? false;
}

function isFamily(address: string): boolean {
  return address === "ipv4" || address === "ipv6";
}
