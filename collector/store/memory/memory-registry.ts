/** The reference for registry documents: plain maps; values are copied in and out, so that a caller's object stays his. */
import { VersionConflictError } from "../../wire/errors.ts";
import { compareText } from "../cursor.ts";
import type { Doc, Registry } from "../store.ts";

/** Versions go on counting after a removal: the tombstone keeps the last one. */
export function memoryRegistry(): Registry {
  const docs = new Map<string, Map<string, Doc<unknown>>>();
  const revisions = new Map<string, number>();
  const kindOf = (kind: string) => {
    const known = docs.get(kind) ?? new Map<string, Doc<unknown>>();
    docs.set(kind, known);
    return known;
  };
  return {
    async get(kind, id) {
      const doc = kindOf(kind).get(id);
      return doc && doc.value !== null ? structuredClone(doc) : null;
    },
    async list(kind) {
      return [...kindOf(kind).values()]
        .filter((doc) => doc.value !== null)
        .sort((a, b) => compareText(a.id, b.id))
        .map((doc) => structuredClone(doc));
    },
    revision: async (kind) => revisions.get(kind) ?? 0,
    async put(kind, id, expectedVersion, value) {
      revisions.set(kind, (revisions.get(kind) ?? 0) + 1);
      const before = kindOf(kind).get(id);
      const found = before && before.value !== null ? before.version : 0;
      if (expectedVersion !== null && expectedVersion !== found)
        throw new VersionConflictError(kind, id, expectedVersion, found);
      if (found === 0 && value === null) return before?.version ?? 0;
      const version = (before?.version ?? 0) + 1;
      kindOf(kind).set(id, structuredClone({ id, version, value }));
      return version;
    },
  };
}
