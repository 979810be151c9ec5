/**
 * The SQLite engine: the store interface over three threads, one that writes, one that reads, one for long work.
 *
 * The caller's thread holds no connection, so no commit and no long query can stop it. What is written when a promise
 * resolves is on disk, and every read that starts afterwards sees it.
 */
import { join } from "node:path";
import { NO_EXTRAS } from "../../wire/archives.ts";
import type { Log } from "../../wire/log.ts";
import type { OutcomeKind } from "../../wire/sample.ts";
import type { Store } from "../store.ts";
import { type Client, startWorker } from "./client.ts";
import { estimateOf } from "./estimate.ts";
import { newestPart } from "./newest.ts";
import { OUTCOMES } from "./outcomes.ts";
import { type Packed, packer } from "./packed.ts";
import type { ReaderOperations } from "./reader.ts";
import { registryPart } from "./registry-part.ts";
import { sharedStatesMemory, writerEnded } from "./shared-states.ts";
import { bringAndEmpty, emptyVacancies, type Tidying, tidyingOf } from "./tidying.ts";
import type { UpkeepOperations } from "./upkeep.ts";
import { workerUrl } from "./worker-url.ts";
import type { WriterOperations } from "./writer.ts";

export type SqliteOptions = {
  /** Data folder; made when it is missing. Locked until the store is closed. */
  readonly dir: string;
  readonly log: Log;
  /** Disk space kept back for a full disk, default 64 MiB: four times the largest WAL. Tests take less. */
  readonly reserveBytes?: number;
};

/** Name of the database in the data folder. */
export const DATABASE_NAME = "carrierwatch.db";

/** Default of SqliteOptions.reserveBytes. */
export const RESERVE_BYTES = 64 * 1024 * 1024;
const READY_WITHIN_MS = 1_000;

type Threads = {
  readonly file: string;
  readonly writer: Client<WriterOperations>;
  readonly reader: Client<ReaderOperations>;
  readonly tidying: Tidying;
  /** On the caller's thread. */
  readonly newest: Store["samples"]["newest"];
  /** Started when first needed: backups and checks are rare. */
  upkeep(): Promise<Client<UpkeepOperations>>;
};

/**
 * Opens the database of a data folder, making and migrating it as needed.
 *
 * @throws UnavailableError code data_in_use when another process has the folder.
 * @throws ConfigError when the file is damaged, of another program or of a newer version.
 */
export async function openSqliteStore(options: SqliteOptions): Promise<Store> {
  const { dir, log, reserveBytes = RESERVE_BYTES } = options;
  const file = join(dir, DATABASE_NAME);
  const start = workerUrl("writer", import.meta.url);
  const states = sharedStatesMemory();
  const opening = startWorker<WriterOperations>(start, { dir, file, reserveBytes, states }, log);
  const [writer, reader] = await Promise.all([
    opening,
    startWorker<ReaderOperations>(workerUrl("reader", import.meta.url), { file, states }, log, opening),
  ]);
  writer.onEnd(() => writerEnded(states));
  const tidying = tidyingOf(writer, log);
  let upkeep: Promise<Client<UpkeepOperations>> | undefined;
  const threads: Threads = {
    file,
    writer,
    reader,
    tidying,
    newest: newestPart(
      states,
      () => reader.call("directory"),
      () => reader.ended() ?? writer.ended(),
    ),
    upkeep() {
      upkeep ??= startWorker<UpkeepOperations>(workerUrl("upkeep", import.meta.url), { file }, log);
      return upkeep;
    },
  };
  return {
    ...sampleParts(threads),
    ...deskParts(threads),
    ops: opsPart(threads),
    async close() {
      // A call that came after the end would find no database.
      await tidying.end();
      if (upkeep !== undefined) await (await upkeep).close();
      await reader.close();
      if (writer.ended() === null) await writer.shut();
      await writer.close();
    },
  };
}

function sampleParts({
  writer,
  reader,
  tidying,
  newest,
}: Threads): Pick<Store, "samples" | "rows" | "lasts" | "strip" | "digest"> {
  const pack = packer();
  const told = async (op: "put" | "load", packed: Packed, nowMs: number): Promise<OutcomeKind[]> => {
    const { count } = packed;
    const outcomes = await writer.gather(count, op, packed, nowMs);
    pack.done(packed);
    if (op === "put") tidying.at(nowMs);
    return outcomesOf(outcomes, count);
  };
  /** Not async: what waits for the disk holds no record, or all that are under way would be copied again and again. */
  const hand = (op: "put" | "load", packed: () => Packed, nowMs: number) => {
    try {
      return told(op, packed(), nowMs);
    } catch (error) {
      return Promise.reject(error);
    }
  };
  return {
    samples: {
      put: (records, nowMs) => hand("put", () => pack.packed(records), nowMs),
      putColumns: (records, nowMs) => hand("put", () => pack.packedColumns(records), nowMs),
      load: (records, nowMs) => hand("load", () => pack.packed(records), nowMs),
      loadRows: (rows, nowMs) => writer.call("loadRows", rows, nowMs),
      latest: (series) => reader.call("latest", series),
      newest,
      outlines: (asked) => reader.call("outlines", asked),
      states: (target, ticks) => reader.call("states", target, ticks),
      page: (query) => reader.call("page", query),
      generations: (target) => reader.call("generations", target ?? null),
      async shape(target, stepS, archives, atS, extras = NO_EXTRAS) {
        await writer.call("shape", target, stepS, { archives, extras }, atS);
        await bringAndEmpty(writer);
      },
      async purge(series) {
        await writer.call("purge", series);
        await emptyVacancies(writer);
      },
    },
    rows: { read: (query) => reader.call("rows", query) },
    lasts: { read: (query) => reader.call("lasts", query) },
    strip: { read: (query) => reader.call("strip", query) },
    digest: (series, archive) => reader.call("digest", series, archive),
  };
}

/** @param numbers Null = all were stored. */
function outcomesOf(numbers: Uint8Array | null, count: number): OutcomeKind[] {
  if (numbers === null) return new Array<OutcomeKind>(count).fill("stored");
  return Array.from(numbers, (number) => OUTCOMES[number] ?? "rejected");
}

function deskParts({
  writer,
  reader,
}: Threads): Pick<Store, "events" | "registry" | "incidents" | "outbox" | "claims"> {
  return {
    events: {
      put: (events, outbox = []) => writer.call("eventsPut", events, outbox),
      list: (query) => reader.call("eventsList", query),
      alteredAfter: (targets, atS) => reader.call("alteredAfter", targets, atS),
    },
    registry: registryPart(writer, reader),
    incidents: {
      transition: (incident, expectedVersion, outbox) =>
        writer.call("transition", incident, expectedVersion, outbox),
      get: (id) => reader.call("incidentGet", id),
      list: (query) => reader.call("incidentList", query),
      touching: (targets, fromS) => reader.call("incidentsTouching", targets, fromS),
    },
    outbox: {
      lease: (nowMs, leaseMs, limit) => writer.call("lease", nowMs, leaseMs, limit),
      settle: (id, lease, settlement) => writer.call("settle", id, lease, settlement),
      summary: () => reader.call("outboxSummary"),
    },
    claims: {
      take: (name, holder, nowMs, leaseMs) => writer.call("claimTake", name, holder, nowMs, leaseMs),
      release: (name, token) => writer.call("claimRelease", name, token),
      due: (nowMs, leaseMs, limit) => writer.call("due", nowMs, leaseMs, limit),
      done: (ticks) => writer.call("done", ticks),
    },
  };
}

function opsPart({ file, writer, reader, upkeep }: Threads): Store["ops"] {
  return {
    backup: async (path) => (await upkeep()).call("backup", path),
    verify: async () => (await upkeep()).call("verify"),
    async estimate(stepS, archives = null, extras = NO_EXTRAS) {
      const told = { detailsDropped: await reader.call("detailsDropped"), file };
      return estimateOf({ stepS, archives, extras }, await reader.call("fileUse"), told);
    },
    counters: () => reader.call("counters"),
    countRejected: (vantage, n) => writer.call("countRejected", vantage, n),
    async ready() {
      const writes = await Promise.race([
        writer.call("ready").catch((error: Error) => error.message),
        tooSlow(`the database did not take a write within ${READY_WITHIN_MS} ms`),
      ]);
      const reads = reader.ended();
      const reasons = [writes, reads === null ? null : `the database cannot be read: ${reads}`];
      const found = reasons.filter((reason) => reason !== null);
      return { ok: found.length === 0, reasons: found };
    },
  };
}

function tooSlow(reason: string): Promise<string> {
  return new Promise((resolve) => {
    setTimeout(() => resolve(reason), READY_WITHIN_MS).unref();
  });
}
