/**
 * Documents kept parsed for as long as the store's revision says that nothing was put: listing thousands costs no
 * reading and no parsing, and writing one costs that one.
 *
 * What is given out is everybody's, therefore frozen. Of what another wrote, only the documents that changed are parsed.
 */
import type * as z from "zod";
import type { Kind, Store } from "../store/store.ts";
import { type Documents, documents, readerOf } from "./documents.ts";

/** `value` null = as stored it is not readable; it is in no list. */
type Held<T> = { readonly version: number; readonly value: T | null };

type Shelf<T> = {
  readonly revision: number;
  readonly byId: Map<string, Held<T>>;
  /** Ordered by id. */
  readonly list: readonly T[];
};

/** As `documents`, with `version` in each. */
export function heldDocuments<T extends object & { readonly id: string; readonly version: number }>(
  registry: Store["registry"],
  kind: Kind,
  schema: z.ZodType<T>,
): Documents<T> {
  const docs = documents(registry, kind, schema, true);
  const read = readerOf(schema, true);
  let shelf: Shelf<T> | null = null;
  let reading: Promise<Shelf<T>> | null = null;

  const readAll = async (): Promise<Shelf<T>> => {
    const revision = await registry.revision(kind);
    const byId = new Map<string, Held<T>>();
    for (const { id, version, value } of await registry.list(kind)) {
      const before = shelf?.byId.get(id);
      byId.set(id, before?.version === version ? before : held(version, read(value, version).data));
    }
    return { revision, byId, list: listOf(byId) };
  };
  const current = async (): Promise<Shelf<T>> => {
    const revision = await registry.revision(kind);
    if (shelf?.revision === revision) return shelf;
    // One reading for all that ask at once; who asks after a change that came meanwhile, reads again.
    reading ??= readAll().finally(() => {
      reading = null;
    });
    const found = await reading;
    if (shelf === null || found.revision > shelf.revision) shelf = found;
    return found.revision >= revision ? found : await current();
  };
  /** Own puts need no reading, if nobody else's came between. */
  const note = async (id: string, version: number, value: T | null): Promise<void> => {
    const before = shelf;
    const revision = await registry.revision(kind);
    if (before === null || shelf !== before || revision !== before.revision + 1) return;
    if ((before.byId.get(id)?.version ?? 0) >= version) return;
    // Of thousands one: nothing else is touched, and who has the list keeps it as it was.
    const { byId } = before;
    const own = value === null ? null : held(version, value);
    if (own) byId.set(id, own);
    else byId.delete(id);
    shelf = { revision, byId, list: withOne(before.list, id, own?.value ?? null) };
  };
  return {
    list: async () => [...(await current()).list],
    async find(id) {
      const found = (await current()).byId.get(id);
      if (found?.value) return found.value;
      return found ? await docs.find(id) : null;
    },
    async get(id) {
      return (await current()).byId.get(id)?.value ?? (await docs.get(id));
    },
    async put(id, expectedVersion, value) {
      await current();
      const stored = await docs.put(id, expectedVersion, value);
      await note(id, stored.version, stored);
      return stored;
    },
    async remove(id, expectedVersion) {
      await docs.remove(id, expectedVersion);
      const version = (shelf?.byId.get(id)?.version ?? 0) + 1;
      await note(id, version, null);
    },
  };
}

function held<T>(version: number, value: T | undefined): Held<T> {
  return { version, value: value === undefined ? null : frozen(value) };
}

function listOf<T extends { readonly id: string }>(byId: ReadonlyMap<string, Held<T>>): readonly T[] {
  const all = [...byId.values()].flatMap(({ value }) => value ?? []);
  return all.sort((a, b) => (a.id < b.id ? -1 : 1));
}

/** The list with the document of an id in its place; null = without. */
function withOne<T extends { readonly id: string }>(
  list: readonly T[],
  id: string,
  value: T | null,
): readonly T[] {
  let [low, high] = [0, list.length];
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((list[middle]?.id ?? "") < id) low = middle + 1;
    else high = middle;
  }
  return list.toSpliced(low, list[low]?.id === id ? 1 : 0, ...(value === null ? [] : [value]));
}

/** All the way down: JSON has no cycles. */
function frozen<T>(value: T): T {
  if (typeof value !== "object" || value === null || Object.isFrozen(value)) return value;
  for (const part of Object.values(value)) frozen(part);
  return Object.freeze(value);
}
