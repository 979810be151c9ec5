/** The space a store takes as a table: each part now, and of one series when it has been measured for so long. */
import type { StorageView } from "../wire/api-settings.ts";
import { bytesText } from "./show-bytes.ts";
import { table } from "./table.ts";

const HEADING = ["PART", "NOW", "A SERIES AFTER 50 H", "2 WEEKS", "2 MONTHS", "2 YEARS", "FULL AGE"];

/** @param stepS Of the series that is stated alone. */
export function estimateText(view: StorageView, stepS: number): string {
  const ages = view.bytesAt.map((_, i) => i);
  const at = (i: number) => view.parts.reduce((sum, part) => sum + (part.bytesPerSeriesAt[i] ?? 0), 0);
  const shown = (part: StorageView["parts"][number]) => [
    part.part,
    bytesText(part.bytesNow),
    ...[...part.bytesPerSeriesAt, part.bytesPerSeries].map((bytes) => (bytes === 0 ? "" : bytesText(bytes))),
  ];
  const whole = [
    [
      "all",
      bytesText(view.bytesNow),
      ...ages.map((i) => bytesText(at(i))),
      bytesText(view.bytesPerSeriesFull),
    ],
    [
      `all ${view.series} series`,
      bytesText(view.bytesNow),
      ...[...view.bytesAt, view.bytesFull].map(bytesText),
    ],
  ];
  return [
    table(HEADING, [...view.parts.map(shown), ...whole], ""),
    `a series: of a target that is measured every ${stepS} s; its log as it is now, and at full age as its budget allows\n`,
    `${bytesText(view.bytesFixed)} of the last sum are events, journal and settings; ${bytesText(view.diskFreeBytes)} are free\n`,
    ...(view.detailsDropped === 0
      ? []
      : [
          `the oldest ${view.detailsDropped} samples of series over their log's budget have no details any more\n`,
        ]),
  ].join("");
}
