/** Bytes per series by part, from the layout: now and as the archives fill. What the file really holds is a test's matter. */
import { estimateOf } from "../../../collector/store/sqlite/estimate.ts";
import { STEP_S } from "./samples.ts";

const MB = 1_000_000;

/** At full age, at a step of 300 s. */
export function sizeLines(): string[] {
  const { parts, bytesPerSeriesFull } = estimateOf(STEP_S, [], 0, "/nonexistent");
  const of = (starts: string) =>
    parts.filter(({ part }) => part.startsWith(starts)).reduce((sum, part) => sum + part.bytesPerSeries, 0) /
    MB;
  const said = { rows: of("rows"), PDPs: of("pdps"), strip: of("strip"), log: of("sample log") };
  const each = Object.entries(said).map(([name, mb]) => `${name} ${mb.toFixed(2)} MB`);
  return [
    `a series at full age, step ${STEP_S} s: ${each.join(", ")}, all ${(bytesPerSeriesFull / MB).toFixed(2)} MB`,
  ];
}
