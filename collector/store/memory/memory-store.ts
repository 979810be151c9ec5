/**
 * The memory engine: the reference every other engine is compared with. For tests and for trying things out.
 *
 * It keeps what it is given in maps and works everything else out on every read; it shares no code with the SQLite
 * engine but the arithmetic of archive/. Nothing survives the process.
 */
import { UnavailableError } from "../../wire/errors.ts";
import type { Store } from "../store.ts";
import { memoryClaims, memoryDesk, memoryRegistry } from "./memory-desk.ts";
import { memoryRows } from "./memory-rows.ts";
import { memorySamples } from "./memory-samples.ts";

/** A store that forgets; every call answers in the next microtask. */
export function memoryStore(): Store {
  const claims = memoryClaims();
  const samples = memorySamples(claims.mark);
  return {
    samples,
    ...memoryRows(samples),
    registry: memoryRegistry(),
    ...memoryDesk(),
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
        series: (await samples.generations()).length,
        bytesPerSeriesFull: 0,
        bytesNow: 0,
        bytesFull: 0,
      }),
      counters: async () => samples.counters(),
      async countRejected(vantage, n) {
        samples.countRejected(vantage, n);
      },
      ready: async () => ({ ok: true, reasons: [] }),
    },
    async close() {},
  };
}
