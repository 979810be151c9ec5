/**
 * Address books by target and vantage: read once, changed in memory, written before the samples they admit.
 *
 * One that could not be written is forgotten, so that the next batch begins with what is stored.
 */
import type { Store } from "../store/store.ts";
import { AddressBook } from "../wire/api-addresses.ts";
import type { Event } from "../wire/event.ts";
import { bookFrom, type Change, type Places, placesOf } from "./places.ts";

export type Pair = { readonly target: string; readonly vantage: string };

export type AddressBooks = ReturnType<typeof addressBooks>;

/** Registry id of a book, kind "addresses". */
export const bookId = ({ target, vantage }: Pair): string => `${target}/${vantage}`;

type Stores = Pick<Store, "samples" | "registry" | "events">;

export function addressBooks(store: Stores) {
  const known = new Map<string, Promise<Places>>();
  const read = async ({ target, vantage }: Pair): Promise<Places> => {
    const doc = await store.registry.get("addresses", bookId({ target, vantage }));
    const lastSeen = new Map<string, number>();
    for (const { series, lastTick } of await store.samples.generations(target)) {
      if (series.vantage !== vantage || series.address === undefined) continue;
      lastSeen.set(series.address, Math.max(lastTick, lastSeen.get(series.address) ?? 0));
    }
    return placesOf(AddressBook.safeParse(doc?.value).data ?? null, lastSeen);
  };
  return {
    of(pair: Pair): Promise<Places> {
      const id = bookId(pair);
      const book = known.get(id) ?? read(pair);
      known.set(id, book);
      book.catch(() => known.delete(id));
      return book;
    },
    async write(pair: Pair, places: Places): Promise<void> {
      places.changed = false;
      try {
        await store.registry.put("addresses", bookId(pair), null, bookFrom(places));
      } catch (error) {
        known.delete(bookId(pair));
        throw error;
      }
    },
    /** Stores what changed; changes of one tick are one event. */
    async tell(pair: Pair, changes: readonly Change[]): Promise<void> {
      try {
        for (const [atS, own] of Map.groupBy(changes, (change) => change.atS))
          await store.events.put([await eventOf(store, pair, atS, own)]);
      } catch (error) {
        known.delete(bookId(pair));
        throw error;
      }
    },
  };
}

/** With what an earlier batch said of the same tick: an address that takes another's part comes with it. */
async function eventOf(store: Stores, pair: Pair, atS: number, changes: readonly Change[]): Promise<Event> {
  const before = await store.events.list({ ...pair, kinds: ["addresses"], fromS: atS, toS: atS, limit: 8 });
  const same = before.find((event) => event.target === pair.target);
  const was = same?.kind === "addresses" ? same : { added: [], gone: [] };
  const together = (of: "added" | "gone") =>
    [...new Set([...was[of], ...changes.flatMap((change) => change[of])])].sort().slice(0, 64);
  return {
    id: `addresses/${bookId(pair)}/${atS}`,
    atS,
    kind: "addresses",
    ...pair,
    added: together("added"),
    gone: together("gone"),
  };
}
