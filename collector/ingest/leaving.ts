/**
 * An address that lost its place: its history is exported, then its series purged, then the book says so.
 *
 * Each step can be done again: a file that is there is whole, a purge of nothing is none. What fails is tried again.
 */
import type { Store } from "../store/store.ts";
import { AddressBook } from "../wire/api-addresses.ts";
import type { Clock } from "../wire/clock.ts";
import type { Log } from "../wire/log.ts";
import { type AddressBooks, bookId, type Pair } from "./address-books.ts";
import type { HistoryFiles } from "./history-file.ts";

const RETRY_MS = 600_000;

/** @param deps `underWay`: batches that were let in and are not stored yet. */
export function leavingPart(deps: {
  readonly store: Pick<Store, "samples" | "registry">;
  readonly files: HistoryFiles | null;
  readonly clock: Clock;
  readonly log: Log;
  readonly books: AddressBooks;
  readonly underWay: ReadonlySet<Promise<void>>;
}) {
  const { store, files, clock, log, books, underWay } = deps;
  const running = new Map<string, Promise<void>>();
  const retries = new Set<() => void>();
  let stopped = false;

  const leave = async (pair: Pair): Promise<void> => {
    // A batch that was let in before the address lost its place may still be on its way to the store.
    await Promise.all(underWay);
    const places = await books.of(pair);
    for (const one of [...places.leaving]) {
      if (stopped || !files) return;
      await files.write({ ...pair, address: one.address }, one.lastS);
      await store.samples.purge({ ...pair, address: one.address });
      places.leaving.splice(places.leaving.indexOf(one), 1);
      await books.write(pair, places);
    }
  };
  const again = (act: () => void) => {
    const cancel = clock.after(RETRY_MS, () => {
      retries.delete(cancel);
      act();
    });
    retries.add(cancel);
  };
  const begin = (pair: Pair): void => {
    const id = bookId(pair);
    if (stopped || running.has(id)) return;
    const run = leave(pair)
      .catch((err: unknown) => {
        log.error({ ...pair, err }, "the history of an address could not be exported; it is tried again");
        again(() => begin(pair));
      })
      .finally(() => running.delete(id));
    running.set(id, run);
  };
  const resume = (): void => {
    if (stopped) return;
    find().catch((err: unknown) => {
      log.error({ err }, "the address books could not be read; it is tried again");
      again(resume);
    });
  };
  const find = async (): Promise<void> => {
    for (const { id, value } of await store.registry.list("addresses")) {
      const [target = "", vantage = ""] = id.split("/");
      if ((AddressBook.safeParse(value).data?.leaving.length ?? 0) > 0) begin({ target, vantage });
    }
  };
  return {
    begin,
    resume,
    async stop(): Promise<void> {
      stopped = true;
      for (const cancel of retries) cancel();
      await Promise.all(running.values());
    },
  };
}
