/**
 * The memory engine: the reference every other engine is compared with. For tests and for trying things out.
 *
 * It keeps what it is given in maps and works everything else out on every read; it shares no code with the SQLite
 * engine but the arithmetic of archive/. Nothing survives the process.
 */
import { UnavailableError } from "../../wire/errors.ts";
import { ESTIMATE_AGES_S, type Store } from "../store.ts";
import { memoryClaims } from "./memory-claims.ts";
import { memoryCounters } from "./memory-counters.ts";
import { memoryDesk } from "./memory-desk.ts";
import { memoryEvents } from "./memory-events.ts";
import { memoryRegistry } from "./memory-registry.ts";
import { memoryRows } from "./memory-rows.ts";
import { memorySamples } from "./memory-samples.ts";
import { memoryShapes } from "./memory-shapes.ts";
import type { Shelf } from "./memory-shelf.ts";

/** A store that forgets; every call answers in the next microtask. */
export function memoryStore(): Store {
  const claims = memoryClaims();
  const counters = memoryCounters();
  const shelf: Shelf = new Map();
  const { post, ...desk } = memoryDesk();
  const shapes = memoryShapes(shelf);
  const samples = memorySamples(shelf, shapes, counters.of, claims.mark);
  return {
    samples,
    ...memoryRows(shelf, shapes),
    events: memoryEvents(post),
    registry: memoryRegistry(),
    ...desk,
    claims,
    ops: {
      async backup(path) {
        throw new UnavailableError("not_supported", `the memory engine has nothing to copy to ${path}`, {
          retryable: false,
        });
      },
      verify: async () => ({ ok: true, problems: [] }),
      estimate: async () => ({
        parts: [],
        series: shelf.size,
        bytesPerSeriesFull: 0,
        bytesAt: ESTIMATE_AGES_S.map(() => 0),
        bytesFixed: 0,
        detailsDropped: 0,
        bytesNow: 0,
        bytesFull: 0,
      }),
      counters: async () => counters.list(),
      async countRejected(vantage, n) {
        counters.of(vantage).rejected += n;
      },
      ready: async () => ({ ok: true, reasons: [] }),
    },
    async close() {},
  };
}
