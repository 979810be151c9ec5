/** How flags of `target` change fields: parts of an object are patched, a field can be taken away, numbers are read. */
import { CarrierwatchError } from "../wire/errors.ts";

/** The object with the given fields over it; undefined = none was given, so nothing is touched. */
export function patch(before: unknown, fields: Record<string, unknown>): Record<string, unknown> | undefined {
  const given = Object.entries(fields).filter(([, value]) => value !== undefined);
  return given.length === 0 ? undefined : { ...fieldsOf(before), ...Object.fromEntries(given) };
}

/** The fields of an object; none of anything else. */
export function fieldsOf(value: unknown): Record<string, unknown> {
  return typeof value === "object" && value !== null ? { ...value } : {};
}

/**
 * A target without one of its fields.
 *
 * @param path With dots, e.g. `request.auth`; one that is not set changes nothing.
 */
export function without(target: Readonly<Record<string, unknown>>, path: string): Record<string, unknown> {
  const [first = "", ...rest] = path.split(".");
  const { [first]: inner, ...others } = target;
  if (rest.length === 0 || inner === undefined) return others;
  const left = without(fieldsOf(inner), rest.join("."));
  return Object.keys(left).length === 0 ? others : { ...others, [first]: left };
}

/** Text before and after the first `at`; undefined = it is not there. */
export function split(text: string, at: string): [string, string | undefined] {
  const index = text.indexOf(at);
  return index < 0 ? [text, undefined] : [text.slice(0, index), text.slice(index + 1)];
}

/** @throws CarrierwatchError code usage */
export function wholeOf(option: string, text: string | undefined): number | undefined {
  if (text === undefined) return undefined;
  if (/^\d{1,12}$/.test(text)) return Number(text);
  throw refused(option, text, "a whole number");
}

/** What is wrong with the value of an option. */
export function refused(option: string, text: string, wanted: string): CarrierwatchError {
  return new CarrierwatchError("usage", `${option} ${JSON.stringify(text)} is not ${wanted}`);
}
