/** The newest tick of many series, worked out from the whole shelf. */
import { pdpsOf } from "../../archive/pdp.ts";
import { codeOf } from "../../archive/strip.ts";
import { METRICS } from "../../wire/metric.ts";
import { emptyNewest, type Newest } from "../newest.ts";
import type { SeriesKey } from "../store.ts";
import { generationsOf, type Shelf } from "./memory-shelf.ts";

export function newestOf(shelf: Shelf, series: readonly SeriesKey[]): Newest {
  const found = emptyNewest(series.length);
  for (const [i, key] of series.entries()) {
    const samples = generationsOf(shelf, key).flatMap(({ byTick }) => [...byTick.values()]);
    const tick = Math.max(...samples.map(({ sample }) => sample.tick));
    const newest = samples.find(({ sample }) => sample.tick === tick)?.sample;
    if (!newest) continue;
    found.ticks[i] = tick;
    found.stepsS[i] = newest.stepS;
    found.codes[i] = codeOf(newest);
    for (const [m, value] of pdpsOf(newest).entries()) {
      if (value === null) continue;
      found.present[i] = (found.present[i] ?? 0) | (1 << m);
      found.values[i * METRICS.length + m] = value;
    }
  }
  return found;
}
