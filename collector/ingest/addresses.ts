/**
 * Samples of single addresses: which are archived, which are counted as other, and what changed behind a target.
 *
 * The book of a target and a vantage is written before the samples it admits, and an address that lost its place is
 * exported, then purged: an end at any point between is gone on with, and nothing is lost or done twice.
 */
import { isIP } from "node:net";
import type { SeriesKey, Store } from "../store/store.ts";
import type { Clock } from "../wire/clock.ts";
import type { Log } from "../wire/log.ts";
import { ADDRESSES_MAX } from "../wire/request.ts";
import type { Sample } from "../wire/sample.ts";
import type { Target } from "../wire/target.ts";
import { addressBooks, type Pair } from "./address-books.ts";
import type { HistoryFiles } from "./history-file.ts";
import { leavingPart } from "./leaving.ts";
import { type Change, sighted } from "./places.ts";

export type Addresses = {
  /**
   * Judges samples that may be of addresses.
   *
   * @returns Per sample null when it may be stored, else why not; `stored` must be called when the store has settled.
   */
  admit(
    vantage: string,
    samples: readonly Sample[],
  ): Promise<{ readonly refused: readonly (string | null)[]; stored(): void }>;
  /** Its series was purged by somebody: its place is free. */
  forget(series: SeriesKey): Promise<void>;
  /** Goes on with what an earlier end left: histories to export, series to purge. */
  start(): void;
  /** Nothing is begun any more; resolves when what runs has ended. */
  stop(): Promise<void>;
};

type AddressesDeps = {
  readonly store: Pick<Store, "samples" | "registry" | "events">;
  readonly registry: { readonly targets: { find(id: string): Promise<Pick<Target, "addresses"> | null> } };
  /** Where the history of an address goes that loses its place; null = none ever does. */
  readonly files: HistoryFiles | null;
  readonly clock: Clock;
  readonly log: Log;
};

export function addressesPart(deps: AddressesDeps): Addresses {
  const { store, registry, files } = deps;
  const books = addressBooks(store);
  const underWay = new Set<Promise<void>>();
  const leaving = leavingPart({ ...deps, books, underWay });

  const judge = async (pair: Pair, samples: readonly Sample[]): Promise<Map<Sample, string | null>> => {
    const max = (await registry.targets.find(pair.target))?.addresses?.max ?? ADDRESSES_MAX;
    const places = await books.of(pair);
    const verdicts = new Map<Sample, string | null>();
    const changes: Change[] = [];
    for (const sample of samples) {
      const address = sample.address ?? "";
      const found = sighted(places, { ...sample, address }, max, files !== null);
      changes.push(...found.changes);
      verdicts.set(sample, found.kept ? null : otherBecause(pair, address, max));
    }
    await books.tell(pair, changes);
    if (places.changed) await books.write(pair, places);
    if (places.leaving.length > 0) leaving.begin(pair);
    return verdicts;
  };
  return {
    async admit(vantage, samples) {
      const { promise, resolve } = Promise.withResolvers<void>();
      underWay.add(promise);
      const stored = () => {
        underWay.delete(promise);
        resolve();
      };
      try {
        const { real, refused } = singles(samples);
        for (const [target, own] of Map.groupBy(real, (sample) => sample.target))
          for (const [sample, why] of await judge({ target, vantage }, own)) refused.set(sample, why);
        return { refused: samples.map((sample) => refused.get(sample) ?? null), stored };
      } catch (error) {
        stored();
        throw error;
      }
    },
    async forget({ target, vantage, address }) {
      const pair = { target, vantage };
      const places = await books.of(pair);
      const at = places.live.findIndex((one) => one.address === address);
      if (at < 0) return;
      places.live.splice(at, 1);
      await books.write(pair, places);
    },
    start: leaving.resume,
    stop: leaving.stop,
  };
}

/** Samples of single addresses, oldest first; and why those of what is no address are refused. */
function singles(samples: readonly Sample[]): { real: Sample[]; refused: Map<Sample, string | null> } {
  const refused = new Map<Sample, string | null>();
  const real = samples.filter((sample) => {
    const { address } = sample;
    if (address === undefined || isFamily(address)) return false;
    if (isIP(address) !== 0) return true;
    refused.set(sample, `address ${JSON.stringify(address)} is no IP address`);
    return false;
  });
  return { real: real.sort((a, b) => a.tick - b.tick), refused };
}

function otherBecause({ target, vantage }: Pair, address: string, max: number): string {
  return `${address} is not among the ${max} addresses of ${target} at ${vantage} that have a series; it is counted as other`;
}

function isFamily(address: string): boolean {
  return address === "ipv4" || address === "ipv6";
}
