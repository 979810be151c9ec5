/**
 * The history of one series as a gzipped file of JSON lines, the same that `carrierwatch import --jsonl` reads.
 *
 * Where the sample log no longer reaches, a line is made of the tick strip: state, phase of a failure, and the total
 * within 0.0125 %. The file gets its name only when it is whole and on disk, so a name that is there needs no second try.
 */
import { createWriteStream } from "node:fs";
import { access, mkdir, open, readdir, rename, rm, stat } from "node:fs/promises";
import { join } from "node:path";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGzip } from "node:zlib";
import { decode } from "../archive/strip.ts";
import type { SeriesKey, Store } from "../store/store.ts";
import type { Log } from "../wire/log.ts";
import { type FailureCause, type FailurePhase, NO_TIMINGS, type Sample } from "../wire/sample.ts";

/** Lines of one file; older ticks are left out. Ten seconds for two months. */
const MOST_LINES = 500_000;
/** All files together; the oldest go first, and a line in the log says so. */
const MOST_BYTES = 1024 ** 3;
const PAGE = 2_000;
const STRIP_S = 30 * 86_400;

export type HistoryFiles = {
  /** Writes the file unless it is there. @param lastS The series' newest tick; part of the name. */
  write(series: SeriesKey & { readonly address: string }, lastS: number): Promise<void>;
};

/** @param dir Made when it is needed. */
export function historyFiles(deps: {
  readonly store: Pick<Store, "samples" | "strip">;
  readonly dir: string;
  readonly log: Log;
}): HistoryFiles {
  const { store, dir, log } = deps;
  return {
    async write(series, lastS) {
      const path = join(dir, fileName(series, lastS));
      if (await exists(path)) return;
      await mkdir(dir, { recursive: true, mode: 0o700 });
      const part = `${path}.part`;
      await pipeline(
        Readable.from(linesOf(store, series)),
        createGzip(),
        createWriteStream(part, { mode: 0o600 }),
      );
      await synced(part);
      await rename(part, path);
      await synced(dir);
      log.info({ ...series, file: path }, "an address lost its place; its history was exported");
      await bound(dir, log);
    },
  };
}

/** Target, vantage, address and newest tick; a colon is no part of every file system's names. */
export function fileName({ target, vantage, address }: SeriesKey, lastS: number): string {
  const stamp = new Date(lastS * 1000).toISOString().replace(/[-:]|\.\d+/g, "");
  return `${target}.${vantage}.${(address ?? "").replaceAll(":", "-")}.${stamp}.jsonl.gz`;
}

async function* linesOf(store: Pick<Store, "samples" | "strip">, series: SeriesKey): AsyncGenerator<string> {
  const logged = new Set<number>();
  let cursor: string | null = null;
  do {
    const page: Awaited<ReturnType<Store["samples"]["page"]>> = await store.samples.page({
      series: [series],
      fromS: 0,
      toS: Number.MAX_SAFE_INTEGER,
      limit: PAGE,
      order: "newest",
      ...(cursor === null ? {} : { cursor }),
    });
    for (const { sample } of page.samples) logged.add(sample.tick);
    yield page.samples.map(({ sample }) => lineOf(series, sample)).join("");
    cursor = page.cursor;
  } while (cursor !== null && logged.size < MOST_LINES);
  yield* stripLines(store, series, logged);
}

async function* stripLines(
  store: Pick<Store, "samples" | "strip">,
  series: SeriesKey,
  logged: ReadonlySet<number>,
): AsyncGenerator<string> {
  const held = (await store.samples.generations(series.target)).filter(
    (one) => one.series.vantage === series.vantage && one.series.address === series.address,
  );
  const openedS = Math.min(...held.map(({ openedTick }) => openedTick));
  let left = MOST_LINES - logged.size;
  let toS = Math.max(...held.map(({ lastTick }) => lastTick));
  for (; toS >= openedS && left > 0; toS -= STRIP_S) {
    const runs = await store.strip.read({ series: [series], fromS: toS - STRIP_S + 1, toS });
    const lines = runs.flatMap(({ fromS, stepS, codes }) =>
      [...codes].flatMap((code, i) => {
        const tick = fromS + i * stepS;
        return logged.has(tick) ? [] : fromStrip(series, tick, stepS, code);
      }),
    );
    yield lines.slice(-left).join("");
    left -= lines.length;
  }
}

/** Without the cause, which the strip does not keep: what its phase says is the nearest. */
const CAUSE: Readonly<Record<FailurePhase, FailureCause>> = {
  dns: "dns-timeout",
  connect: "connect-timeout",
  tls: "tls-timeout",
  wait: "first-byte-timeout",
  transfer: "body-timeout",
  status: "status",
  content: "content",
};

function fromStrip(series: SeriesKey, tick: number, stepS: number, code: number): string[] {
  const { state, failurePhase: phase, totalUs } = decode(code);
  if (state === "unknown") return [];
  const detail = "the cause was no longer kept; this one is the phase's commonest";
  return [
    lineOf(series, {
      target: series.target,
      ...(series.address === undefined ? {} : { address: series.address }),
      tick,
      stepS,
      seq: Math.max(1, Math.floor(tick / stepS)),
      startedMs: tick * 1000,
      state,
      ...(phase ? { failure: { phase, cause: CAUSE[phase], source: "target", elapsedUs: 0, detail } } : {}),
      timings: { ...NO_TIMINGS, total: totalUs },
      detail: { note: "of the tick strip: total within 0.0125 %, nothing else was kept" },
    }),
  ];
}

function lineOf({ target, vantage }: SeriesKey, sample: Sample): string {
  return `${JSON.stringify({ ...sample, target, vantage })}\n`;
}

async function exists(path: string): Promise<boolean> {
  return await access(path).then(
    () => true,
    () => false,
  );
}

async function synced(path: string): Promise<void> {
  const handle = await open(path, "r");
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

async function bound(dir: string, log: Log): Promise<void> {
  const names = (await readdir(dir)).filter((name) => name.endsWith(".jsonl.gz"));
  const files = await Promise.all(
    names.map(async (name) => {
      const { size, mtimeMs } = await stat(join(dir, name));
      return { name, size, mtimeMs };
    }),
  );
  let bytes = files.reduce((sum, { size }) => sum + size, 0);
  for (const { name, size } of files.sort((a, b) => a.mtimeMs - b.mtimeMs)) {
    if (bytes <= MOST_BYTES) return;
    await rm(join(dir, name), { force: true });
    bytes -= size;
    log.warn(
      { file: name, limitBytes: MOST_BYTES },
      "the oldest exported history was removed: too many bytes",
    );
  }
}
