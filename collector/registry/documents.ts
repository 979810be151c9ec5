/**
 * Typed documents over the store's registry: JSON in, a schema's type out, with the version the store gave it.
 *
 * A document is parsed on every read, so that a field added later gets its default. One that no longer parses
 * is left out of a list and is an error when it is asked for by id; it is never written over in silence.
 */
import type * as z from "zod";
import type { Kind, Store } from "../store/store.ts";
import { CarrierwatchError, InvalidInputError, NotFoundError } from "../wire/errors.ts";
import { issuesOf } from "./issues.ts";

export type Documents<T> = {
  /** Ordered by id. */
  list(): Promise<T[]>;
  /** @returns null when there is none. */
  find(id: string): Promise<T | null>;
  /** @throws NotFoundError */
  get(id: string): Promise<T>;
  /**
   * @param expectedVersion 0 = new, null = whatever is there.
   * @returns The document as it now reads.
   * @throws InvalidInputError, VersionConflictError
   */
  put(id: string, expectedVersion: number | null, value: T): Promise<T>;
  /** @throws NotFoundError, VersionConflictError */
  remove(id: string, expectedVersion: number | null): Promise<void>;
};

/**
 * The documents of one kind.
 *
 * @param versioned Whether the schema has a field `version`; it is filled from the store, never stored.
 */
export function documents<T extends object>(
  registry: Store["registry"],
  kind: Kind,
  schema: z.ZodType<T>,
  versioned: boolean,
): Documents<T> {
  const read = readerOf(schema, versioned);
  const find = async (id: string): Promise<T | null> => {
    const doc = await registry.get(kind, id);
    if (!doc) return null;
    const parsed = read(doc.value, doc.version);
    if (parsed.success) return parsed.data;
    throw new CarrierwatchError(
      "corrupt_document",
      `${kind} ${JSON.stringify(id)} as stored is not readable`,
      {
        issues: issuesOf(parsed.error),
      },
    );
  };
  const get = async (id: string): Promise<T> => {
    const found = await find(id);
    if (!found) throw new NotFoundError(kind, id);
    return found;
  };
  return {
    find,
    get,
    async list() {
      const docs = await registry.list(kind);
      return docs.flatMap((doc) => read(doc.value, doc.version).data ?? []);
    },
    async put(id, expectedVersion, value) {
      const { version: _, ...bare } = value as T & { version?: number };
      const stored = versioned ? bare : value;
      // Before it is written: what cannot be read again would be in no list any more.
      const parsed = read(stored, 0);
      if (!parsed.success) throw new InvalidInputError(kind, issuesOf(parsed.error));
      const version = await registry.put(kind, id, expectedVersion, stored);
      return versioned ? { ...parsed.data, version } : parsed.data;
    },
    async remove(id, expectedVersion) {
      if (!(await registry.get(kind, id))) throw new NotFoundError(kind, id);
      await registry.put(kind, id, expectedVersion, null);
    },
  };
}

/** A stored value as its schema has it. */
export function readerOf<T>(
  schema: z.ZodType<T>,
  versioned: boolean,
): (value: unknown, version: number) => z.ZodSafeParseResult<T> {
  return (value, version) =>
    schema.safeParse(versioned && typeof value === "object" ? { ...value, version } : value);
}
