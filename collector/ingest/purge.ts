/**
 * Freeing history: every series that was named is forgotten, and its address loses its place.
 *
 * Samples that come afterwards begin a series anew; incidents and events stay.
 */
import { seriesKey } from "../store/series.ts";
import type { Store } from "../store/store.ts";
import type { SeriesList } from "../wire/api-addresses.ts";
import type { Log } from "../wire/log.ts";
import type { Addresses } from "./addresses.ts";

/** Absent = any. With no address, the series of a target's addresses go with its own. */
export type PurgeWish = {
  readonly target?: string | undefined;
  readonly vantage?: string | undefined;
  readonly address?: string | undefined;
};

type Held = SeriesList["series"][number];

/** @returns The series that are gone. */
export async function purgeHistory(
  deps: {
    readonly store: Pick<Store, "samples">;
    readonly addresses: Pick<Addresses, "forget">;
    readonly log: Log;
  },
  held: readonly Held[],
  wish: PurgeWish,
): Promise<Held[]> {
  const { target, vantage, address } = wish;
  const chosen = held.filter(
    (series) =>
      (target === undefined || series.target === target) &&
      (vantage === undefined || series.vantage === vantage) &&
      (address === undefined || series.address === address),
  );
  for (const series of chosen) {
    const key = seriesKey(series.target, series.vantage, series.address);
    await deps.store.samples.purge(key);
    if (key.address !== undefined) await deps.addresses.forget(key);
  }
  deps.log.info({ ...wish, series: chosen.length }, "history was purged");
  return chosen;
}
