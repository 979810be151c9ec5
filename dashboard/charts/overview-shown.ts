/** The overview as it travels -> as it is drawn: every cell whole, in the order of the columns. */
import type { Overview } from "../../collector/wire/api-overview.ts";
import { type RowFacts, unpackRow } from "../../collector/wire/overview-rows.ts";

export type OverviewShown = Omit<Overview, "rows"> & { readonly rows: readonly RowFacts[] };

export function overviewShown(overview: Overview): OverviewShown {
  const { carriers, openIncidents, nowMs } = overview;
  const ids = carriers.map(({ id }) => id);
  return { ...overview, rows: overview.rows.map((row) => unpackRow(row, ids, openIncidents, nowMs)) };
}
