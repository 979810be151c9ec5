/**
 * How long this process was ready to run and had no processor, as the kernel counts it (Linux, schedstat).
 *
 * An event that has come is read only when the process runs: what it waited for a processor until then is neither the
 * network's time nor the target's. Elsewhere nothing is known, and nothing is taken off.
 * @see Documentation/scheduler/sched-stats.rst, /proc/<pid>/schedstat
 */
import { closeSync, openSync, readSync } from "node:fs";

/** Since the thread began. */
export type CpuWait = {
  /** Ready and without a processor, ms. */
  readonly waitedMs: number;
  /** How often it was given one. */
  readonly turns: number;
};

export type CpuWaitReader = {
  /** @returns Null = this system does not say. */
  read(): CpuWait | null;
  close(): void;
};

const SPACE = 32;
const DIGIT_0 = 48;

/** Opens the counters of the calling thread. @param path Of another file in their form. */
export function cpuWaitReader(path = "/proc/thread-self/schedstat"): CpuWaitReader {
  let file: number | null = null;
  try {
    file = openSync(path, "r");
  } catch {
    // Not Linux, or /proc is not there.
  }
  const bytes = Buffer.alloc(80);
  return {
    read() {
      if (file === null) return null;
      return parseCpuWait(bytes, readSync(file, bytes, 0, bytes.length, 0));
    },
    close() {
      if (file !== null) closeSync(file);
      file = null;
    },
  };
}

/**
 * Of the line `ran waited turns`, the first two in ns.
 *
 * @returns Null = it is not such a line, or that of a kernel that does not count: whoever reads it has had a turn.
 */
export function parseCpuWait(bytes: Uint8Array, length: number): CpuWait | null {
  let field = 0;
  let waitedNs = 0;
  let turns = 0;
  for (let at = 0; at < length && field < 3; at += 1) {
    const byte = bytes[at] ?? 0;
    if (byte === SPACE) field += 1;
    else if (byte < DIGIT_0 || byte > DIGIT_0 + 9) break;
    else if (field === 1) waitedNs = waitedNs * 10 + byte - DIGIT_0;
    else if (field === 2) turns = turns * 10 + byte - DIGIT_0;
  }
  return field !== 2 || turns === 0 ? null : { waitedMs: waitedNs / 1e6, turns };
}
