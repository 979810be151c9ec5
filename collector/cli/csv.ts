/** Comma-separated values, RFC 4180: a field with a comma, a quote or a line break is quoted; null is an empty field. */

/** One line, its line break included. */
export function csvLine(fields: readonly (string | number | null)[]): string {
  return `${fields.map((field) => quoted(field === null ? "" : String(field))).join(",")}\n`;
}

/** The fields of one line without its break; a quoted field keeps its commas and doubled quotes. */
export function csvFields(line: string): string[] {
  const fields: string[] = [];
  for (const [, inQuotes, plain] of `,${line}`.matchAll(/,(?:"((?:[^"]|"")*)"|([^,]*))/g)) {
    fields.push(inQuotes === undefined ? (plain ?? "") : inQuotes.replaceAll('""', '"'));
  }
  return fields;
}

function quoted(field: string): string {
  return /[",\r\n]/.test(field) ? `"${field.replaceAll('"', '""')}"` : field;
}
