/**
 * The work both sides of a change-kill test know: operation n, always the same, one after the other.
 *
 * Batches of a day of nine series, at a step that changes every twelve operations; between them a target gets another
 * set of archives, or a series is purged. Each may be done twice: the second time nothing comes of it.
 */
import type { SeriesKey, Store } from "../../collector/store/store.ts";
import { archivesOfText } from "../../collector/wire/archives.ts";
import { nowAfter, record, T0 } from "../contract/support.ts";

const TARGETS = ["shop", "blog", "docs"];
const VANTAGES = ["ct-1", "cnc-1", "cmcc-1"];
export const ALL_SERIES: readonly SeriesKey[] = TARGETS.flatMap((target) =>
  VANTAGES.map((vantage) => ({ target, vantage })),
);
export const WIDTHS_S = [300, 600, 900, 1_800, 3_600, 7_200, 86_400];
const SETS = [null, "1x600,3x500,12x400,48x300", "1x3000,2x2000,6x1000,24x300,144x100"];
const STEPS_S = [300, 600];
const SPAN_S = 86_400;
/** Nothing is future, whatever the step was rounded to. */
const GAP_S = 7_200;
const CYCLE = 6;

export type Change = "batch" | "step" | "shape" | "purge";

export function changeOf(n: number): Change {
  if (n % CYCLE === 2 || n % CYCLE === 3) return "shape";
  if (n % CYCLE === 5) return "purge";
  return n > 0 && n % (2 * CYCLE) === 0 ? "step" : "batch";
}

export async function act(store: Pick<Store, "samples">, n: number): Promise<void> {
  const stepS = STEPS_S[Math.floor(n / (2 * CYCLE)) % 2] ?? 300;
  const fromS = T0 + n * (SPAN_S + GAP_S);
  const kind = changeOf(n);
  const round = Math.floor(n / CYCLE);
  if (kind === "purge")
    return store.samples.purge(ALL_SERIES[(round * 4) % ALL_SERIES.length] ?? { target: "", vantage: "" });
  if (kind === "shape") {
    const set = SETS[(n + round) % SETS.length] ?? null;
    return store.samples.shape(TARGETS[n % 3] ?? "", stepS, set === null ? null : archivesOfText(set), fromS);
  }
  const ticks = Array.from({ length: SPAN_S / stepS }, (_, i) => fromS + i * stepS);
  const records = ticks.flatMap((tick) => ALL_SERIES.map((series) => record({ ...series, tick, stepS })));
  const outcomes = await store.samples.put(records, nowAfter(ticks.at(-1) ?? 0));
  const odd = outcomes.find((outcome) => outcome !== "stored" && outcome !== "duplicate");
  if (odd) throw new Error(`operation ${n}: a sample was ${odd}`);
}
