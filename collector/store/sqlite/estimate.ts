/**
 * What the store takes, by part: now, when its series have been measured for a given time, and when all rings are full.
 *
 * Rings are counted from their layout. The log's records have no fixed size: it is what remains of the file now; for
 * later a tick of it takes what it takes now, and at full age no less than its budget allows.
 */
import { statSync } from "node:fs";
import { firstLayout, isAsked, type Layout, nextLayout } from "../../archive/sets.ts";
import { type Archive, type Extras, NO_EXTRAS } from "../../wire/archives.ts";
import { EVENT_KINDS } from "../../wire/event.ts";
import { ESTIMATE_AGES_S, EVENTS_KEPT, type StoreEstimate } from "../store.ts";
import { TICKS_PER_TILE } from "./bands.ts";
import type { FileUse } from "./reader-sizes.ts";
import { LOG, type LogUse, logAtBudget, logUseOf, type PartBytes, PDPS, partsOf } from "./sizes.ts";

/** A typical event of each kind as stored; of a route with twenty hops, a chain and a head. */
const EVENT_BYTES: Readonly<Record<keyof typeof EVENTS_KEPT, number>> = {
  egress: 500,
  addresses: 500,
  path: 4_500,
  altered: 800,
};
/** The journal is swept before it is longer: in all, or of each series. */
const JOURNAL_BYTES = 16 * 1024 * 1024;
const JOURNAL_BYTES_EACH = 3_000;
/** Longer than any ring. */
const FULL_AGE_S = 900 * 86_400;
/** With fewer ticks in the log nothing follows from what they take. */
const FEW_TICKS = 64;
const BIRTH_S = 20_000 * 86_400;

export type Asked = {
  readonly stepS: number;
  /** Null = the default set of the step. */
  readonly archives: readonly Archive[] | null;
  readonly extras: Extras;
};

/** @param asked For which step, set and extras a single series is stated. */
export function estimateOf(
  asked: Asked,
  use: FileUse,
  told: { readonly detailsDropped: number; readonly file: string },
): StoreEstimate {
  const walBytes = sizeOf(`${told.file}-wal`);
  // Whole bytes, so that the log is exactly what is left of them.
  const stored = [...use.rings.filter(({ part }) => part !== LOG), ...use.others].map(
    ({ part, bytes }): PartBytes => ({ part, bytes: Math.round(bytes) }),
  );
  const logBytes = Math.max(0, use.pagesBytes - sum(stored));
  const inLog = logBytes + sum(stored.filter(({ part }) => part === PDPS));
  const log = logUse(use, told.detailsDropped > 0 ? inLog : null);
  const now = new Map(
    [...stored, { part: LOG, bytes: logBytes }, { part: "wal", bytes: walBytes }].map(pair),
  );
  // Pages do not shrink with the tiles that gave up their details: over the budget it is what the store shows.
  const fullLog = { ...log, perTick: Math.max(log.perTick, logAtBudget(use.pageBytes).perTick) };
  const full = partsAt(asked, FULL_AGE_S, fullLog);
  const ages = ESTIMATE_AGES_S.map((ageS) => new Map(partsAt(asked, ageS, log).map(pair)));
  const names = new Set([...full.map(({ part }) => part), ...now.keys()]);
  const fullOf = new Map(full.map(pair));
  const parts = [...names].map((part) => ({
    part,
    bytesPerSeries: Math.round(fullOf.get(part) ?? 0),
    bytesPerSeriesAt: ages.map((at) => Math.round(at.get(part) ?? 0)),
    bytesNow: Math.round(now.get(part) ?? 0),
  }));
  const settings = now.get("settings and incidents") ?? 0;
  const series = use.kinds.reduce((count, kind) => count + kind.count, 0);
  const journal = Math.max(JOURNAL_BYTES, JOURNAL_BYTES_EACH * series);
  const bytesFixed = eventsFull() + journal + settings;
  const lasting = sum(use.others) + use.olderBytes;
  return {
    parts,
    series,
    bytesPerSeriesFull: Math.round(sum(full)),
    bytesAt: ESTIMATE_AGES_S.map((ageS) => Math.round(allAt(use, ageS, log) + lasting)),
    bytesFixed: Math.round(bytesFixed),
    detailsDropped: told.detailsDropped,
    bytesNow: use.pagesBytes + walBytes,
    bytesFull: Math.round(allAt(use, FULL_AGE_S, fullLog) + use.olderBytes + bytesFixed),
  };
}

/** Bytes a series of a new database takes by part when it has been measured for that long; the log as if each tick took its budget. */
export function seriesBytesAt(stepS: number, ageS: number): PartBytes[] {
  return partsAt({ stepS, archives: null, extras: NO_EXTRAS }, ageS, logAtBudget());
}

function partsAt({ stepS, archives, extras }: Asked, ageS: number, log: LogUse): PartBytes[] {
  const layout = layoutOf(stepS, archives, extras);
  const lastTick = BIRTH_S + Math.floor(ageS / stepS) * stepS;
  return partsOf(stepS, layout, { openedTick: BIRTH_S, lastTick, laidTo: 0, laidShare: 0 }, log);
}

/** A set that a series has from the beginning. */
function layoutOf(stepS: number, archives: readonly Archive[] | null, extras: Extras): Layout {
  const first = firstLayout(stepS);
  return isAsked(first, archives, extras) ? first : nextLayout(stepS, first, archives, 0, extras);
}

/** Every series there is, measured for that long as it is measured now. */
function allAt({ kinds }: FileUse, ageS: number, log: LogUse): number {
  return kinds.reduce(
    (total, { stepS, set, extras, count }) =>
      total + count * sum(partsAt({ stepS, archives: set, extras }, ageS, log)),
    0,
  );
}

/** What a tick of the log takes of the file. @param strippedBytes All that the log takes, when details were dropped. */
function logUse({ logBytes, logTicks, pageBytes }: FileUse, strippedBytes: number | null): LogUse {
  if (logTicks < FEW_TICKS) return logAtBudget(pageBytes);
  return logUseOf(
    (logBytes / logTicks) * TICKS_PER_TILE,
    strippedBytes && strippedBytes / logTicks,
    pageBytes,
  );
}

function eventsFull(): number {
  return EVENT_KINDS.reduce((total, kind) => total + EVENTS_KEPT[kind] * EVENT_BYTES[kind], 0);
}

const sum = (parts: readonly PartBytes[]) => parts.reduce((total, { bytes }) => total + bytes, 0);
const pair = ({ part, bytes }: PartBytes): [string, number] => [part, bytes];

function sizeOf(path: string): number {
  return statSync(path, { throwIfNoEntry: false })?.size ?? 0;
}
