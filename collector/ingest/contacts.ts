/**
 * What was last heard of each vantage: kept in the registry (kind `contact`), apart from the vantage itself.
 *
 * Announced on the live bus only when it changes what a page says: first contact, back from silence, another version. A
 * probe that drains a backlog is heard many times in a second: that it still does is written once.
 */
import type { Store } from "../store/store.ts";
import { Contact, SILENT_AFTER_MS } from "../wire/vantage.ts";
import { egressPart, type NetworkOf } from "./egress.ts";
import type { LiveBus } from "./live.ts";

export type Contacts = {
  /** Writes what is new; the rest stays as it was last heard. */
  heard(vantage: string, news: Pick<Contact, "atMs"> & Partial<Contact>): Promise<void>;
};

const WRITTEN_EVERY_MS = 1_000;
const NOTHING: Omit<Contact, "atMs"> = {
  probeVersion: "",
  skewMs: null,
  spoolRecords: 0,
  spoolBytes: 0,
  dropped: 0,
  quarantined: 0,
  address: null,
};

export function contacts(deps: {
  readonly store: Pick<Store, "registry" | "events">;
  readonly live: LiveBus;
  readonly networkOf: NetworkOf;
}): Contacts {
  const { registry } = deps.store;
  const seenFrom = egressPart(deps);
  const known = new Map<string, Contact>();
  const written = new Map<string, Contact>();
  const write = async (vantage: string, next: Contact): Promise<void> => {
    written.set(vantage, next);
    try {
      await registry.put("contact", vantage, null, next);
    } catch (error) {
      written.delete(vantage);
      throw error;
    }
  };
  return {
    async heard(vantage, news) {
      const stored = known.has(vantage) ? null : (await registry.get("contact", vantage))?.value;
      // Looked up after the wait: a poll and a batch at once must not undo what the other said.
      const last = known.get(vantage) ?? Contact.safeParse(stored).data ?? null;
      const next: Contact = { ...NOTHING, ...last, ...news };
      known.set(vantage, next);
      const [moved] = await Promise.all([
        seenFrom(vantage, news.address ?? null, news.atMs),
        saysAsMuch(written.get(vantage), next) ? null : write(vantage, next),
      ]);
      if (moved || isNews(last, next)) deps.live.publish({ type: "vantage", vantage });
    },
  };
}

/** Whether what was written a moment ago differs only in the moment, and in how much less of a backlog waits. */
function saysAsMuch(written: Contact | undefined, next: Contact): boolean {
  return (
    written !== undefined &&
    next.atMs >= written.atMs &&
    next.atMs - written.atMs < WRITTEN_EVERY_MS &&
    next.spoolRecords <= written.spoolRecords &&
    (next.spoolRecords > 0 || written.spoolRecords === 0) &&
    next.probeVersion === written.probeVersion &&
    next.address === written.address &&
    next.dropped === written.dropped &&
    next.quarantined === written.quarantined
  );
}

function isNews(last: Contact | null, next: Contact): boolean {
  return (
    last === null ||
    next.atMs - last.atMs >= SILENT_AFTER_MS ||
    next.probeVersion !== last.probeVersion ||
    next.address !== last.address
  );
}
