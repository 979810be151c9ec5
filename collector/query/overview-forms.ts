/** A row as it was worked out -> the row of a target's page, whole, and the facts that the overview is packed from. */
import type { TargetRow } from "../wire/api-overview.ts";
import { METRICS } from "../wire/metric.ts";
import type { CellFacts, RowFacts } from "../wire/overview-rows.ts";
import type { Target } from "../wire/target.ts";
import { limitOf } from "./line.ts";
import type { CellNow, RowNow } from "./overview-row.ts";
import { sampleView } from "./sample-view.ts";

const TOTAL = METRICS.indexOf("total");

/** With the newest sample of each carrier, details and all. */
export function targetRowOf({ cells, ...row }: RowNow): TargetRow {
  return {
    ...row,
    cells: cells.map(({ shown, ...cell }) => ({
      ...cell,
      latest: shown?.sample ? sampleView(shown.sample, cell.carrier) : null,
    })),
  };
}

export function rowFactsOf({ target, status, incident, cells, availability24h }: RowNow): RowFacts {
  return { target, status, incident, availability24h, cells: cells.map((cell) => cellFactsOf(target, cell)) };
}

function cellFactsOf(target: Target, { shown, ...cell }: CellNow): CellFacts {
  // A suspect sample has its times in the log alone, and so has an answer that was judged down.
  const sample = shown?.sample?.sample;
  const totalUs = sample ? sample.timings.total : (shown?.pdps[TOTAL] ?? null);
  const totalMs = totalUs === null ? null : totalUs / 1000;
  const failure = cell.state === "down" ? sample?.failure : undefined;
  const limit = cell.slow ? limitOf("total", cell.carrier, target.alarm) : null;
  return {
    ...cell,
    totalMs,
    failure: failure ? { phase: failure.phase, cause: failure.cause, source: failure.source } : null,
    httpStatus: failure ? (sample?.detail.status ?? null) : null,
    unknownReason: (cell.state === "unknown" ? sample?.unknownReason : null) ?? null,
    limitMs: limit !== null && totalMs !== null && totalMs > limit ? limit : null,
  };
}
