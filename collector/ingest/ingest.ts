/**
 * Ingest: a batch from a probe becomes stored samples and an outcome for each record.
 *
 * The vantage comes from the key, never from the body. A poison record is `rejected` and counted, and blocks nothing.
 * The answer is given only after the store's transaction is synced. Next stop of the data: `store`, then `alert`.
 */
import type { ColumnRecords, SampleRecord, Store } from "../store/store.ts";
import type { Clock } from "../wire/clock.ts";
import { WIRE_VERSION } from "../wire/ids.ts";
import type { Log } from "../wire/log.ts";
import type { Progress } from "../wire/probe-protocol.ts";
import type { BatchAnswer, OutcomeKind } from "../wire/sample.ts";
import { type Addresses, addressesPart } from "./addresses.ts";
import { type Assigned, assigned, type Known } from "./assigned.ts";
import { contacts } from "./contacts.ts";
import { DetailTexts } from "./detail-texts.ts";
import type { NetworkOf } from "./egress.ts";
import type { BatchHead } from "./envelope.ts";
import { historyFiles } from "./history-file.ts";
import { announced, type LiveBus } from "./live.ts";
import { marks } from "./marks.ts";
import { type OnDemand, onDemandPart } from "./on-demand.ts";
import { type Paths, pathsPart } from "./paths.ts";
import { freePlaces, type Received, receivedOf, unpacked } from "./received.ts";
import { type Shown, shownOf, shownOfColumns } from "./showing.ts";
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
   * @param body Parsed JSON, or the bytes of a batch in columns; untrusted.
   * @throws InvalidInputError when the envelope is wrong; CarrierwatchError wire_version, unknown_texts; what the store throws
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
type Meta = BatchMeta & { readonly skewMs: number };
/** What the store is given, and where in the batch it stood. */
type Sorted = {
  /** By place in the batch; null = the store's turn. */
  readonly outcomes: (Outcome | null)[];
  readonly records: SampleRecord[];
  readonly turns: number[];
  readonly columns: ColumnRecords | null;
  readonly columnTurns: readonly number[];
};
/** What the store says of each. */
type Stored = { readonly records: readonly OutcomeKind[]; readonly columns: readonly OutcomeKind[] };

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
  const texts = new DetailTexts();
  const take = async (vantage: string, received: Received, meta: BatchMeta): Promise<BatchAnswer> => {
    const { head, isShort } = received;
    const skewMs = skewOf(head, meta.receivedMs);
    const sorted = await sort(vantage, received, { ...meta, skewMs }, may);
    const { outcomes } = sorted;
    const rejected = outcomes.filter((outcome) => outcome !== null).length;
    const { shown, storing } = await keep({ store, addresses, clock, live }, vantage, sorted);
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
    show(live, shown.records, stored.records, carrier);
    show(live, shown.columns, stored.columns, carrier);
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
      ...settled(sorted, stored, isShort),
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
        return answering(take(vantage, receivedOf(body, texts), meta));
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

type Kept = {
  readonly shown: { readonly records: readonly Shown[]; readonly columns: readonly Shown[] };
  readonly storing: Promise<Stored>;
};

/**
 * Gives the store what has a series; what is counted as other is settled in `outcomes`.
 *
 * @param sorted Its records are emptied as soon as the store has them: waiting for the disk, a batch is a few bytes and no
 *   thousands of objects, which the garbage collector would copy again and again.
 */
async function keep(
  deps: {
    readonly store: Pick<Store, "samples">;
    readonly addresses: Addresses;
    readonly clock: Clock;
    readonly live: Pick<LiveBus, "wantsLate">;
  },
  vantage: string,
  sorted: Sorted,
): Promise<Kept> {
  const { records, turns, outcomes } = sorted;
  if (records.length === 0) return hand(deps, sorted);
  const { refused, stored: settle } = await deps.addresses.admit(
    vantage,
    records.map(({ sample }) => sample),
  );
  for (const [i, why] of refused.entries())
    if (why !== null) outcomes[turns[i] ?? 0] = { outcome: "rejected", why };
  const isKept = (_: unknown, i: number) => refused[i] === null;
  records.splice(0, records.length, ...records.filter(isKept));
  turns.splice(0, turns.length, ...turns.filter(isKept));
  try {
    const { shown, storing } = hand(deps, sorted);
    return { shown, storing: storing.finally(settle) };
  } catch (error) {
    settle();
    throw error;
  }
}

function hand({ store, clock, live }: Parameters<typeof keep>[0], sorted: Sorted): Kept {
  const { columns } = sorted;
  const records = sorted.records.splice(0);
  const wantsLate = live.wantsLate();
  const shown = {
    records: shownOf(records, wantsLate),
    columns: columns ? shownOfColumns(columns, wantsLate) : [],
  };
  const nowMs = clock.nowMs();
  // In one turn: both are in one commit.
  const storing = Promise.all([
    columns ? store.samples.putColumns(columns, nowMs) : [],
    records.length > 0 ? store.samples.put(records, nowMs) : [],
  ]);
  return {
    shown,
    storing: storing.then(([ofColumns, ofRecords]) => ({ columns: ofColumns, records: ofRecords })),
  };
}

function show(live: LiveBus, shown: readonly Shown[], stored: readonly OutcomeKind[], carrier: string): void {
  for (const { at, view } of shown)
    if (stored[at] === "stored") live.publish({ type: "sample", sample: { ...view, carrier } });
}

/** Every record's outcome, in the order of the batch. @param isShort One number will do where all were stored. */
function settled(
  { outcomes, turns, columnTurns }: Sorted,
  stored: Stored,
  isShort: boolean,
): Pick<BatchAnswer, "outcomes" | "stored"> {
  // One too few must never read as stored.
  if (stored.records.length !== turns.length || stored.columns.length !== columnTurns.length)
    throw new Error("the store settled fewer records than it was given");
  for (const [i, at] of turns.entries()) outcomes[at] = { outcome: stored.records[i] ?? "rejected" };
  for (const [i, at] of columnTurns.entries()) outcomes[at] = { outcome: stored.columns[i] ?? "rejected" };
  const all = outcomes.map((outcome) => outcome ?? { outcome: "rejected" as const });
  if (isShort && all.length > 0 && all.every(({ outcome }) => outcome === "stored"))
    return { outcomes: [], stored: all.length };
  return { outcomes: all };
}

/** Probe clock minus collector clock, ms: the batch was under way for half a round trip after it was stamped. */
function skewOf(batch: BatchHead, receivedMs: number): number {
  return Math.round(batch.sentMs + (batch.rttMs ?? 0) / 2 - receivedMs);
}

/** Splits records into those the store may judge and those refused here. */
async function sort(vantage: string, received: Received, meta: Meta, may: Assigned): Promise<Sorted> {
  const named = received.records.flatMap(({ parsed }) => ("sample" in parsed ? parsed.sample.target : []));
  const inColumns = received.columns?.targets ?? [];
  // Each once: those in columns are.
  const allowed = await may.among(vantage, named.length > 0 ? new Set([...inColumns, ...named]) : inColumns);
  const isAllowed = received.columns?.targets.every((target) => allowed.has(target)) ?? true;
  const { head, records, columns } = isAllowed ? received : unpacked(received);
  const { receivedMs, skewMs } = meta;
  const common = { vantage, epoch: head.epoch, receivedMs, skewMs };
  const columnTurns = columns ? freePlaces(records, columns.count) : [];
  const sorted: Sorted = {
    outcomes: new Array<Outcome | null>(head.count).fill(null),
    records: [],
    turns: [],
    columns: columns && { ...common, columns },
    columnTurns,
  };
  for (const { at, parsed } of records.splice(0)) {
    if ("why" in parsed) {
      sorted.outcomes[at] = { outcome: "rejected", why: parsed.why };
    } else if (!allowed.has(parsed.sample.target)) {
      const why = `target ${parsed.sample.target} was never assigned to vantage ${vantage}`;
      sorted.outcomes[at] = { outcome: "rejected", why };
    } else {
      sorted.turns.push(at);
      sorted.records.push({ ...common, sample: parsed.sample });
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
