/** Whole rows from elsewhere, judged and laid into the rings, in the transaction of the call. */
import { refusedRow } from "../../archive/laid-row.ts";
import { EMPTY_ROW } from "../../archive/row.ts";
import { METRICS } from "../../wire/metric.ts";
import type { OutcomeKind } from "../../wire/sample.ts";
import { nameAtVantage } from "../series.ts";
import type { HistoryRow } from "../store.ts";
import { entryOf, isShown } from "./bands.ts";
import type { Generations } from "./generations.ts";
import type { Rings, Working } from "./rings.ts";
import type { WriterShapes } from "./writer-shapes.ts";
import type { OpenStates } from "./writer-states.ts";

export function rowsLoader(
  generations: Pick<Generations, "of">,
  states: Pick<OpenStates, "of">,
  rings: Rings,
  sets: Pick<WriterShapes, "ringsOf" | "catchUp">,
): (rows: readonly HistoryRow[], nowMs: number) => OutcomeKind[] {
  const accept = (row: HistoryRow, nowS: number): OutcomeKind => {
    const refused = refusedRow(row, (stepS) => sets.ringsOf(row.series.target, stepS), nowS);
    if (refused) return refused;
    const { target, vantage, address } = row.series;
    const found = generations.of(vantage, nameAtVantage(target, address)).map((id) => states.of(id));
    const own = found.find(({ state }) => state.stepS === row.stepS);
    if (!own) return "rejected";
    if (found.some((one) => rings.isMeasured(one, row.rowS, row.labelS))) return "duplicate";
    if (own.state.lastTick < row.labelS) return "rejected";
    sets.catchUp(own, Number.MAX_SAFE_INTEGER);
    if (!isShownIn(own, row)) return "tooOld";
    const cells = METRICS.map((metric) => row.values[metric] ?? EMPTY_ROW);
    const lasts = METRICS.map((metric) => row.lasts?.[metric] ?? null);
    return rings.lay(own, row.rowS, row.labelS, cells, lasts) ? "stored" : "duplicate";
  };
  return (rows, nowMs) => rows.map((row) => accept(row, Math.floor(nowMs / 1_000)));
}

/** The clock may have gone back since the newest sample: an archive shows what it shows by its newest tick. */
function isShownIn({ bands, state }: Working, { stepS, rowS, labelS }: HistoryRow): boolean {
  return bands.coarse.some(
    (band) =>
      band.steps * stepS === rowS &&
      isShown(band, labelS / rowS, entryOf(band, state.lastTick / state.stepS)),
  );
}
