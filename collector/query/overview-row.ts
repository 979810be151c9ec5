/**
 * One target's row of the overview: each carrier now, its last hours and its availability. Pure.
 *
 * Strips give everything but the newest samples; the spark's totals are therefore within 0.0125 %.
 */
import { DAY_S } from "../archive/layout.ts";
import { totalUsOf } from "../archive/strip.ts";
import type { StripRun } from "../store/lasts-and-strips.ts";
import type { AlteredNow, RowStatus, TargetCell, TargetRow } from "../wire/api-overview.ts";
import type { Carrier } from "../wire/carrier.ts";
import type { IncidentView } from "../wire/incident.ts";
import { isPaused } from "../wire/target.ts";
import { availabilityOf, cellsOf } from "./availability.ts";
import { carrierNow, type Heard, type NewestTick } from "./now.ts";
import { indexRange, type Segment, segmentsOf, stepSpans, tickCount } from "./segments.ts";
import { nextStartMs, type Subject, type SubjectCarrier, scheduleOf } from "./subject.ts";
import {
  carrierStates,
  eachTick,
  isServiceDown,
  overlay,
  serviceStates,
  type TickStates,
} from "./tick-states.ts";

const SPARK_S = 10_800;
const CELL_S = 1800;
/** A spark is a few centimetres wide: a faster step is drawn by the mean of neighbouring ticks. */
const SPARK_POINTS = 90;

/** A cell and a row as they are worked out; the forms they are answered in are in overview-forms.ts. */
export type CellNow = Omit<TargetCell, "latest"> & {
  /** The tick its number or failure is taken from. */
  readonly shown: NewestTick | null;
};
export type RowNow = Omit<TargetRow, "cells"> & { readonly cells: readonly CellNow[] };

/** What a row is made of; strips of the last 24 h at least. */
export type RowInput = {
  readonly subject: Subject;
  /** Columns of the table, in order. */
  readonly carriers: readonly Carrier[];
  readonly strips: readonly StripRun[];
  readonly heard: Heard;
  readonly incident: IncidentView | null;
  /** By carrier id. */
  readonly altered: ReadonlyMap<string, AlteredNow>;
};

export function overviewRow(input: RowInput): RowNow {
  const { target } = input.subject;
  const { nowMs } = input.heard;
  const nowS = Math.floor(nowMs / 1000);
  const spans = stepSpans(input.subject.generations, target.stepS, nowS - DAY_S, nowS + 1);
  const segments = segmentsOf(spans);
  const lines: TickStates[] = [];
  const cells = input.carriers.map((carrier): CellNow => {
    const found = input.subject.carriers.find((one) => one.carrier === carrier.id);
    if (!found?.vantages.some((one) => one.active)) return emptyCell(carrier.id);
    const ids = found.vantages.map((one) => one.vantage.id);
    const strips = input.strips.filter((strip) => ids.includes(strip.series.vantage));
    const states = overlay(segments, carrierStates(segments, strips), scheduleOf(target, found, nowS));
    lines.push(states);
    return cellOf(input, found, segments, states, strips);
  });
  return {
    target,
    status: statusOf(input, cells),
    incident: input.incident,
    cells,
    availability24h: availabilityOf(serviceStates(lines, target.alarm.carriers)),
    nextTickMs: nextStartMs(target, nowMs),
  };
}

function cellOf(
  input: RowInput,
  carrier: SubjectCarrier,
  segments: readonly Segment[],
  states: TickStates,
  strips: readonly StripRun[],
): CellNow {
  const { target } = input.subject;
  const nowS = Math.floor(input.heard.nowMs / 1000);
  const schedule = scheduleOf(target, carrier, nowS);
  // Its own start, the one after it, and what a sample takes: then the absence of a newer one means something.
  const freshS = 2 * target.stepS + schedule.startS + schedule.graceS;
  const paused = isPaused(target, nowS);
  const { latest: _, ...now } = carrierNow(target, carrier, input.heard, { paused, freshS });
  return {
    carrier: carrier.carrier,
    ...now,
    spark: sparkOf(segments, strips, nowS),
    cells: cellsOf(segments, states, { fromS: nowS - DAY_S, toS: nowS, cellS: CELL_S }),
    availability24h: availabilityOf(states),
    altered: paused ? null : (input.altered.get(carrier.carrier) ?? null),
  };
}

function emptyCell(carrier: string): CellNow {
  const nothing = new Uint8Array(0);
  return {
    carrier,
    state: "none",
    slow: false,
    shown: null,
    spark: [],
    cells: [],
    availability24h: availabilityOf(nothing),
    silentSinceMs: null,
    altered: null,
  };
}

/** Mean total of the carrier's vantages at each tick of the last 3 h, ms, oldest first. */
function sparkOf(segments: readonly Segment[], strips: readonly StripRun[], nowS: number): (number | null)[] {
  const fromS = nowS - SPARK_S + 1;
  const end = tickCount(segments);
  const starts = segments.flatMap((segment) => {
    const [first, after] = indexRange(segment, fromS, Number.MAX_SAFE_INTEGER);
    return first < after ? [first] : [];
  });
  const first = starts[0] ?? end;
  const sum = new Float64Array(end - first);
  const n = new Uint16Array(end - first);
  const add = (index: number, code: number) => {
    const totalUs = totalUsOf(code);
    if (totalUs === null) return;
    sum[index - first] = (sum[index - first] ?? 0) + totalUs;
    n[index - first] = (n[index - first] ?? 0) + 1;
  };
  for (const segment of segments) for (const strip of strips) eachTick(segment, strip, add, fromS);
  return thinned(sum, n);
}

function thinned(sum: Float64Array, n: Uint16Array): (number | null)[] {
  const ticks = Math.max(1, Math.ceil(sum.length / SPARK_POINTS));
  const points: (number | null)[] = [];
  for (let from = 0; from < sum.length; from += ticks) {
    let [total, count] = [0, 0];
    for (let i = from; i < Math.min(from + ticks, sum.length); i += 1) {
      total += sum[i] ?? 0;
      count += n[i] ?? 0;
    }
    points.push(count === 0 ? null : total / count / 1000);
  }
  return points;
}

const BADNESS: Readonly<Record<RowStatus, number>> = {
  down: 0,
  degraded: 1,
  slow: 2,
  unknown: 3,
  waiting: 4,
  up: 4,
  paused: 4,
};

/** One for all: localeCompare looks its rules up again at every comparison. */
const chinese = new Intl.Collator("zh");

/** Order of the table: bad first, then by group and name. */
export function compareRows(
  a: Pick<RowNow, "status" | "target">,
  b: Pick<RowNow, "status" | "target">,
): number {
  return (
    BADNESS[a.status] - BADNESS[b.status] ||
    chinese.compare(a.target.group, b.target.group) ||
    chinese.compare(a.target.name, b.target.name) ||
    (a.target.id < b.target.id ? -1 : 1)
  );
}

/** The worst of what the open incident says and what the carriers show now. */
function statusOf(input: RowInput, cells: readonly CellNow[]): RowStatus {
  const { target } = input.subject;
  if (isPaused(target, Math.floor(input.heard.nowMs / 1000))) return "paused";
  const shown = shownStatus(cells, target.alarm.carriers);
  const told = input.incident?.class;
  if (told === undefined || told === "silent") return shown;
  return BADNESS[told] <= BADNESS[shown] ? told : shown;
}

function shownStatus(cells: readonly CellNow[], quorum: Subject["target"]["alarm"]["carriers"]): RowStatus {
  const reporting = cells.filter((cell) => ["up", "down", "suspect"].includes(cell.state));
  if (reporting.length === 0) return cells.some((cell) => cell.state === "unknown") ? "unknown" : "waiting";
  const down = reporting.filter((cell) => cell.state === "down").length;
  if (isServiceDown(down, reporting.length, quorum)) return "down";
  if (down > 0) return "degraded";
  const slow = reporting.filter((cell) => cell.slow).length;
  if (isServiceDown(slow, reporting.length, quorum)) return "slow";
  return slow > 0 ? "degraded" : "up";
}
