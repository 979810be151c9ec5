/**
 * A row of the overview as it is made and as it is drawn, and the small form it travels in.
 *
 * Pure. `packRow` at the collector, `unpackRow` in the pages: what is drawn is the same before and after. Only the spark
 * is rounded, to a 64th of its height.
 */
import type { Availability, StateCell, TickCounts } from "./api-chart.ts";
import type {
  AlteredNow,
  BarRun,
  CellState,
  OverviewCell,
  OverviewRow,
  RowStatus,
  Ticks,
} from "./api-overview.ts";
import type { IncidentView } from "./incident.ts";
import type { Failure, UnknownReason } from "./sample.ts";
import { coverageOf, shareOf } from "./shares.ts";
import type { Target } from "./target.ts";

export type CellFacts = {
  readonly carrier: string;
  readonly state: CellState;
  readonly slow: boolean;
  /** Alarm limit of the total, ms, where totalMs is beyond it; null otherwise. */
  readonly limitMs: number | null;
  /** Of the newest sample; null = it has none. */
  readonly totalMs: number | null;
  readonly failure: Pick<Failure, "phase" | "cause" | "source"> | null;
  readonly httpStatus: number | null;
  /** Why it is UNKNOWN, where the probe said so. */
  readonly unknownReason: UnknownReason | null;
  /** Totals of the last 3 h in whatever unit, oldest first; null = a gap. */
  readonly spark: readonly (number | null)[];
  /** The last day, gapless; none with state none. */
  readonly cells: readonly StateCell[];
  readonly availability24h: Availability;
  readonly silentSinceMs: number | null;
  readonly altered: AlteredNow | null;
};

export type RowFacts = {
  readonly target: Pick<Target, "id" | "name" | "url" | "group" | "stepS" | "createdS">;
  readonly status: RowStatus;
  readonly incident: IncidentView | null;
  readonly cells: readonly CellFacts[];
  readonly availability24h: Availability;
};

const DAY_S = 86_400;
/** Half an hour: what a cell of the bar stands for. */
export const BAR_CELL_S = 1800;
const LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
const GAP = ".";
const TOP = LETTERS.length - 1;

/** The small form of a row. @param nowMs The overview's. */
export function packRow(row: RowFacts, nowMs: number): OverviewRow {
  const { id, name, url, group, stepS, createdS } = row.target;
  const ticks24h = packTicks(row.availability24h.counts);
  const shown = row.cells.filter((cell) => cell.state !== "none");
  return {
    target: { id, name, url, group, stepS, ...(createdS > dayBefore(nowMs) ? { createdS } : {}) },
    status: row.status,
    ...(row.incident ? { incident: row.incident.id } : {}),
    cells: Object.fromEntries(shown.map((cell) => [cell.carrier, packCell(cell, ticks24h)])),
    ticks24h,
  };
}

/** When the last day began, UTC seconds. */
function dayBefore(nowMs: number): number {
  return Math.floor(nowMs / 1000) - DAY_S;
}

/** Key by key: of thousands of cells most have three. */
function packCell(cell: CellFacts, rowTicks: Ticks): OverviewCell {
  const ticks24h = packTicks(cell.availability24h.counts);
  const bar = packBar(cell.cells);
  const packed: OverviewCell = {};
  if (cell.state !== "up") packed.state = cell.state;
  if (cell.totalMs !== null) packed.totalMs = cell.totalMs;
  if (cell.failure) packed.failure = cell.failure;
  if (cell.httpStatus !== null) packed.httpStatus = cell.httpStatus;
  if (cell.unknownReason) packed.unknownReason = cell.unknownReason;
  if (cell.slow) packed.slow = cell.slow;
  if (cell.limitMs !== null) packed.limitMs = cell.limitMs;
  if (cell.silentSinceMs !== null) packed.silentSinceMs = cell.silentSinceMs;
  if (cell.altered) packed.altered = cell.altered;
  if (cell.spark.some((value) => value !== null)) packed.spark = packSpark(cell.spark);
  if (bar.some(([look]) => look !== "up")) packed.bar = bar;
  if (!sameTicks(ticks24h, rowTicks)) packed.ticks24h = ticks24h;
  return packed;
}

const KINDS = ["up", "down", "suspect", "unknown"] as const;

function packTicks(counts: TickCounts): Ticks {
  const ticks: Ticks = {};
  for (const kind of KINDS) if (counts[kind] > 0) ticks[kind] = counts[kind];
  return ticks;
}

function sameTicks(a: Ticks, b: Ticks): boolean {
  return KINDS.every((kind) => a[kind] === b[kind]);
}

function packSpark(values: readonly (number | null)[]): string {
  let most = 0;
  for (const value of values) if (value !== null && value > most) most = value;
  let letters = "";
  for (const value of values) {
    letters += value === null ? GAP : LETTERS[Math.round((Math.max(0, value) / (most || 1)) * TOP)];
  }
  return letters;
}

function packBar(cells: readonly StateCell[]): BarRun[] {
  const runs: BarRun[] = [];
  for (const { fromS, toS, state, paused, share } of cells) {
    const n = Math.ceil(toS / BAR_CELL_S) - Math.floor(fromS / BAR_CELL_S);
    const look = paused ? "paused" : state;
    const last = runs.at(-1);
    const drawn = share ?? 0;
    if (last && last[0] === look && (look !== "down" || last[2] === drawn)) last[1] += n;
    else runs.push(look === "down" ? [look, n, drawn] : [look, n]);
  }
  return runs;
}

/**
 * The row as it is drawn.
 *
 * @param carriers Ids of the columns, in order.
 * @param incidents Those that are open.
 */
export function unpackRow(
  row: OverviewRow,
  carriers: readonly string[],
  incidents: readonly IncidentView[],
  nowMs: number,
): RowFacts {
  const nowS = Math.floor(nowMs / 1000);
  return {
    target: { ...row.target, createdS: row.target.createdS ?? dayBefore(nowMs) },
    status: row.status,
    incident: incidents.find(({ id }) => id === row.incident) ?? null,
    cells: carriers.map((carrier) => unpackCell(row, carrier, nowS)),
    availability24h: unpackTicks(row.ticks24h),
  };
}

function unpackCell(row: OverviewRow, carrier: string, nowS: number): CellFacts {
  const cell: OverviewCell = row.cells[carrier] ?? { state: "none", bar: [], ticks24h: {} };
  return {
    carrier,
    state: cell.state ?? "up",
    slow: cell.slow ?? false,
    limitMs: cell.limitMs ?? null,
    totalMs: cell.totalMs ?? null,
    failure: cell.failure ?? null,
    httpStatus: cell.httpStatus ?? null,
    unknownReason: cell.unknownReason ?? null,
    spark: [...(cell.spark ?? "")].map((letter) => (letter === GAP ? null : LETTERS.indexOf(letter))),
    cells: unpackBar(cell.bar ?? [["up", Number.POSITIVE_INFINITY]], nowS),
    availability24h: unpackTicks(cell.ticks24h ?? row.ticks24h),
    silentSinceMs: cell.silentSinceMs ?? null,
    altered: cell.altered ?? null,
  };
}

function unpackTicks({ up = 0, down = 0, suspect = 0, unknown = 0 }: Ticks): Availability {
  const counts = { up, down, suspect, unknown };
  return { counts, share: shareOf(counts), coverage: coverageOf(counts) };
}

function unpackBar(bar: readonly BarRun[], nowS: number): StateCell[] {
  let fromS = nowS - DAY_S;
  return bar.map(([look, n, share]) => {
    const toS = Math.min(nowS, (Math.floor(fromS / BAR_CELL_S) + n) * BAR_CELL_S);
    const cell = { fromS, toS, ...faceOf(look, share ?? null) };
    fromS = toS;
    return cell;
  });
}

function faceOf(look: BarRun[0], share: number | null): Pick<StateCell, "state" | "paused" | "share"> {
  if (look === "paused") return { state: "unknown", paused: true, share: null };
  return { state: look, paused: false, share: look === "unknown" ? null : (share ?? 1) };
}
