/**
 * The overview: every target by carrier, bad ones first. A handful of batch reads, whatever the number of targets.
 *
 * Also the head of one target's page, which is its row with thirty days behind it.
 */
import { setImmediate } from "node:timers/promises";
import { DAY_S } from "../archive/layout.ts";
import { sortedTotals } from "../archive/strip-window.ts";
import type { Registry } from "../registry/registry.ts";
import type { StripRun } from "../store/lasts-and-strips.ts";
import type { Incidents, SeriesKey, Store, StoredSample } from "../store/store.ts";
import type { Overview, OverviewRow, TargetView } from "../wire/api-overview.ts";
import type { Carrier } from "../wire/carrier.ts";
import type { Clock } from "../wire/clock.ts";
import type { IncidentClass, IncidentView } from "../wire/incident.ts";
import { packRow } from "../wire/overview-rows.ts";
import type { Target } from "../wire/target.ts";
import type { Vantage } from "../wire/vantage.ts";
import { type AlteredByTarget, alteredNow } from "./altered-now.ts";
import { availabilityOf } from "./availability.ts";
import { percentileMs, unpaused } from "./chart.ts";
import { incidentView, isWithdrawn } from "./incidents.ts";
import { type NewestTicks, newestTicks, ticksOfSamples } from "./newest-ticks.ts";
import { rowFactsOf, targetRowOf } from "./overview-forms.ts";
import { compareRows, overviewRow, type RowNow } from "./overview-row.ts";
import { sampleView } from "./sample-view.ts";
import { segmentsOf, stepSpans } from "./segments.ts";
import { type Subject, scheduleOf, seriesOf, subjectOf } from "./subject.ts";
import { carrierStates, overlay, serviceStates } from "./tick-states.ts";
import { untoldReason } from "./untold.ts";

const OPEN_INCIDENTS = 200;

export type OverviewOptions = {
  readonly store: Store;
  readonly registry: Pick<Registry, "targets" | "carriers" | "vantages">;
  readonly clock: Clock;
};

/** Everything the registry says, read once per query. */
type Known = { readonly targets: Target[]; readonly carriers: Carrier[]; readonly vantages: Vantage[] };

async function knownOf({ targets, carriers, vantages }: OverviewOptions["registry"]): Promise<Known> {
  const [t, c, v] = await Promise.all([targets.list(), carriers.list(), vantages.list()]);
  return { targets: t, carriers: c, vantages: v };
}

/** All rows. */
export async function overviewOf(options: OverviewOptions): Promise<Overview> {
  const { store, clock } = options;
  const nowMs = clock.nowMs();
  const known = await knownOf(options.registry);
  const [subjects, incidents, altered, untold] = await Promise.all([
    subjectsOf(store, known),
    openIncidents(store.incidents, known),
    alteredNow(store.events),
    untoldReason(store),
  ]);
  const { byTarget, lastStartMs } = await newestTicks(store, subjects);
  const rowOf = await rowMaker(options, known, { subjects, byTarget, open: incidents, altered });
  const rows: Placed[] = [];
  for (const [i, subject] of subjects.entries()) {
    if (i % ROWS_AT_ONCE === ROWS_AT_ONCE - 1) await setImmediate();
    const row = rowOf(subject);
    const { target, status, nextTickMs } = row;
    rows.push({ target, status, nextTickMs, packed: packRow(rowFactsOf(row), nowMs) });
  }
  const starts = rows.filter((row) => row.status !== "paused").map((row) => row.nextTickMs);
  return {
    nowMs,
    lastStartMs,
    nextStartMs: starts.length === 0 ? null : starts.reduce((a, b) => Math.min(a, b)),
    carriers: columnsOf(known),
    rows: rows.sort(compareRows).map((row) => row.packed),
    openIncidents: incidents,
    untold,
  };
}

/** What is kept of a row until all are put in order. */
type Placed = Pick<RowNow, "target" | "status" | "nextTickMs"> & { readonly packed: OverviewRow };

/** Some milliseconds of work; then samples and other pages are served. */
const ROWS_AT_ONCE = 50;

async function subjectsOf(store: Store, known: Known): Promise<Subject[]> {
  const generations = Map.groupBy(await store.samples.generations(), (one) => one.series.target);
  return known.targets.map((target) =>
    subjectOf(target, generations.get(target.id) ?? [], known.vantages, known.carriers),
  );
}

/** Carriers that have a vantage, in order. */
function columnsOf(known: Known): Carrier[] {
  const living = known.vantages.filter((vantage) => vantage.revokedS === null);
  return known.carriers.filter((carrier) => living.some((vantage) => vantage.carrier === carrier.id));
}

async function openIncidents(incidents: Incidents, known: Known, target?: string): Promise<IncidentView[]> {
  const about = target === undefined ? {} : { target };
  const open = await incidents.list({ ...about, open: true, limit: OPEN_INCIDENTS });
  return open.filter((incident) => !isWithdrawn(incident)).map((incident) => incidentView(incident, known));
}

/** What rows are made of beside the strips. */
type Happening = {
  readonly subjects: readonly Subject[];
  readonly byTarget: NewestTicks["byTarget"];
  readonly open: readonly IncidentView[];
  readonly altered: AlteredByTarget;
};

/** @returns the row of one of the subjects. */
async function rowMaker(
  { store, registry, clock }: OverviewOptions,
  known: Known,
  { subjects, byTarget, open, altered: alteredBy }: Happening,
): Promise<(subject: Subject) => RowNow> {
  const nowMs = clock.nowMs();
  const nowS = Math.floor(nowMs / 1000);
  const series = subjects.flatMap((subject) => seriesOf(subject.target, subject.carriers));
  const [strips, contacts] = await Promise.all([
    readStrips(store, series, nowS - DAY_S, nowS),
    registry.vantages.contacts(),
  ]);
  const stripsBy = Map.groupBy(strips, (one) => one.series.target);
  const openBy = Map.groupBy(
    open.filter((one) => one.subject === "target"),
    (one) => one.target,
  );
  const carriers = columnsOf(known);
  return (subject) => {
    const { id } = subject.target;
    const heard = { latest: byTarget.get(id) ?? new Map(), contacts, nowMs };
    const incident = worstOf(openBy.get(id) ?? []);
    const altered = alteredBy.get(id) ?? new Map();
    return overviewRow({ subject, carriers, strips: stripsBy.get(id) ?? [], heard, incident, altered });
  };
}

const WORST_FIRST: readonly IncidentClass[] = ["down", "degraded", "slow", "silent"];

function worstOf(incidents: readonly IncidentView[]): IncidentView | null {
  const rank = (incident: IncidentView) => WORST_FIRST.indexOf(incident.class);
  return [...incidents].sort((a, b) => rank(a) - rank(b))[0] ?? null;
}

async function readStrips(
  store: Store,
  series: readonly SeriesKey[],
  fromS: number,
  toS: number,
): Promise<StripRun[]> {
  return series.length === 0 ? [] : await store.strip.read({ series, fromS, toS });
}

/** The head of one target's page. @throws NotFoundError */
export async function targetViewOf(options: OverviewOptions, id: string): Promise<TargetView> {
  const { store, registry, clock } = options;
  const nowMs = clock.nowMs();
  const nowS = Math.floor(nowMs / 1000);
  const [target, known, generations] = await Promise.all([
    registry.targets.get(id),
    knownOf(registry),
    store.samples.generations(id),
  ]);
  const subject = subjectOf(target, generations, known.vantages, known.carriers);
  const series = seriesOf(target, subject.carriers);
  const [open, altered, samples] = await Promise.all([
    openIncidents(store.incidents, known, id),
    alteredNow(store.events, id),
    store.samples.latest(series),
  ]);
  const byTarget = new Map([[id, ticksOfSamples(samples)]]);
  const [rowOf, strips] = await Promise.all([
    rowMaker(options, known, { subjects: [subject], byTarget, open, altered }),
    readStrips(store, series, nowS - 30 * DAY_S, nowS),
  ]);
  const totals = sortedTotals(unpaused(target, strips));
  return {
    row: targetRowOf(rowOf(subject)),
    carriers: known.carriers.filter((carrier) => subject.carriers.some((one) => one.carrier === carrier.id)),
    latest: samples.map((sample) => sampleView(sample, carrierOf(known.vantages, sample.vantage))),
    availability30d: availability30d(subject, strips, nowS),
    p50Ms30d: percentileMs(totals, 50),
    p95Ms30d: percentileMs(totals, 95),
    certificateNotAfterS: earliestExpiry(samples),
    nowMs,
  };
}

function availability30d(subject: Subject, strips: readonly StripRun[], nowS: number) {
  const { target, generations, carriers } = subject;
  const segments = segmentsOf(stepSpans(generations, target.stepS, nowS - 30 * DAY_S, nowS + 1));
  const lines = carriers.map((carrier) => {
    const ids = carrier.vantages.map((one) => one.vantage.id);
    const own = strips.filter((strip) => ids.includes(strip.series.vantage));
    return overlay(segments, carrierStates(segments, own), scheduleOf(target, carrier, nowS));
  });
  return availabilityOf(serviceStates(lines, target.alarm.carriers));
}

/** Carrier of a vantage; its own id when the registry does not know it. */
export function carrierOf(vantages: readonly Vantage[], id: string): string {
  return vantages.find((vantage) => vantage.id === id)?.carrier ?? id;
}

function earliestExpiry(samples: readonly StoredSample[]): number | null {
  const ends = samples.flatMap((stored) => stored.sample.detail.certificate?.notAfterS ?? []);
  return ends.length === 0 ? null : Math.min(...ends);
}
