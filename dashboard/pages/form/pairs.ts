/** Rows of a name and what belongs to it: headers that are sent, headers and JSON values that are expected. Pure. */

export type Pair = { readonly name: string; readonly value: string };

/** Whether nothing was typed into a row: such a row is not sent. */
export function isBlank({ name, value }: Pair): boolean {
  return name.trim() === "" && value === "";
}

/** The rows that are sent; undefined = none. */
export function filled<T>(rows: readonly Pair[], form: (row: Pair) => T): T[] | undefined {
  const some = rows.filter((row) => !isBlank(row)).map(form);
  return some.length === 0 ? undefined : some;
}

/** The row that was sent as the n-th, counted from 0; -1 = none. */
export function rowOfSent(rows: readonly Pair[], sent: number): number {
  let seen = -1;
  return rows.findIndex((row) => {
    if (!isBlank(row)) seen += 1;
    return seen === sent;
  });
}

/** A wanted JSON value as it is typed: text as it is, in quotes where it would be read as something else. */
export function typedJson(value: string | number | boolean | null | undefined): string {
  if (value === undefined) return "";
  if (typeof value !== "string") return JSON.stringify(value);
  return readJson(value) === value ? value : JSON.stringify(value);
}

/** What a typed value means: a number, true, false, null or quoted text as JSON says them; anything else is text. */
export function readJson(typed: string): string | number | boolean | null | undefined {
  const text = typed.trim();
  if (text === "") return undefined;
  try {
    const value: unknown = JSON.parse(text);
    if (value === null || typeof value === "boolean" || typeof value === "number") return value;
    if (typeof value === "string") return value;
  } catch {
    return text;
  }
  return text;
}
