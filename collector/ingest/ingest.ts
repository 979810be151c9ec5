/**
 * Ingest: a batch from a probe becomes stored samples and an outcome for each record.
 *
 * The vantage comes from the key, never from the body. A poison record is `rejected` and counted, and blocks nothing.
 * The answer is given only after the store's transaction is synced. Next stop of the data: `store`, then `alert`.
 */
import { liveLimitMs } from "../archive/layout.ts";
import type { SampleRecord, Store } from "../store/store.ts";
import type { SampleView } from "../wire/api-overview.ts";
import type { Clock } from "../wire/clock.ts";
import { WIRE_VERSION } from "../wire/ids.ts";
import type { Log } from "../wire/log.ts";
import type { Progress } from "../wire/probe-protocol.ts";
import type { BatchAnswer, OutcomeKind } from "../wire/sample.ts";
import { type Addresses, addressesPart } from "./addresses.ts";
import { type Assigned, assigned, type Known } from "./assigned.ts";
import { contacts } from "./contacts.ts";
import type { NetworkOf } from "./egress.ts";
import { type BatchHead, parseEnvelope, parseSample } from "./envelope.ts";
import { historyFiles } from "./history-file.ts";
import { announced, type LiveBus } from "./live.ts";
import { marks } from "./marks.ts";
import { type OnDemand, onDemandPart } from "./on-demand.ts";
import { type Paths, pathsPart } from "./paths.ts";
import { type UnderWay, underWay } from "./under-way.ts";

/** What the transport knows of a batch. */
export type BatchMeta = {
  /** When the request arrived, UTC ms by the collector's clock. */
  readonly receivedMs: number;
  /** Address it came from; null = unknown. */
  readonly address: string | null;
};

export type BatchCounts = { readonly taken: number; readonly refused: number; readonly failed: number };

export type Ingest = {
  /**
   * @param body Parsed JSON, untrusted.
   * @throws InvalidInputError when the envelope is wrong; CarrierwatchError wire_version; what the store throws
   */
  batch(vantage: string, body: unknown, meta: BatchMeta): Promise<BatchAnswer>;
  /** A probe asked for its assignments: that is a contact, and on what it is given it may report for ever. */
  contact(vantage: string, meta: BatchMeta, given: readonly string[]): Promise<void>;
  /** Batches since this process started: taken, refused for what they were, failed for what we were. */
  batches(): BatchCounts;
  /** Resolves when no batch is under way, or after so many ms. */
  quiet(mostMs: number): Promise<void>;
  /** A phase of a first measurement, for whoever watches; dropped when the vantage may not report on the target. */
  progress(vantage: string, progress: Progress): Promise<void>;
  /** Measurements somebody asked for: they pass through and are stored nowhere. */
  readonly onDemand: OnDemand;
  /** Which addresses of a target have a series. */
  readonly addresses: Addresses;
  /** Evidence of targets that turned bad. */
  readonly paths: Paths;
};

type Outcome = BatchAnswer["outcomes"][number];
type Batch = ReturnType<typeof parseEnvelope>;
type Sorted = { readonly outcomes: (Outcome | null)[]; readonly records: SampleRecord[] };
/** A sample for pages, and its place among those that the store is given. */
type Shown = { readonly at: number; readonly record: SampleRecord };

export function ingestPart(deps: {
  readonly store: Pick<Store, "samples" | "strip" | "registry" | "events" | "ops">;
  readonly registry: Known;
  readonly live: LiveBus;
  readonly clock: Clock;
  readonly log: Log;
  /** Whose network an address is in; absent = no hints. */
  readonly networkOf?: NetworkOf;
  /** Folder for the history of addresses that lose their place; absent = none ever does. */
  readonly exportsDir?: string;
}): Ingest {
  const { store, registry, live, clock, log, networkOf = () => null, exportsDir } = deps;
  const may = assigned({ store, registry });
  const telling = { ...store, events: announced(store.events, live) };
  const told = contacts({ store: telling, live, networkOf });
  const files = exportsDir === undefined ? null : historyFiles({ store, dir: exportsDir, log });
  const addresses = addressesPart({ store: telling, registry, files, clock, log });
  const count = marks({ store });
  const batches = underWay(clock);
  const { seen, answering } = counting(batches);
  const take = async (vantage: string, batch: Batch, meta: BatchMeta): Promise<BatchAnswer> => {
    const { head } = batch;
    const skewMs = skewOf(head, meta.receivedMs);
    const { outcomes, records } = await sort(vantage, batch, { ...meta, skewMs }, may);
    const rejected = outcomes.filter((outcome) => outcome !== null).length;
    const { shown, storing } = await keep({ store, addresses, clock, live }, vantage, records, outcomes);
    // Given to the store after the records, and written with them: one sync for all.
    const contact = contactOf(head, meta, skewMs);
    const written = Promise.all([
      storing,
      count(vantage, head, meta.receivedMs, storing),
      told.heard(vantage, answered(contact, head)),
    ]);
    const [stored, { mark, rewindToS, ...marked }] = await written.catch(async (error: unknown) => {
      // Why the batch was not taken is what is said, also when this cannot be written either.
      await told.heard(vantage, contact).catch(() => {});
      throw error;
    });
    marked.stored();
    const { carrier } = await registry.vantages.get(vantage);
    for (const { at, record } of shown)
      if (stored[at] === "stored") live.publish({ type: "sample", sample: viewOf(record, carrier) });
    if (rejected > 0) {
      await store.ops.countRejected(vantage, rejected);
      log.warn({ vantage, rejected, why: outcomes.find(Boolean)?.why }, "records of a batch were rejected");
    }
    if (rewindToS !== null)
      log.warn({ vantage, rewindToS }, "this database lacks batches; asked for them again");
    return {
      wire: WIRE_VERSION,
      receivedMs: meta.receivedMs,
      skewMs,
      mark,
      outcomes: settled(outcomes, stored),
      ...(rewindToS === null ? {} : { rewindToS }),
    };
  };
  return {
    onDemand: onDemandPart({ clock, log, networkOf }),
    addresses,
    paths: pathsPart({ store, may, live, clock, networkOf }),
    batches: () => ({ ...seen }),
    quiet: batches.quiet,
    // Not async: what waits for the disk must not hold what was parsed.
    batch(vantage, body, meta) {
      try {
        const batch = parseEnvelope(body);
        return answering(take(vantage, batch, meta));
      } catch (error) {
        seen.refused += 1;
        return Promise.reject(error);
      }
    },
    async contact(vantage, meta, given) {
      await may.add(vantage, given);
      await told.heard(vantage, { atMs: meta.receivedMs, address: meta.address });
    },
    async progress(vantage, progress) {
      if (!(await may.has(vantage, progress.target))) return;
      const { carrier } = await registry.vantages.get(vantage);
      live.publish({ type: "progress", vantage, carrier, progress });
    },
  };
}

/** Counts batches, and says when they are under way. */
function counting(batches: UnderWay) {
  const seen = { taken: 0, refused: 0, failed: 0 };
  return {
    seen,
    async answering(answer: Promise<BatchAnswer>): Promise<BatchAnswer> {
      const answered = batches.begin();
      let outcome: keyof BatchCounts = "failed";
      try {
        const settled = await answer;
        outcome = "taken";
        return settled;
      } finally {
        seen[outcome] += 1;
        answered();
      }
    },
  };
}

/**
 * Gives the store what has a series; what is counted as other is settled in `outcomes`.
 *
 * @param parsed Emptied as soon as the store has them: waiting for the disk, a batch is a few bytes and no thousands of
 *   objects, which the garbage collector would copy again and again.
 */
async function keep(
  deps: {
    readonly store: Pick<Store, "samples">;
    readonly addresses: Addresses;
    readonly clock: Clock;
    readonly live: Pick<LiveBus, "wantsLate">;
  },
  vantage: string,
  parsed: SampleRecord[],
  outcomes: (Outcome | null)[],
): Promise<{ readonly shown: readonly Shown[]; readonly storing: Promise<OutcomeKind[]> }> {
  const { refused, stored: settle } = await deps.addresses.admit(
    vantage,
    parsed.map(({ sample }) => sample),
  );
  const turns = outcomes.flatMap((outcome, i) => (outcome === null ? [i] : []));
  for (const [at, why] of refused.entries())
    if (why !== null) outcomes[turns[at] ?? 0] = { outcome: "rejected", why };
  try {
    const { shown, storing } = hand(deps, parsed, refused);
    return { shown, storing: storing.finally(settle) };
  } catch (error) {
    settle();
    throw error;
  }
}

function hand(
  { store, clock, live }: Parameters<typeof keep>[0],
  parsed: SampleRecord[],
  refused: readonly (string | null)[],
): { readonly shown: readonly Shown[]; readonly storing: Promise<OutcomeKind[]> } {
  const records = parsed.splice(0).filter((_, at) => refused[at] === null);
  return {
    shown: worthShowing(records, live.wantsLate()),
    storing: store.samples.put(records, clock.nowMs()),
  };
}

function viewOf(record: SampleRecord, carrier: string): SampleView {
  const { vantage, receivedMs, sample } = record;
  return { vantage, carrier, receivedMs, live: isLive(record), sample };
}

/** Puts the store's outcomes where a record was its turn; one too few must never read as stored. */
function settled(outcomes: readonly (Outcome | null)[], stored: readonly OutcomeKind[]): Outcome[] {
  const answers = stored.values();
  return outcomes.map((refused) => {
    if (refused !== null) return refused;
    const { value } = answers.next();
    if (value === undefined) throw new Error("the store settled fewer records than it was given");
    return { outcome: value };
  });
}

/** Probe clock minus collector clock, ms: the batch was under way for half a round trip after it was stamped. */
function skewOf(batch: BatchHead, receivedMs: number): number {
  return Math.round(batch.sentMs + (batch.rttMs ?? 0) / 2 - receivedMs);
}

/** Splits records into those the store may judge and those refused here; null = the store's turn. */
async function sort(
  vantage: string,
  { head, records }: Batch,
  meta: { readonly receivedMs: number; readonly skewMs: number },
  may: Assigned,
): Promise<Sorted> {
  const sorted: Sorted = { outcomes: [], records: [] };
  const all = records.splice(0).map(parseSample);
  const named = new Set(all.flatMap((parsed) => ("why" in parsed ? [] : parsed.sample.target)));
  const allowed = await may.among(vantage, named);
  for (const parsed of all) {
    if ("why" in parsed) {
      sorted.outcomes.push({ outcome: "rejected", why: parsed.why });
    } else if (!allowed.has(parsed.sample.target)) {
      const why = `target ${parsed.sample.target} was never assigned to vantage ${vantage}`;
      sorted.outcomes.push({ outcome: "rejected", why });
    } else {
      const { receivedMs, skewMs } = meta;
      sorted.outcomes.push(null);
      sorted.records.push({ vantage, epoch: head.epoch, receivedMs, skewMs, sample: parsed.sample });
    }
  }
  return sorted;
}

function contactOf(batch: BatchHead, meta: BatchMeta, skewMs: number) {
  const { records, bytes, dropped, quarantined } = batch.spool;
  return {
    atMs: meta.receivedMs,
    address: meta.address,
    probeVersion: batch.probeVersion,
    skewMs,
    spoolRecords: records,
    spoolBytes: bytes,
    dropped,
    quarantined,
  };
}

/** The probe counted its spool while the batch was still waiting in it; the answer settles these records. */
function answered(contact: ReturnType<typeof contactOf>, { count }: BatchHead): typeof contact {
  const waiting = Math.max(0, contact.spoolRecords - count);
  return { ...contact, spoolRecords: waiting, spoolBytes: waiting === 0 ? 0 : contact.spoolBytes };
}

/**
 * Of the targets' own series the live samples, and of late ones the newest of each: a backlog must not flood pages that
 * read the rest anyway, and those of single addresses come with them.
 *
 * @param wantsLate false = nobody wants late ones.
 */
function worthShowing(records: readonly SampleRecord[], wantsLate: boolean): Shown[] {
  const own = records.flatMap((record, at) =>
    record.sample.address === undefined && (wantsLate || isLive(record)) ? [{ at, record }] : [],
  );
  const newest = new Map<string, SampleRecord>();
  for (const { record } of own) {
    const { target, tick } = record.sample;
    if (tick >= (newest.get(target)?.sample.tick ?? 0)) newest.set(target, record);
  }
  return own.filter(({ record }) => isLive(record) || newest.get(record.sample.target) === record);
}

/** By the skew-corrected clock, as the store judges it. */
function isLive({ receivedMs, skewMs, sample }: SampleRecord): boolean {
  return receivedMs + (skewMs ?? 0) - sample.tick * 1000 <= liveLimitMs(sample.stepS);
}
