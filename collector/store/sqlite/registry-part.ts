/**
 * Documents, on the caller's thread: written by one thread, read by another, their puts counted here.
 *
 * The folder is one process's, so that whoever puts a document comes by.
 */
import type { Kind, Registry } from "../store.ts";
import type { Client } from "./client.ts";
import type { ReaderOperations } from "./reader.ts";
import type { WriterOperations } from "./writer.ts";

export function registryPart(writer: Client<WriterOperations>, reader: Client<ReaderOperations>): Registry {
  const revisions = new Map<Kind, number>();
  return {
    get: (kind, id) => reader.call("registryGet", kind, id),
    list: (kind) => reader.call("registryList", kind),
    revision: async (kind) => revisions.get(kind) ?? 0,
    async put(kind, id, expectedVersion, value) {
      // Text, not an object: what is stored is exactly what JSON can say, whatever the caller's object was.
      const text = value === null ? null : JSON.stringify(value);
      try {
        // With what else this turn of the event loop writes: a batch's mark and contact come with its samples.
        return await writer.gather(0, "registryPut", kind, id, expectedVersion, text);
      } finally {
        // Also where it failed: a thread that ended may have committed it.
        revisions.set(kind, (revisions.get(kind) ?? 0) + 1);
      }
    },
  };
}
