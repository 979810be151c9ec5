/** A spool in a folder of its own, samples to put into it, and a disk that fails on request. */
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { TestContext } from "node:test";
import { type Log, logTo } from "../../collector/wire/log.ts";
import { NO_TIMINGS } from "../../collector/wire/sample.ts";
import { type Appender, nodeFiles, type SpoolFiles } from "../../probe/spool/files.ts";
import type { Stored, Unnumbered } from "../../probe/spool/record.ts";
import { openSpool, type Spool, type SpoolOptions } from "../../probe/spool/spool.ts";
import { fakeClock } from "./fake-clock.ts";

/** A folder that is gone after the test. */
export function scratchFolder(t: Pick<TestContext, "after">): string {
  const folder = mkdtempSync(join(tmpdir(), "carrierwatch-spool-"));
  t.after(async () => {
    for (const spool of opened.get(folder) ?? []) await spool.close();
    opened.delete(folder);
    rmSync(folder, { recursive: true, force: true });
  });
  return folder;
}

const opened = new Map<string, Spool[]>();

export const TICK0 = 1_795_248_000;

/** The n-th sample of a target with a step of 300 s. */
export function sampleOf(n: number, target = "shop"): Unnumbered {
  return {
    target,
    tick: TICK0 + n * 300,
    stepS: 300,
    startedMs: (TICK0 + n * 300) * 1000 + 12,
    state: "up",
    timings: { ...NO_TIMINGS, total: 1_000 + n },
    detail: { status: 200 },
  };
}

let epochs = 0;

/** Opens a spool with a clock that nobody has to move: groups are written at once. */
export async function spoolIn(folder: string, options: Partial<SpoolOptions> = {}): Promise<Spool> {
  const spool = await openSpool({
    files: nodeFiles(),
    folder: join(folder, "spool"),
    clock: { ...fakeClock(), after: immediately },
    log: logTo(() => {}),
    newEpoch: () => {
      epochs += 1;
      return epochs.toString(16).padStart(16, "0");
    },
    maxBytes: 1 << 30,
    keepS: 14 * 86_400,
    ...options,
  });
  opened.set(folder, [...(opened.get(folder) ?? []), spool]);
  return spool;
}

function immediately(_ms: number, act: () => void): () => void {
  const timer = setImmediate(act);
  return () => clearImmediate(timer);
}

/** Takes and settles until nothing is left. */
export async function drain(spool: Spool): Promise<Stored[]> {
  const all: Stored[] = [];
  for (;;) {
    const taken = await spool.take("backlog", { records: 500, bytes: 1_000_000 });
    if (!taken) return all;
    all.push(...taken.records);
    await spool.settle(taken);
  }
}

export type FaultyFiles = SpoolFiles & {
  /** Set to let calls fail: the errno of one operation, or null to let it through. */
  fail: (
    operation: "write" | "sync" | "append" | "truncate" | "rename" | "read",
    path: string,
  ) => string | null;
  /** Bytes a write takes at most. */
  shortBy: number;
  /** Writes and syncs of segments in the order they reached the disk. */
  readonly order: string[];
};

/** The real disk, until told otherwise. */
export function faultyFiles(): FaultyFiles {
  const real = nodeFiles();
  const faulty: FaultyFiles = {
    ...real,
    fail: () => null,
    shortBy: Number.POSITIVE_INFINITY,
    order: [],
    async append(path, create) {
      raise("append", path);
      const file = await real.append(path, create);
      return {
        async write(bytes) {
          raise("write", path);
          faulty.order.push(`write ${path.split(".").at(-1)}`);
          return file.write(bytes.subarray(0, Math.max(1, Math.min(bytes.length, faulty.shortBy))));
        },
        async sync() {
          raise("sync", path);
          await file.sync();
          faulty.order.push(`sync ${path.split(".").at(-1)}`);
        },
        close: () => file.close(),
      } satisfies Appender;
    },
    async truncate(path, bytes) {
      raise("truncate", path);
      await real.truncate(path, bytes);
    },
    async rename(from, to) {
      raise("rename", to);
      await real.rename(from, to);
    },
    async read(path) {
      raise("read", path);
      return real.read(path);
    },
  };
  const raise = (operation: Parameters<FaultyFiles["fail"]>[0], path: string) => {
    const code = faulty.fail(operation, path);
    if (code !== null) throw Object.assign(new Error(`${code}: made to fail`), { code });
  };
  return faulty;
}

/** A log that keeps its sentences. */
export function keptLog(): { log: Log; lines: string[] } {
  const lines: string[] = [];
  return { lines, log: logTo((level, _fields, message) => lines.push(`${level} ${message}`)) };
}
