/** The time zones this browser knows, the usual ones of the product's users first. */

const FIRST = ["Asia/Shanghai", "Asia/Hong_Kong", "Asia/Taipei", "Asia/Singapore", "Asia/Tokyo", "UTC"];

let known: readonly string[] | undefined;

export function timeZones(): readonly string[] {
  known ??= [
    ...new Set([
      ...FIRST,
      Intl.DateTimeFormat().resolvedOptions().timeZone,
      ...Intl.supportedValuesOf("timeZone"),
    ]),
  ];
  return known;
}
