/**
 * Bytes per series by part, from the layout: as the archives fill, and full, the empty ends of pages counted, the log as
 * if each tick took its budget. test/fault/store-sizes holds real files to it.
 */
import { seriesBytesAt } from "../../../collector/store/sqlite/estimate.ts";
import { STEP_S } from "./samples.ts";

const MB = 1_000_000;
const DAY_S = 86_400;
const AGES = [
  { name: "50 h", ageS: 50 * 3_600 },
  { name: "2 weeks", ageS: 14 * DAY_S },
  { name: "2 months", ageS: 61 * DAY_S },
  { name: "2 years", ageS: 730 * DAY_S },
  { name: "full age", ageS: 900 * DAY_S },
];

/** A line per age, at a step of 300 s. */
export function sizeLines(): string[] {
  return AGES.map(({ name, ageS }) => {
    const parts = seriesBytesAt(STEP_S, ageS);
    const of = (starts: string) =>
      parts.filter(({ part }) => part.startsWith(starts)).reduce((sum, { bytes }) => sum + bytes, 0) / MB;
    const said = {
      rows: of("rows"),
      PDPs: of("pdps"),
      strip: of("strip"),
      log: of("sample log"),
      open: of("head"),
    };
    const each = Object.entries(said).map(([what, mb]) => `${what} ${mb.toFixed(3)}`);
    const all = parts.reduce((sum, { bytes }) => sum + bytes, 0) / MB;
    return `MB a series after ${name}, step ${STEP_S} s: ${each.join(", ")}, all ${all.toFixed(2)}`;
  });
}
